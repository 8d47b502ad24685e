"""The mean kinetic temperature: the one temperature that ages as much as all those measured.

Haynes' formula as in USP <1079.2> and ICH Q1A(R2), time weighted for unequal intervals:

    T = (dH/R) / -ln( sum of t_i exp(-dH / (R T_i)) / sum of t_i )

with temperatures in kelvin and dH = 83.144 kJ/mol, R = 8.3144 J/(mol K), so that dH/R is 10,000 K.
USP <1079.2> does not allow it for frozen storage, nor to waive an excursion's own limit; that is
for the strategy to keep.

Everything is in decimals of 50 digits, whose `exp` and `ln` are correctly rounded (General Decimal
Arithmetic): no machine's own library takes part. The result is rounded to 30 decimals, which takes
away what the calculation left behind, and then to four, ties to even.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

PLACES: Final = Decimal("0.0001")
RATIO: Final = Decimal(10_000)
"""dH/R in kelvin."""
ZERO_IN_KELVIN: Final[Mapping[str, Decimal]] = {"Cel": Decimal("273.15"), "K": Decimal(0)}
COLDEST, HOTTEST = Decimal(1), Decimal(10_000)
"""In kelvin: what is not between is no temperature of anything that ages."""
_NOISE: Final = Decimal("1e-30")
EXACT: Final = Context(prec=50, rounding=ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999)


def mean_kinetic_temperature(held: Mapping[Decimal, int], unit: str) -> Decimal | None:
    """Return the mean kinetic temperature of readings, in their unit, to four decimals.

    `held` says for how many nanoseconds each temperature held. There is none for no time at all,
    for a unit that is neither `Cel` nor `K`, and if a reading is no temperature.
    """
    zero = ZERO_IN_KELVIN.get(unit)
    if zero is None or not sum(held.values()):
        return None
    aged = Decimal(0)
    for temperature, time in sorted(held.items()):
        kelvin = EXACT.add(temperature, zero)
        if not COLDEST <= kelvin <= HOTTEST:
            return None
        speed = EXACT.exp(EXACT.divide(-RATIO, kelvin))
        aged = EXACT.fma(speed, Decimal(time), aged)
    mean_speed = EXACT.divide(aged, Decimal(sum(held.values())))
    kelvin = EXACT.divide(-RATIO, EXACT.ln(mean_speed))
    return rounded(EXACT.subtract(kelvin, zero))


def rounded(temperature: Decimal) -> Decimal:
    """Return a temperature of 50 digits to four decimals; zero has no sign."""
    told = EXACT.quantize(EXACT.quantize(temperature, _NOISE), PLACES)
    return told or told.copy_abs()
