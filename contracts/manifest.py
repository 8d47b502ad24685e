"""The manifest of a package: what it holds, and the one root that names what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.canonical import Json, canonical, parse_strict
from contracts.errors import IntegrityError
from contracts.evidence import Digest, digest_of
from contracts.leaves import Captured, table_hashes
from contracts.members import digest, integer, items, mapping, text
from contracts.merkle import head as tree_head
from contracts.merkle import root as root_of
from contracts.reading_leaves import READINGS

FORMAT = "batchproof-package/3"
MANIFEST = "manifest.json"
EVALUATION = "evaluation.json"
READINESS = "readiness.json"
ENVIRONMENT = "environment.json"
"""What was really installed: told, and no part of the root."""
AUDIT_TRAIL = "audit-trail.json"
"""What the evaluation log said of the batch up to the result: bound, and no part of the root."""
VERDICTS = "verdicts.json"
STRATEGY = "strategy/strategy.json"
SOURCES = ("batch_record", "lims", "equipment")
"""The source systems, in the order their captures are read."""
CAPTURES = "captures"
RECORDS = (
    "answers",
    "captures",
    "criteria",
    "environment",
    "evaluation",
    "exceptions",
    "lineage",
    "observations",
    "quarantines",
    "series",
    "unread",
    "verdicts",
)
"""Logical tables of records, one canonical record a line."""
TABLES = (*RECORDS, READINGS)
"""Every logical table, in the order of the root's leaves: the readings last, their path is long."""
INDEX = "tables/readings.index"


def contract_path(source: str) -> str:
    """Return where a source's contract lies in a package, as canonical JSON."""
    return f"contracts/{source}.json"


def table_path(name: str) -> str:
    """Return where a table of records lies in a package; the evaluation is a table of one."""
    return EVALUATION if name == "evaluation" else f"tables/{name}.jsonl"


def table_bytes(records: Sequence[Mapping[str, Json]]) -> bytes:
    """Return a table's bytes: one canonical record a line, each line ended."""
    return b"".join(canonical(record) + b"\n" for record in records)


def table_lines(data: bytes) -> tuple[bytes, ...]:
    """Return the records' bytes of a table.

    Raises:
        IntegrityError: the last line is not ended.
    """
    if not data:
        return ()
    if not data.endswith(b"\n"):
        raise IntegrityError("a table whose last line is cut", expected="a line end")
    return tuple(data[:-1].split(b"\n"))


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a package, with its size and digest."""

    path: str
    digest: Digest
    size: int

    def record(self) -> dict[str, Json]:
        """Return the member as a canonical record."""
        return {"path": self.path, "sha256": self.digest, "size": self.size}


@dataclass(frozen=True, slots=True)
class Head:
    """What stands for a logical table: its name, how many records it has, and its tree head."""

    name: str
    count: int
    root: Digest

    def leaf(self) -> bytes:
        """Return the table's leaf in the tree of the package's root."""
        return self.name.encode("ascii") + b"\0" + self.count.to_bytes(8, "big") + self._head

    @property
    def _head(self) -> bytes:
        return bytes.fromhex(self.root)

    def record(self) -> dict[str, Json]:
        """Return the head as a canonical record."""
        return {"name": self.name, "records": self.count, "root": self.root}


def heads_of(
    files: Mapping[str, bytes], seed: bytes, captured: Captured, readings: Head
) -> tuple[Head, ...]:
    """Return the head of every logical table, from the package's files.

    Raises:
        IntegrityError: a table is cut, or a record quotes bytes that are in no capture.
    """
    heads = []
    for name in RECORDS:
        lines = table_lines(files[table_path(name)])
        found = tree_head(table_hashes(seed, name, lines, captured))
        heads.append(Head(name, len(lines), found.hex()))
    return (*heads, readings)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a package holds.

    `root` is the package's identity: an RFC 6962 tree over the heads of the logical tables. Files
    that only show the same again (the page, Parquet) are bound as members, by digest, but do not
    take part in the identity: their bytes may change with the writer.
    """

    batch: str
    salt: str
    """The seed of the leaves' salts, 64 hex digits: told to whoever holds the whole package."""
    tables: tuple[Head, ...]
    members: tuple[Member, ...]

    @property
    def root(self) -> Digest:
        """The package's identity."""
        return root_of(head.leaf() for head in self.tables)

    @property
    def seed(self) -> bytes:
        """The seed of the leaves' salts, 32 bytes."""
        return bytes.fromhex(self.salt)

    def head(self, table: str) -> Head:
        """Return the head of a logical table."""
        return next(head for head in self.tables if head.name == table)

    def to_bytes(self) -> bytes:
        """Return the manifest's canonical bytes, root and checksum included."""
        body: dict[str, Json] = {
            "batch": self.batch,
            "format": FORMAT,
            "members": [member.record() for member in self.members],
            "root": self.root,
            "salt": self.salt,
            "tables": [head.record() for head in self.tables],
        }
        return canonical(body | {"checksum": digest_of(canonical(body))}) + b"\n"


def manifest_from(data: bytes) -> Manifest:
    """Return the manifest that bytes say, after its own checksum and root were recomputed.

    Raises:
        IntegrityError: another format, another spelling, or a checksum or root that does not match.
    """
    record = parse_strict(data.removesuffix(b"\n"))
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        found = record.get("format") if isinstance(record, dict) else "no object"
        raise IntegrityError(f"the format {found!r}", expected=FORMAT, where=MANIFEST)
    try:
        manifest = Manifest(
            batch=text(record, "batch"),
            salt=digest(record, "salt"),
            tables=tuple(
                Head(text(one, "name"), integer(one, "records"), digest(one, "root"))
                for one in map(mapping, items(record["tables"]))
            ),
            members=tuple(
                Member(text(one, "path"), digest(one, "sha256"), integer(one, "size"))
                for one in map(mapping, items(record["members"]))
            ),
        )
        again = manifest.to_bytes()
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise IntegrityError("a manifest with other members", expected=FORMAT) from error
    if again != data:
        raise IntegrityError(
            "a manifest whose checksum or root does not match what it says",
            expected=f"root {manifest.root}",
            where=MANIFEST,
        )
    return manifest
