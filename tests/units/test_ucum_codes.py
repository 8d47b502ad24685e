"""Which codes are units: UCUM's own functional tests, and every unit that this house writes."""

import subprocess
import sys

import pytest
from units.ucum_cases import cases
from units.units_used import AAV, ROOT, files, used, written_in

from expectations.units import known, why_unknown

DIFFERENT = {"1-103"}
"""The one case we answer differently: no unit at all, which UCUM reads as 1; we want it written."""


@pytest.mark.parametrize("case", cases("validation"), ids=lambda case: case["id"])
def test_a_code_is_known_exactly_if_ucum_says_so(case):
    assert known(case["unit"]) is ((case["valid"] == "true") ^ (case["id"] in DIFFERENT))


def test_no_unit_in_use_is_among_the_cases_we_answer_differently():
    ours = used()
    mine = {case["unit"]: case["valid"] for case in cases("validation") if case["unit"] in ours}
    assert not {case["unit"] for case in cases("validation") if case["id"] in DIFFERENT} & ours
    assert len(mine) >= 20
    assert {unit for unit, valid in mine.items() if valid != "true" or not known(unit)} == set()


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_every_unit_in_strategies_and_source_contracts_is_ucum(path):
    assert {unit: why_unknown(unit) for unit in written_in(path) if not known(unit)} == {}


@pytest.mark.parametrize("unit", AAV)
def test_the_units_of_a_vector_are_ucum(unit):
    assert why_unknown(unit) == ""


@pytest.mark.parametrize(
    ("unit", "says"),
    [
        ("kDa", "unexpected character 'D' at column 2"),
        ("mg/", "unexpected end of input"),
        ("mg per mL", "unexpected character ' ' at column 3"),
        ("rpm", "'rpm' is not a valid UCUM unit"),
        ("10+3/uL", "a power of ten is written 10*3"),
        ("10^6/ml ", "not a valid UCUM unit"),
        ("µg", "not a valid UCUM unit"),
        ("", "what has none is written 1"),
        ("m" * 101, "101 characters"),
    ],
)
def test_what_is_no_unit_is_said_in_words(unit, says):
    assert says in why_unknown(unit)


def test_the_library_is_imported_at_the_first_question_and_never_by_verify():
    script = (
        "import sys, flows.verify, expectations.units as units\n"
        "assert not {'ucumvert', 'pint', 'lark'} & set(sys.modules)\n"
        "assert units.known('mg/mL') and 'ucumvert' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)
