"""Check a sealed package, or the proof of one value, offline: this one file and `cryptography`.

    python verify.py [PACKAGE folder or zip | PROOF file] [--trust FILE] [--checkpoint FILE]
                     [--log FOLDER] [--json]

Exit code 0: no findings; 1: findings; 2: not used as above. A package carries a copy of this file
as `verify.py`; an auditor should take theirs from elsewhere. It imports nothing of Batchproof.
Everything found is told, not only the first thing, and what was not checked is told too.

1.  container: plain files inside one folder or one zip; nothing leads out, nothing is larger than
    it declares, no name stands there twice; nothing is unpacked to disk;
2.  manifest: one spelling (RFC 8785, duplicate names refused), this format; checksum and root
    follow from what it says (root: RFC 6962 tree over 13 tables' heads);
3.  members: each is there with its size and SHA-256; a capture is named by its own;
4.  nothing else is there;
5.  tables: each line is in its one spelling, quoted bytes lie in their capture, and salted leaves
    make the head that the manifest names; the readings' index makes the readings' head;
6.  captures: each record has its member and each member its record; size and chunk tree are right;
7.  salt: the seed of all salts follows from the captured bytes;
8.  seal: DSSE envelope of an in-toto statement about this root, manifest, batch, stage and
    evaluation, signed by a key that is trusted for seals at the time that others attest; and of
    every kind of thing that the trust file's "approved" lists (control strategy, source contract,
    code, lock file, suite), the package was evaluated with approved ones alone: what its table
    "environment" names, the strategy of its evaluation, its strategy and contract files;
9.  time: RFC 3161 response over the seal's bytes, by a certificate for time stamping alone whose
    chain ends at a trusted authority and was valid then; not before the judging;
10. log: the seal's bytes are in the evaluation log (C2SP tlog-proof), whose checkpoint is signed by
    a trusted log and co-signed by every trusted witness;
11. history: every evaluation of the batch is in that log, numbered 1..n, its captures logged before
    its intent, its intent before its result; this package is evaluation k of n; its audit trail
    is the same entries, all of them up to the result;
12. memory: the log continues the checkpoint you saw last (--checkpoint), and its tiles (--log) hold
    no evaluation of this batch that the package does not tell;
13. proof: the record of one value leads to the root that the seal names (proof files only).

A PROOF FILE is UTF-8 text, at most 16 KiB, of one value; its lines end with one line feed:

    batchproof-proof/1
    {one canonical JSON object (RFC 8785)}
    {a C2SP tlog-proof@v1, verbatim as in seal/seal.tlog-proof: its lines, up to the end}

Members of the object, all of them needed (base64 is standard, without padding):

    bytes    base64 of the captured bytes that the item quotes ("" when it quotes none)
    index    0-based number of the leaf in its table
    item     the record: a line of a JSON table as it stands there; for table "readings"
             {"capture","characteristic","equipment","length","number","offset","status","tag",
             "time","unit","value"}: time = nanoseconds since 1970 UTC as decimal text, value = the
             IEEE 754 double as 16 lower-case hex digits, number = the same as Python's repr writes
             it ("37.2", "nan", "inf"); length, offset and status are integers. A record that would
             make the proof longer than 3 KB stands here as a string: base64 of its canonical line,
             deflated (RFC 1950), at most 64 KiB when inflated
    path     base64 of sibling hashes (32 bytes each, from the leaf up): first the inclusion path
             of the leaf in its table's tree (length follows from index and records), then that of
             the table's head among the 13 top leaves (length follows from the table's ordinal)
    records  how many records the table has
    salt     base64 of the leaf's 16 bytes of salt
    seal     {"predicate","signatures","subject"}: predicate and signatures exactly as in the
             statement and the envelope of seal/seal.json, subject = the statement's subject name
             ("BATCH/stage/evaluation"). With the root that the path leads to they give the bytes of
             seal.json again, which the log proof is about: nothing of the seal is left out.
    table    the table's name

The envelope is built again in its one spelling, so a changed root, predicate, subject or signature
is another envelope that was neither signed nor logged. The time of a proof is its witness's.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import stat
import struct
import sys
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final, NoReturn

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

FORMAT: Final = "batchproof-package/3"
TABLES: Final = (
    "answers", "captures", "criteria", "environment", "evaluation", "exceptions", "lineage",
    "observations", "quarantines", "series", "unread", "verdicts", "readings",
)  # fmt: skip
SEAL, STAMP, PROOF = "seal/seal.json", "seal/timestamp.tsr", "seal/seal.tlog-proof"
HISTORY, KEYS, MANIFEST, INDEX = (
    "seal/history.json", "seal/keys.json", "manifest.json", "tables/readings.index"
)  # fmt: skip
STRATEGY: Final = "strategy/strategy.json"
AUDIT: Final = "audit-trail.json"
SEALED: Final = frozenset({SEAL, STAMP, PROOF, HISTORY, KEYS})
NEEDED: Final = frozenset(
    {"environment.json", "readiness.json", "verdicts.json", STRATEGY, INDEX}
    | {f"contracts/{one}.json" for one in ("batch_record", "equipment", "lims")}
    | {f"tables/{one}.jsonl" for one in TABLES[:-1] if one != "evaluation"}
    | {"evaluation.json"}
)
"""What every package of this format holds."""
NAMED: Final = re.compile(
    r"README\.txt|index\.html|how-to-check\.html|verify\.py|audit-trail\.json|captures/[0-9a-f]{64}"
    r"|suites/[a-z0-9_]+\.json|strategy/files/(overlays/)?[a-z0-9_-]+\.yaml"
    r"|tables/[a-z]+\.parquet"
)
"""What it may hold beside that."""
KINDS: Final = {
    "strategy": "control strategy",
    "contract": "source contract",
    "code": "code",
    "lock": "lock file",
    "suite": "suite",
}
"""What an evaluation is made with, in a package's table "environment" and in a trust file."""
LOGGED: Final = frozenset(
    {"capture", "intent", "result", "seal", "key", "decision", "trail_review", "signature"}
    | {"notice", "request", "refusal"}
)
"""Kinds of entries that the evaluation log has about a batch."""
PIECE: Final = 1 << 20
CHUNK: Final = 1 << 16
BLOCK: Final = 256
SALT: Final = 16
MOST_NAMES: Final = 100_000
MOST_DIRECTORY: Final = 64 << 20
MOST_IN_ZIP: Final = 64 << 30
MOST_RATIO: Final = 400
MOST_JSON: Final = 16 << 20
MOST_LINE: Final = 4 << 20
MOST_QUOTED: Final = 256 << 20
MOST_PROOF: Final = 16 << 10
MOST_UNPACKED: Final = 64 << 10
SKEW: Final = timedelta(minutes=1)
"""How far two clocks may stand apart."""
NOT_HERE: Final = (
    (
        "whether readings, values, verdicts and readiness follow from the captures and the "
        "strategy: `batchproof verify` and `batchproof replay` draw them again; here the single "
        "readings are bound by their head alone"
    ),
    (
        "index.html, tables/*.parquet, the words in audit-trail.json and the other views against "
        "the records: they are bound by their digests; the records decide"
    ),
)
Record = Mapping[str, object]


# ------------------------------------------------------------------ findings, and how they are told


class RefusedError(Exception):
    """Something is not as it must be: the words say what was found and what was expected."""

    def __init__(self, words: str, row: int = 0) -> None:
        super().__init__(words)
        self.row = row


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be: the check that found it, the member and the row."""

    check: int
    member: str
    words: str
    row: int = 0
    """1-based line or entry; 0 when the whole member is meant."""

    def record(self) -> dict[str, str | int]:
        """Return the finding as a record."""
        return {"check": self.check, "member": self.member, "row": self.row, "words": self.words}


@dataclass
class Report:
    """All findings, what the package was found to be, and what was not checked."""

    findings: list[Finding] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)

    def find(self, check: int, member: str, words: str, row: int = 0) -> None:
        """Add a finding."""
        self.findings.append(Finding(check, member, words, row))

    @contextmanager
    def checking(self, check: int, member: str) -> Iterator[None]:
        """Turn everything that goes wrong inside into a finding: what breaks off has not held."""
        try:
            yield
        except RefusedError as error:
            self.find(check, member, str(error), error.row)
        except Exception as error:  # noqa: BLE001 (fail closed: what is not understood is found)
            words = f"It cannot be understood ({type(error).__name__}: {str(error)[:200]})."
            self.find(check, member, words)


def demand(holds: object, words: str, row: int = 0) -> None:
    """Raise RefusedError with these words unless it holds."""
    if not holds:
        raise RefusedError(words, row)


# ------------------------------------------------------------------ JSON in its one spelling


def strict(data: bytes, row: int = 0) -> object:
    """Return what canonical JSON says; refuse floats, duplicate names and every other spelling."""
    demand(len(data) <= MOST_JSON, f"JSON of {len(data)} bytes; at most {MOST_JSON}.", row)
    try:
        said = json.loads(data.decode(), parse_float=_no, parse_constant=_no, parse_int=_whole)
        again = spelled(said)
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"It is no canonical JSON ({str(error)[:120]}).", row) from error
    if again != data:
        json.loads(data.decode(), object_pairs_hook=lambda pairs: _once(pairs, row))
        raise RefusedError("JSON in another spelling than the canonical one (RFC 8785).", row)
    return said


def spelled(said: object) -> bytes:
    """Return the one spelling (RFC 8785, no floats)."""
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _no(text: str) -> NoReturn:
    message = f"the number {text[:40]}"
    raise ValueError(message)


def _whole(text: str) -> int:
    return int(text) if len(text) < len("-9007199254740991") else _no(text)


def _once(pairs: list[tuple[str, object]], row: int) -> dict[str, object]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1}) if len(names) < PIECE else []
    demand(not twice, f"Members named twice: {', '.join(twice)[:120]}.", row)
    return dict(pairs)


def members(said: object, *names: str) -> Record:
    """Return an object that has exactly these members (none named: any)."""
    demand(isinstance(said, dict), "It is no object.")
    record: dict[str, object] = said if isinstance(said, dict) else {}
    if names:
        demand(set(record) == set(names), f"Members {sorted(record)}; expected {sorted(names)}.")
    return record


def text(record: Record, name: str) -> str:
    """Return a member that is text."""
    said = record.get(name)
    if not isinstance(said, str):
        raise RefusedError(f"Member '{name}' is no text.")
    return said


def whole(record: Record, name: str) -> int:
    """Return a member that is a whole number of 0 or more."""
    said = record.get(name)
    if not isinstance(said, int) or isinstance(said, bool) or said < 0:
        raise RefusedError(f"Member '{name}' is no whole number.")
    return said


def items(record: Record, name: str) -> list[object]:
    """Return a member that is a list."""
    said = record.get(name)
    if not isinstance(said, list):
        raise RefusedError(f"Member '{name}' is no list.")
    return said


def digest(record: Record, name: str) -> bytes:
    """Return a member that is a SHA-256 in lower-case hex, as 32 bytes."""
    return unhex(text(record, name))


def unhex(said: object) -> bytes:
    """Return 32 bytes from their lower-case hex."""
    demand(re.fullmatch("[0-9a-f]{64}", str(said)), f"'{str(said)[:80]}' is no SHA-256 in hex.")
    return bytes.fromhex(str(said))


def unbase(said: str, *, padded: bool = True) -> bytes:
    """Return the bytes of base64 in its one spelling."""
    data = base64.b64decode(said + ("" if padded else "=" * (-len(said) % 4)), validate=True)
    again = base64.b64encode(data).decode()
    demand(said == (again if padded else again.rstrip("=")), "Base64 in another spelling.")
    return data


def moment(said: object) -> datetime:
    """Return a time in UTC from ISO 8601 text with its zone."""
    found = datetime.fromisoformat(str(said))
    demand(found.tzinfo, f"The time '{str(said)[:40]}' has no zone.")
    return found.astimezone(UTC)


# ------------------------------------------------------------------ RFC 6962 trees and salts


def sha(*data: bytes | memoryview) -> bytes:
    """Return the SHA-256 of the bytes, one after the other."""
    made = hashlib.sha256()
    for one in data:
        made.update(one)
    return made.digest()


def leaf(*data: bytes | memoryview) -> bytes:
    """Return the hash of a leaf."""
    return sha(b"\0", *data)


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf and keeps the heads of its full subtrees only."""

    def __init__(self, hashes_of_leaves: Sequence[bytes] = ()) -> None:
        self.size, self._heads = 0, list[bytes]()
        for one in hashes_of_leaves:
            self.add(one)

    def add(self, one: bytes) -> None:
        """Add the hash of the next leaf."""
        size = self.size
        while size & 1:
            one, size = node(self._heads.pop(), one), size >> 1
        self._heads.append(one)
        self.size += 1

    def head(self) -> bytes:
        """Return the tree's root (RFC 6962, 2.1)."""
        if not self._heads:
            return sha()
        head = self._heads[-1]
        for left in reversed(self._heads[:-1]):
            head = node(left, head)
        return head


def climb(start: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root to which an inclusion path leads (RFC 9162, 2.1.3.2)."""
    demand(0 <= index < size, f"Leaf {index} of a tree of {size}.")
    demand(len(path) == steps(index, size), f"A path of {len(path)}, not {steps(index, size)}.")
    at, last = index, size - 1
    for one in path:
        if at & 1 or at == last:
            start = node(one, start)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            start = node(start, one)
        at, last = at >> 1, last >> 1
    return start


def steps(index: int, size: int) -> int:
    """Return how many hashes the inclusion path of a leaf has."""
    inner = (index ^ (size - 1)).bit_length()
    return inner + (index >> inner).bit_count()


def salts(seed: bytes, table: str) -> Iterator[bytes]:
    """Yield the salts of a table's leaves."""
    block = 0
    while True:
        named = seed + table.encode() + b"\0" + block.to_bytes(8, "big")
        drawn = hashlib.shake_256(named).digest(BLOCK * SALT)
        yield from (drawn[at : at + SALT] for at in range(0, BLOCK * SALT, SALT))
        block += 1


def top_leaf(table: str, records: int, head: bytes) -> bytes:
    """Return the leaf hash of a table's head in the package's tree."""
    return leaf(table.encode(), b"\0", records.to_bytes(8, "big"), head)


# ------------------------------------------------------------------ check 1: the container


class Container(ABC):
    """Files by name, read in pieces; nothing is unpacked. `odd`: what a package must not hold."""

    sizes: dict[str, int]
    odd: list[tuple[str, str]]

    @abstractmethod
    def open(self, name: str) -> BinaryIO:
        """Open a file of the container for reading."""

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a file's bytes; refuse more or fewer than were declared."""
        demand(name in self.sizes, "It is not there.")
        read, size = 0, self.sizes[name]
        with self.open(name) as file:
            while piece := file.read(min(PIECE, size - read + 1)):
                read += len(piece)
                demand(read <= size, f"It has more than the {size} bytes that it declares.")
                yield piece
        demand(read == size, f"It has {read} bytes and declares {size}.")

    def read(self, name: str, most: int = MOST_JSON) -> bytes:
        """Return a file's bytes, if they are at most so many."""
        demand(name in self.sizes, "It is not there.")
        demand(self.sizes[name] <= most, f"It has {self.sizes[name]} bytes; at most {most}.")
        return b"".join(self.pieces(name))

    def lines(self, name: str) -> Iterator[tuple[int, bytes]]:
        """Yield a file's lines, each with its row; the last must end."""
        row, rest = 0, b""
        for piece in self.pieces(name):
            *ended, rest = (rest + piece).split(b"\n")
            demand(len(rest) <= MOST_LINE, f"A line of more than {MOST_LINE} bytes.", row + 1)
            for line in ended:
                row += 1
                yield row, line
        demand(not rest, "The last line is cut.", row + 1)


class Folder(Container):
    """A package in a folder."""

    def __init__(self, root: Path) -> None:
        self.root, self.sizes, self.odd = root, {}, []
        self._walk(root, "")

    def _walk(self, folder: Path, way: str) -> None:
        entries = sorted(os.scandir(folder), key=lambda one: one.name)
        if not entries and way:
            self.odd.append((way, "A folder that holds nothing."))
        for one in entries:
            name = f"{way}{one.name}"
            if len(self.sizes) + len(self.odd) > MOST_NAMES or way.count("/") > SALT:
                raise RefusedError(f"More than {MOST_NAMES} files, or folders too deep.")
            if one.is_dir(follow_symlinks=False):
                self._walk(Path(one.path), f"{name}/")
            elif one.is_file(follow_symlinks=False):
                self.sizes[name] = one.stat(follow_symlinks=False).st_size
            else:
                self.odd.append((name, "It is no plain file: a package holds files only."))

    def open(self, name: str) -> BinaryIO:
        """Open a file that the walk found, if it is still a plain one."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        opened = os.fdopen(os.open(self.root / name, flags | getattr(os, "O_BINARY", 0)), "rb")
        demand(stat.S_ISREG(os.fstat(opened.fileno()).st_mode), "It is no plain file.")
        return opened


class Zip(Container):
    """A package in a zip; a single folder around everything is taken off the names."""

    def __init__(self, path: Path) -> None:
        self.sizes, self.odd, self._infos = {}, [], dict[str, zipfile.ZipInfo]()
        self._bounded(path)
        self._zip = zipfile.ZipFile(path)
        listed = self._zip.infolist()
        demand(len(listed) <= MOST_NAMES, f"It lists {len(listed)} files; at most {MOST_NAMES}.")
        total = sum(one.file_size for one in listed)
        demand(total <= MOST_IN_ZIP, f"It declares {total} bytes; at most {MOST_IN_ZIP}.")
        self._no_overlap(listed)
        around = self._around(listed)
        for one in listed:
            name = one.filename.removeprefix(around)
            if words := self._refused(one, name):
                self.odd.append((one.filename, words))
            elif not one.is_dir():
                self.sizes[name], self._infos[name] = one.file_size, one

    @staticmethod
    def _bounded(path: Path) -> None:
        """Refuse a directory larger than the budget before it is read into memory."""
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            start = file.seek(max(0, end - CHUNK - 100))
            tail = file.read()
            at = tail.rfind(b"PK\5\6")
            demand(at >= 0 and len(tail) >= at + 22, "It is no whole zip.")
            size = int.from_bytes(tail[at + 12 : at + 16], "little")
            if (wide := tail.rfind(b"PK\6\6", 0, at)) >= 0:
                size = max(size % 0xFFFFFFFF, int.from_bytes(tail[wide + 40 : wide + 48], "little"))
            demand(size <= min(MOST_DIRECTORY, start + at), f"A zip directory of {size} bytes.")

    @staticmethod
    def _no_overlap(listed: list[zipfile.ZipInfo]) -> None:
        ends, last = 0, ""
        for one in sorted(listed, key=lambda one: one.header_offset):
            demand(one.header_offset >= ends, f"'{one.filename}' lies in the bytes of '{last}'.")
            ends, last = one.header_offset + 30 + one.compress_size, one.filename

    @staticmethod
    def _around(listed: list[zipfile.ZipInfo]) -> str:
        tops = {one.filename.partition("/")[0] for one in listed}
        only = min(tops, default="")
        inside = len(tops) == 1 and any(one.filename == f"{only}/{MANIFEST}" for one in listed)
        return f"{only}/" if inside and only not in {"", ".", ".."} else ""

    def _refused(self, one: zipfile.ZipInfo, name: str) -> str:
        """Return why an entry of the zip is refused, or nothing."""
        parts = set(name.removesuffix("/").split("/"))
        kind = stat.S_IFMT(one.external_attr >> 16)
        plain = {0, stat.S_IFDIR if one.is_dir() else stat.S_IFREG}
        odd = one.orig_filename != one.filename or "\\" in name or ":" in name
        bomb = one.file_size > PIECE and one.file_size > MOST_RATIO * one.compress_size
        reasons = (
            (odd, "A name that systems read differently."),
            (name and {"", ".", ".."} & parts, "A name that leads out of the package."),
            (name in self.sizes, "A name that stands there twice."),
            (kind not in plain, "It is no plain file: a link or a device."),
            (one.flag_bits & 0x41, "It is encrypted."),
            (one.compress_type not in {0, 8}, "Packed by a method other than stored and deflated."),
            (bomb, f"It unpacks to {one.file_size} bytes from {one.compress_size}."),
        )
        return next((words for refused, words in reasons if refused), "")

    def open(self, name: str) -> BinaryIO:
        """Open an entry for reading."""
        opened: BinaryIO = self._zip.open(self._infos[name])  # type: ignore[assignment]  # read only
        return opened


# ------------------------------------------------------------------ keys and whom to trust


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, what it is for, and from when until when it is good."""

    use: str
    name: str
    keyid: str
    keytype: str
    scheme: str
    public: str
    since: datetime | None
    until: datetime | None

    def good_at(self, at: datetime | None) -> bool:
        """Whether the key was good at a time; at no attested time only one without bounds is."""
        if at is None:
            return self.since is None and self.until is None
        return (self.since or at) <= at <= (self.until or at)

    def signed(self, signature: bytes, data: bytes) -> bool:
        """Whether the signature is this key's over the data."""
        try:
            if self.scheme == "ed25519":
                ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public)).verify(
                    signature, data
                )
                return True
            public = serialization.load_pem_public_key(self.public.encode())
            way = {"rsassa-pss-sha256": "pss", "ecdsa-sha2-nistp384": "sha384"}
            known = {"rsassa-pss-sha256", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384"}
            demand(self.scheme in known, f"A key of unknown scheme '{self.scheme}'.")
            check_signature(public, (way.get(self.scheme, "sha256"), signature), data)
        except InvalidSignature:
            return False
        return True


def check_signature(public: object, how: tuple[str, bytes], data: bytes) -> None:
    """Raise InvalidSignature unless a key of one of three kinds signed the data."""
    way, signature = how
    algorithms = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
    algorithm = algorithms["sha256" if way == "pss" else way]
    if isinstance(public, rsa.RSAPublicKey):
        demand(public.key_size >= 2048, f"An RSA key of {public.key_size} bits.")  # noqa: PLR2004
        salt = padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO)
        public.verify(signature, data, salt if way == "pss" else padding.PKCS1v15(), algorithm)
    elif isinstance(public, ec.EllipticCurvePublicKey):
        public.verify(signature, data, ec.ECDSA(algorithm))
    elif isinstance(public, ed25519.Ed25519PublicKey):
        public.verify(signature, data)
    else:
        raise RefusedError(f"A key of another kind ({type(public).__name__}).")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that an evaluation was made with, or that somebody approves."""

    kind: str
    name: str
    sha256: str
    version: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What must be equal; the version is only told."""
        return self.kind, self.name, self.sha256

    @property
    def told(self) -> str:
        """Its name and version in words."""
        return f"{KINDS[self.kind]} {f'{self.name[:80]} {self.version[:40]}'.rstrip()}"


def fact_from(said: object) -> Fact:
    """Return the fact that a record says."""
    record = members(said, "kind", "name", "sha256", "version")
    kind, name = text(record, "kind"), text(record, "name")
    demand(kind in KINDS, f"A kind '{kind[:40]}'; known: {', '.join(KINDS)}.")
    demand(name, f"A {kind} without a name.")
    return Fact(kind, name, digest(record, "sha256").hex(), text(record, "version"))


class Trust:
    """Keys, time-stamping authorities and what may be evaluated with, from a trust file."""

    def __init__(self, data: bytes, *, given: bool) -> None:
        said = json.loads(data, object_pairs_hook=lambda pairs: _once(pairs, 0))
        record = members(said, "approved", "authorities", "format", "keys")
        demand(record["format"] == "batchproof-trust/1", f"The format {record['format']!r}.")
        self.given = given
        self.keys = [_key(members(one)) for one in items(record, "keys")]
        self.authorities = [
            x509.load_pem_x509_certificate(str(one).encode())
            for one in items(record, "authorities")
        ]
        self.approved = [fact_from(one) for one in items(record, "approved")]
        demand(
            len({one.key for one in self.approved}) == len(self.approved),
            "Something stands twice in 'approved'.",
        )

    def of(self, use: str, name: str = "") -> list[Key]:
        """Return the keys for a use, of a name if one is given."""
        return [one for one in self.keys if one.use == use and name in {"", one.name}]

    def names(self, use: str) -> list[str]:
        """Return the names that have a key for a use."""
        return sorted({one.name for one in self.of(use)})


def _key(record: Record) -> Key:
    demand(text(record, "use") in {"seal", "log", "witness"}, f"A use {record['use']!r} of a key.")
    key = members(record["key"])
    since, until = record.get("from"), record.get("until")
    return Key(
        use=text(record, "use"),
        name=text(record, "name"),
        keyid=text(record, "keyid"),
        keytype=text(key, "keytype"),
        scheme=text(key, "scheme"),
        public=text(members(key["keyval"]), "public"),
        since=None if since is None else moment(since),
        until=None if until is None else moment(until),
    )


# ------------------------------------------------------------------ check 8: the seal


@dataclass(frozen=True, slots=True)
class Seal:
    """A DSSE envelope with an in-toto statement: what was sealed, and by which keys."""

    envelope: bytes
    payload: bytes
    signatures: tuple[tuple[str, bytes], ...]
    predicate: Record
    root: bytes
    subject: str

    @property
    def signed(self) -> bytes:
        """The bytes that a DSSE signature is over (PAE)."""
        return b"DSSEv1 28 application/vnd.in-toto+json %d %b" % (len(self.payload), self.payload)


def seal_from(data: bytes) -> Seal:
    """Return the seal that the bytes of seal.json say."""
    envelope = members(strict(data), "payload", "payloadType", "signatures")
    kind = text(envelope, "payloadType")
    demand(kind == "application/vnd.in-toto+json", f"An envelope of type '{kind[:80]}'.")
    payload = unbase(text(envelope, "payload"))
    statement = members(strict(payload), "_type", "predicate", "predicateType", "subject")
    kinds = (text(statement, "_type"), text(statement, "predicateType"))
    expected = ("https://in-toto.io/Statement/v1", "urn:batchproof:seal:1")
    demand(kinds == expected, f"A statement of type {kinds}; expected {expected}.")
    demand(len(items(statement, "subject")) == 1, "A statement about other than one subject.")
    subject = members(items(statement, "subject")[0], "digest", "name")
    predicate = members(statement["predicate"])
    demand(set(predicate) <= {"demo", "manifest"}, f"A predicate of {sorted(predicate)}.")
    signatures = tuple(
        (text(one, "keyid"), unbase(text(one, "sig")))
        for one in (members(one, "keyid", "sig") for one in items(envelope, "signatures"))
    )
    root = digest(members(subject["digest"], "sha256"), "sha256")
    return Seal(data, payload, signatures, predicate, root, text(subject, "name"))


def check_signers(seal: Seal, trust: Trust, at: datetime | None, report: Report) -> None:
    """Every signature of the seal must be of a key for seals that was good at the attested time."""
    demand(seal.signatures, "The envelope has no signature.")
    who = [keyid for keyid, _ in seal.signatures]
    demand(len(set(who)) == len(who), "One key signed twice.")
    for keyid, signature in seal.signatures:
        keys = [one for one in trust.of("seal") if one.keyid == keyid]
        demand(keys, f"Signed by key {keyid[:80]}, which is not trusted for seals.")
        good = [one for one in keys if one.signed(signature, seal.signed)]
        demand(good, f"The signature of key {keyid[:80]} is not over this statement.")
        told = f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else "no attested time"
        words = f"Key {keyid[:80]} was not good at {told}: it is not yet, or no longer, trusted."
        demand(any(one.good_at(at) for one in good), words)
        report.said.append(f"sealed by {good[0].name} (key {keyid})")
    if seal.predicate.get("demo"):
        report.said.append("DEMO KEY: the seal says that its key was generated for a demo")


def unapproved(fact: Fact, approved: Sequence[Fact]) -> str:
    """Return in words that a fact is not among those approved, or nothing if it is."""
    if fact.key in {one.key for one in approved}:
        return ""
    named = [one for one in approved if (one.kind, one.name) == (fact.kind, fact.name)]
    known = [f"{one.version[:40]} (sha256 {one.sha256})".strip() for one in named[:5]]
    known += [f"{len(named) - 5} more"] * (len(named) > len(known))
    words = ", ".join(known) or "none of this name"
    return (
        f"The {fact.told} (sha256 {fact.sha256}) is not one that the trust file approves: {words}."
    )


# ------------------------------------------------------------------ check 9: the time (RFC 3161)


@dataclass(frozen=True, slots=True)
class Der:
    """One element of DER (X.690): its tag, its content, and its bytes as a whole."""

    tag: int
    body: bytes
    whole: bytes

    def parts(self, tag: int = 0x30) -> list["Der"]:
        """Return the elements inside, if this is a SEQUENCE (or what the tag says)."""
        demand(self.tag == tag, f"DER tag {self.tag:#x}; expected {tag:#x}.")
        return der(self.body)

    def content(self, tag: int) -> bytes:
        """Return the content, if the tag is this one."""
        demand(self.tag == tag, f"DER tag {self.tag:#x}; expected {tag:#x}.")
        return self.body


def der(data: bytes) -> list[Der]:
    """Return the elements that the bytes are; refuse indefinite and longer-than-needed lengths."""
    found, at = list[Der](), 0
    while at < len(data):
        tag, size, start = data[at], data[at + 1], at + 2
        demand(tag & 0x1F != 0x1F, "A DER tag of several bytes.")  # noqa: PLR2004
        if size & 0x80:
            count = size & 0x7F
            demand(1 <= count <= 4, "A DER length of unknown form.")  # noqa: PLR2004
            size, start = int.from_bytes(data[start : start + count], "big"), start + count
            demand(size >= max(0x80, 1 << 8 * (count - 1)), "A DER length longer than needed.")
        demand(start + size <= len(data), "DER that is cut.")
        found.append(Der(tag, data[start : start + size], data[at : start + size]))
        at = start + size
    return found


OID: Final = {
    "2a864886f70d010702": "signedData",
    "2a864886f70d0109100104": "TSTInfo",
    "2a864886f70d010903": "contentType",
    "2a864886f70d010904": "messageDigest",
    "2a864886f70d010910020c": "signingCertificate",
    "2a864886f70d010910022f": "signingCertificateV2",
    "2b0e03021a": "sha1",
    "608648016503040201": "sha256",
    "608648016503040202": "sha384",
    "608648016503040203": "sha512",
    "2a864886f70d010101": "rsa",
    "2a864886f70d01010b": "rsa sha256",
    "2a864886f70d01010c": "rsa sha384",
    "2a864886f70d01010d": "rsa sha512",
    "2a8648ce3d040302": "ecdsa sha256",
    "2a8648ce3d040303": "ecdsa sha384",
    "2a8648ce3d040304": "ecdsa sha512",
    "2b6570": "ed25519",
}


def oid(one: Der) -> str:
    """Return the name of an object identifier that this verifier knows, or its hex."""
    return OID.get(one.content(0x06).hex(), one.body.hex())


def algorithm(one: Der) -> str:
    """Return the name of an AlgorithmIdentifier without parameters of weight."""
    parts = one.parts()
    demand(len(parts) == 1 or parts[1].whole == b"\5\0", "An algorithm with parameters.")
    return oid(parts[0])


def only(found: Sequence[Der], what: str) -> Der:
    """Return the one element there is."""
    demand(len(found) == 1, f"{len(found)} {what}; expected one.")
    return found[0]


def stamped_at(answer: bytes, sealed: bytes, trust: Trust) -> tuple[datetime, str]:
    """Return when and by whom the sealed bytes were time-stamped, if the answer proves it."""
    status, *tokens = only(der(answer), "responses").parts()
    granted = int.from_bytes(status.parts()[0].content(0x02), "big")
    demand(granted in {0, 1}, f"The authority did not grant it: status {granted}.")
    kind, content = only(tokens, "tokens").parts()
    demand(oid(kind) == "signedData", "The token is no SignedData.")
    _version, _digests, inside, *rest = only(content.parts(0xA0), "contents").parts()
    kind, wrapped = inside.parts()
    demand(oid(kind) == "TSTInfo", "The token holds no TSTInfo.")
    info = only(wrapped.parts(0xA0), "contents").content(0x04)
    demand([one.tag for one in rest[:-1]] in ([0xA0], [0xA0, 0xA1]), "No certificate is in it.")
    held = [x509.load_der_x509_certificate(one.whole) for one in rest[0].parts(0xA0)]
    at = _told_time(info, sealed)
    certificate = _signer(only(rest[-1].parts(0x31), "signers").parts(), info, held)
    _chain(certificate, held, trust.authorities, at)
    return at, certificate.subject.rfc4514_string()


def _told_time(info: bytes, sealed: bytes) -> datetime:
    version, _policy, imprint, _serial, told, *_rest = only(der(info), "TSTInfos").parts()
    demand(version.content(0x02) == b"\1", "A TSTInfo of another version.")
    how, hashed = imprint.parts()
    name = algorithm(how)
    demand(name in {"sha256", "sha384", "sha512"}, f"An imprint by {name}.")
    expected = hashlib.new(name, sealed).digest()
    words = f"It is over {hashed.body.hex()}; the seal's {name} is {expected.hex()}."
    demand(hashed.content(0x04) == expected, words)
    written = told.content(0x18).decode("ascii")
    demand(re.fullmatch(r"\d{14}(\.\d*[1-9])?Z", written), f"The time {written[:40]}.")
    at = datetime.strptime(f"{written[:14]}+0000", "%Y%m%d%H%M%S%z")
    return at + timedelta(seconds=float("0" + written[14:-1]))


def _signer(signer: list[Der], info: bytes, held: list[x509.Certificate]) -> x509.Certificate:
    """Return the certificate that signed the token, after its signature over the info held."""
    demand(len(signer) in {6, 7}, "A signer without signed attributes.")
    sid, how, attributes, by, signature = signer[1:6]
    name = algorithm(how)
    demand(name in {"sha256", "sha384", "sha512"}, f"A signature over {name}.")
    pairs = [one.parts() for one in attributes.parts(0xA0)]
    named = {oid(kind): values for kind, values in pairs}
    demand(len(named) == len(pairs), "A signed attribute stands there twice.")
    kind = only(named["contentType"].parts(0x31), "content types")
    demand(oid(kind) == "TSTInfo", "The signature is about another content.")
    told = only(named["messageDigest"].parts(0x31), "digests").content(0x04)
    demand(told == hashlib.new(name, info).digest(), "The signature is over another TSTInfo.")
    certificate = _identified(named, held)
    if sid.tag == 0x30:  # noqa: PLR2004 (IssuerAndSerialNumber)
        issuer, serial = sid.parts()
        same = certificate.issuer.public_bytes() == issuer.whole
        demand(
            same and certificate.serial_number == int.from_bytes(serial.content(0x02), "big"),
            "The signer names another certificate than its attributes.",
        )
    check_authority_signature(
        certificate, (algorithm(by), name, signature.content(0x04)), attributes
    )
    return certificate


def check_authority_signature(
    certificate: x509.Certificate, how: tuple[str, str, bytes], attributes: Der
) -> None:
    """The certificate's key must have signed the attributes, in the way that the token names."""
    signing, name, signature = how
    family, _, hash_of = signing.partition(" ")
    kinds = {"rsa": rsa.RSAPublicKey, "ecdsa": ec.EllipticCurvePublicKey}
    public = certificate.public_key()
    of_kind = isinstance(public, kinds.get(family, ed25519.Ed25519PublicKey))
    demand(of_kind and signing in OID.values(), f"A signature by '{signing}'.")
    demand(hash_of in {"", name}, f"A signature by '{signing}' over {name}.")
    try:
        check_signature(public, (name, signature), b"\x31" + attributes.whole[1:])
    except InvalidSignature as error:
        raise RefusedError("The authority's signature is not over this token.") from error


def _identified(named: Mapping[str, Der], held: list[x509.Certificate]) -> x509.Certificate:
    """Return the held certificate that the ESS attribute (RFC 2634, RFC 5035) identifies."""
    second = named.get("signingCertificateV2")
    attribute = second or named.get("signingCertificate")
    if attribute is None:
        raise RefusedError("The token does not say which certificate signed it.")
    first = only(attribute.parts(0x31), "values").parts()[0].parts()[0].parts()
    name = "sha256" if second else "sha1"
    if first[0].tag == 0x30:  # noqa: PLR2004 (a named hash algorithm)
        name, first = algorithm(first[0]), first[1:]
    known = {"sha256", "sha384", "sha512"} if second else {"sha1"}
    demand(name in known, f"A certificate identified by {name}.")
    told = first[0].content(0x04)
    for one in held:
        if hashlib.new(name, one.public_bytes(serialization.Encoding.DER)).digest() == told:
            return one
    raise RefusedError("The certificate that signed the token is not held by it.")


def _chain(
    certificate: x509.Certificate,
    held: list[x509.Certificate],
    authorities: list[x509.Certificate],
    at: datetime,
) -> None:
    """Climb from the time-stamping certificate to a trusted authority, each valid at the time."""
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    stamping = x509.oid.ExtendedKeyUsageOID.TIME_STAMPING
    demand(usage.critical and list(usage.value) == [stamping], "It is not for time stamping alone.")
    known = {x509.BasicConstraints, x509.KeyUsage, x509.ExtendedKeyUsage}
    below = certificate
    for depth in range(8):
        who = below.subject.rfc4514_string()
        valid = below.not_valid_before_utc <= at <= below.not_valid_after_utc
        demand(valid, f"The certificate of {who} was not valid at {at:%Y-%m-%dT%H:%M:%SZ}.")
        odd = [one for one in below.extensions if one.critical and type(one.value) not in known]
        demand(not odd, f"The certificate of {who} has a critical extension unknown here.")
        if depth:
            _may_issue(below, depth)
        if below in authorities:
            return
        above = [one for one in (*authorities, *held) if _issued(below, one)]
        demand(above, f"The certificate of {who} was issued by nobody who is trusted.")
        below = above[0]
    raise RefusedError("A chain of more than eight certificates.")


def _may_issue(certificate: x509.Certificate, depth: int) -> None:
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    length = constraints.path_length
    may = constraints.ca and (length is None or depth - 1 <= length)
    usages = [one.value for one in certificate.extensions if isinstance(one.value, x509.KeyUsage)]
    may = may and all(one.key_cert_sign for one in usages)
    demand(may, f"{certificate.subject.rfc4514_string()} may not issue certificates.")


def _issued(below: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return below != above


# ------------------------------------------------------------------ check 10: the log (C2SP)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed note of a log: its origin, size and root, and who signed."""

    note: str
    body: bytes
    origin: str
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes], ...]


def checkpoint_from(note: str) -> Checkpoint:
    """Return the checkpoint that a note says (C2SP tlog-checkpoint, signed-note)."""
    body, _, tail = note.partition("\n\n")
    demand(len(note) <= MOST_PROOF and tail.endswith("\n"), "It is no signed note.")
    origin, size, root, *_extra = body.split("\n")
    demand(origin and re.fullmatch("0|[1-9][0-9]{0,17}", size), "It is no checkpoint.")
    head = unbase(root)
    demand(len(head) == 32, "A root of other than 32 bytes.")  # noqa: PLR2004
    signatures = []
    for line in tail[:-1].split("\n"):
        dash, name, signature = line.split(" ")
        demand(dash == "\N{EM DASH}" and name, "A line that is no signature of a note.")
        signatures.append((name, unbase(signature)))
    return Checkpoint(note, f"{body}\n".encode(), origin, int(size), head, tuple(signatures))


def _noted(key: Key, checkpoint: Checkpoint, kind: bytes) -> Iterator[bytes]:
    """Yield the signatures in a note that name this key (C2SP signed-note key id)."""
    named = sha(key.name.encode(), b"\n", kind, bytes.fromhex(key.public))[:4]
    for name, signature in checkpoint.signatures:
        if name == key.name and signature[:4] == named:
            yield signature[4:]


def log_signers(checkpoint: Checkpoint, trust: Trust) -> list[Key]:
    """Return the keys of the log, ended ones too, that signed the checkpoint."""
    return [
        key
        for key in trust.of("log", checkpoint.origin)
        if any(key.signed(one, checkpoint.body) for one in _noted(key, checkpoint, b"\1"))
    ]


def check_log_signature(checkpoint: Checkpoint, trust: Trust) -> None:
    """The checkpoint must be signed by a key of the log that it names."""
    known = trust.of("log", checkpoint.origin)
    demand(known, f"The log '{checkpoint.origin[:80]}' is none of {trust.names('log')}.")
    signed = log_signers(checkpoint, trust)
    demand(signed, f"It is not signed by a known key of '{checkpoint.origin[:80]}'.")


def check_log_key(checkpoint: Checkpoint, trust: Trust, at: datetime | None) -> None:
    """A key of the log that ended must have signed before: others attest when that was."""
    signed = log_signers(checkpoint, trust)
    good = any(key.until is None or (at is not None and at <= key.until) for key in signed)
    told = f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else "no attested time"
    demand(good, f"The key of '{checkpoint.origin[:80]}' was no longer trusted at {told}.")


def witnessed_at(checkpoint: Checkpoint, trust: Trust) -> datetime | None:
    """Return the earliest time at which a witness saw the checkpoint; each known one must have."""
    times = []
    for name in trust.names("witness"):
        seen = []
        for key in trust.of("witness", name):
            for one in _noted(key, checkpoint, b"\4"):
                said = int.from_bytes(one[:8], "big")
                at = datetime.fromtimestamp(said, UTC)
                data = b"cosignature/v1\ntime %d\n%b" % (said, checkpoint.body)
                if key.signed(one[8:], data) and key.good_at(at):
                    seen.append(at)
        demand(seen, f"The witness '{name}' did not co-sign it.")
        times += seen
    return min(times, default=None)


@dataclass(frozen=True, slots=True)
class Logged:
    """Where bytes stand in a log, and the way to its checkpoint (C2SP tlog-proof)."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint


def logged_from(proof: str) -> Logged:
    """Return what a C2SP tlog-proof says."""
    above, _, note = proof.partition("\n\n")
    first, *lines = above.split("\n")
    demand(first == "c2sp.org/tlog-proof@v1", f"The first line is '{first[:80]}'.")
    lines = lines[1:] if lines and lines[0].startswith("extra ") else lines
    named = re.fullmatch("index (0|[1-9][0-9]{0,17})", lines[0] if lines else "")
    demand(named, "It names no index.")
    index = int(named[1]) if named else 0
    return Logged(index, tuple(unbase(one) for one in lines[1:]), checkpoint_from(note))


def check_logged(logged: Logged, data: bytes) -> None:
    """The bytes must be the entry of the log at the place that the proof names."""
    checkpoint = logged.checkpoint
    found = climb(leaf(data), logged.index, checkpoint.size, logged.path)
    words = f"The path leads to {found.hex()}; the checkpoint's root is {checkpoint.root.hex()}."
    demand(found == checkpoint.root, words)


# ------------------------------------------------------------------ checks 2 to 7: what is sealed


class Quotes:
    """Spans of one capture, picked out while its bytes pass by."""

    def __init__(self, spans: set[tuple[int, int]]) -> None:
        self._waiting, self._open = sorted(spans, reverse=True), list[tuple[int, int]]()
        self.found: dict[tuple[int, int], bytearray] = {one: bytearray() for one in spans}

    def see(self, start: int, piece: bytes) -> None:
        """Take what this piece has of the spans."""
        end = start + len(piece)
        while self._waiting and self._waiting[-1][0] < end:
            self._open.append(self._waiting.pop())
        for span in self._open:
            self.found[span] += piece[max(0, span[0] - start) : sum(span) - start]
        self._open = [one for one in self._open if sum(one) > end]


class Package:
    """A sealed package and everything that is found about it, check after check."""

    def __init__(self, held: Container, trust: Trust | None = None) -> None:
        self.held, self.report = held, Report()
        self._given = trust
        self._manifest: Record = {}
        self._members: dict[str, Record] = {}
        self._captures: list[Record] = []
        self._quotes: dict[str, Quotes] = {}
        self._times: list[datetime] = []
        self._logged: Logged | None = None

    def check(self, seen: str | None = None, log: Container | None = None) -> Report:
        """Return the report of all checks."""
        if self.check_whole():
            self.check_sealed(seen, log)
        self.report.findings.sort(key=lambda one: (one.check, one.member, one.row))
        self.report.not_checked += NOT_HERE
        return self.report

    def check_whole(self) -> bool:
        """Run checks 1 to 7: the package as its maker wrote it. Return whether it can be read."""
        for name, words in self.held.odd:
            self.report.find(1, name, words)
        with self.report.checking(2, MANIFEST):
            self._check_manifest(self.held.read(MANIFEST))
        if not self._manifest:
            return False
        self._check_nothing_else()
        with self.report.checking(5, "tables/captures.jsonl"):
            self._captures = [one for _, one in self._records("captures")]
        with self.report.checking(5, "tables/observations.jsonl"):
            self._ask_quotes()
        self._check_members()
        for table in members_of(self._manifest, "tables"):
            name = text(table, "name")
            with self.report.checking(5, INDEX if name == TABLES[-1] else path_of(name)):
                self._check_table(name, table)
        return True

    def _check_manifest(self, data: bytes) -> None:
        demand(data.endswith(b"\n"), "Its last line is cut.")
        names = ("batch", "checksum", "format", "members", "root", "salt", "tables")
        said = members(strict(data[:-1]))
        demand(said.get("format") == FORMAT, f"The format {said.get('format')!r}; read: {FORMAT}.")
        members(said, *names)
        text(said, "batch")
        found = [members(one, "path", "sha256", "size") for one in items(said, "members")]
        for one in found:
            demand(digest(one, "sha256") and whole(one, "size") >= 0, "A member without size.")
        paths = [text(one, "path") for one in found]
        demand(paths == sorted(set(paths)), "Members out of order, or named twice.")
        tables = [members(one, "name", "records", "root") for one in items(said, "tables")]
        demand(tuple(one["name"] for one in tables) == TABLES, f"Tables other than {TABLES}.")
        body = {name: value for name, value in said.items() if name != "checksum"}
        checksum = sha(spelled(body)).hex()
        demand(said["checksum"] == checksum, f"Checksum {said['checksum']}; it is {checksum}.")
        digest(said, "salt")
        root = root_of_tables(tables)
        demand(digest(said, "root") == root, f"Root {said['root']}; its tables give {root.hex()}.")
        self._manifest, self._members = said, dict(zip(paths, found, strict=True))

    def _check_nothing_else(self) -> None:
        """Check 4, and what every package must name (check 3)."""
        for name in self._members:
            if name not in NEEDED and not NAMED.fullmatch(name):
                self.report.find(4, name, "A package of this format holds no such member.")
        for name in sorted(set(self.held.sizes) - set(self._members) - SEALED - {MANIFEST}):
            self.report.find(4, name, "It is there and the manifest does not name it.")
        for name in sorted(NEEDED - set(self._members)):
            self.report.find(3, name, "Every package has it, and the manifest does not name it.")

    def _ask_quotes(self) -> None:
        """Note which bytes the observations quote, so that they are picked out in passing."""
        spans: dict[str, set[tuple[int, int]]] = {}
        total = 0
        for row, record in self._records("observations"):
            for capture, offset, length in quoted_by(record):
                demand(length > 0, "A place without bytes.", row)
                if (offset, length) not in spans.setdefault(capture, set()):
                    spans[capture].add((offset, length))
                    total += length
                demand(total <= MOST_QUOTED, f"More than {MOST_QUOTED} quoted bytes.", row)
        self._quotes = {capture: Quotes(found) for capture, found in spans.items()}

    def _records(self, table: str) -> Iterator[tuple[int, Record]]:
        for row, line in self.held.lines(path_of(table)):
            yield row, members(strict(line, row))

    def _check_members(self) -> None:
        """Checks 3, 6 and 7 in one reading of all bytes: captures first, in their table's order."""
        seed = hashlib.sha256(b"batchproof-salt/1\0")
        passed = set[str]()
        with ThreadPoolExecutor(1) as beside:
            for row, record in enumerate(self._captures, start=1):
                with self.report.checking(6, path_of("captures")):
                    name = f"captures/{digest(record, 'digest').hex()}"
                    tree = self._read_through(name, (seed, beside), first=name not in passed)
                    passed.add(name)
                    size, named = self.held.sizes[name], whole(record, "size")
                    demand(size == named, f"{name} has {size} bytes; recorded are {named}.", row)
                    demand(digest(record, "tree") == tree, f"The chunks of {name} differ.", row)
            for name in self._members:
                if name not in passed:
                    with self.report.checking(3, name):
                        self._read_through(name, (hashlib.sha256(), beside), first=True)
                    if name.startswith("captures/"):
                        self.report.find(6, name, "No record of the captures' table names it.")
        if seed.hexdigest() != self._manifest["salt"]:
            words = f"Seed {self._manifest['salt']}; the captures give {seed.hexdigest()}."
            self.report.find(7, MANIFEST, words)

    def _read_through(
        self, name: str, pair: "tuple[hashlib._Hash, ThreadPoolExecutor]", *, first: bool
    ) -> bytes:
        """Read a member once: check its size and SHA-256, return the head of its chunk tree."""
        seed, beside = pair
        capture = name.removeprefix("captures/")
        quotes = self._quotes.get(capture) if first and capture != name else None
        own, tree, start = hashlib.sha256(), Tree(), 0
        for piece in self.held.pieces(name):
            digesting = beside.submit(own.update, piece)
            if capture != name:
                seed.update(piece)
                view = memoryview(piece)
                for at in range(0, len(piece), CHUNK):
                    tree.add(leaf(view[at : at + CHUNK]))
            if quotes:
                quotes.see(start, piece)
            start += len(piece)
            digesting.result()
        if first:
            self._compare(name, own.hexdigest(), start)
        return tree.head()

    def _compare(self, name: str, found: str, size: int) -> None:
        named = self._members.get(name)
        if named is None:
            self.report.find(3, name, "The manifest does not name it.")
        elif named["size"] != size:
            self.report.find(3, name, f"It has {size} bytes; the manifest names {named['size']}.")
        elif named["sha256"] != found:
            self.report.find(3, name, f"SHA-256 {found}; the manifest names {named['sha256']}.")
        if name.startswith("captures/") and name != f"captures/{found}":
            self.report.find(3, name, f"A capture named by another digest than its own: {found}.")

    def _check_table(self, name: str, said: Record) -> None:
        count, head = whole(said, "records"), digest(said, "root")
        if name == TABLES[-1]:
            tree = self._index_tree(count)
        else:
            tree = Tree()
            seed = salts(digest(self._manifest, "salt"), name)
            for row, line in self.held.lines(path_of(name)):
                record = members(strict(line, row))
                quoted = self._quoted(record, row) if name == "observations" else b""
                tree.add(leaf(next(seed), line, b"\n", quoted))
            demand(tree.size == count, f"{tree.size} records; the manifest names {count}.")
        words = f"Its tree has head {tree.head().hex()}; the manifest names {head.hex()}."
        demand(tree.head() == head, words)

    def _index_tree(self, count: int) -> Tree:
        """Return the tree of the readings' blocks: blocks of 256 leaves are its subtrees."""
        size, entry = self.held.sizes.get(INDEX, -1), 56
        demand(size == -(-count // BLOCK) * entry, f"{size} bytes of index for {count} readings.")
        tree, rest = Tree(), b""
        for piece in self.held.pieces(INDEX):
            data = rest + piece
            ended = len(data) - len(data) % entry
            for at in range(0, ended, entry):
                tree.add(data[at + 24 : at + entry])
            rest = data[ended:]
        return tree

    def _quoted(self, record: Record, row: int) -> bytes:
        quoted = bytearray()
        for capture, offset, length in quoted_by(record):
            quotes = self._quotes.get(capture)
            found = quotes.found.get((offset, length), b"") if quotes else b""
            words = f"{length} bytes at {offset} of capture {capture} are quoted and not there."
            demand(len(found) == length, words, row)
            quoted += found
        return bytes(quoted)

    # -------------------------------------------------------------- checks 8 to 12: who and when

    def check_sealed(self, seen: str | None, log: Container | None) -> None:
        """Run checks 8 to 12."""
        report = self.report
        data, evaluation = b"", dict[str, object]()
        with report.checking(8, SEAL):
            demand(SEALED & set(self.held.sizes), "The package is not sealed: nobody vouches.")
            data = self.held.read(SEAL)
        with report.checking(8, "evaluation.json"):
            (evaluation,) = (dict(one) for _, one in self._records("evaluation"))
        trust = self._trusted() if data else None
        if trust is None or not evaluation:
            return
        self._check_time(data, trust, evaluation)
        self._check_log(data, trust)
        with report.checking(8, path_of("environment")):
            self._check_approved(trust, evaluation)
        with report.checking(8, SEAL):
            seal = seal_from(data)
            self._check_statement(seal, evaluation)
            check_signers(seal, trust, next(iter(self._times), None), report)
        if self._logged:
            history: list[Entry] = []
            with report.checking(11, HISTORY):
                history = history_from(self.held.read(HISTORY), self._logged, evaluation)
                self._check_history(history, data, evaluation)
            with report.checking(12, PROOF):
                self._check_memory(trust, seen, log, history)

    def _trusted(self) -> Trust | None:
        """Return whom to trust: what was given, else what the package claims, and tell so."""
        if self._given:
            return self._given
        with self.report.checking(8, KEYS):
            claimed = Trust(self.held.read(KEYS, PIECE), given=False)
            who = [f"{one.use} {one.name} ({one.keyid})" for one in claimed.keys]
            who += [one.subject.rfc4514_string() for one in claimed.authorities]
            self.report.not_checked.append(
                "WHO SEALED IT: no --trust was given, so that these keys are only what the package "
                f"claims of itself: {'; '.join(who)}"
            )
            return claimed
        return None

    def _check_statement(self, seal: Seal, evaluation: Record) -> None:
        manifest = sha(self.held.read(MANIFEST)).hex()
        named = seal.predicate.get("manifest")
        demand(named == manifest, f"It names manifest {named}; here is {manifest}.")
        demand(seal.predicate.get("demo", True) is True, "A 'demo' other than true.")
        root = text(self._manifest, "root")
        demand(seal.root.hex() == root, f"It names root {seal.root.hex()}; here is {root}.")
        batch = text(evaluation, "batch")
        subject = f"{batch}/{text(evaluation, 'stage')}/{whole(evaluation, 'evaluation')}"
        demand(seal.subject == subject, f"It names {seal.subject!r}; here is {subject!r}.")
        demand(self._manifest["batch"] == batch, "Manifest and evaluation name other batches.")

    def _check_approved(self, trust: Trust, evaluation: Record) -> None:
        """Of each kind that is approved, the package must have been made with those alone."""
        if not trust.given:
            self.report.not_checked.append(
                "whether control strategy, contracts, code and libraries are approved ones: no "
                "--trust was given"
            )
            return
        found = list(self._made_with(evaluation))
        for kind, words in KINDS.items():
            approved = [one for one in trust.approved if one.kind == kind]
            here = [one for one in found if one[0].kind == kind]
            told = "; ".join(dict.fromkeys(one.told for one, _, _ in here))
            if not approved and kind != "suite":  # suites follow from strategy and code
                self.report.not_checked.append(
                    f"whether the {words} is an approved one: the trust file names none"
                )
            if not approved:
                continue
            if not here:
                missing = f"It names no {words}, and the trust file says which are approved."
                self.report.find(8, path_of("environment"), missing)
            others = [one for one in here if unapproved(one[0], approved)]
            for one, member, row in others:
                self.report.find(8, member, unapproved(one, approved), row)
            if here and not others:
                self.report.said.append(f"approved by the trust file: {told}")

    def _made_with(self, evaluation: Record) -> Iterator[tuple[Fact, str, int]]:
        """Yield what the evaluation was made with, each once: the fact, and where it is told."""
        told = [
            (fact_from(record), path_of("environment"), row)
            for row, record in self._records("environment")
        ]
        name, version = (str(evaluation.get(one, "")) for one in ("product", "strategy_version"))
        said = digest(evaluation, "strategy").hex()
        told.append((Fact("strategy", name, said, version), "evaluation.json", 0))
        file = self.held.read(STRATEGY).removesuffix(b"\n")
        told.append((Fact("strategy", name, sha(file).hex(), version), STRATEGY, 0))
        told += [
            (Fact("contract", path.removeprefix("contracts/"), text(one, "sha256")), path, 0)
            for path, one in self._members.items()
            if path.startswith("contracts/")
        ]
        seen = set[tuple[str, str, str]]()
        for one in told:
            if one[0].key not in seen:
                seen.add(one[0].key)
                yield one

    def _check_time(self, data: bytes, trust: Trust, evaluation: Record) -> None:
        if STAMP not in self.held.sizes:
            if trust.authorities:
                self.report.find(9, STAMP, "It is not there, and a time stamp is to be expected.")
            self.report.not_checked.append("time: no authority has time-stamped the seal")
            return
        with self.report.checking(9, STAMP):
            at, who = stamped_at(self.held.read(STAMP, PIECE), data, trust)
            self._times.append(at)
            judged = moment(evaluation["judged_at"])
            demand(judged <= at + SKEW, f"It is of {at}, before the judging at {judged}.")
            self.report.said.append(
                f"judged {judged:%Y-%m-%dT%H:%M:%SZ}, sealed before {at} ({who})"
            )

    def _check_log(self, data: bytes, trust: Trust) -> None:
        with self.report.checking(10, PROOF):
            logged = self._logged = logged_from(self.held.read(PROOF, MOST_PROOF).decode())
            check_logged(logged, data)
            check_log_signature(logged.checkpoint, trust)
            at = witnessed_at(logged.checkpoint, trust)
            check_log_key(logged.checkpoint, trust, at or next(iter(self._times), None))
            self._times += [at] if at else []
            if not at:
                self.report.not_checked.append("witness: nobody outside has co-signed the log")
            self.report.said.append(
                f"entry {logged.index} of log {logged.checkpoint.origin}: "
                f"{logged.checkpoint.size} entries, root {logged.checkpoint.root.hex()}"
            )

    def _check_history(self, history: list["Entry"], data: bytes, evaluation: Record) -> None:
        """Check 11: each fault of the batch's history is a finding of its own."""
        story = Story(history, text(evaluation, "batch"))
        for row, words in story.faults():
            self.report.find(11, HISTORY, words, row)
        index = self._logged.index if self._logged else -1
        own = [one for one in history if one.index == index and one.text.encode() == data]
        demand(own, f"This package's seal (entry {index}) is not in its history.")
        captures = [(spelled(one), spelled(_untreed(one))) for one in self._captures]
        heads = {Tree([leaf(pair[way]) for pair in captures]).head().hex() for way in (0, 1)}
        for words in story.differs(evaluation, heads, index):
            self.report.find(11, HISTORY, words)
        for words in revoked(history, seal_from(data), index):
            self.report.find(11, HISTORY, words)
        ends = (index, history[-1].index) if STAMP in self.held.sizes else (history[-1].index,)
        for at, last in zip(self._times, ends, strict=False):  # the stamp's time, the witness's
            for row, one in enumerate(history, start=1):
                late = one.at and one.index <= last and one.at > at + SKEW
                if late:
                    words = f"It says {one.at}, and others attest that it was there by {at}."
                    self.report.find(11, HISTORY, words, row)
        number = whole(evaluation, "evaluation")
        self.report.said += story.told(number)
        with self.report.checking(11, AUDIT):
            self._check_trail(history, number)

    def _check_trail(self, history: list["Entry"], number: int) -> None:
        """Check 11, the audit trail as a member: the history's entries up to the result."""
        if AUDIT not in self.held.sizes or not history:
            return
        data = self.held.read(AUDIT)
        said = members(strict(data.removesuffix(b"\n")), "batch", "entries")
        demand(said["batch"] == self._manifest["batch"], "The audit trail of another batch.")
        ends = [one.index for one in history if one.ends(number)]
        due = [one for one in history if ends and one.index <= ends[0]]
        found = members_of(said, "entries")
        for row, (one, entry) in enumerate(zip(found, due, strict=False), start=1):
            members(one, "at", "batch", "entry", "index", "kind", "words")
            same = (whole(one, "index"), text(one, "entry")) == (entry.index, entry.text)
            named = text(one, "kind"), text(one, "batch")
            demand(same, f"Entry {entry.index} stands here otherwise than in the log.", row)
            demand(named == (entry.kind, said["batch"]), f"Entry {entry.index} misnamed.", row)
            at = text(one, "at")
            demand(moment(at) == entry.at if at else entry.at is None, "Another time.", row)
        words = f"It has {len(found)} entries; the log has {len(due)} up to the result."
        demand(len(found) == len(due), words)

    def _check_memory(
        self, trust: Trust, seen: str | None, log: Container | None, history: list["Entry"]
    ) -> None:
        """Check 12: the log is the one that was seen before, and tells no more of this batch."""
        if self._logged is None:
            return
        ours = self._logged.checkpoint
        whole_log = None
        if log is not None:
            whole_log = Tiles(log, trust)
            for row, words in whole_log.untold(text(self._manifest, "batch"), ours, history):
                self.report.find(12, "the log", words, row)
            seal = seal_from(self.held.read(SEAL))
            for words in revoked(whole_log.keys(), seal, self._logged.index):
                self.report.find(12, "the log", words)
            self.report.said.append(
                f"the whole log was read: {whole_log.checkpoint.size} entries; "
                + whole_log.later(text(self._manifest, "batch"), ours.size)
            )
        else:
            self.report.not_checked.append(
                "that the history holds every entry of this batch: give the log itself (--log)"
            )
        if seen is None:
            self.report.not_checked.append(
                "that the log is the one you saw before: give your last checkpoint (--checkpoint)"
            )
            return
        last = checkpoint_from(seen)
        check_log_signature(last, trust)
        demand(last.origin == ours.origin, f"You saw log {last.origin}; this is {ours.origin}.")
        words = f"Two roots for {ours.size} entries: {last.root.hex()} was seen, here is another."
        demand(last.size != ours.size or last.root == ours.root, words)
        if last.size != ours.size and whole_log is None:
            raise RefusedError(
                f"You saw {last.size} entries, the package has {ours.size}: that one continues the "
                "other can only be shown by the log itself; give its folder (--log)."
            )
        if whole_log is not None:
            whole_log.demand_prefix(last)
        self.report.said.append(f"the log continues what you saw ({last.size} entries)")


def members_of(record: Record, name: str) -> list[Record]:
    """Return a list of objects."""
    return [members(one) for one in items(record, name)]


def path_of(table: str) -> str:
    """Return where a table of records lies."""
    return "evaluation.json" if table == "evaluation" else f"tables/{table}.jsonl"


def root_of_tables(tables: Sequence[Record]) -> bytes:
    """Return the root over the tables' heads."""
    return Tree(
        [top_leaf(text(one, "name"), whole(one, "records"), digest(one, "root")) for one in tables]
    ).head()


def quoted_by(record: Record) -> Iterator[tuple[str, int, int]]:
    """Yield capture, offset and length of every place that an observation quotes as written."""
    if text(record, "as_written"):
        for place in members_of(members(record["origin"]), "places"):
            yield text(place, "capture"), whole(place, "offset"), whole(place, "length")


def _untreed(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "tree"}


# ------------------------------------------------------------------ check 11: the batch's history


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the evaluation log."""

    index: int
    text: str
    kind: str
    record: Record
    at: datetime | None

    def ends(self, number: int) -> bool:
        """Whether it is the result of an evaluation."""
        return self.kind == "result" and self.record.get("evaluation") == number


def entry_from(index: int, said: str) -> Entry:
    """Return what an entry says: a record with "kind" and "at", or a seal's envelope."""
    record = members(strict(said.encode()))
    if "payload" in record:
        seal = seal_from(said.encode())
        batch, _, _ = seal.subject.partition("/")
        return Entry(index, said, "seal", {"batch": batch, "subject": seal.subject}, None)
    return Entry(index, said, text(record, "kind"), record, moment(text(record, "at")))


def history_from(data: bytes, logged: Logged, evaluation: Record) -> list[Entry]:
    """Return the entries of history.json, each of which is in the tree of the seal's checkpoint."""
    said = members(strict(data), "batch", "checkpoint", "entries", "evaluations")
    batch = text(evaluation, "batch")
    demand(said["batch"] == batch, f"It is of batch {said['batch']!r}; here is {batch!r}.")
    checkpoint = logged.checkpoint
    demand(said["checkpoint"] == checkpoint.note, "Another checkpoint than the seal's proof.")
    entries = list[Entry]()
    for row, one in enumerate(members_of(said, "entries"), start=1):
        members(one, "entry", "index", "proof")
        index, path = whole(one, "index"), [unhex(step) for step in items(one, "proof")]
        try:
            entry = entry_from(index, text(one, "entry"))
            found = climb(leaf(entry.text.encode()), index, checkpoint.size, path)
        except RefusedError as error:
            raise RefusedError(str(error), row) from error
        demand(found == checkpoint.root, f"Entry {index} is not in the log as it stands here.", row)
        demand(not entries or entries[-1].index < index, "Entries out of the log's order.", row)
        entries.append(entry)
    intents = sum(one.kind == "intent" for one in entries)
    told = whole(said, "evaluations")
    demand(told == intents, f"It tells of {told} evaluations and holds {intents} intents.")
    return entries


class Story:
    """What the entries of one batch say of its evaluations."""

    def __init__(self, entries: list[Entry], batch: str) -> None:
        self.entries, self.batch = entries, batch
        self.intents = [one for one in entries if one.kind == "intent"]
        self.results = [one for one in entries if one.kind == "result"]

    def faults(self) -> Iterator[tuple[int, str]]:
        """Yield the row and words of everything that cannot be in an honest history."""
        yield from self._odd_entries()
        numbers = [one.record.get("evaluation") for one in self.intents]
        if numbers != list(range(1, len(numbers) + 1)):
            yield 0, f"Evaluations are numbered {numbers}; expected 1 to {len(numbers)}."
        for one in self.intents:
            for words in self._odd_ends(one, one.record.get("evaluation")):
                yield 0, words
        for one in self.results:
            if one.record.get("evaluation") not in numbers:
                yield 0, f"A result of evaluation {one.record.get('evaluation')}, never begun."

    def _odd_entries(self) -> Iterator[tuple[int, str]]:
        last: datetime | None = None
        for row, one in enumerate(self.entries, start=1):
            if one.kind not in LOGGED:
                yield row, f"An entry of unknown kind '{one.kind[:40]}'."
            if one.kind != "key" and one.record.get("batch") != self.batch:
                yield row, f"An entry of another batch ({str(one.record.get('batch'))[:80]})."
            if one.at and last and one.at < last - SKEW:
                yield row, f"Times run backwards: {one.at} after {last}."
            last = max(filter(None, (one.at, last)), default=None)

    def _odd_ends(self, intent: Entry, number: object) -> Iterator[str]:
        ends = [one for one in self.results if one.record.get("evaluation") == number]
        if not ends:
            yield f"Evaluation {number} was begun and never ended: it has no result."
        elif len(ends) > 1:
            yield f"Evaluation {number} has {len(ends)} results."
        elif ends[0].index < intent.index:
            yield f"The result of evaluation {number} was logged before its intent."
        if not self._captured(intent):
            yield f"What evaluation {number} judged was not logged before its intent."

    def _captured(self, intent: Entry) -> list[Entry]:
        collection = intent.record.get("collection")
        return [
            one
            for one in self.entries
            if one.kind == "capture" and one.index < intent.index
            if one.record.get("collection") == collection
        ]

    def differs(self, evaluation: Record, heads: set[str], seal: int) -> Iterator[str]:
        """Yield what the log says otherwise of this package's evaluation than the package."""
        number = whole(evaluation, "evaluation")
        intents = self._intents_of(number)
        results = [one for one in self.results if one.record.get("evaluation") == number]
        if not intents or not results:
            yield f"The log holds no intent with a result of this evaluation ({number})."
            return
        for name in ("evidence", "stage", "strategy"):
            if intents[0].record.get(name) != evaluation.get(name):
                logged, here = intents[0].record.get(name), evaluation.get(name)
                yield f"The intent of evaluation {number} names {name} {logged}; here is {here}."
        if results[0].record.get("readiness") != evaluation.get("readiness"):
            logged, here = results[0].record.get("readiness"), evaluation.get("readiness")
            yield f"The log says evaluation {number} was {logged}; here is {here}."
        if results[0].index > seal:
            yield f"The seal was logged before the result of evaluation {number}."
        captured = self._captured(intents[0])
        if captured and not any(str(one.record.get("root")) in heads for one in captured):
            yield f"The captures logged for evaluation {number} are others than those here."

    def told(self, number: int) -> Iterator[str]:
        """Yield in words which evaluation this is, and what came after it for its stage."""
        yield f"evaluation {number} of {len(self.intents)} of batch {self.batch}"
        stages = [one.record.get("stage") for one in self._intents_of(number)]
        for one in self.results:
            later = one.record.get("evaluation")
            if isinstance(later, int) and later > number:
                for intent in self._intents_of(later):
                    if intent.record.get("stage") in stages:
                        yield self._came_later(intent, one)

    def _came_later(self, intent: Entry, result: Entry) -> str:
        over, ended = "superseded", result.record.get("readiness")
        if "aborted" in result.record:
            over, ended = "not superseded", f"given up: {result.record['aborted']}"
        elif self._looks_back(intent):
            over = "not superseded, for it looks back"
        return f"{over}: evaluation {result.record['evaluation']} came later ({ended})"

    def _intents_of(self, number: object) -> list[Entry]:
        return [one for one in self.intents if one.record.get("evaluation") == number]

    def _looks_back(self, intent: Entry) -> bool:
        """Whether a person asked what would have been, by a strategy or as known at a time.

        Such an evaluation stands under that person and their reason, and supersedes nothing.
        """
        asked = [intent.record.get(name) for name in ("by", "stage", "reason")]
        for one in self.entries:
            if one.kind == "request" and one.index < intent.index:
                by, stage, code, reason, strategy, known_at = (
                    one.record.get(name)
                    for name in ("by", "stage", "reason_code", "reason", "strategy", "known_at")
                )
                marks = [f"judged by the strategy {strategy}"] if strategy else []
                marks += [f"as known at {known_at}"] if known_at else []
                if marks and asked == [by, stage, f"{code}: {reason} ({', '.join(marks)})"]:
                    return True
        return False


def revoked(entries: Sequence[Entry], seal: Seal, logged: int) -> Iterator[str]:
    """Yield the keys of a seal that the log itself revoked before the seal was logged."""
    for one in entries:
        key = one.record.get("key")
        keyid = key.get("keyid") if isinstance(key, dict) else None
        gone = one.kind == "key" and one.record.get("change") == "revoked"
        if gone and keyid in dict(seal.signatures) and one.index < logged:
            yield f"Key {keyid} was revoked (entry {one.index}) before this seal was logged."


# ------------------------------------------------------------------ check 12: the whole log


class Tiles:
    """A log in C2SP tlog-tiles, read whole: every entry, every tile, and its checkpoint."""

    def __init__(self, held: Container, trust: Trust) -> None:
        self._held = held
        demand(not held.odd, f"The log's folder holds odd files: {held.odd[:3]}.")
        self.checkpoint = checkpoint_from(held.read("checkpoint", MOST_PROOF).decode())
        check_log_signature(self.checkpoint, trust)
        self.entries = [
            one for at in range(0, self.checkpoint.size, BLOCK) for one in self._bundle(at)
        ]
        self._leaves = [leaf(one) for one in self.entries]
        self._check_tiles(0, self._leaves)
        self.demand_prefix(self.checkpoint)

    def _bundle(self, at: int) -> list[bytes]:
        """Return the entries of one bundle: each after its length in two bytes."""
        width = min(BLOCK, self.checkpoint.size - at)
        data, found, start = self._held.read(tile_path("entries", at // BLOCK, width)), [], 0
        while start < len(data):
            size = int.from_bytes(data[start : start + 2], "big")
            demand(start + 2 + size <= len(data), f"The bundle at entry {at} is cut.")
            found.append(data[start + 2 : start + 2 + size])
            start += 2 + size
        demand(len(found) == width, f"{len(found)} entries in the bundle at {at}, not {width}.")
        return found

    def _check_tiles(self, level: int, found: list[bytes]) -> None:
        for at in range(0, len(found), BLOCK):
            hashed = found[at : at + BLOCK]
            name = tile_path(str(level), at // BLOCK, len(hashed))
            demand(self._held.read(name) == b"".join(hashed), f"{name} is of other entries.")
        full = range(0, len(found) - BLOCK + 1, BLOCK)
        if full:
            self._check_tiles(level + 1, [Tree(found[at : at + BLOCK]).head() for at in full])

    def demand_prefix(self, seen: Checkpoint) -> None:
        """The log must begin with exactly the entries of that checkpoint."""
        size = self.checkpoint.size
        demand(seen.size <= size, f"The log has {size} entries; {seen.size} were there before.")
        head = Tree(self._leaves[: seen.size]).head()
        words = f"Its first {seen.size} entries have root {head.hex()}, not {seen.root.hex()}."
        demand(head == seen.root, words)

    def untold(
        self, batch: str, ours: Checkpoint, history: list[Entry]
    ) -> Iterator[tuple[int, str]]:
        """Yield the entries of a batch that the package's history does not tell of."""
        self.demand_prefix(ours)
        told = {one.index for one in history}
        for one in self._of(batch, 0, ours.size):
            if one.index not in told:
                yield one.index, f"A {one.kind} of {batch} that the package's history leaves out."

    def later(self, batch: str, size: int) -> str:
        """Return in words what the log says of a batch after a size."""
        found = [one for one in self._of(batch, size, self.checkpoint.size) if one.kind == "intent"]
        numbers = ", ".join(str(one.record.get("evaluation")) for one in found)
        return f"evaluations begun after this package: {numbers or 'none'}"

    def keys(self) -> list[Entry]:
        """Return the changes of keys."""
        return [one for one in self._all(0, self.checkpoint.size) if one.kind == "key"]

    def _of(self, batch: str, start: int, end: int) -> Iterator[Entry]:
        return (one for one in self._all(start, end) if one.record.get("batch") == batch)

    def _all(self, start: int, end: int) -> Iterator[Entry]:
        for index in range(start, end):
            yield entry_from(index, self.entries[index].decode())


def tile_path(level: str, number: int, width: int) -> str:
    """Return the path of a tile (C2SP tlog-tiles): x001/x234/067, with .p/WIDTH when not full."""
    said = f"{number % 1000:03d}"
    while number := number // 1000:
        said = f"x{number % 1000:03d}/{said}"
    return f"tile/{level}/{said}" + (f".p/{width}" if width < BLOCK else "")


# ------------------------------------------------------------------ check 13: one value's proof


def is_proof(data: bytes) -> bool:
    """Whether these are the first bytes of a proof file."""
    return data.startswith(b"batchproof-proof/1\n")


def check_proof(data: bytes, trust: Trust) -> Report:
    """Return the report on the proof of one value: checks 13, 10 and 8, in the order of its way."""
    report = Report()
    with report.checking(13, "proof"):
        demand(is_proof(data) and len(data) <= MOST_PROOF, "It is no proof file.")
        _, line, note = data.decode().split("\n", 2)
        names = ("bytes", "index", "item", "path", "records", "salt", "seal", "table")
        said = members(strict(line.encode()), *names)
        root, told = proved_root(said)
        data, report.said = proved_seal(members(said["seal"]), root), [told]
        logged = logged_from(note)
        with report.checking(10, "proof"):
            check_logged(logged, data)
            check_log_signature(logged.checkpoint, trust)
        at = None
        with report.checking(10, "proof"):
            at = witnessed_at(logged.checkpoint, trust)
            check_log_key(logged.checkpoint, trust, at)
        with report.checking(8, "proof"):
            seal = seal_from(data)
            check_signers(seal, trust, at, report)
            report.said.append(f"root {root.hex()} of {seal.subject}")
        report.said.append(f"in log {logged.checkpoint.origin}, seen by a witness at {at}")
        report.not_checked.append(
            "whether control strategy, contracts, code and libraries are approved ones: the proof "
            "of one value does not name them; its package does"
        )
    return report


def proved_root(said: Record) -> tuple[bytes, str]:
    """Return the root to which the record of a proof leads, and the record in words."""
    table, index, count = text(said, "table"), whole(said, "index"), whole(said, "records")
    demand(table in TABLES, f"A table '{table[:40]}'.")
    demand(index < count < 1 << 63, f"Record {index} of {count}.")
    salt, quoted = (unbase(text(said, one), padded=False) for one in ("salt", "bytes"))
    demand(len(salt) == SALT, f"A salt of {len(salt)} bytes.")
    item = members(_unpacked(said["item"]))
    line = _reading(item, quoted) if table == TABLES[-1] else spelled(item) + b"\n" + quoted
    if table != TABLES[-1]:
        asked = sum(one[2] for one in quoted_by(item)) if table == "observations" else 0
        demand(len(quoted) == asked, f"{len(quoted)} quoted bytes; the record quotes {asked}.")
    blob = unbase(text(said, "path"), padded=False)
    path, own = [blob[at : at + 32] for at in range(0, len(blob), 32)], steps(index, count)
    demand(len(blob) % 32 == 0, "A path that is cut.")
    head = climb(leaf(salt, line), index, count, path[:own])
    ordinal = TABLES.index(table)
    root = climb(top_leaf(table, count, head), ordinal, len(TABLES), path[own:])
    return root, f"record {index} of {count} in {table}: {spelled(item).decode()}"


def _unpacked(item: object) -> object:
    """Return a proof's item, inflated if it is packed: never more than it may have."""
    if not isinstance(item, str):
        return item
    unpacking = zlib.decompressobj()
    line = unpacking.decompress(unbase(item, padded=False), MOST_UNPACKED)
    demand(unpacking.eof and not unpacking.unused_data, "A packed item that is cut or too long.")
    return strict(line)


def _reading(item: Record, quoted: bytes) -> bytes:
    """Return a reading's leaf without its salt."""
    page = ("capture", "characteristic", "equipment", "tag", "unit")
    members(item, *page, "length", "number", "offset", "status", "time", "value")
    value = text(item, "value")
    demand(re.fullmatch("[0-9a-f]{16}", value), "A value that is no double in hex.")
    number = repr(struct.unpack(">d", bytes.fromhex(value))[0])
    demand(item["number"] == number, f"It shows {item['number']!r}; the double is {number}.")
    time = int(text(item, "time"))
    demand(str(time) == item["time"], "A time in another spelling.")
    demand(len(quoted) == whole(item, "length"), f"{len(quoted)} quoted bytes.")
    named = sha(spelled({name: text(item, name) for name in page}))
    fixed = (whole(item, "status"), whole(item, "offset"), whole(item, "length"))
    return named + struct.pack(">q", time) + bytes.fromhex(value) + struct.pack(
        ">IQH", *fixed
    ) + quoted  # fmt: skip


def proved_seal(said: Record, root: bytes) -> bytes:
    """Return the bytes of seal.json, built again from a proof and the root it leads to."""
    members(said, "predicate", "signatures", "subject")
    subject = {"digest": {"sha256": root.hex()}, "name": text(said, "subject")}
    payload = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicate": members(said["predicate"]),
        "predicateType": "urn:batchproof:seal:1",
        "subject": [subject],
    }
    envelope = {
        "payload": base64.b64encode(spelled(payload)).decode(),
        "payloadType": "application/vnd.in-toto+json",
        "signatures": items(said, "signatures"),
    }
    return spelled(envelope)


# ------------------------------------------------------------------ the program


def container_of(path: Path) -> Container:
    """Return a folder or zip, opened safely."""
    return Folder(path) if path.is_dir() else Zip(path)


def check_path(
    path: Path, trust: Trust | None, seen: str | None = None, log: Path | None = None
) -> Report:
    """Return the report on a package's folder or zip, or on a proof file.

    Raises:
        OSError: there is nothing that could be read.
    """
    if path.is_file():
        with path.open("rb") as file:
            data = file.read(MOST_PROOF + 1)
        if is_proof(data):
            return check_proof_of(data, trust)
    report = Report()
    with report.checking(1, path.name):
        held, tiles = container_of(path), None if log is None else container_of(log)
        return Package(held, trust).check(seen, tiles)
    return report


def check_proof_of(data: bytes, trust: Trust | None) -> Report:
    """Return the report on a proof file: without --trust nobody is known, and it cannot hold."""
    if trust:
        return check_proof(data, trust)
    report = Report()
    report.find(8, "proof", "Whose proof it is can be told with --trust FILE only.")
    return report


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what is named; print findings and what was not checked; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("package", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--trust", type=Path, help="whom you trust: batchproof-trust/1")
    parser.add_argument("--checkpoint", type=Path, help="the last checkpoint of the log you saw")
    parser.add_argument("--log", type=Path, help="the log itself, as a folder of C2SP tlog-tiles")
    parser.add_argument("--json", action="store_true", help="answer for a machine")
    asked = parser.parse_args(arguments)
    try:
        trust = Trust(asked.trust.read_bytes(), given=True) if asked.trust else None
        seen = asked.checkpoint.read_text("utf-8") if asked.checkpoint else None
        demand(asked.package.exists(), f"There is no {asked.package}.")
        report = check_path(asked.package, trust, seen, asked.log)
    except (RefusedError, OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(as_json(report) if asked.json else in_words(report))
    return 1 if report.findings else 0


def as_json(report: Report) -> str:
    """Return the report for a machine."""
    answer = {
        "findings": [one.record() for one in report.findings],
        "not_checked": report.not_checked,
        "ok": not report.findings,
        "said": report.said,
    }
    return json.dumps(answer, indent=2, sort_keys=True) + "\n"


def in_words(report: Report) -> str:
    """Return the report for a person; signs that a terminal would obey are replaced."""
    lines = [
        f"FINDING check {one.check}, {one.member}{f' row {one.row}' * bool(one.row)}: {one.words}"
        for one in report.findings
    ]
    lines += [f"not checked: {one}" for one in report.not_checked]
    lines += report.said
    lines.append(f"{len(report.findings)} findings" if report.findings else "No findings.")
    shown = ["".join(sign if sign.isprintable() else "?" for sign in one) for one in lines]
    return "\n".join(shown) + "\n"


if __name__ == "__main__":
    sys.exit(main())
