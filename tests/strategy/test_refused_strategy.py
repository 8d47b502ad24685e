"""A strategy file with a fault in it is refused in words, with the file and the line."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.errors import StrategyError
from expectations.strategy import cases, check, doubts, folder_for, load

SMALL = Path(__file__).parent / "small"
RELEASE, EXPANSION, HEAD = "release_testing.yaml", "expansion.yaml", "strategy.yaml"
EQUIPMENT = "equipment.yaml"


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


@pytest.fixture
def refused(folder) -> Callable[[], str]:
    def refused() -> str:
        with pytest.raises(StrategyError) as caught:
            check(folder)
        return str(caught.value)

    return refused


def change(folder: Path, file: str, old: str, new: str) -> int:
    """Replace the one occurrence of `old`; return the line on which the new text starts."""
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_small_strategy_is_whole_before_it_is_made_wrong(folder):
    assert [one.id for one in load(folder).criteria] == [
        "CPP-TEM-001",
        "COI-APH-001",
        "CPP-TEM-002",
        "CQA-VIA-001",
        "CQA-MYC-001",
    ]
    assert len(cases(folder)) == sum(
        (folder / name).read_text(encoding="utf-8").count("- { day:")
        for name in (RELEASE, EXPANSION, EQUIPMENT)
    )


VIA = '- { effective: 2025-09-15, low: "80.0", cites: "EXAMPLE: EX-CS-0002 v2" }'
VIA_70 = '- { effective: 2024-01-01, low: "70.0", cites: "EXAMPLE: EX-CS-0002 v1" }'
MYC = '- { effective: 2024-01-01, values: ["Not detected"], cites: "EXAMPLE: EX-CS-0002 v1" }'
TEM = '- { effective: 2024-01-01, high: "30", cites: "EXAMPLE: EX-CS-0002 v1" }'
AGR = '- { effective: 2024-01-01, cites: "EXAMPLE: EX-CS-0002 v1" }'
AGAINST = "against: { source: lims, characteristic: coi_identifier, step: apheresis_receipt }"
REDUCTION = (
    "reduction: { characteristic: temperature, step: expansion, function: time_outside, "
    'low: "36.0" }'
)
ELAPSED = "elapsed: { from: { step: a, edge: ended_at }, to: { step: b, edge: started_at } }"
COI_SEEN = (
    "observed: { source: batch_record, characteristic: coi_identifier, step: apheresis_receipt }"
)
MYC_SEEN = "observed: { source: lims, characteristic: mycoplasma, step: release_testing }"

FAULTS = {
    "unknown-key-in-a-limit": (RELEASE, VIA, VIA.replace("low", "lo"), "unknown key 'lo'"),
    "unknown-key-in-a-criterion": (
        RELEASE,
        "    message: Mycoplasma was found.",
        "    remark: Mycoplasma was found.",
        "unknown key 'remark'",
    ),
    "limit-without-date": (
        RELEASE,
        VIA,
        VIA.replace("effective: 2025-09-15, ", ""),
        "'effective' is missing: a limit has the date from which it holds",
    ),
    "limit-without-citation": (
        RELEASE,
        VIA,
        '- { effective: 2025-09-15, low: "80.0" }',
        "'cites' is missing",
    ),
    "ends-rounded-differently": (
        RELEASE,
        "    rule: range\n    limits:\n      " + VIA_70,
        "    rounding: half_up\n    rule: range\n    limits:\n      "
        + VIA_70.replace('"70.0"', '"70.0", high: "100"'),
        "70.0 and 100 are rounded to different digits: write both to the same",
    ),
    "two-rules-for-one-id": (
        RELEASE,
        "id: CQA-MYC-001",
        "id: CQA-VIA-001",
        "two rules for one id: CQA-VIA-001 stands in release_testing.yaml:5 already",
    ),
    "two-rules-in-one-criterion": (
        RELEASE,
        "    rule: one_of",
        "    rule: one_of\n    rule: present",
        "the key 'rule' stands here twice",
    ),
    "number-without-quotes": (
        RELEASE,
        VIA,
        VIA.replace('"80.0"', "80.0"),
        "a number without quotes where a decimal number",
    ),
    "number-in-words": (
        RELEASE,
        VIA,
        VIA.replace("80.0", "eighty"),
        "'eighty' where a decimal number",
    ),
    "number-with-exponent": (RELEASE, VIA, VIA.replace("80.0", "8e1"), "'8e1' where a decimal"),
    "number-not-a-number": (RELEASE, VIA, VIA.replace("80.0", "NaN"), "'NaN' where a decimal"),
    "date-that-does-not-exist": (
        RELEASE,
        VIA,
        VIA.replace("2025-09-15", "2025-02-30"),
        "the date 2025-02-30 does not exist",
    ),
    "date-in-words": (RELEASE, VIA, VIA.replace("2025-09-15", "soon"), "'soon' where a date"),
    "two-limits-from-one-day": (
        RELEASE,
        VIA,
        VIA.replace("2025-09-15", "2024-01-01"),
        "two limits from 2024-01-01 on",
    ),
    "limits-out-of-order": (
        RELEASE,
        VIA,
        VIA.replace("2025-09-15", "2023-09-15"),
        "2023-09-15 stands after 2024-01-01; the oldest comes first",
    ),
    "low-above-high": (
        RELEASE,
        VIA,
        VIA.replace('"80.0"', '"80.0", high: "79.9"'),
        "no number is from 80.0 to 79.9",
    ),
    "nothing-between-equal-ends": (
        RELEASE,
        VIA,
        VIA.replace('"80.0"', '"80.0", high: "80.0", high_inclusive: false'),
        "no number is from 80.0 to 80.0",
    ),
    "sixteen-digits": (
        RELEASE,
        VIA,
        VIA.replace("80.0", "80.00000000000001"),
        "80.00000000000001 has more than 15 significant digits",
    ),
    "range-without-ends": (
        RELEASE,
        VIA,
        VIA.replace('low: "80.0", ', ""),
        "a range with neither low nor high",
    ),
    "inclusive-without-end": (
        EXPANSION,
        TEM,
        TEM.replace("cites", "low_inclusive: false, cites"),
        "low_inclusive without low",
    ),
    "range-with-words": (
        RELEASE,
        VIA,
        VIA.replace('"80.0"', '"80.0", values: ["80"]'),
        "'values' does not belong to the rule range",
    ),
    "one-of-nothing": (
        RELEASE,
        MYC,
        MYC.replace('values: ["Not detected"], ', ""),
        "one_of without values",
    ),
    "one-of-an-empty-list": (
        RELEASE,
        MYC,
        MYC.replace('["Not detected"]', "[]"),
        "the list is too short",
    ),
    "one-of-yes-without-quotes": (
        RELEASE,
        MYC,
        MYC.replace('"Not detected"', "no"),
        "a bare yes or no where words belongs",
    ),
    "agrees-without-against": (
        EXPANSION,
        f"    {AGAINST}\n",
        "",
        "COI-APH-001 agrees with nothing: 'against' is missing",
    ),
    "against-without-agrees": (
        RELEASE,
        f"    {MYC_SEEN}\n",
        f"    {MYC_SEEN}\n    {AGAINST}\n",
        "'against' belongs to the rule agrees, not to one_of",
    ),
    "nothing-judged": (
        RELEASE,
        f"    {MYC_SEEN}\n",
        "",
        "exactly one of observed, elapsed, delay, reduction, count, calculated, difference",
    ),
    "two-things-judged": (
        RELEASE,
        f"    {MYC_SEEN}\n",
        f"    {MYC_SEEN}\n    {REDUCTION}\n",
        "exactly one of observed, elapsed, delay, reduction, count, calculated, difference",
    ),
    "link-to-nothing": (
        EXPANSION,
        "links: [CQA-VIA-001, CQA-MYC-001]",
        "links: [CQA-VIA-002, CQA-MYC-001]",
        "a link to CQA-VIA-002, which is not there",
    ),
    "link-to-no-cqa": (
        EXPANSION,
        "links: [CQA-VIA-001, CQA-MYC-001]",
        "links: [COI-APH-001, CQA-MYC-001]",
        "a link to COI-APH-001, which is no CQA but a COI",
    ),
    "no-link": (
        EXPANSION,
        "    links: [CQA-VIA-001, CQA-MYC-001]\n",
        "",
        "CPP-TEM-001 does not say under links which CQA it protects",
    ),
    "id-of-another-class": (
        RELEASE,
        "id: CQA-MYC-001",
        "id: CPP-MYC-001",
        "the id CPP-MYC-001 of a CQA",
    ),
    "unknown-class": (
        EXPANSION,
        "class: COI",
        "class: XYZ",
        "'XYZ' is not one of ['CQA', 'CPP', 'CMA', 'IPC', 'COI', 'GMP']",
    ),
    "unknown-source": (
        RELEASE,
        MYC_SEEN,
        MYC_SEEN.replace("lims", "excel"),
        "'excel' is not one of ['batch_record', 'lims']",
    ),
    "unit-without-quotes": (
        RELEASE,
        'unit: "1"',
        "unit: 1",
        "a number without quotes where a UCUM code",
    ),
    "words-with-a-unit": (
        RELEASE,
        'unit: "1"',
        'unit: "mL"',
        "words in the unit 'mL'",
    ),
    "minutes-in-hours": (
        EXPANSION,
        'unit: "min"',
        'unit: "h"',
        "time_outside in 'h' instead of min",
    ),
    "time-outside-nothing": (
        EXPANSION,
        REDUCTION,
        REDUCTION.replace(', low: "36.0"', ""),
        "time_outside needs low or high",
    ),
    "maximum-with-a-range": (
        EXPANSION,
        REDUCTION,
        REDUCTION.replace("time_outside", "max"),
        "low belongs to time_outside, longest_outside, readings_outside, not to max",
    ),
    "agrees-about-a-calculated-number": (
        EXPANSION,
        COI_SEEN,
        REDUCTION,
        "COI-APH-001 agrees, but what it is about is not observed",
    ),
    "calculated-number-in-words": (
        EXPANSION,
        "rule: range",
        "rule: present",
        "a calculated number is judged by a range, not by present",
    ),
    "finer-than-a-time-is-calculated": (
        EXPANSION,
        'high: "30"',
        'high: "30.0001"',
        "a time of 30.0001; a limit of a time has at most three decimals",
    ),
    "elapsed-in-degrees": (
        EXPANSION,
        f'{REDUCTION}\n    unit: "min"',
        f'{ELAPSED}\n    unit: "Cel"',
        "a time in 'Cel' instead of s, min, h, d",
    ),
    "example-that-fails": (
        RELEASE,
        '- { day: 2026-03-02, written: "79.9", outcome: not_met }',
        '- { day: 2026-03-02, written: "79.9", outcome: met }',
        "the example '79.9' on 2026-03-02 says met, but against ≥ 80.0 % it is not_met",
    ),
    "example-before-the-first-limit": (
        RELEASE,
        '- { day: 2024-06-01, written: "69.9", outcome: not_met }',
        '- { day: 2023-06-01, written: "69.9", outcome: not_met }',
        "an example from before the first limit",
    ),
    "no-example-on-the-boundary": (
        RELEASE,
        '      - { day: 2026-03-02, written: "80.0", outcome: met }\n',
        "",
        "CQA-VIA-001 has no example on the boundary, at 80.0 for the limit of 2025-09-15",
    ),
    "no-example-beyond-the-boundary": (
        RELEASE,
        '- { day: 2026-03-02, written: "79.9", outcome: not_met }',
        '- { day: 2026-03-02, written: "79.0", outcome: not_met }',
        "CQA-VIA-001 has no example on the boundary, at 79.9 for the limit of 2025-09-15",
    ),
    "no-example-of-absence": (
        EXPANSION,
        '      - { day: 2026-03-02, written: "COI-1", other: null, outcome: missing }\n',
        "",
        "COI-APH-001 has no example of absence",
    ),
    "no-example-of-failure": (
        RELEASE,
        '      - { day: 2026-03-02, written: "Detected", outcome: not_met }\n',
        "",
        "CQA-MYC-001 has no example that is not_met",
    ),
    "group-of-another-name": (
        EXPANSION,
        "group: expansion",
        "group: harvest",
        "the group of expansion.yaml is not expansion",
    ),
    "group-without-a-file": (
        HEAD,
        "  - expansion\n",
        "  - expansion\n  - harvest\n",
        "there is no file harvest.yaml",
    ),
    "file-without-a-group": (
        HEAD,
        "  - expansion\n",
        "",
        "expansion.yaml:1: not named under groups in strategy.yaml",
    ),
    "no-boundary-selects": (
        HEAD,
        "edge: started_at",
        "edge: middle",
        "'middle' is not one of ['started_at', 'ended_at']",
    ),
    "version-as-number": (HEAD, '"0.1.0"', "0.1", "a number without quotes where a version"),
    "no-product": (HEAD, "product: small-example\n", "", "'product' is missing"),
    "not-yaml": (RELEASE, "title: Mycoplasma", "title: [", "not YAML"),
    "alias": (
        RELEASE,
        "title: Mycoplasma\n",
        "title: &t Mycoplasma\n    method: *t\n",
        "an alias; every value is written where it stands",
    ),
    "python-object": (
        RELEASE,
        "title: Mycoplasma",
        "title: !!python/name:os.system Mycoplasma",
        "the YAML tag tag:yaml.org,2002:python/name:os.system",
    ),
    "key-on": (RELEASE, "    title: Mycoplasma", "    on: Mycoplasma", "the key on is not text"),
    "title-missing": (RELEASE, "    title: Mycoplasma\n", "", "'title' is missing"),
    "title-empty": (RELEASE, "title: Mycoplasma", "title:", "nothing where words belongs"),
    "list-for-words": (
        RELEASE,
        "title: Mycoplasma",
        "title: [Mycoplasma]",
        "a list or a group where words belongs",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_file(folder, refused, fault):
    file, old, new, words = FAULTS[fault]
    change(folder, file, old, new)
    told = refused()
    assert words in told
    assert "problem" in told.splitlines()[0]
    assert "Next: the process owner corrects" in told


ON_THE_LINE = [
    "unknown-key-in-a-limit",
    "limit-without-date",
    "two-rules-for-one-id",
    "number-without-quotes",
    "date-that-does-not-exist",
    "limits-out-of-order",
    "low-above-high",
    "sixteen-digits",
    "link-to-no-cqa",
    "example-that-fails",
    "alias",
    "python-object",
    "group-of-another-name",
]


@pytest.mark.parametrize("fault", ON_THE_LINE)
def test_a_fault_is_named_with_its_line(folder, refused, fault):
    file, old, new, words = FAULTS[fault]
    line = change(folder, file, old, new) + (1 if fault == "alias" else 0)
    assert f"  {file}:{line}: {words}" in refused()


def test_the_second_of_two_equal_keys_is_named_with_its_line(folder, refused):
    line = change(folder, RELEASE, "    rule: one_of\n", "    rule: one_of\n    rule: one_of\n")
    assert f"{RELEASE}:{line + 1}: the key 'rule' stands here twice" in refused()


def test_every_fault_is_told_at_once(folder, refused):
    change(folder, RELEASE, VIA, VIA.replace("low", "lo"))
    change(folder, EXPANSION, TEM, TEM.replace("effective: 2024-01-01, ", ""))
    change(folder, EXPANSION, "class: COI", "class: XYZ")
    change(folder, RELEASE, '"Detected", outcome: not_met', '"Detected", outcome: met')
    told = refused()
    expected = (
        "unknown key 'lo'",
        "'effective' is missing",
        "'XYZ' is not one of",
        "the example 'Detected' on 2026-03-02 says met",
        "CQA-MYC-001 has no example that is not_met",
    )
    assert f"{len(expected)} problems" in told
    for words in expected:
        assert words in told


def test_a_file_that_is_no_yaml_does_not_make_links_into_it_wrong(folder, refused):
    (folder / RELEASE).write_text("title: x\ncriteria: ]", encoding="utf-8")
    told = refused()
    assert "1 problem in" in told
    assert f"{RELEASE}:2: not YAML" in told


def test_two_criteria_without_an_id_are_not_taken_for_one(folder, refused):
    change(folder, EQUIPMENT, "  - id: CPP-TEM-002\n    title", "  - title")
    change(folder, EXPANSION, "  - id: COI-APH-001\n    title", "  - title")
    told = refused()
    assert "2 problems" in told
    assert told.count("'id' is missing") == 2


def test_a_missing_strategy_file_is_told(folder, refused):
    (folder / HEAD).unlink()
    assert "strategy.yaml:1: the file is missing" in refused()


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StrategyError, match="the file is missing"):
        load(tmp_path / "nowhere")


def test_a_strategy_file_of_another_spelling_is_not_overlooked(folder, refused):
    (folder / "harvest.yml").write_text("group: harvest\n", encoding="utf-8")
    assert "harvest.yml:1: not named under groups" in refused()


def test_a_product_without_a_strategy_is_told_which_there_are():
    with pytest.raises(StrategyError, match="no control strategy for the product 'aav-9'") as told:
        folder_for("aav-9")
    assert "car-t-autologous" in told.value.expected


def test_a_strategy_that_contradicts_its_examples_can_be_judged_by_and_says_so(folder):
    change(folder, RELEASE, VIA, VIA.replace("80.0", "81.0"))
    assert load(folder).criteria
    told = doubts(folder)
    assert told
    assert all(one.startswith(f"{RELEASE}:") for one in told)
    with pytest.raises(StrategyError, match="CQA-VIA-001"):
        check(folder)


def test_a_strategy_without_doubts_says_nothing():
    assert doubts(folder_for("car-t-autologous")) == ()


SILENT = "CPP-TEM-001: no criterion limits the longest_gap of temperature at expansion"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("function: longest_gap", "function: count_readings"),
        ("characteristic: temperature", "characteristic: ph"),
        ("step: expansion", "step: harvest"),
    ],
    ids=["counted-only", "of-another-signal", "at-another-step"],
)
def test_a_signal_that_may_fall_silent_is_a_doubt_on_its_line(folder, refused, old, new):
    change(folder, EQUIPMENT, old, new)
    change(folder, EQUIPMENT, 'unit: "min"', f'unit: "{"1" if "count" in new else "min"}"')
    line = change(folder, EXPANSION, REDUCTION, REDUCTION)
    assert len(load(folder).criteria) == 5
    assert doubts(folder) == (f"{EXPANSION}:{line}: {SILENT}",)
    assert SILENT in refused()


@pytest.mark.parametrize("function", ["max", "min"])
def test_an_extreme_without_a_limit_on_the_gap_is_a_doubt_too(folder, function):
    extreme = REDUCTION.replace("time_outside", function).replace(', low: "36.0"', "")
    change(folder, EXPANSION, REDUCTION, extreme)
    change(folder, EXPANSION, 'unit: "min"', 'unit: "Cel"')
    assert doubts(folder) == ()
    change(folder, EQUIPMENT, "step: expansion", "step: harvest")
    (told,) = doubts(folder)
    assert told.endswith(SILENT)


def test_a_signal_judged_twice_is_told_once(folder):
    twice = REDUCTION.replace("time_outside", "max").replace(', low: "36.0"', "")
    own = REDUCTION.replace("time_outside", "longest_gap").replace(', low: "36.0"', "")
    change(folder, EQUIPMENT, own, twice)
    change(folder, EQUIPMENT, 'unit: "min"', 'unit: "Cel"')
    (told,) = doubts(folder)
    assert told.endswith(SILENT)


def test_a_limit_on_the_gap_in_a_file_that_cannot_be_read_is_not_missed(folder, refused):
    (folder / EQUIPMENT).write_text("title: x\ncriteria: ]", encoding="utf-8")
    assert "longest_gap" not in refused()
