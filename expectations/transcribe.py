"""From an entry of a strategy file, once its shape is right, to the criterion it speaks of."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from contracts.criterion import (
    Agrees,
    AttributeClass,
    Boundary,
    Count,
    Criterion,
    Elapsed,
    Limit,
    Observed,
    OneOf,
    Present,
    Range,
    Reduction,
    Rule,
    Stage,
    Subject,
)
from contracts.verdict import Outcome
from expectations.examples import Example

Entry: TypeAlias = Mapping[str, Any]  # the closed schema has been checked: text and lists of it
"""One part of a strategy file whose shape has been checked."""


def criterion_of(entry: Entry, group: str) -> Criterion:
    """Return the criterion with every limit it ever had.

    `entry` has the shape of `criterion` in schema.json, and dates that exist.
    """
    against = entry.get("against")
    return Criterion(
        id=entry["id"],
        title=entry["title"],
        attribute_class=AttributeClass(entry["class"]),
        criticality=entry["criticality"],
        required_for=Stage(entry["required_for"]),
        subject=_subject(entry),
        unit=entry["unit"],
        limits=tuple(_limit(entry["rule"], limit) for limit in entry["limits"]),
        owner=entry["owner"],
        message=entry["message"],
        against=None if against is None else Observed(**against),
        links=tuple(entry.get("links", ())),
        method=entry.get("method", ""),
        unit_procedure=group,
    )


def _subject(entry: Entry) -> Subject:
    if "observed" in entry:
        return Observed(**entry["observed"])
    if "elapsed" in entry:
        ends = entry["elapsed"]
        return Elapsed(start=Boundary(**ends["from"]), end=Boundary(**ends["to"]))
    if "count" in entry:
        return Count(Observed(**entry["count"]))
    told = entry["reduction"]
    return Reduction(
        characteristic=told["characteristic"],
        step=told["step"],
        function=told["function"],
        low=_decimal(told.get("low")),
        high=_decimal(told.get("high")),
    )


def _limit(rule: str, limit: Entry) -> Limit:
    return Limit(
        effective=date.fromisoformat(limit["effective"]),
        rule=_rule(rule, limit),
        cites=limit["cites"],
    )


def _rule(rule: str, limit: Entry) -> Rule:
    if rule == "range":
        return Range(
            low=_decimal(limit.get("low")),
            high=_decimal(limit.get("high")),
            low_inclusive=limit.get("low_inclusive", True),
            high_inclusive=limit.get("high_inclusive", True),
        )
    if rule == "one_of":
        return OneOf(tuple(limit.get("values", ())))
    return Present() if rule == "present" else Agrees()


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def examples_of(
    entry: Entry, criterion: Criterion, places: Sequence[str]
) -> Iterator[Example | None]:
    """Yield each example with its place (file and line); None where no limit was in force yet."""
    for told, where in zip(entry["examples"], places, strict=True):
        day = date.fromisoformat(told["day"])
        in_force = criterion.on(day)
        if in_force is None:
            yield None
            continue
        yield Example(
            criterion=in_force,
            day=day,
            outcome=Outcome(told["outcome"]),
            where=where,
            unit=told.get("unit", criterion.unit),
            written=_texts(told["written"]),
            other=told.get("other"),
            awaited=told.get("awaited", ""),
        )


def _texts(written: str | list[str] | None) -> tuple[str, ...]:
    if written is None:
        return ()
    return (written,) if isinstance(written, str) else tuple(written)
