"""From an entry of a strategy file, once its shape is right, to the criterion it speaks of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from contracts.applicability import Applies
from contracts.criterion import AttributeClass, Criterion, Due, Stage
from contracts.method import Method, one_side
from contracts.rule import Agrees, Limit, LimitKind, OneOf, Present, Range, Rule
from contracts.strategy import Dimension
from contracts.subject import (
    Alternatives,
    Boundary,
    Count,
    Delay,
    Difference,
    Elapsed,
    End,
    Observed,
    Operand,
    Quotient,
    Reduction,
    Reportable,
    Subject,
)
from contracts.verdict import Outcome
from expectations import units
from expectations.examples import Example

Entry: TypeAlias = Mapping[str, Any]  # the closed schema has been checked: text and lists of it
"""One part of a strategy file whose shape has been checked."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a criterion's entry refers to and does not say itself."""

    group: str
    methods: Mapping[str, Method]
    part_of: Mapping[str, str]
    """Which criterion counts a criterion as one of its alternatives, by the alternative's id."""


def criterion_of(entry: Entry, around: Surroundings) -> Criterion:
    """Return the criterion with every limit it ever had.

    `entry` has the shape of `criterion` in schema.json, dates that exist and units that convert.
    """
    against, due = entry.get("against"), entry.get("due")
    method = entry.get("method", "")
    subject = subject_of(entry)
    return Criterion(
        id=entry["id"],
        title=entry["title"],
        attribute_class=AttributeClass(entry["class"]),
        criticality=entry["criticality"],
        required_for=Stage(entry["required_for"]),
        subject=subject,
        unit=entry["unit"],
        limits=tuple(_limit(entry["rule"], limit, subject) for limit in entry["limits"]),
        owner=entry["owner"],
        message=entry["message"],
        against=None if against is None else Observed(**against),
        links=tuple(entry.get("links", ())),
        method=around.methods.get(method, Method(method)),
        unit_procedure=around.group,
        rounding=entry.get("rounding", ""),
        conversions=tuple(
            units.factor(unit, entry["unit"]) for unit in entry.get("accepts_units", ())
        ),
        applies=applies_of(entry),
        due=None if due is None else _due(due),
        late_failure=entry.get("late_failure", ""),
        part_of=around.part_of.get(entry["id"], ""),
    )


def method_of(entry: Entry) -> Method:
    """Return the method that an entry of `methods` tells of."""
    most = entry.get("retests_at_most")
    return Method(
        code=entry["code"],
        words=tuple((word, one_side(said)) for word, said in entry.get("stands_for", {}).items()),
        retests_at_most=None if most is None else int(most),
        uncertainty=_decimal(entry.get("uncertainty")),
        uncertainty_percent=_decimal(entry.get("uncertainty_percent")),
    )


def dimension_of(entry: Entry) -> Dimension:
    """Return the dimension that an entry of `dimensions` tells of."""
    observed = entry.get("observed")
    where = None if observed is None else Observed(**observed)
    return Dimension(entry["name"], tuple(entry["values"]), where)


def applies_of(entry: Entry) -> Applies:
    """Return what a criterion or limit applies to; everywhere if it does not say."""
    told = entry.get("applies_to", {})
    return Applies(tuple((name, tuple(values)) for name, values in sorted(told.items())))


def _due(entry: Entry) -> Due:
    within, _, unit = entry["within"].partition(" ")
    return Due(Boundary(**entry["after"]), Decimal(within), unit)


def subject_of(entry: Entry) -> Subject:
    """Return what a criterion is about."""
    match entry:
        case {"observed": told}:
            return Observed(**told)
        case {"elapsed": told}:
            return Elapsed(start=_end(told["from"]), end=_end(told["to"]))
        case {"delay": told}:
            return Delay(Observed(**told))
        case {"count": told}:
            return Count(Observed(**told))
        case {"reduction": told}:
            return _reduction(told)
        case _:
            return _calculated(entry)


def _calculated(entry: Entry) -> Subject:
    match entry:
        case {"calculated": told}:
            above = tuple(_operand(one) for one in told["product"])
            below = tuple(_operand(one) for one in told.get("divided_by", ()))
            made = [one.unit for one in above], [one.unit for one in below]
            return Quotient(above, below, units.product(*made, entry["unit"]).factor)
        case {"difference": {"of": of, "less": less}}:
            return Difference(
                of=_operand(of),
                less=_operand(less),
                of_factor=units.factor(of["unit"], entry["unit"]).factor,
                less_factor=units.factor(less["unit"], entry["unit"]).factor,
            )
        case {"reportable": told}:
            return Reportable(
                observed=_observed(told),
                formula=told["formula"],
                replicates=int(told["replicates"]),
            )
        case {"any_of": told}:
            return Alternatives(tuple(told), 1)
        case {"all_of": told}:
            return Alternatives(tuple(told), len(told))
        case {"at_least": told}:
            return Alternatives(tuple(told["of"]), int(told["n"]))
        case _:
            raise ValueError(entry["id"])


def _reduction(told: Entry) -> Reduction:
    return Reduction(
        characteristic=told["characteristic"],
        step=told["step"],
        function=told["function"],
        low=_decimal(told.get("low")),
        high=_decimal(told.get("high")),
        start=_decimal(told.get("start")),
        end=_decimal(told.get("end")),
        uncertain=told.get("uncertain", "gap"),
        substituted=told.get("substituted", "gap"),
        hold=_decimal(told.get("hold")),
    )


def _end(told: Entry) -> End:
    return Boundary(**told) if "edge" in told else Observed(**told)


def _operand(told: Entry) -> Operand:
    constant = _decimal(told.get("constant"))
    return Operand(told["unit"], None if "constant" in told else _observed(told), constant)


def _observed(told: Entry) -> Observed:
    return Observed(told["source"], told["characteristic"], told["step"])


def _limit(rule: str, limit: Entry, subject: Subject) -> Limit:
    until = limit.get("until")
    return Limit(
        effective=date.fromisoformat(limit["effective"]),
        rule=_rule(rule, limit, subject),
        cites=limit["cites"],
        kind=LimitKind(limit.get("kind", "specification")),
        until=None if until is None else date.fromisoformat(until),
        applies=applies_of(limit),
    )


def _rule(rule: str, limit: Entry, subject: Subject) -> Rule:
    if isinstance(subject, Alternatives):
        return Range(low=Decimal(subject.at_least))
    if rule == "range":
        return Range(
            low=_decimal(limit.get("low")),
            high=_decimal(limit.get("high")),
            low_inclusive=limit.get("low_inclusive", True),
            high_inclusive=limit.get("high_inclusive", True),
        )
    if rule == "one_of":
        day = limit.get("from_day")
        return OneOf(
            values=tuple(limit.get("values", ())),
            unacceptable=tuple(limit.get("unacceptable", ())),
            provisional=limit.get("provisional", ""),
            from_day=None if day is None else int(day),
        )
    return Present() if rule == "present" else Agrees()


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def examples_of(
    entry: Entry, criterion: Criterion, places: Sequence[str]
) -> Iterator[Example | None]:
    """Yield each example with its place (file and line); None where no limit was in force yet."""
    for told, where in zip(entry["examples"], places, strict=True):
        day = date.fromisoformat(told["day"])
        context = told.get("batch", {})
        in_force = criterion.on(day, context)
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
            context=context,
            warns=tuple(told.get("warns", ())),
        )


def _texts(written: str | list[str] | None) -> tuple[str, ...]:
    if written is None:
        return ()
    return (written,) if isinstance(written, str) else tuple(written)
