"""One spelling of a record, so that equal records have equal bytes (RFC 8785, without floats)."""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from contracts.errors import IntegrityError

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"

_LARGEST_EXACT_INTEGER = 2**53 - 1


def canonical(record: Json) -> bytes:
    """Return the RFC 8785 bytes of a record.

    Floats are refused: a number that matters is a decimal string. Member names are ASCII, so that
    sorting by code point and by UTF-16 code unit (RFC 8785, 3.2.3) is the same.

    Raises:
        IntegrityError: a float, an integer beyond 2**53 - 1, a member name that is not ASCII, or
            text that is not Unicode.
    """
    _refuse_what_has_two_spellings(record, "")
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise IntegrityError("a lone surrogate in a text", expected="Unicode text") from error


def _refuse_what_has_two_spellings(record: object, where: str) -> None:
    if record is None or isinstance(record, (str, bool)):
        return
    if isinstance(record, int):
        if abs(record) > _LARGEST_EXACT_INTEGER:
            raise IntegrityError(f"the integer {record}", expected="a decimal string", where=where)
    elif isinstance(record, Mapping):
        for name, member in record.items():
            if not isinstance(name, str) or not name.isascii():
                raise IntegrityError(f"member name {name!r}", expected="ASCII", where=where)
            _refuse_what_has_two_spellings(member, f"{where}/{name}")
    elif isinstance(record, (list, tuple)):
        for index, member in enumerate(record):
            _refuse_what_has_two_spellings(member, f"{where}/{index}")
    else:
        found = f"a {type(record).__name__}"
        raise IntegrityError(found, expected="text, integer, boolean or null", where=where)


def parse_strict(data: bytes) -> Json:
    """Return the record in canonical bytes, refusing every other spelling of it.

    Raises:
        IntegrityError: the bytes are not JSON, or not the one spelling of what they say.
    """
    try:
        record: Json = json.loads(data.decode("utf-8"), parse_float=_refuse_float)
    except (ValueError, RecursionError) as error:
        raise IntegrityError(
            f"bytes that are not JSON ({error})", expected="canonical JSON"
        ) from error
    if canonical(record) != data:
        raise IntegrityError("JSON in another spelling", expected="canonical JSON (RFC 8785)")
    return record


def _refuse_float(text: str) -> float:
    message = f"the float {text}"
    raise ValueError(message)
