"""The control strategy in Great Expectations' own words: suites as plain JSON, the same each time.

Nothing here imports Great Expectations. What it writes loads in any installation of it.
"""

import itertools
import re
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any, Final, TypeAlias

from contracts.applicability import Context
from contracts.criterion import Criterion
from contracts.errors import StrategyError
from contracts.rule import Agrees, OneOf, Present, Range
from contracts.strategy import Strategy
from expectations.exact import limit_float
from expectations.points import provisional_word

Compiled: TypeAlias = dict[str, Any]
"""A suite, or a part of one, as JSON: with floats, for Great Expectations compares floats."""

_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_OID, "batchproof control strategy")
_UNASSIGNED: Final = "other"
"""The suite of criteria that name no unit procedure."""


def compile_all(
    strategy: Strategy, day: date, context: Context | None = None
) -> dict[str, Compiled]:
    """Return the suites of the criteria in force, one a unit procedure, by file name.

    Without the `context` of a batch every variant of a limit is in its suite.

    Raises:
        StrategyError: a criterion cannot be put in Great Expectations' words.
    """
    groups: dict[str, list[Criterion]] = {}
    for criterion in strategy.in_force(day, context):
        groups.setdefault(criterion.unit_procedure or _UNASSIGNED, []).extend(criterion.by_kind())
    return {
        f"{name}.json": compile_suite(f"{strategy.product} {name}", groups[name])
        for name in sorted(groups)
    }


def compile_suite(name: str, criteria: Sequence[Criterion]) -> Compiled:
    """Return a suite of three expectations a criterion: there, evaluable, and within its limit.

    Great Expectations succeeds on no rows: only the first fails where there is nothing to judge.
    Each criterion has one limit: see `Criterion.by_kind`. The suite is about a table of one row
    a point with the columns criterion, point, number, text and other. Its ids follow from the
    names, its order from the ids of the criteria.

    Raises:
        StrategyError: two criteria with one id, a limit that a double does not keep, a range
            without an end or with its ends crossed.
    """
    ordered = sorted(criteria, key=lambda criterion: criterion.id)
    for one, following in itertools.pairwise(ordered):
        if one.id == following.id:
            raise StrategyError(f"two criteria {one.id}", expected="one criterion an id")
    expectations = [
        expectation
        for criterion in ordered
        for expectation in (
            _there(name, criterion),
            _evaluable(name, criterion),
            _within_limit(name, criterion),
        )
    ]
    return {
        "name": name,
        "id": str(uuid.uuid5(_NAMESPACE, name)),
        "expectations": expectations,
        "meta": {"criteria": len(ordered), "expectations": len(expectations)},
        "notes": None,
    }


def there_check(criterion: Criterion) -> str:
    """Return the name of the expectation that there is something to judge."""
    return f"{criterion.id}/there"


def evaluable_check(criterion: Criterion) -> str:
    """Return the name of the expectation that what is there can be judged."""
    return f"{criterion.id}/evaluable"


def limit_check(criterion: Criterion) -> str:
    """Return the name of the expectation that the limit is met."""
    return f"{criterion.id}/limit"


def judged_column(criterion: Criterion) -> str:
    """Return the column in which the criterion's value stands: `number` or `text`."""
    return "number" if isinstance(criterion.limit.rule, Range) else "text"


def _there(suite: str, criterion: Criterion) -> Compiled:
    at_least_one = {"min_value": 1, "max_value": None, "strict_min": False, "strict_max": False}
    return _expectation(
        suite,
        criterion,
        there_check(criterion),
        f"{criterion.title}: there is a result to judge.",
        ("expect_table_row_count_to_be_between", at_least_one),
    )


def _evaluable(suite: str, criterion: Criterion) -> Compiled:
    return _expectation(
        suite,
        criterion,
        evaluable_check(criterion),
        f"{criterion.title}: every result is on record and can be evaluated.",
        ("expect_column_values_to_not_be_null", {"column": judged_column(criterion)}),
    )


def _within_limit(suite: str, criterion: Criterion) -> Compiled:
    return _expectation(
        suite,
        criterion,
        limit_check(criterion),
        f"{criterion.title}: {criterion.limit_in_words()}.",
        _rule(criterion),
    )


def _rule(criterion: Criterion) -> tuple[str, Compiled]:
    """Return the kind of expectation that says the limit, and its arguments, none left out."""
    match criterion.limit.rule:
        case Range() as rule:
            return "expect_column_values_to_be_between", _ends(criterion, rule)
        case OneOf() as rule:
            late = [] if rule.from_day is None else [provisional_word(rule)]
            return "expect_column_values_to_be_in_set", {
                "column": "text",
                "value_set": sorted([*rule.values, *late]),
            }
        case Present():
            return "expect_column_values_to_not_be_null", {"column": "text"}
        case Agrees():
            return "expect_column_pair_values_to_be_equal", {
                "column_A": "text",
                "column_B": "other",
                "ignore_row_if": "either_value_is_missing",
            }


def _ends(criterion: Criterion, rule: Range) -> Compiled:
    if rule.low is None and rule.high is None:
        raise StrategyError(
            "a range without an end", expected="a low or a high limit", where=criterion.id
        )
    if rule.low is not None and rule.high is not None and rule.low > rule.high:
        raise StrategyError(
            f"the range {rule.low} to {rule.high}", expected="low before high", where=criterion.id
        )
    if criterion.rounding and len({one.as_tuple().exponent for one in rule.ends}) > 1:
        raise StrategyError(
            f"a rounded range with the ends {rule.low} and {rule.high}",
            expected="both ends with as many decimals",
            where=criterion.id,
        )
    try:
        return {
            "column": "number",
            "min_value": None if rule.low is None else limit_float(rule.low),
            "max_value": None if rule.high is None else limit_float(rule.high),
            "strict_min": not rule.low_inclusive,
            "strict_max": not rule.high_inclusive,
        }
    except StrategyError as error:
        raise error.at(criterion.id) from error


def _expectation(
    suite: str, criterion: Criterion, check: str, description: str, said: tuple[str, Compiled]
) -> Compiled:
    kind, arguments = said
    limit = criterion.limit
    return {
        "type": kind,
        "id": str(uuid.uuid5(_NAMESPACE, f"{suite}/{check}")),
        "kwargs": {
            **arguments,
            "row_condition": {
                "type": "comparison",
                "column": {"name": "criterion"},
                "operator": "==",
                "parameter": criterion.id,
            },
        },
        "description": description,
        "severity": _severity(criterion),
        "meta": {
            "check": check,
            "citation": limit.cites,
            "class": criterion.attribute_class.value,
            "criterion": re.split("[/@]", criterion.id)[0],
            "effective": limit.effective.isoformat(),
            "kind": limit.kind.value,
            "limit": criterion.limit_in_words(),
            "rule": str(limit.rule.record()["rule"]),
            "unit": criterion.unit,
        },
    }


def _severity(criterion: Criterion) -> str:
    if not criterion.limit.kind.blocks:
        return "info"
    return "critical" if criterion.criticality == "critical" else "warning"
