"""The proof of one value as one text: its record, its bytes, its way to the root, and the seal."""

import binascii
import struct
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from contracts.canonical import Json, canonical, parse_strict
from contracts.errors import IntegrityError
from contracts.evidence import Digest
from contracts.leaves import record_leaf
from contracts.manifest import TABLES, Head
from contracts.members import integer, mapping, text
from contracts.merkle import leaf_hash, root_from_inclusion
from contracts.proof_seal import Seal, seal_part
from contracts.reading_leaves import READINGS, ReadingLeaf, page_digest
from contracts.salts import SALT

FORMAT: Final = "batchproof-proof/1"
MOST: Final = 16_384
"""Bytes of a proof at most."""
LONG: Final = 3_072
"""Bytes from which on a proof's item is deflated."""
MOST_UNPACKED: Final = 65_536
_HASH: Final = 32
_DOUBLE: Final = struct.Struct(">d")
_MEMBERS: Final = frozenset({"bytes", "index", "item", "path", "records", "salt", "seal", "table"})


@dataclass(frozen=True, slots=True)
class Proof:
    """One record of a package, with the one way from it to the package's root."""

    table: str
    index: int
    """Which record of its table it is, from 0."""
    records: int
    """How many records the table has."""
    item: Mapping[str, Json]
    quoted: bytes
    """The captured bytes that the item quotes."""
    salt: bytes
    path: tuple[bytes, ...]
    """Sibling hashes from the leaf to the table's head, and on to the root."""
    seal: Seal | None = None
    logged: bytes = b""
    """The seal's place in the evaluation log: a C2SP tlog-proof, as it lies in the package."""
    packed: str = ""
    """The item's line deflated, in base64, where its text would be too long; else empty."""

    def leaf(self) -> bytes:
        """Return the leaf that the proof starts from.

        Raises:
            IntegrityError: the item is no record of its table.
        """
        if self.table == READINGS:
            return _reading_leaf(self.item, self.salt, self.quoted)
        return record_leaf(self.salt, canonical(self.item), self.quoted)

    def root(self) -> Digest:
        """Return the root that the path leads to.

        Raises:
            IntegrityError: there is no such table, or the path has not the one length it can have.
        """
        if self.table not in TABLES:
            raise IntegrityError(f"the table {self.table[:40]!r}", expected=", ".join(TABLES))
        ordinal = TABLES.index(self.table)
        below = len(self.path) - _length(ordinal, len(TABLES))
        own, top = self.path[: max(below, 0)], self.path[max(below, 0) :]
        head = root_from_inclusion(leaf_hash(self.leaf()), self.index, self.records, own)
        if head is None:
            raise IntegrityError(
                f"a path of {len(self.path)} hashes",
                expected=f"the one length that record {self.index} of {self.records} has",
            )
        leaf = Head(self.table, self.records, head.hex()).leaf()
        found = root_from_inclusion(leaf_hash(leaf), ordinal, len(TABLES), top)
        if found is None:
            raise IntegrityError("a path that ends below the root", expected="one up to it")
        return found.hex()

    def to_bytes(self) -> bytes:
        """Return the proof as text, as `tasks/verifier.py` defines it; unsealed, `seal` is null."""
        body: dict[str, Json] = {
            "bytes": _base64(self.quoted),
            "index": self.index,
            "item": self.packed or dict(self.item),
            "path": _base64(b"".join(self.path)),
            "records": self.records,
            "salt": _base64(self.salt),
            "seal": None if self.seal is None else self.seal.record(),
            "table": self.table,
        }
        return f"{FORMAT}\n".encode() + canonical(body) + b"\n" + self.logged

    def within(self, most: int) -> "Proof":
        """Return the proof, with its item deflated (RFC 1950) if it were longer than `most`."""
        if len(self.to_bytes()) <= most:
            return self
        return replace(self, packed=_base64(zlib.compress(canonical(self.item), 9)))

    @property
    def binary(self) -> int:
        """How many bytes the leaf and its sibling hashes have: the proof without any text."""
        return len(self.leaf()) + _HASH * len(self.path)


def proof_from(data: bytes) -> Proof:
    """Return the proof that a text says; whether its root is sealed is for the verifier to see.

    Raises:
        IntegrityError: another format or another spelling.
    """
    first, _, rest = data.partition(b"\n")
    body, ended, logged = rest.partition(b"\n")
    if first != FORMAT.encode() or not ended or len(data) > MOST:
        raise IntegrityError("a text that is no proof", expected=f"{FORMAT}, a record, a log proof")
    record = parse_strict(body)
    if not isinstance(record, dict) or set(record) != _MEMBERS:
        raise IntegrityError("a proof with other members", expected=", ".join(sorted(_MEMBERS)))
    try:
        path, salt = _bytes(record, "path"), _bytes(record, "salt")
        found = Proof(
            table=text(record, "table"),
            index=integer(record, "index"),
            records=integer(record, "records"),
            item=_item(record["item"]),
            packed=record["item"] if isinstance(record["item"], str) else "",
            quoted=_bytes(record, "bytes"),
            salt=salt,
            path=tuple(path[at : at + _HASH] for at in range(0, len(path), _HASH)),
            seal=None if record["seal"] is None else seal_part(mapping(record["seal"])),
            logged=logged,
        )
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise IntegrityError("a proof that cannot be read", expected=FORMAT) from error
    if len(salt) != SALT or found.to_bytes() != data:
        raise IntegrityError("a proof in another spelling", expected=FORMAT)
    return found


def reading_item(page: Mapping[str, Json], leaf: ReadingLeaf) -> dict[str, Json]:
    """Return a reading as a proof's item, from its page's `series` record and its leaf."""
    named = ("capture", "characteristic", "equipment", "tag", "unit")
    return {name: page[name] for name in named} | {
        "length": len(leaf.quoted),
        "number": repr(leaf.value),
        "offset": leaf.offset,
        "status": leaf.status,
        "time": str(leaf.time),
        "value": _DOUBLE.pack(leaf.value).hex(),
    }


def _item(value: Json) -> Mapping[str, Json]:
    if isinstance(value, str):
        unpacking = zlib.decompressobj()
        line = unpacking.decompress(_bytes({"item": value}, "item"), MOST_UNPACKED)
        if not unpacking.eof or unpacking.unused_data:
            raise ValueError("item")
        value = parse_strict(line)
    if not isinstance(value, Mapping):
        raise TypeError("item")
    return value


def _reading_leaf(item: Mapping[str, Json], salt: bytes, quoted: bytes) -> bytes:
    try:
        (value,) = _DOUBLE.unpack(bytes.fromhex(text(item, "value")))
        offset, status = integer(item, "offset"), integer(item, "status")
        leaf = ReadingLeaf(int(text(item, "time")), value, status, offset, quoted)
        if reading_item(item, leaf) != item:
            raise ValueError("another spelling")  # noqa: TRY301 (told as the others)
        return leaf.data(salt, page_digest(item))
    except (KeyError, TypeError, ValueError, struct.error) as error:
        raise IntegrityError("an item that is no reading", expected="its members") from error


def _length(index: int, size: int) -> int:
    """Return how many hashes the path of a leaf in a tree has."""
    last, count = size - 1, 0
    while last:
        count += index != last or bool(index & 1)
        index >>= 1
        last >>= 1
    return count


def _base64(data: bytes) -> str:
    return b64encode(data).rstrip(b"=").decode("ascii")


def _bytes(record: Mapping[str, object], name: str) -> bytes:
    written = text(record, name)
    try:
        return b64decode(written + "=" * (-len(written) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(name) from error
