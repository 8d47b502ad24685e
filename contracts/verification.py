"""Whether a package is whole, unchanged and says what follows from its own evidence."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from contracts.canonical import Json
from contracts.declared import declared
from contracts.errors import BatchproofError
from contracts.evidence import digest_of
from contracts.manifest import (
    CAPTURES,
    ENVIRONMENT,
    INDEX,
    MANIFEST,
    READINESS,
    RECORDS,
    SOURCES,
    STRATEGY,
    TABLES,
    VERDICTS,
    Manifest,
    contract_path,
    heads_of,
    manifest_from,
    table_path,
)
from contracts.opened import Read, opened
from contracts.reading_leaves import READINGS
from contracts.recheck import RECHECKS, Again, Recheck

Size: TypeAlias = Callable[[str], int]
"""Gives a member's size in bytes without reading it."""

NOT_CHECKED = (
    "who made the package: it is not signed; compare its root with the one you kept",
    (
        "index.html, tables/*.parquet, suites/ and strategy/files/ against the records: they are "
        "bound by their digests and shown for people and machines; the records decide"
    ),
)
"""What `verify` does not show, said with every answer."""

_ALLOWED = re.compile(
    r"README\.txt|index\.html|how-to-check\.html|verify\.py|captures/[0-9a-f]{64}|suites/[a-z0-9_]+\.json"
    r"|strategy/files/(overlays/)?[a-z0-9_-]+\.yaml|tables/[a-z]+\.parquet"
)
_FIXED = frozenset(
    {
        MANIFEST,
        ENVIRONMENT,
        INDEX,
        READINESS,
        STRATEGY,
        VERDICTS,
        *(table_path(name) for name in RECORDS),
        *(contract_path(name) for name in SOURCES),
    }
)
_LARGEST_MANIFEST = 64 * 1024 * 1024
_MEMBERS = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be, and the numbered check that found it."""

    check: int
    member: str
    words: str

    def record(self) -> dict[str, Json]:
        """Return the finding as a record."""
        return {"check": self.check, "member": self.member, "words": self.words}


def verify(read: Read, listing: frozenset[str], size: Size) -> Iterator[Finding]:
    """Check a package by itself, offline. No finding means: nothing was lost, added or changed.

    1. the manifest is in its one spelling, and its root and checksum follow from what it says;
    2. every member that it names is there, with the size and SHA-256 that it names;
    3. nothing else is there, and nothing that a package does not hold;
    4. every logical table has the records and the tree head that the manifest names, each record is
       a whole noun of the format and stands there once;
    5. every observation quotes bytes that lie in a capture of the package and hold its text;
    6. the strategy has the digest the evaluation names, the day is the start of manufacture, the
       criteria are those in force on it, and criteria judged = criteria in force = verdicts;
    7. every verdict comes out again under the reference judge;
    8. the readiness comes out again from the verdicts and exceptions;
    9. the captures, read again by their contracts, say exactly these observations, this series
       index and this unread rest;
    10. every calculated value, exception and lineage record comes out again;
    11. every answer of the judges comes out again under the reference judge;
    12. strategy, contracts and suites are those that the evaluation's environment names;
    13. the chunks of the captures, the salts and every single reading give the trees of the root;
    14. what the evaluation says of itself follows from its strategy, contracts and captures.

    It shows that a package is what its writer made of its captures. Who the writer was, and that
    the captures are what the sources said, is the question of a seal.
    """
    try:
        if size(MANIFEST) > _LARGEST_MANIFEST:
            yield Finding(1, MANIFEST, f"It is larger than {_LARGEST_MANIFEST} bytes.")
            return
        manifest = manifest_from(read(MANIFEST))
    except BatchproofError as error:
        yield Finding(1, MANIFEST, error.in_words())
        return
    broken = list(_members(read, manifest, listing, size))
    yield from broken
    if any(finding.check == _MEMBERS for finding in broken):
        return
    yield from _records(read, manifest)


def _records(read: Read, manifest: Manifest) -> Iterator[Finding]:
    try:
        yield from _tables(read, manifest)
        package = opened(read)
    except BatchproofError as error:
        yield Finding(4, error.where, error.in_words())
        return
    if {package.batch} != {manifest.batch, *(one.batch for one in package.observations.values())}:
        yield Finding(4, MANIFEST, "Manifest, evaluation and observations name different batches.")
    again = Again(read, package)
    for number, recheck in (*RECHECKS, (14, declared)):
        yield from _refused_is_found(number, recheck, again)


def _refused_is_found(
    number: int,
    recheck: Recheck,
    again: Again,
) -> Iterator[Finding]:
    """Turn a refusal inside a check into a finding: a check that breaks off has not passed."""
    try:
        for member, words in recheck(again):
            yield Finding(number, member, words)
    except BatchproofError as error:
        yield Finding(number, error.where, error.in_words())
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        yield Finding(number, MANIFEST, f"The check broke off ({type(error).__name__}: {error}).")


def _members(
    read: Read, manifest: Manifest, listing: frozenset[str], size: Size
) -> Iterator[Finding]:
    named = {member.path: member for member in manifest.members}
    if len(named) != len(manifest.members):
        yield Finding(1, MANIFEST, "The manifest names a member twice.")
    for path, member in named.items():
        if path not in _FIXED and _ALLOWED.fullmatch(path) is None:
            yield Finding(3, path, "A package of this format holds no such file.")
        elif path not in listing:
            yield Finding(_MEMBERS, path, "The manifest names it and it is not there.")
        elif size(path) != member.size:
            words = f"It has {size(path)} bytes; the manifest names {member.size}."
            yield Finding(_MEMBERS, path, words)
        elif (found := digest_of(read(path))) != member.digest:
            words = f"It has SHA-256 {found}; the manifest names {member.digest}."
            yield Finding(_MEMBERS, path, words)
    for path in sorted(_FIXED - set(named) - {MANIFEST}):
        yield Finding(_MEMBERS, path, "Every package has it, and the manifest does not name it.")
    for path in sorted(listing - set(named) - {MANIFEST}):
        yield Finding(3, path, "It is there and the manifest does not name it.")


def _tables(read: Read, manifest: Manifest) -> Iterator[Finding]:
    if tuple(head.name for head in manifest.tables) != TABLES:
        yield Finding(4, MANIFEST, f"The manifest names other tables than {', '.join(TABLES)}.")
        return
    files = {table_path(name): read(table_path(name)) for name in RECORDS}
    captured = cache(lambda digest: read(f"{CAPTURES}/{digest}"))
    again = heads_of(files, manifest.seed, captured, manifest.head(READINGS))
    for found, named in zip(again, manifest.tables, strict=True):
        if found != named:
            words = f"{found.count} records with tree head {found.root}."
            yield Finding(4, table_path(found.name), words)
