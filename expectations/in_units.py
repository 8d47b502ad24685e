"""The units of one criterion: known to UCUM, and converting wherever they must."""

from collections.abc import Iterator

from contracts.errors import StrategyError
from expectations import units
from expectations.marked import Spot
from expectations.transcribe import Entry


def unit_problems(entry: Entry) -> Iterator[tuple[Spot, str]]:
    """Yield units that UCUM does not know, and units that do not convert where they must."""
    unknown = list(_unknown(entry))
    yield from unknown
    if unknown:
        return
    for place, unit in enumerate(entry.get("accepts_units", ())):
        yield from _converts(("accepts_units", place), unit, entry["unit"])
    if "difference" in entry:
        for side in ("of", "less"):
            told = entry["difference"][side]
            yield from _converts(("difference", side, "unit"), told["unit"], entry["unit"])
    if "calculated" in entry:
        told = entry["calculated"]
        above, below = (
            [one["unit"] for one in told.get(part, ())] for part in ("product", "divided_by")
        )
        try:
            units.product(above, below, entry["unit"])
        except StrategyError as error:
            yield ("calculated",), f"{error.found}; the unit of the criterion is {entry['unit']}"


def _unknown(entry: Entry) -> Iterator[tuple[Spot, str]]:
    spots: list[tuple[Spot, str]] = [(("unit",), entry["unit"])]
    spots += [
        (("accepts_units", at), unit) for at, unit in enumerate(entry.get("accepts_units", ()))
    ]
    for part in ("product", "divided_by"):
        for at, one in enumerate(entry.get("calculated", {}).get(part, ())):
            spots.append((("calculated", part, at, "unit"), one["unit"]))
    for side, one in entry.get("difference", {}).items():
        spots.append((("difference", side, "unit"), one["unit"]))
    for spot, unit in spots:
        reason = units.why_unknown(unit)
        if reason:
            yield spot, f"'{unit}' is no UCUM unit: {reason}"


def _converts(spot: Spot, unit: str, wanted: str) -> Iterator[tuple[Spot, str]]:
    try:
        units.factor(unit, wanted)
    except StrategyError as error:
        yield spot, f"'{unit}' does not convert to '{wanted}': {error.found}"
