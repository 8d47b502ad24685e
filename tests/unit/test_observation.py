"""No value without an origin; every noun is whole or does not exist, and survives its record."""

import json
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction

import pytest
from builders import capture, criterion, observed
from hypothesis import given
from hypothesis import strategies as st

from contracts import restore, restore_strategy
from contracts.applicability import Applies
from contracts.canonical import canonical
from contracts.conversion import Conversion
from contracts.criterion import Due
from contracts.errors import IntegrityError, UnreadableError
from contracts.evidence import Place, digest_of
from contracts.method import Method
from contracts.observation import Awaited, Bound, Moment, Number, Origin, Provenance
from contracts.rule import Agrees, Limit, LimitKind, OneOf, Present, Range
from contracts.strategy import Dimension, Strategy
from contracts.subject import (
    Alternatives,
    Boundary,
    Count,
    Delay,
    Difference,
    Elapsed,
    Observed,
    Operand,
    Quotient,
    Reduction,
    Reportable,
)
from contracts.times import read_time, written

NAIVE = datetime(2026, 3, 13, 9, 0)  # noqa: DTZ001 (the naive time is the point)


def test_a_time_is_always_written_with_the_same_length():
    assert written(datetime(33, 4, 3, 15, tzinfo=UTC)) == "0033-04-03T15:00:00.000000Z"
    assert read_time(written(datetime.min.replace(tzinfo=UTC))).year == 1


def test_an_origin_without_a_place_cannot_be_constructed():
    with pytest.raises(IntegrityError, match="an origin without a place"):
        Origin(())


@pytest.mark.parametrize(("offset", "length"), [(-1, 4), (0, 0), (5, -1)])
def test_a_place_without_bytes_cannot_be_constructed(offset, length):
    with pytest.raises(IntegrityError, match="at least one byte"):
        Place(digest_of(b""), offset, length, "/x")


@pytest.mark.parametrize("name", ["batch", "source", "step", "characteristic", "unit", "zone"])
def test_an_observation_names_what_it_must(name):
    with pytest.raises(IntegrityError, match=f"without {name}"):
        observed("90", **{name: ""})


def test_only_a_calculated_value_may_lack_its_text():
    with pytest.raises(IntegrityError, match="without its source's text"):
        observed("90", as_written="")
    assert observed("90", as_written="", provenance=Provenance.CALCULATED).as_written == ""


@pytest.mark.parametrize("name", ["occurred_at", "recorded_at", "captured_at"])
def test_a_time_without_zone_is_nobodys_time(name):
    with pytest.raises(UnreadableError, match="without a zone"):
        observed("90", **{name: NAIVE})


@pytest.mark.parametrize(
    "number", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+1001", "1E-1001", "-1E+999999999"]
)
def test_what_is_not_finite_or_cannot_be_written_out_is_no_number(number):
    with pytest.raises(IntegrityError, match="finite"):
        Number(Decimal(number))


def test_the_id_names_what_is_said_and_where():
    one = observed("90.0")
    assert one.id == observed("90.0").id
    assert one.id != observed("90.0", b'{"Result":"90.0"}').id
    assert one.id != observed("90.0", unit="1").id
    assert dict(one.content()) == dict(observed("90.0", b'{"Result":"90.0"}').content())


WIDE = st.builds(
    lambda digits, power: Decimal(digits).scaleb(power),
    st.integers(-(10**40), 10**40),
    st.integers(-900, 900),
)
VALUES = (
    WIDE.map(Number)
    | WIDE.map(lambda one: Number(one, Bound.BELOW))
    | st.just(Awaited("assigned"))
    | st.just(Moment(read_time("2026-03-13T10:00:00+01:00")))
)


@given(VALUES, st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_an_observation_survives_its_record(value, reason):
    one = observed("90.0", value=value, reason=reason, qualifiers=(("method", "flow"),))
    record = json.loads(canonical(one.record()))
    again = restore.restored("observation", restore.observation, record)
    assert (again.id, again.record()) == (one.id, one.record())


LAB = Observed("lims", "viability", "release_testing")
FORMULATED = Boundary("formulation", "ended_at")
SUBJECTS = [
    LAB,
    Elapsed(FORMULATED, Boundary("cryopreservation", "started_at")),
    Elapsed(FORMULATED, Observed("batch_record", "expiry", "formulation")),
    Delay(LAB),
    Reduction("temperature", "expansion", "time_outside", Decimal("36.0"), Decimal("38.0")),
    Reduction(
        "temperature",
        "freezing",
        "ramp_rate",
        start=Decimal("4.0"),
        end=Decimal("-40.0"),
        uncertain="speaks",
        substituted="speaks",
        hold=Decimal("0.5"),
    ),
    Count(LAB),
    Quotient(
        (Operand("{EU}/mL", LAB), Operand("mL", constant=Decimal("50.0"))),
        (Operand("kg", LAB),),
        Fraction(1, 60),
    ),
    Difference(Operand("%", LAB), Operand("1", LAB), Fraction(1), Fraction(100)),
    Reportable(LAB, "geometric_mean", 3),
    Alternatives(("CQA-POT-001", "CQA-POT-002"), 1),
]
RULES = [
    Range(low=Decimal("80.0")),
    Range(high=Decimal("5.0"), high_inclusive=False),
    Range(Decimal("-2.0"), Decimal("5.0"), low_inclusive=False),
    OneOf(("No growth", "Negative")),
    OneOf(("No growth",), ("Growth",), "no growth to date", 7),
    Present(),
    Agrees(),
]
METHOD = Method(
    "TM-014",
    (("TNTC", Number(Decimal(300), Bound.ABOVE)), ("<LOQ", Number(Decimal("0.05"), Bound.BELOW))),
    1,
    Decimal("0.5"),
    Decimal("2.5"),
)
ADULTS = Applies((("cohort", ("adult", "elderly")), ("market", ("EU",))))
WHOLE = criterion(
    against=LAB,
    links=("CQA-1",),
    method=METHOD,
    rounding="half_even",
    conversions=(
        Conversion("1", Fraction(100)),
        Conversion("[degF]", Fraction(5, 9), Fraction(-160, 9)),
    ),
    applies=ADULTS,
    due=Due(FORMULATED, Decimal(14), "d"),
    late_failure="The physician is told.",
    part_of="CQA-POT-009",
)
"""A criterion that says something in each of its members."""


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("rule", RULES)
def test_a_criterion_survives_its_record(subject, rule):
    limits = [
        Limit(date(2024, 1, day), rule, "CS-0042", kind, date(2025, 1, day), ADULTS)
        for day, kind in enumerate(LimitKind, start=1)
    ]
    one = replace(WHOLE, subject=subject, limits=(*criterion(rule).limits, *limits))
    record = json.loads(canonical(one.record()))
    assert restore.restored("criterion", restore_strategy.criterion, record) == one


def test_a_strategy_survives_its_record():
    told = Dimension("cohort", ("adult", "elderly"), LAB)
    one = Strategy(
        "car-t", "Example", "1", (WHOLE,), FORMULATED, (told, Dimension("market", ("EU",)))
    )
    record = json.loads(canonical(one.record()))
    again = restore.restored("strategy", restore_strategy.strategy, record)
    assert (again, again.digest) == (one, one.digest)


def otherwise(value):
    """Yield the value with one thing said otherwise, for each thing that it says."""
    if is_dataclass(value):
        for member in fields(value):
            for other in otherwise(getattr(value, member.name)):
                with suppress(IntegrityError):  # a noun that refuses to exist binds nothing
                    yield replace(value, **{member.name: other})
    elif isinstance(value, tuple):
        for place, one in enumerate(value):
            for other in otherwise(one):
                yield (*value[:place], other, *value[place + 1 :])
    elif value is not None:
        yield _another(value)


def _another(value):
    if isinstance(value, Enum):
        return next(one for one in type(value) if one is not value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, date):
        return value + timedelta(days=1)
    return f"{value}x" if isinstance(value, str) else value + 1


LIMIT = Limit(date(2024, 1, 1), RULES[2], "CS", LimitKind.PAR, date(2025, 1, 1), ADULTS)
TOLD = [
    *(replace(WHOLE, subject=subject, limits=(LIMIT,)) for subject in SUBJECTS),
    replace(WHOLE, limits=(replace(LIMIT, rule=RULES[4]),)),
]


@pytest.mark.parametrize("told", TOLD)
def test_whatever_a_criterion_says_is_bound_by_its_record(told):
    before = canonical(told.record())
    others = [one for one in otherwise(told) if one != told]
    assert len(others) > 50
    for other in others:
        assert canonical(other.record()) != before, other


@pytest.mark.parametrize(
    "change",
    [
        {"rounding": "up"},
        {"criticality": "fatal"},
        {"subject": {"kind": "guess"}},
        {"subject": Count(LAB).record() | {"observed": None}},
        {"subject": Quotient((Operand("1", LAB),)).record() | {"factor": "2/4"}},
        {"subject": Quotient((Operand("1", LAB),)).record() | {"factor": "1e999999999"}},
        {"subject": Reportable(LAB, "mean", 3).record() | {"formula": "mode"}},
        {"subject": Alternatives(("A",), 1).record() | {"at_least": "1"}},
        {"due": {"after": FORMULATED.record(), "within": None, "unit": "d"}},
        {"limits": [WHOLE.limits[0].record() | {"effective": None}]},
        {"limits": [WHOLE.limits[0].record() | {"effective": "2024-02-30"}]},
        {"limits": [WHOLE.limits[0].record() | {"kind": "wish"}]},
        {
            "limits": [
                WHOLE.limits[0].record()
                | {"rule": Range(low=Decimal(1)).record() | {"low": "1E+999999999"}}
            ]
        },
        {"conversions": [Conversion("1").record() | {"factor": "0"}]},
        {"method": METHOD.record() | {"retests_at_most": True}},
    ],
)
def test_a_criterion_that_says_something_else_is_refused(change):
    record = json.loads(canonical(WHOLE.record())) | json.loads(json.dumps(change))
    with pytest.raises(IntegrityError):
        restore.restored("criterion", restore_strategy.criterion, record)


@pytest.mark.parametrize("told", [{}, {"observed": LAB, "constant": Decimal(1)}])
def test_an_operand_is_a_result_or_a_constant(told):
    with pytest.raises(IntegrityError, match="one of them"):
        Operand("1", **told)


def test_a_capture_survives_its_record():
    one = capture(b"x")
    assert restore.restored("capture", restore.capture, json.loads(canonical(one.record()))) == one


@pytest.mark.parametrize(
    "change",
    [
        {"unit": 7},
        {"value": {"kind": "number", "number": "NaN", "bound": "="}},
        {"value": {"kind": "guess"}},
        {"origin": {"places": [], "derived_from": [], "recipe": ""}},
        {"id": "O-forged"},
        {"extra": "member"},
        {"status": "released"},
    ],
)
def test_a_record_that_says_something_else_is_refused(change):
    record = json.loads(canonical(observed("90.0").record())) | change
    with pytest.raises(IntegrityError):
        restore.restored("observation", restore.observation, record)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-13T10:00:00+01:00", "2026-03-13T09:00:00.000000Z"),
        ("2026-03-29T02:30:00+01:00", "2026-03-29T01:30:00.000000Z"),
        ("2026-03-13T09:00:00.123456789Z", "2026-03-13T09:00:00.123456Z"),
        ("2026-03-13 09:00:00.5Z", "2026-03-13T09:00:00.500000Z"),
    ],
)
def test_a_time_is_read_with_its_zone(text, utc):
    assert written(read_time(text)) == utc


@pytest.mark.parametrize(
    "text",
    ["2026-03-13T09:00:00", "13/03/2026", "2026-02-30T09:00:00Z", "", "2026-03-13T25:00:00Z"],
)
def test_a_time_that_is_none_is_refused_in_words(text):
    with pytest.raises(UnreadableError, match="Expected"):
        read_time(text)


def test_a_limit_is_in_force_from_its_day():
    first, second = criterion().limits[0], criterion().limits[0]
    later = replace(second, effective=second.effective.replace(year=2025), cites="v4")
    one = criterion(limits=(first, later))
    assert one.on(first.effective.replace(year=2023)) is None
    assert one.on(first.effective).limit.cites == first.cites
    assert one.on(later.effective).limit.cites == "v4"
