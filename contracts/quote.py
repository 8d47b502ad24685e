"""The bytes behind a value: what a place quotes, read back in the capture's own notation."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pyexpat import ExpatError, ParserCreate

from contracts.canonical import Json
from contracts.errors import IntegrityError
from contracts.evidence import Capture, Digest, Place
from contracts.observation import Observation

_CONTEXT = 60
_BINARY = {8: ("<d", "IEEE 754 double"), 4: ("<f", "IEEE 754 single"), 1: ("<B", "byte")}
"""Notations of OPC UA numbers by their length (Part 6, 5.2.2), little-endian."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A span of captured bytes, shown to a person."""

    place: Place
    text: str
    """The bytes in their notation: the text of a string, the number of a binary number."""
    encoding: str
    """`utf-8`, or which kind of binary number the bytes are."""
    raw: bytes
    before: str
    after: str

    def record(self) -> dict[str, Json]:
        """Return the quote as a record."""
        return self.place.record() | {
            "after": self.after,
            "before": self.before,
            "encoding": self.encoding,
            "hex": self.raw.hex(),
            "text": self.text,
        }


def quote(place: Place, capture: Capture, data: bytes) -> Quote:
    """Return the bytes of a place, with up to sixty bytes of context where the capture is text.

    Raises:
        IntegrityError: the place does not lie in the capture.
    """
    end = place.offset + place.length
    if end > len(data):
        raise IntegrityError(
            f"a place that ends at byte {end}",
            expected=f"at most {len(data)}, the size of the capture",
            where=place.pointer,
        )
    raw = data[place.offset : end]
    if capture.system == "opcua-ha":
        return quote_binary(place, raw)
    return Quote(
        place,
        text=raw.decode("utf-8", "replace"),
        encoding="utf-8",
        raw=raw,
        before=data[max(0, place.offset - _CONTEXT) : place.offset].decode("utf-8", "replace"),
        after=data[end : end + _CONTEXT].decode("utf-8", "replace"),
    )


def quote_binary(place: Place, raw: bytes) -> Quote:
    """Return the bytes of a place in an OPC UA capture, read as the number that they are."""
    notation, encoding = _BINARY.get(place.length, ("", "OPC UA binary"))
    text = str(struct.unpack(notation, raw)[0]) if notation else raw.hex()
    return Quote(place, text, f"{encoding}, little-endian", raw, "", "")


def quotes_value(
    one: Observation, captures: Mapping[Digest, Capture], data: Mapping[Digest, bytes]
) -> bool:
    """Tell whether the first place of an observation holds its text as written.

    A calculated value was written by nobody: its places quote its inputs, which are checked to lie
    in their captures and to come out again under replay.
    """
    if not one.as_written:
        return True
    place = one.origin.places[0]
    raw = data[place.capture][place.offset : place.offset + place.length]
    return notated(raw, captures[place.capture].media_type).strip() == one.as_written.strip()


def notated(raw: bytes, media_type: str) -> str:
    """Return what bytes say in their format: JSON escapes and XML references are resolved.

    Bytes that are not of the format say nothing, and so equal no text as written.
    """
    try:
        if "json" in media_type:
            return str(json.loads(b'"' + raw + b'"'))
        if "xml" in media_type:
            return _character_data(raw)
        return raw.decode("utf-8")
    except (ValueError, ExpatError):
        return ""


def _character_data(raw: bytes) -> str:
    parser, found = ParserCreate("utf-8"), list[str]()
    parser.CharacterDataHandler = found.append
    parser.Parse(b"<q>" + raw + b"</q>", True)  # noqa: FBT003 (expat takes no keyword)
    return "".join(found)
