"""From canonical records back to the strategy and its criteria; anything else is refused."""

from collections.abc import Mapping

from contracts import members
from contracts.applicability import Applies
from contracts.conversion import Conversion
from contracts.criterion import (
    CRITICALITIES,
    ROUNDINGS,
    AttributeClass,
    Criterion,
    Due,
    Stage,
)
from contracts.members import Record
from contracts.method import Method, one_side
from contracts.rule import Agrees, Limit, LimitKind, OneOf, Present, Range, Rule
from contracts.strategy import Dimension, Strategy
from contracts.subject import (
    FORMULAS,
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


def strategy(record: Record) -> Strategy:
    """Return the strategy that a record says."""
    return Strategy(
        product=members.text(record, "product"),
        title=members.text(record, "title"),
        version=members.text(record, "version"),
        criteria=tuple(
            criterion(members.mapping(one)) for one in members.items(record["criteria"])
        ),
        dated_by=_boundary(members.mapping(record["dated_by"])),
        dimensions=tuple(
            _dimension(members.mapping(one)) for one in members.items(record["dimensions"])
        ),
    )


def _dimension(record: Record) -> Dimension:
    return Dimension(
        name=members.text(record, "name"),
        values=members.texts(record["values"]),
        observed=_maybe_observed(record["observed"]),
    )


def criterion(record: Record) -> Criterion:
    """Return the criterion that a record says."""
    return Criterion(
        id=members.text(record, "id"),
        title=members.text(record, "title"),
        attribute_class=AttributeClass(members.text(record, "class")),
        criticality=_known(CRITICALITIES, record, "criticality"),
        required_for=Stage(members.text(record, "required_for")),
        subject=subject(members.mapping(record["subject"])),
        unit=members.text(record, "unit"),
        limits=tuple(_limit(members.mapping(one)) for one in members.items(record["limits"])),
        owner=members.text(record, "owner"),
        message=members.text(record, "message"),
        against=_maybe_observed(record["against"]),
        links=members.texts(record["links"]),
        method=_method(members.mapping(record["method"])),
        unit_procedure=members.text(record, "unit_procedure"),
        rounding=_known(ROUNDINGS, record, "rounding"),
        conversions=tuple(
            Conversion.restore(members.mapping(one)) for one in members.items(record["conversions"])
        ),
        applies=_applies(members.mapping(record["applies"])),
        due=None if record["due"] is None else _due(members.mapping(record["due"])),
        late_failure=members.text(record, "late_failure"),
        part_of=members.text(record, "part_of"),
    )


def _known(known: tuple[str, ...], record: Record, name: str) -> str:
    return known[known.index(members.text(record, name))]


def _method(record: Record) -> Method:
    most = record["retests_at_most"]
    return Method(
        code=members.text(record, "code"),
        words=tuple((word, one_side(said)) for word, said in members.pairs(record["words"])),
        retests_at_most=None if most is None else members.integer(record, "retests_at_most"),
        uncertainty=members.decimal(record["uncertainty"]),
        uncertainty_percent=members.decimal(record["uncertainty_percent"]),
    )


def _applies(record: Record) -> Applies:
    return Applies(tuple((name, members.texts(values)) for name, values in sorted(record.items())))


def _due(record: Record) -> Due:
    within = members.decimal(record["within"])
    if within is None:
        raise TypeError("within")
    after = _boundary(members.mapping(record["after"]))
    return Due(after, within, members.text(record, "unit"))


def _limit(record: Record) -> Limit:
    effective = members.day(record["effective"])
    if effective is None:
        raise TypeError("effective")
    return Limit(
        effective=effective,
        rule=_rule(members.mapping(record["rule"])),
        cites=members.text(record, "cites"),
        kind=LimitKind(members.text(record, "kind")),
        until=members.day(record["until"]),
        applies=_applies(members.mapping(record["applies"])),
    )


def _rule(record: Record) -> Rule:
    match record["rule"]:
        case "range":
            return Range(
                low=members.decimal(record["low"]),
                high=members.decimal(record["high"]),
                low_inclusive=record["low_inclusive"] is True,
                high_inclusive=record["high_inclusive"] is True,
            )
        case "one_of":
            day = record["from_day"]
            return OneOf(
                values=members.texts(record["values"]),
                unacceptable=members.texts(record["unacceptable"]),
                provisional=members.text(record, "provisional"),
                from_day=None if day is None else members.integer(record, "from_day"),
            )
        case "present":
            return Present()
        case "agrees":
            return Agrees()
        case other:
            raise ValueError(other)


def subject(record: Record) -> Subject:
    """Return what a criterion is about, as a record says it."""
    match record["kind"]:
        case "observed":
            return _observed(record)
        case "count":
            return Count(_observed(members.mapping(record["observed"])))
        case "delay":
            return Delay(_observed(members.mapping(record["observed"])))
        case "elapsed":
            start, end = members.mapping(record["start"]), members.mapping(record["end"])
            return Elapsed(_end(start), _end(end))
        case "reduction":
            return _reduction(record)
        case _:
            return _calculated(record)


def _calculated(record: Record) -> Subject:
    match record["kind"]:
        case "quotient":
            return Quotient(
                product=_operands(record["product"]),
                divided_by=_operands(record["divided_by"]),
                factor=members.fraction(record, "factor"),
            )
        case "difference":
            return Difference(
                of=_operand(members.mapping(record["of"])),
                less=_operand(members.mapping(record["less"])),
                of_factor=members.fraction(record, "of_factor"),
                less_factor=members.fraction(record, "less_factor"),
            )
        case "reportable":
            return Reportable(
                observed=_observed(members.mapping(record["observed"])),
                formula=_known(FORMULAS, record, "formula"),
                replicates=members.integer(record, "replicates"),
            )
        case "alternatives":
            return Alternatives(
                members=members.texts(record["members"]),
                at_least=members.integer(record, "at_least"),
            )
        case other:
            raise ValueError(other)


def _reduction(record: Record) -> Reduction:
    return Reduction(
        characteristic=members.text(record, "characteristic"),
        step=members.text(record, "step"),
        function=members.text(record, "function"),
        low=members.decimal(record["low"]),
        high=members.decimal(record["high"]),
        start=members.decimal(record["start"]),
        end=members.decimal(record["end"]),
        uncertain=members.text(record, "uncertain"),
        substituted=members.text(record, "substituted"),
        hold=members.decimal(record["hold"]),
    )


def _operands(value: object) -> tuple[Operand, ...]:
    return tuple(_operand(members.mapping(one)) for one in members.items(value))


def _operand(record: Record) -> Operand:
    return Operand(
        unit=members.text(record, "unit"),
        observed=_maybe_observed(record["observed"]),
        constant=members.decimal(record["constant"]),
    )


def _end(record: Record) -> End:
    return _observed(record) if record["kind"] == "observed" else _boundary(record)


def _boundary(record: Record) -> Boundary:
    return Boundary(members.text(record, "step"), members.text(record, "edge"))


def _maybe_observed(value: object) -> Observed | None:
    return _observed(value) if isinstance(value, Mapping) else None


def _observed(record: Record) -> Observed:
    return Observed(
        members.text(record, "source"),
        members.text(record, "characteristic"),
        members.text(record, "step"),
    )
