"""JSON read strictly, in which every value knows where its bytes are in the capture."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from contracts.errors import UnreadableError

DEEPEST = 64
LONGEST_NUMBER = 1000
_MOVE = "the source's owner corrects the interface; the capture is kept"
_SPACE = re.compile(rb"[ \t\n\r]*")
_STRING = re.compile(rb'"([^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*)"')
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORD = re.compile(rb"[A-Za-z_+.-][A-Za-z0-9_+.-]*")
_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt])|u([0-9a-fA-F]{4}))')
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {b"true": "boolean", b"false": "boolean", b"null": "null"}
_NOTHING: Mapping[str, "JsonValue"] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class JsonValue:
    """One value of a JSON document, with the span of its bytes.

    The span of a string is the text between its quotes (so it may be empty); the span of anything
    else is the whole of it, an object's braces included.
    """

    kind: str
    """`object`, `array`, `string`, `number`, `boolean` or `null`."""
    text: str
    """The decoded string, the number as written, or the word; empty for objects and arrays."""
    offset: int
    length: int
    pointer: str
    """JSON pointer (RFC 6901); empty for the whole document."""
    members: Mapping[str, "JsonValue"] = field(default_factory=lambda: _NOTHING)
    items: tuple["JsonValue", ...] = ()

    @property
    def number(self) -> Decimal:
        """The number, exactly as written."""
        return Decimal(self.text)

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing: null, an empty string, an empty object or array."""
        return self.kind != "boolean" and not (
            (self.text and self.kind != "null") or self.members or self.items
        )


def read_json(data: bytes) -> JsonValue:
    """Return the one value that the bytes spell in JSON (RFC 8259).

    Raises:
        UnreadableError: not UTF-8, not JSON, a member name that comes twice, NaN or an infinity,
            more after the end, nested deeper than 64, a number longer than 1000 digits.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refusal("bytes that are not UTF-8", "UTF-8", "", error.start) from error
    scanner = _Scanner(data)
    value, end = scanner.value(scanner.after_space(0), "", 0)
    end = scanner.after_space(end)
    if end != len(data):
        raise _refusal("more after the end of the JSON value", "one JSON value", "", end)
    return value


def _refusal(found: str, expected: str, pointer: str, offset: int) -> UnreadableError:
    where = f"{pointer or 'the document'}, byte {offset}"
    return UnreadableError(found, expected=expected, where=where, move=_MOVE)


@dataclass(frozen=True, slots=True)
class _Scanner:
    """Reads values from one document; each method returns what it read and where that ends."""

    data: bytes

    def after_space(self, at: int) -> int:
        match = _SPACE.match(self.data, at)
        return match.end() if match else at

    def value(self, at: int, pointer: str, depth: int) -> tuple[JsonValue, int]:
        first = self.data[at : at + 1]
        if first == b'"':
            text, start, end = self.string(at, pointer)
            return JsonValue("string", text, start, end - start, pointer), end + 1
        if first in {b"{", b"["}:
            if depth >= DEEPEST:
                found = f"values nested deeper than {DEEPEST}"
                raise _refusal(found, f"at most {DEEPEST} levels", pointer, at)
            inside = self.object if first == b"{" else self.array
            return inside(at, pointer, depth + 1)
        return (
            self.number(at, pointer) if first.isdigit() or first == b"-" else self.word(at, pointer)
        )

    def string(self, at: int, pointer: str) -> tuple[str, int, int]:
        match = _STRING.match(self.data, at)
        if match is None:
            found = "a string that does not end, or that holds a control character or a bad escape"
            raise _refusal(found, "a JSON string", pointer, at)
        text = match[1].decode("utf-8")
        if "\\" in text:
            text = _unescaped(text)
            if text is None:
                found = "an escape that is half of a Unicode character"
                raise _refusal(found, "Unicode text", pointer, at)
        return text, match.start(1), match.end(1)

    def number(self, at: int, pointer: str) -> tuple[JsonValue, int]:
        match = _NUMBER.match(self.data, at)
        if match is None or self.data[match.end() : match.end() + 1].isalnum():
            raise _refusal("a number that JSON does not allow", "a JSON number", pointer, at)
        if match.end() - at > LONGEST_NUMBER:
            found = f"a number of {match.end() - at} characters"
            raise _refusal(found, f"at most {LONGEST_NUMBER}", pointer, at)
        text = match[0].decode("ascii")
        return JsonValue("number", text, at, match.end() - at, pointer), match.end()

    def word(self, at: int, pointer: str) -> tuple[JsonValue, int]:
        match = _WORD.match(self.data, at)
        kind = _WORDS.get(match[0]) if match else None
        if match is None or kind is None:
            raise _refusal(self.seen(at), "a JSON value", pointer, at)
        text = match[0].decode("ascii")
        return JsonValue(kind, text, at, match.end() - at, pointer), match.end()

    def object(self, at: int, pointer: str, depth: int) -> tuple[JsonValue, int]:
        members: dict[str, JsonValue] = {}
        here = self.after_space(at + 1)
        while self.data[here : here + 1] != b"}":
            if members:
                here = self.past(here, b",", "a comma or the end of the object", pointer)
            if self.data[here : here + 1] != b'"':
                raise _refusal(self.seen(here), "a member name in quotes", pointer, here)
            name, _, end = self.string(here, pointer)
            inner = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            if name in members:
                found = f"the member name '{name[:80]}' twice in one object"
                raise _refusal(found, "each name once", inner, here)
            here = self.past(self.after_space(end + 1), b":", "a colon after the name", inner)
            members[name], here = self.value(here, inner, depth)
            here = self.after_space(here)
        whole = JsonValue(
            "object", "", at, here + 1 - at, pointer, members=MappingProxyType(members)
        )
        return whole, here + 1

    def array(self, at: int, pointer: str, depth: int) -> tuple[JsonValue, int]:
        items: list[JsonValue] = []
        here = self.after_space(at + 1)
        while self.data[here : here + 1] != b"]":
            if items:
                here = self.past(here, b",", "a comma or the end of the array", pointer)
            item, here = self.value(here, f"{pointer}/{len(items)}", depth)
            items.append(item)
            here = self.after_space(here)
        return JsonValue("array", "", at, here + 1 - at, pointer, items=tuple(items)), here + 1

    def past(self, at: int, sign: bytes, expected: str, pointer: str) -> int:
        if self.data[at : at + 1] != sign:
            raise _refusal(self.seen(at), expected, pointer, at)
        return self.after_space(at + 1)

    def seen(self, at: int) -> str:
        if at >= len(self.data):
            return "the end of the bytes in the middle of a value"
        match = _WORD.match(self.data, at)
        found = match[0] if match else self.data[at : at + 1]
        return f"'{found[:40].decode('utf-8', 'replace')}'"


def _unescaped(text: str) -> str | None:
    """Return a string without its escapes, or None when one is half of a surrogate pair."""
    plain = _ESCAPE.sub(_one_escape, text)
    try:
        return plain.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return None


def _one_escape(match: re.Match[str]) -> str:
    if match[2]:
        return chr(int(match[2], 16))
    return _ESCAPED.get(match[1], match[1])
