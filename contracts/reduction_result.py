"""What a criterion's function found in one tag's readings, and what may be asked of it at all."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Final

from contracts.errors import StrategyError
from contracts.reading_kinds import GAP, SPEAKS
from contracts.subject import Reduction

NAMED: Final = 20
"""How many readings, and how many stretches of them, are named one by one."""
SIGNIFICANT_DIGITS: Final = 12
"""How many digits the quotients have: `mean`, `ramp_rate` and `fastest_change`, ties to even."""
MINUTE: Final = 60 * 10**9
"""Nanoseconds."""

OF_A_RANGE: Final = ("time_outside", "longest_outside", "readings_outside")
IN_TIME: Final = ("time_outside", "longest_outside", "longest_gap")
IN_READINGS: Final = ("max", "min", "mean", "mean_kinetic_temperature")
IN_RATES: Final = ("ramp_rate", "fastest_change")
IN_COUNTS: Final = ("count_true", "count_readings", "readings_outside")
FUNCTIONS: Final = (*IN_READINGS, *IN_TIME, *IN_COUNTS, *IN_RATES)

_QUOTIENT: Final = Context(
    prec=SIGNIFICANT_DIGITS, rounding=ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999
)


@dataclass(frozen=True, slots=True)
class Found:
    """One number of one tag, and the readings that decided it, by their position in time."""

    number: Decimal | None
    """A reading's own number, a count, nanoseconds, or a rate per minute; None if there is none."""
    deciding: tuple[int, ...]
    """In the order of time: one or two, or up to `NAMED` of readings outside."""
    stretches: tuple[tuple[int, int], ...] = ()
    """The first and last reading of each stretch of readings outside, up to `NAMED` stretches."""
    in_all: int = 0
    """How many stretches there are."""


NOTHING: Final = Found(None, ())


def check(subject: Reduction) -> None:
    """Refuse a reduction that nobody can carry out.

    Raises:
        StrategyError: the function is unknown, or lacks what it needs, or a treatment is no
            treatment.
    """
    function = subject.function
    if function not in FUNCTIONS:
        raise StrategyError(f"the reduction “{function}”", expected="one that is known")
    if function in OF_A_RANGE and subject.low is None and subject.high is None:
        raise StrategyError(f"{function} without a range", expected="`low`, `high` or both")
    if function == "ramp_rate" and _no_ramp(subject):
        raise StrategyError("a ramp without two ends", expected="`start` and another `end`")
    if {subject.uncertain, subject.substituted} - {GAP, SPEAKS}:
        said = f"“{subject.uncertain}” and “{subject.substituted}” readings"
        raise StrategyError(said, expected=f"“{GAP}” or “{SPEAKS}” for each")
    if subject.hold is not None and subject.hold < 0:
        raise StrategyError(f"a reading that holds {subject.hold} min", expected="0 min or more")


def _no_ramp(subject: Reduction) -> bool:
    return subject.start is None or subject.end is None or subject.start == subject.end


def hold_of(subject: Reduction) -> int | None:
    """Return for how many nanoseconds a reading speaks at most, to the one below; None: for all."""
    return None if subject.hold is None else int(Fraction(subject.hold) * MINUTE)


def quotient(exact: Fraction) -> Decimal:
    """Return an exact number as a decimal of `SIGNIFICANT_DIGITS` digits, rounded once."""
    return _QUOTIENT.divide(Decimal(exact.numerator), Decimal(exact.denominator))
