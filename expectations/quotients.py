"""Means and rates of a series: exact quotients, each rounded once to a declared size."""

from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

import numpy as np

from contracts.kinetic import COLDEST, HOTTEST, RATIO, ZERO_IN_KELVIN, rounded
from contracts.reduction_result import MINUTE, NOTHING, Found, hold_of, quotient
from contracts.subject import Reduction
from expectations.exact import limit_float
from expectations.span import Span, decimal_of

_EXACT: Final = Context(prec=2000, Emin=-999_999, Emax=999_999)
"""Any double times any time, added up without rounding."""
_DIGITS: Final = Context(prec=60, Emin=-999_999, Emax=999_999)
_DOUBT: Final = 4e-15
"""How far a change computed in floats may be off, as a part of the two numbers; too large."""


def mean(subject: Reduction, span: Span) -> Found:
    """Weigh the readings by the time they hold: their mean, or their mean kinetic temperature."""
    held, hold = span.held(), hold_of(subject)
    if hold is not None:
        before = int(span.times[0]) - span.start
        if before > hold or (held > min(hold, span.end - span.start)).any():
            return NOTHING
        held[0] += before
    total = int(held.sum())
    if not total:
        return NOTHING
    order = np.argsort(span.values)
    values = span.values[order]
    starts = np.flatnonzero(np.append(True, values[1:] != values[:-1]))
    weights = np.add.reduceat(held[order], starts).tolist()
    weighted = [
        (decimal_of(value), Decimal(weight))
        for value, weight in zip(values[starts].tolist(), weights, strict=True)
        if weight
    ]
    if subject.function == "mean_kinetic_temperature":
        return Found(_kinetic(weighted, Decimal(total), span.unit), span.ends())
    added = Decimal(0)
    for value, weight in weighted:
        added = _EXACT.fma(value, weight, added)
    return Found(quotient(Fraction(added) / total), span.ends())


def _kinetic(weighted: list[tuple[Decimal, Decimal]], total: Decimal, unit: str) -> Decimal | None:
    """Return the mean kinetic temperature as `contracts.kinetic` defines it."""
    zero = ZERO_IN_KELVIN.get(unit)
    if zero is None:
        return None
    kelvins = [(_DIGITS.add(value, zero), weight) for value, weight in weighted]
    if not all(COLDEST <= kelvin <= HOTTEST for kelvin, _ in kelvins):
        return None
    aged = Decimal(0)
    for kelvin, weight in kelvins:
        speed = _DIGITS.exp(_DIGITS.divide(RATIO, kelvin).copy_negate())
        aged = _DIGITS.add(aged, _DIGITS.multiply(weight, speed))
    logarithm = _DIGITS.subtract(_DIGITS.ln(total), _DIGITS.ln(aged))
    kelvin = _DIGITS.divide(RATIO, logarithm)
    return rounded(_DIGITS.subtract(kelvin, zero))


def ramp(subject: Reduction, span: Span) -> Found:
    """Find the change per minute from where the ramp starts to where it ends."""
    start, end = (limit_float(one or Decimal(0)) for one in (subject.start, subject.end))
    sign = 1.0 if start < end else -1.0
    values = span.values * sign
    if not (started := values >= start * sign).any():
        return NOTHING
    first = int(np.argmax(started))
    ended = values >= end * sign
    ended[: np.searchsorted(span.times, span.times[first], "right")] = False
    if not ended.any():
        return NOTHING
    last = int(np.argmax(ended))
    return Found(quotient(_change(span, first, last)), (first, last))


def _change(span: Span, first: int, last: int) -> Fraction:
    """Return the change per minute from one reading to another, exactly."""
    before, after = (Fraction(span.number(at)) for at in (first, last))
    return (after - before) * MINUTE / int(span.times[last] - span.times[first])


def fastest_change(_: Reduction, span: Span) -> Found:
    """Find the largest change per minute: by floats, and exactly where floats are too close."""
    lasting = np.flatnonzero(np.append(span.times[1:] != span.times[:-1], True))
    if len(lasting) == 1:
        return NOTHING
    quarters = span.values[lasting] / 4  # so that no difference overflows
    passed = np.diff(span.times[lasting]).astype(np.float64)
    rates = np.abs(np.diff(quarters)) / passed
    doubts = (_DOUBT * (np.abs(quarters[1:]) + np.abs(quarters[:-1])) + 1e-300) / passed
    close = np.flatnonzero(rates + doubts >= (rates - doubts).max())
    seen: set[tuple[float, float, int]] = set()
    fastest, found = Fraction(-1), (0, 0)
    for at in close.tolist():
        first, last = int(lasting[at]), int(lasting[at + 1])
        values = float(span.values[first]), float(span.values[last])
        key = (*values, int(span.times[last] - span.times[first]))
        if key in seen:
            continue
        seen.add(key)
        if (change := abs(_change(span, first, last))) > fastest:
            fastest, found = change, (first, last)
    return Found(quotient(fastest), found)
