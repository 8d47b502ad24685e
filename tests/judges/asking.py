"""Questions for the judges: criteria of every kind of rule, points of every kind of value."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Context, Decimal
from fractions import Fraction

from builders import criterion, observed
from hypothesis import strategies as st

from contracts.conversion import Conversion
from contracts.criterion import ROUNDINGS, Criterion
from contracts.method import Method
from contracts.observation import Awaited, Bound, Moment, Number, Observation, Text, Value
from contracts.question import Point, Question
from contracts.rule import Agrees, LimitKind, OneOf, Present, Range, Rule

_DIGITS = Context(prec=30)
_WIDE = Context(prec=2000, Emin=-5000, Emax=5000)
CONVERSIONS = (
    Conversion("1", Fraction(100)),
    Conversion("mg/h", Fraction(1, 60)),
    Conversion("[degF]", Fraction(5, 9), Fraction(-160, 9)),
    Conversion("K", offset=Fraction("-273.15")),
)
"""Exact factors of every kind: whole, without an end, and with an offset."""
METHOD = Method(
    "TM-014",
    (("TNTC", Number(Decimal(300), Bound.ABOVE)), ("< LOQ", Number(Decimal("0.05"), Bound.BELOW))),
    1,
    uncertainty_percent=Decimal("2.5"),
)
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
    "tntc",
    "<LOQ",
    "1e5",
    "negative to date",
    "Negative to date, day 6",
    " negative to date (day 7)",
    "negative to date, day 10 of 14",
    "negative to date, turbid",
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


_COEFFICIENTS = st.integers(-(10**15) + 1, 10**15 - 1) | st.sampled_from([0, 1, 3, 5, 80, 800, -2])
_EXPONENTS = st.integers(-16, 4) | st.sampled_from([-1, -1, -290, -250, 250])


def limits() -> st.SearchStrategy[Decimal]:
    """Limits of up to fifteen significant digits, around one, tiny and huge."""
    return st.builds(lambda digit, power: Decimal(digit).scaleb(power), _COEFFICIENTS, _EXPONENTS)


def values_near(limit: Decimal, unit: str = "%") -> st.SearchStrategy[Decimal]:
    """The limit, where rounding turns, their nearest neighbours, and numbers far from every limit.

    In a unit that converts, the number that becomes the limit, as far as a decimal can write it.
    """
    half = Decimal(5).scaleb(int(limit.as_tuple().exponent) - 1)
    edges = st.sampled_from([limit, _plus(limit, half), _plus(limit, -half)])
    relative = st.integers(10, 40).map(lambda power: abs(limit).scaleb(-power))
    steps = relative | st.sampled_from([Decimal(0), Decimal("1e-30"), Decimal("1e-400")])
    near = st.builds(
        lambda edge, step, sign: _plus(_before(edge, unit), step * sign),
        edges,
        steps,
        st.sampled_from([-1, 1]),
    )
    return near | st.sampled_from([Decimal(one) for one in FAR]) | limits()


FAR = (
    "0.29999999999999999",
    "0.3",
    "0.30000000000000004",
    "0",
    "-0",
    "1e400",
    "-1e400",
    "1e-400",
    "-1e-400",
    "1e-30",
    "1e30",
)
"""0.1 + 0.2 as a float writes it among them, and 10^30 and 10^-30."""


def _before(limit: Decimal, unit: str) -> Decimal:
    for conversion in CONVERSIONS:
        if conversion.unit == unit:
            ratio = (Fraction(limit) - conversion.offset) / conversion.factor
            return _DIGITS.divide(Decimal(ratio.numerator), Decimal(ratio.denominator))
    return limit


def _plus(one: Decimal, other: Decimal) -> Decimal:
    """Add exactly: the default context would round to 28 digits."""
    lowest = min(int(one.as_tuple().exponent), int(other.as_tuple().exponent))
    scaled = [int(part.scaleb(-lowest, _WIDE)) for part in (one, other)]
    return Decimal(sum(scaled)).scaleb(lowest, _WIDE)


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    """Ranges with one end, two or a point; both ends are written with as many decimals."""
    power = draw(_EXPONENTS)
    low, high = (
        Decimal(one).scaleb(power) for one in sorted(draw(st.tuples(_COEFFICIENTS, _COEFFICIENTS)))
    )
    which = draw(st.sampled_from(["low", "high", "both", "both", "point"]))
    return Range(
        low=None if which == "high" else low,
        high=None if which == "low" else low if which == "point" else high,
        low_inclusive=draw(st.booleans()),
        high_inclusive=draw(st.booleans()),
    )


def words_allowed() -> st.SearchStrategy[OneOf]:
    """Sets of words, some with words that fail and with provisional ones."""
    some = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True).map(tuple)
    told = st.builds(
        OneOf,
        values=some,
        unacceptable=st.just(()) | some,
        provisional=st.sampled_from(["", "negative to date"]),
        from_day=st.none() | st.sampled_from([0, 7]),
    )
    return told.filter(lambda rule: rule.provisional or rule.from_day is None)


def rules() -> st.SearchStrategy[Rule]:
    return ranges() | ranges() | words_allowed() | st.sampled_from([Present(), Agrees()])


@st.composite
def values(draw: st.DrawFn, rule: Rule, unit: str = "%") -> Value:
    kinds = ["number", "text", "moment", "awaited"]
    if isinstance(rule, Range):
        kinds = [*["number"] * 12, *kinds]
    elif not isinstance(rule, Present):
        kinds = [*["text"] * 12, *kinds]
    match draw(st.sampled_from(kinds)):
        case "number":
            ends = rule.ends if isinstance(rule, Range) else ()
            end = draw(st.sampled_from([*ends, Decimal("0.3")]))
            return Number(draw(values_near(end, unit)), draw(st.sampled_from(Bound)))
        case "text":
            return Text(draw(st.sampled_from(WORDS)))
        case "moment":
            return Moment(datetime(2026, 3, 2, tzinfo=UTC))
        case _:
            return Awaited("assigned")


@st.composite
def points(draw: st.DrawFn, rule: Rule) -> Point:
    unit = draw(st.sampled_from(["%"] * 6 + [one.unit for one in CONVERSIONS] + ["furlong"]))
    one = observation(draw(values(rule, unit)), unit=unit)
    if not isinstance(rule, Agrees):
        return Point(one, reading=METHOD.reading_of(one.value))
    return Point(one, draw(st.none() | values(rule).map(observation)))


@st.composite
def criteria(draw: st.DrawFn, name: str = "CQA-VIA-001") -> Criterion:
    """A criterion of any rule, with warning limits of its own beside the one that blocks."""
    rule = draw(rules())
    if not isinstance(rule, Range):
        return criterion(rule, id=name, method=METHOD)
    told = criterion(rule, id=name, method=METHOD, conversions=CONVERSIONS)
    warning = draw(st.lists(st.sampled_from(list(LimitKind)[2:]), max_size=2, unique=True))
    more = [replace(told.limits[0], kind=kind, rule=draw(ranges())) for kind in warning]
    rounding = draw(st.sampled_from(ROUNDINGS))
    return replace(told, limits=(*told.limits, *more), rounding=rounding)


class Asked(tuple[Question, ...]):
    """Several questions, shown by what they ask: their nouns in full would fill a page each."""

    __slots__ = ()

    def __repr__(self) -> str:
        lines = (
            f"{one.criterion.id} {one.criterion.rounding} "
            f"{[limit.rule for limit in one.criterion.limits]}: "
            + ", ".join(f"{str(it.value)[:60]!r} {it.observation.unit}" for it in one.points)
            for one in self
        )
        return "\n".join(lines)[:20_000]


@st.composite
def questionnaires(draw: st.DrawFn) -> Asked:
    """Several criteria with many points each, some of them twice."""
    asked = []
    for position in range(draw(st.integers(6, 8))):
        told = draw(criteria(f"CQA-VIA-{position:03d}"))
        found = draw(st.lists(points(told.limit.rule), max_size=12))
        twice = draw(st.lists(st.sampled_from(found), max_size=2)) if found else []
        asked.append(Question(told, (*found, *twice)))
    return Asked(asked)
