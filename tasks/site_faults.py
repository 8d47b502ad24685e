"""What a site file says that its schema does not allow, in words and by line."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from contracts.errors import UnreadableError
from contracts.times import read_time
from tasks.site_yaml import Document, Pointer

_SECRETS = re.compile(r"(?i)(token|pass|secret|api[-_]?key|authorization|bearer)")
_SHOWN = 100
_BOUNDS: Mapping[object, str] = {
    "minLength": "a text of length",
    "maxLength": "a text no longer than",
    "minProperties": "this many entries at least:",
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
}


def breaches(document: Document) -> Iterator[str]:
    """Yield in words what the closed schema does not allow, in the order of the file's lines."""
    schema = json.loads(resources.files("tasks").joinpath("site.schema.json").read_bytes())
    errors = Draft202012Validator(schema, format_checker=_formats()).iter_errors(document.content)
    found = {told for error in errors for told in _told(error, document)}
    for line, words in sorted(found):
        yield f"line {line}: {words}"


def _formats() -> FormatChecker:
    """Return how the schema's formats are checked: a moment with its zone, a zone, an address."""
    formats = FormatChecker(())
    formats.checks("moment", UnreadableError)(
        lambda text: not isinstance(text, str) or bool(read_time(text))
    )
    formats.checks("zone", (KeyError, ValueError, OSError))(
        lambda name: not isinstance(name, str) or bool(ZoneInfo(name))
    )
    formats.checks("address", ValueError)(lambda url: not isinstance(url, str) or _reachable(url))
    return formats


def _reachable(url: str) -> bool:
    """Tell whether an address names a host, and no port or one that exists; it may raise."""
    parts = urlsplit(url)
    return bool(parts.hostname) and parts.port != 0


def _told(error: ValidationError, document: Document) -> Iterator[tuple[int, str]]:
    pointer: Pointer = tuple(error.absolute_path)
    name = ".".join(str(step) for step in pointer) or "the file"
    line = document.line(pointer)
    limit: Any = error.validator_value  # any JSON, by the schema's keyword
    schema: Any = error.schema
    instance: Any = error.instance
    if "propertyNames" in error.absolute_schema_path:
        yield line, f"{name} has the key {_shown(instance)}, which is not {schema['description']}"
    elif error.validator == "additionalProperties":
        for key in sorted(set(instance) - set(schema["properties"])):
            yield document.line((*pointer, key)), _unknown(key, name)
    elif error.validator == "required":
        for key in sorted(set(limit) - set(instance)):
            yield line, f"{name} lacks {key}"
    elif error.validator in ("pattern", "format"):
        yield line, f"{name} is not {schema['description']}"
    elif error.validator == "enum":
        yield line, f"{name} is {_shown(instance)}, expected {' or '.join(limit)}"
    elif error.validator == "type":
        hint = "; quote it" if limit == "string" and not isinstance(instance, dict) else ""
        yield line, f"{name} is {_shown(instance)}, expected type {limit}{hint}"
    else:
        yield line, f"{name} is {_shown(instance)}, expected {_BOUNDS[error.validator]} {limit}"


def _unknown(key: str, name: str) -> str:
    if _SECRETS.search(key):
        return (
            f"{name}.{key} would put a secret into the site file; "
            "put it into a file of its own (token_file), a variable (token_env) or a Prefect "
            "Secret block (token_block)"
        )
    return f"{name} has the unknown key {key[:_SHOWN]}"


def _shown(instance: object) -> str:
    if isinstance(instance, (dict, list)):
        return "a group of keys" if isinstance(instance, dict) else "a list"
    return json.dumps(instance, ensure_ascii=False)[:_SHOWN]
