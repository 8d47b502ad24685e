"""The leaves of a package's tables of records: the bytes that a value's proof starts from."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from contracts.canonical import parse_strict
from contracts.errors import IntegrityError
from contracts.evidence import Digest
from contracts.merkle import leaf_hash
from contracts.salts import each_salt

Captured: TypeAlias = Callable[[Digest], bytes]
"""Gives a capture's bytes by its digest; NotFoundError if the package has no such capture."""
QUOTING: Final = "observations"
"""The one table whose records quote captured bytes as written."""


def record_leaf(salt: bytes, line: bytes, quoted: bytes = b"") -> bytes:
    """Return the leaf of a record: its salt, its canonical line, and the bytes that it quotes."""
    return salt + line + b"\n" + quoted


def table_hashes(
    seed: bytes, table: str, lines: Sequence[bytes], captured: Captured
) -> Iterator[bytes]:
    """Yield the leaf hashes of a table's lines, each with the bytes that its record quotes.

    Raises:
        IntegrityError: a line is no canonical record, or quotes bytes that are in no capture.
    """
    for salt, line in zip(each_salt(seed, table), lines, strict=False):  # salts never end
        quoted = quoted_bytes(parse_strict(line), captured) if table == QUOTING else b""
        yield leaf_hash(record_leaf(salt, line, quoted))


def quoted_bytes(record: object, captured: Captured) -> bytes:
    """Return the captured bytes that an observation's record quotes, place after place.

    A calculated value was written by nobody and quotes nothing: the values it was made from do.

    Raises:
        IntegrityError: a place does not lie in a capture.
    """
    if not isinstance(record, Mapping):
        raise IntegrityError("an observation that is no object", expected="a record")
    origin = record.get("origin")
    places = origin.get("places") if isinstance(origin, Mapping) else None
    if not record.get("as_written") or not isinstance(places, list):
        return b""
    return b"".join(_span(place, captured) for place in places)


def _span(place: Mapping[str, object], captured: Captured) -> bytes:
    capture, offset, length = place["capture"], place["offset"], place["length"]
    data = captured(str(capture))
    if not isinstance(offset, int) or not isinstance(length, int):
        raise IntegrityError("a place without numbers", expected="offset and length")
    if offset < 0 or length < 1 or offset + length > len(data):
        raise IntegrityError(
            f"a span of {length} bytes at {offset}",
            expected=f"one inside the {len(data)} bytes of the capture",
            where=str(place["pointer"]),
        )
    return data[offset : offset + length]
