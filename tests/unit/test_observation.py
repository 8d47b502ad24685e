"""No value without an origin; every noun is whole or does not exist, and survives its record."""

import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from builders import capture, criterion, observed
from hypothesis import given
from hypothesis import strategies as st

from contracts import restore
from contracts.canonical import canonical
from contracts.errors import IntegrityError, UnreadableError
from contracts.evidence import Place, digest_of
from contracts.observation import Awaited, Bound, Moment, Number, Origin, Provenance
from contracts.rule import Agrees, OneOf, Present, Range
from contracts.subject import Boundary, Elapsed, Observed, Reduction
from contracts.times import read_time, written

NAIVE = datetime(2026, 3, 13, 9, 0)  # noqa: DTZ001 (the naive time is the point)


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


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_is_no_number(number):
    with pytest.raises(IntegrityError, match="finite"):
        Number(Decimal(number))


def test_the_id_names_what_is_said_and_where():
    one = observed("90.0")
    assert one.id == observed("90.0").id
    assert one.id != observed("90.0", b'{"Result":"90.0"}').id
    assert one.id != observed("90.0", unit="1").id
    assert dict(one.content()) == dict(observed("90.0", b'{"Result":"90.0"}').content())


VALUES = (
    st.decimals(allow_nan=False, allow_infinity=False).map(Number)
    | st.decimals(allow_nan=False, allow_infinity=False).map(lambda one: Number(one, Bound.BELOW))
    | st.just(Awaited("assigned"))
    | st.just(Moment(read_time("2026-03-13T10:00:00+01:00")))
)


@given(VALUES, st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_an_observation_survives_its_record(value, reason):
    one = observed("90.0", value=value, reason=reason, qualifiers=(("method", "flow"),))
    record = json.loads(canonical(one.record()))
    again = restore.restored("observation", restore.observation, record)
    assert (again.id, again.record()) == (one.id, one.record())


SUBJECTS = [
    Observed("lims", "viability", "release_testing"),
    Elapsed(Boundary("formulation", "ended_at"), Boundary("cryopreservation", "started_at")),
    Reduction("temperature", "expansion", "time_outside", Decimal("36.0"), Decimal("38.0")),
]
RULES = [
    Range(low=Decimal("80.0")),
    Range(high=Decimal("5.0"), high_inclusive=False),
    OneOf(("No growth", "Negative")),
    Present(),
    Agrees(),
]


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("rule", RULES)
def test_a_criterion_survives_its_record(subject, rule):
    one = criterion(rule, subject=subject, against=SUBJECTS[0], links=("CQA-1",))
    record = json.loads(canonical(one.record()))
    assert restore.restored("criterion", restore.criterion, record) == one


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
