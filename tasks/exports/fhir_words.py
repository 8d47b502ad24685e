"""How values, limits and codes stand in FHIR R5: every number digit by digit, units in UCUM."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_DOWN, Context, Decimal
from typing import Final, TypeAlias

from contracts.certified import Analysis, Result
from contracts.observation import Awaited, Bound, Number, Status
from contracts.rule import Range
from contracts.times import written
from contracts.words import shown, step_in_words

Fhir: TypeAlias = "bool | int | str | Decimal | Sequence[Fhir] | Mapping[str, Fhir]"
Resource: TypeAlias = dict[str, Fhir]

ROOT: Final = "urn:batchproof:root"
CRITERION: Final = "urn:batchproof:criterion"
METHOD: Final = "urn:batchproof:method"
OUTCOME: Final = "urn:batchproof:outcome"
BATCH: Final = "urn:batchproof:batch"
OBSERVATION: Final = "urn:batchproof:observation"
CHARACTERISTIC: Final = "urn:batchproof:characteristic"
_UCUM: Final = "http://unitsofmeasure.org"
_TARGET: Final = "http://hl7.org/fhir/us/pq-cmc-fda/StructureDefinition/pq-target-range"
"""The extension in which PQ-CMC writes a limit with its comparators, open ends included."""
PLAN: Final = "http://terminology.hl7.org/CodeSystem/plan-definition-type"
_ABSENT: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_SHORT: Final = Context(prec=17, rounding=ROUND_DOWN)
"""FHIR decimals have at most 18 digits; a longer one is cut, so that it never reaches a limit."""
STATUS: Final = {
    Status.PRELIMINARY: "preliminary",
    Status.FINAL: "final",
    Status.CORRECTED: "corrected",
    Status.INVALIDATED: "cancelled",
}


def code(test: Analysis) -> Resource:
    """Return a test by its criterion."""
    title = plain(test.criterion.title)
    coding: Resource = {"system": CRITERION, "code": test.criterion.id, "display": title}
    return {"coding": [coding], "text": title}


def method(test: Analysis) -> Resource:
    """Return a test's method by its code."""
    return {"coding": [{"system": METHOD, "code": test.method}], "text": test.method}


def reference_range(test: Analysis) -> Resource:
    """Return the limit in words, and its ends where FHIR can say them: as inclusive ones."""
    found: Resource = {"text": test.limit}
    rule = test.criterion.limit.rule
    if isinstance(rule, Range):
        if rule.low is not None and rule.low_inclusive:
            found["low"] = _quantity(rule.low, test.criterion.unit)
        if rule.high is not None and rule.high_inclusive:
            found["high"] = _quantity(rule.high, test.criterion.unit)
    return found


def goal(test: Analysis) -> Resource:
    """Return a test's acceptance criterion, open ends with their comparators."""
    rule = test.criterion.limit.rule
    target: Resource = {"detailString": test.limit}
    if isinstance(rule, Range):
        ends = {
            "low": (rule.low, ">=" if rule.low_inclusive else ">"),
            "high": (rule.high, "<=" if rule.high_inclusive else "<"),
        }
        said: list[Fhir] = [
            {
                "url": name,
                "valueQuantity": _quantity(end, test.criterion.unit, sign),
            }
            for name, (end, sign) in ends.items()
            if end is not None
        ]
        target = {"modifierExtension": [{"url": _TARGET, "extension": said}]}
    return {"id": _anchor(test), "description": {"text": test.limit}, "target": [target]}


def action(test: Analysis) -> Resource:
    """Return a test as a step of the specification."""
    told: Resource = {
        "title": plain(test.criterion.title),
        "description": f"{test.criterion.id}, {plain(test.criterion.limit.cites)}",
        "goalId": [_anchor(test)],
    }
    if test.method:
        told["code"] = method(test)
    return told


def _anchor(test: Analysis) -> str:
    return "".join(one if one.isascii() and one.isalnum() else "-" for one in test.criterion.id)


def _value(result: Result) -> Resource:
    match result.one.value:
        case Awaited() as value:
            reason: Resource = {"system": _ABSENT, "code": "temp-unknown"}
            return {"dataAbsentReason": {"coding": [reason], "text": plain(str(value))}}
        case Number(number=number, bound=bound):
            sign = "" if bound is Bound.EXACT else bound.value
            return {"valueQuantity": _quantity(number, result.one.unit, sign)}
        case value:
            return {"valueString": plain(result.one.as_written or str(value))}


def recorded(result: Result) -> Resource:
    """Return what a source recorded: what of, its standing, the value, when, and as written."""
    one = result.one
    name = one.characteristic.replace("_", " ")
    coding: Resource = {"system": CHARACTERISTIC, "code": one.characteristic}
    found: Resource = {
        "status": "registered" if isinstance(one.value, Awaited) else STATUS[one.status],
        "code": {"coding": [coding], "text": plain(f"{name} at {step_in_words(one.step)}")},
        **_value(result),
    }
    said = [plain(words) for words in _notes(result)]
    if said:
        found["note"] = [{"text": words} for words in said]
    if one.occurred_at:
        found["effectiveDateTime"] = written(one.occurred_at)
    if one.recorded_at:
        found["issued"] = written(one.recorded_at)
    return found


def _notes(result: Result) -> Iterator[str]:
    if result.one.as_written:
        yield f"as written: {result.written}"
    elif isinstance(result.one.value, Number):
        yield f"calculated, exactly {result.one.value}"
    if result.remark:
        yield result.remark


def _quantity(number: Decimal, unit: str, comparator: str = "") -> Resource:
    told: Resource = {"value": _SHORT.plus(number), "system": _UCUM, "code": unit}
    if shown(unit):
        told["unit"] = shown(unit)
    if comparator:
        told["comparator"] = comparator
    return told


def plain(words: str) -> str:
    """Return a text as FHIR takes one: no control characters, and never empty (R5, 2.1.28)."""
    told = "".join(one if one.isprintable() else " " for one in words).strip()
    return told or "-"


def json_text(value: Fhir) -> str:
    """Return JSON in which a decimal stands digit by digit."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        members = (f"{json.dumps(name)}:{json_text(said)}" for name, said in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ",".join(map(json_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
