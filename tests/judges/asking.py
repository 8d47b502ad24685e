"""Questions for the judges: criteria of every kind of rule, points of every kind of value."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Context, Decimal

from builders import criterion, observed
from hypothesis import strategies as st

from contracts.observation import Awaited, Bound, Moment, Number, Observation, Text, Value
from contracts.question import Point, Question
from contracts.rule import Agrees, OneOf, Present, Range, Rule

_WIDE = Context(prec=2000, Emin=-5000, Emax=5000)
WORDS = (
    "",
    " ",
    "nan",
    "NaN",
    "None",
    "NULL",
    "NA",
    "<NA>",
    "0",
    "1.0",
    "Pass",
    "pass",
    "Päss",
    "\u2028",
)
"""Texts that a table tool may take for nothing, for a number, or for each other."""


def observation(value: Value, key: str = "", **changes) -> Observation:
    """An observation whose reading is `value`, written as `value` or, if that is empty, a blank."""
    return replace(
        observed("x"), value=value, as_written=str(value) or " ", source_key=key, **changes
    )


def question(rule: Rule, points: Sequence[Point], name: str = "CQA-VIA-001") -> Question:
    return Question(criterion(rule, id=name), tuple(points))


def numbers(*written: str) -> list[Point]:
    """One point a number, each another record of the source."""
    return [
        Point(observation(Number(Decimal(one)), key=str(position)))
        for position, one in enumerate(written)
    ]


def limits() -> st.SearchStrategy[Decimal]:
    """Limits of up to fifteen significant digits, around one, tiny and huge."""
    digits = st.integers(-(10**15) + 1, 10**15 - 1) | st.sampled_from([0, 1, 3, 5, 80, 800, -2])
    exponents = st.integers(-16, 4) | st.sampled_from([-290, -250, 250])
    return st.builds(lambda digit, power: Decimal(digit).scaleb(power), digits, exponents)


def values_near(limit: Decimal) -> st.SearchStrategy[Decimal]:
    """The limit, its nearest neighbours at any precision, and numbers far from every limit."""
    relative = st.integers(10, 40).map(lambda power: abs(limit).scaleb(-power))
    steps = relative | st.sampled_from([Decimal(0), Decimal("1e-30"), Decimal("1e-400")])
    near = st.builds(lambda step, sign: _plus(limit, step * sign), steps, st.sampled_from([-1, 1]))
    far = ["0.29999999999999999", "0.3", "0", "-0", "1e400", "-1e400", "1e-400", "-1e-400", "1e-30"]
    return near | st.sampled_from([Decimal(one) for one in far]) | limits()


def _plus(one: Decimal, other: Decimal) -> Decimal:
    """Add exactly: the default context would round to 28 digits."""
    lowest = min(int(one.as_tuple().exponent), int(other.as_tuple().exponent))
    scaled = [int(part.scaleb(-lowest, _WIDE)) for part in (one, other)]
    return Decimal(sum(scaled)).scaleb(lowest, _WIDE)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    kind = draw(st.sampled_from(["range", "range", "range", "one_of", "present", "agrees"]))
    if kind == "one_of":
        return OneOf(
            tuple(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True)))
        )
    if kind == "present":
        return Present()
    if kind == "agrees":
        return Agrees()
    low, high = sorted([draw(limits()), draw(limits())])
    which = draw(st.sampled_from(["low", "high", "both", "point"]))
    return Range(
        low=None if which == "high" else low,
        high=None if which == "low" else low if which == "point" else high,
        low_inclusive=draw(st.booleans()),
        high_inclusive=draw(st.booleans()),
    )


@st.composite
def values(draw: st.DrawFn, rule: Rule) -> Value:
    kinds = ["number", "text", "moment", "awaited"]
    if isinstance(rule, Range):
        kinds = [*["number"] * 12, *kinds]
    elif not isinstance(rule, Present):
        kinds = [*["text"] * 12, *kinds]
    match draw(st.sampled_from(kinds)):
        case "number":
            ends = (
                [end for end in (rule.low, rule.high) if end is not None]
                if isinstance(rule, Range)
                else []
            )
            end = draw(st.sampled_from([*ends, Decimal("0.3")]))
            return Number(draw(values_near(end)), draw(st.sampled_from(Bound)))
        case "text":
            return Text(draw(st.sampled_from(WORDS)))
        case "moment":
            return Moment(datetime(2026, 3, 2, tzinfo=UTC))
        case _:
            return Awaited("assigned")


@st.composite
def points(draw: st.DrawFn, rule: Rule) -> Point:
    unit = draw(st.sampled_from(["%"] * 9 + ["1"]))
    one = observation(draw(values(rule)), unit=unit)
    if not isinstance(rule, Agrees):
        return Point(one)
    return Point(one, draw(st.none() | values(rule).map(observation)))


@st.composite
def questionnaires(draw: st.DrawFn) -> tuple[Question, ...]:
    """Several criteria with many points each, some of them twice."""
    asked = []
    for position, rule in enumerate(draw(st.lists(rules(), min_size=6, max_size=8))):
        found = draw(st.lists(points(rule), max_size=12))
        twice = draw(st.lists(st.sampled_from(found), max_size=2)) if found else []
        asked.append(question(rule, [*found, *twice], f"CQA-{position:03d}"))
    return tuple(asked)
