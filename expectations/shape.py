"""The closed shape of a strategy file, and what is said to someone whose file has another one."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

from jsonschema import Draft202012Validator

from expectations.marked import Content, Marked, Problem, Spot


def shape_problems(file: Marked, kind: str) -> Iterator[tuple[Spot, Problem]]:
    """Yield every way in which a file departs from `schema.json`, with the part that does.

    `kind` is the definition it is held against: `strategy`, `group` or `overlay`.
    """
    for error in _validator(kind).iter_errors(file.content):
        spot: Spot = tuple(error.absolute_path)
        fault = _Fault(
            str(error.validator),
            cast("Mapping[str, Any]", error.schema),
            cast("Content", error.instance),
            error.message,
        )
        for inner, words in _in_words(fault):
            yield spot, file.problem((*spot, *inner), words)


@cache
def _validator(kind: str) -> Draft202012Validator:
    schema = json.loads((files("expectations") / "schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]})


@dataclass(frozen=True, slots=True)
class _Fault:
    """What jsonschema says of one part: the keyword that is broken, and by what."""

    keyword: str
    schema: Mapping[str, Any]
    said: Content
    message: str


def _in_words(fault: _Fault) -> Iterator[tuple[Spot, str]]:
    if fault.keyword == "additionalProperties" and isinstance(fault.said, Mapping):
        allowed = sorted(fault.schema["properties"])
        for key in fault.said:
            if key not in allowed:
                yield (key,), f"unknown key '{key}'; known here: {', '.join(allowed)}"
    elif fault.keyword == "required":
        required = fault.schema["required"]
        missing = next(key for key in required if fault.message.startswith(f"'{key}'"))
        yield (), f"'{missing}' is missing{_why(missing)}"
    else:
        yield (), _about_value(fault)


def _why(missing: str) -> str:
    reasons = {
        "effective": ": a limit has the date from which it holds",
        "cites": ": a limit names the document that says so",
        "examples": ": a rule has its examples beside it",
        "why": ": a layer says why it differs",
        "group": ": an added criterion says which group it joins",
    }
    return reasons.get(missing, "")


def _about_value(fault: _Fault) -> str:
    if fault.keyword in {"type", "pattern"}:
        return _kind(fault.said, str(fault.schema["description"]))
    if fault.keyword == "oneOf":
        return _one_of(fault.schema)
    about = {
        "enum": f"'{fault.said}' is not one of {fault.schema.get('enum')}",
        "minItems": "the list is too short",
        "minProperties": f"nothing where {fault.schema.get('description')} belongs",
        "uniqueItems": "the same value twice",
    }
    return about[fault.keyword]


def _one_of(schema: Mapping[str, Any]) -> str:
    """Return which keys exclude each other: one of them, or of their groups, must be there."""
    groups = [" with ".join(one["required"]) for one in schema["oneOf"]]
    about = "says what is judged" if "observed" in groups else f"makes {schema['description']}"
    return f"exactly one of {', '.join(groups[:-1])} and {groups[-1]} {about}"


def _kind(said: Content, wanted: str) -> str:
    if isinstance(said, bool):
        return f"a bare yes or no where {wanted} belongs; text needs quotes"
    if isinstance(said, (int, float)):
        return f"a number without quotes where {wanted} belongs"
    if isinstance(said, str):
        return f"'{said[:40]}' where {wanted} belongs"
    return f"{'nothing' if said is None else 'a list or a group'} where {wanted} belongs"
