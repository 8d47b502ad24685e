"""The manifest of a package: what it holds, and the one root that names what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.canonical import Json, canonical, parse_strict
from contracts.errors import IntegrityError
from contracts.evidence import Digest, digest_of
from contracts.merkle import root as tree_head

FORMAT = "batchproof-package/2"
MANIFEST = "manifest.json"
EVALUATION = "evaluation.json"
READINESS = "readiness.json"
VERDICTS = "verdicts.json"
STRATEGY = "strategy/strategy.json"
SOURCES = ("batch_record", "lims", "equipment")
"""The source systems, in the order their captures are read."""
CAPTURES = "captures"
TABLES = (
    "captures",
    "criteria",
    "exceptions",
    "lineage",
    "observations",
    "quarantines",
    "series",
    "unread",
    "verdicts",
)
"""Logical tables, one canonical record a line; they and the evaluation make the root."""


def contract_path(source: str) -> str:
    """Return where a source's contract lies in a package, as canonical JSON."""
    return f"contracts/{source}.json"


def table_path(name: str) -> str:
    """Return where a logical table lies in a package."""
    return f"tables/{name}.jsonl"


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
class Manifest:
    """What a package holds.

    `root` is the package's identity: the digest of the evaluation's record and of each logical
    table's tree head. Files that only show the same again (the page, Parquet) are bound as members,
    by digest, but do not take part in the identity: their bytes may change with the writer.
    """

    batch: str
    evaluation: Digest
    """Digest of `evaluation.json`."""
    tables: tuple[tuple[str, int, Digest], ...]
    """Name, number of records and tree head of each logical table."""
    members: tuple[Member, ...]

    @property
    def root(self) -> Digest:
        """The package's identity."""
        return digest_of(canonical(self._logical()))

    def record(self) -> dict[str, Json]:
        """Return the manifest as a canonical record, root and checksum included."""
        body: dict[str, Json] = self._logical() | {
            "members": [member.record() for member in self.members],
            "root": self.root,
        }
        return body | {"checksum": digest_of(canonical(body))}

    def _logical(self) -> dict[str, Json]:
        return {
            "batch": self.batch,
            "evaluation": self.evaluation,
            "format": FORMAT,
            "tables": [
                {"name": name, "records": count, "root": head} for name, count, head in self.tables
            ],
        }


def manifest_of(batch: str, files: Mapping[str, bytes], streamed: Sequence[Member]) -> Manifest:
    """Return the manifest of a package's files; `streamed` are members too large to hold."""
    tables = []
    for name in TABLES:
        lines = table_lines(files[table_path(name)])
        tables.append((name, len(lines), tree_head(lines)))
    members = [Member(path, digest_of(data), len(data)) for path, data in files.items()]
    return Manifest(
        batch=batch,
        evaluation=digest_of(files[EVALUATION]),
        tables=tuple(tables),
        members=tuple(sorted([*members, *streamed], key=lambda member: member.path)),
    )


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
            batch=str(record["batch"]),
            evaluation=str(record["evaluation"]),
            tables=tuple(
                (str(one["name"]), int(one["records"]), str(one["root"]))
                for one in record["tables"]
            ),
            members=tuple(
                Member(str(one["path"]), str(one["sha256"]), int(one["size"]))
                for one in record["members"]
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError("a manifest with other members", expected=FORMAT) from error
    if manifest.record() != record or not data.endswith(b"}\n"):
        raise IntegrityError(
            "a manifest whose checksum or root does not match what it says",
            expected=f"root {manifest.root}",
            where=MANIFEST,
        )
    return manifest
