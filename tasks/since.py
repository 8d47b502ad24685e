"""What changed since an evaluation: its evidence, strategy, contracts, the code, the libraries."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contracts.canonical import Json, canonical, parse_strict
from contracts.environment import Fact
from contracts.evidence import digest_of
from contracts.manifest import CAPTURES, ENVIRONMENT, SOURCES, STRATEGY, contract_path
from contracts.opened import Opened, Read
from contracts.words import source_in_words
from tasks import environment, reading

_SHORT = 12


@dataclass(frozen=True, slots=True)
class Since:
    """One thing that is not what it was when the evaluation was made."""

    kind: str
    """`evidence`, `strategy`, `contract`, `code` or `library`."""
    name: str
    then: str
    now: str
    words: str

    def record(self) -> dict[str, Json]:
        """Return it as a record."""
        return {
            "kind": self.kind,
            "name": self.name,
            "now": self.now,
            "then": self.then,
            "words": self.words,
        }


def since(read: Read, package: Opened) -> Iterator[Since]:
    """Yield what changed: in the package itself first, then in this installation.

    Raises:
        NotFoundError, IntegrityError: a member is gone, or is not what the format says.
    """
    yield from _captures(read, package)
    yield from _bound(read, package)
    yield from _contracts(read)
    yield from _facts(package)
    yield from _installed(read)


def _captures(read: Read, package: Opened) -> Iterator[Since]:
    for one in package.captures.values():
        found = digest_of(read(f"{CAPTURES}/{one.digest}"))
        if found != one.digest:
            words = (
                f"the bytes in {CAPTURES}/{one.digest[:_SHORT]}… are no longer those that the "
                f"{source_in_words(one.source)} handed over for {one.request}"
            )
            yield Since("evidence", one.request, one.digest, found, words)


def _bound(read: Read, package: Opened) -> Iterator[Since]:
    """Yield the files of the package that are not those its own evaluation names."""
    strategy = digest_of(read(STRATEGY).removesuffix(b"\n"))
    if strategy != package.strategy:
        words = f"{STRATEGY} is not the strategy that the evaluation names"
        yield Since("strategy", STRATEGY, package.strategy, strategy, words)
    named = {one.name: one.sha256 for one in package.environment if one.kind == "contract"}
    for source in SOURCES:
        path, then = contract_path(source), named.get(f"{source}.json", "")
        now = digest_of(read(path))
        if now != then:
            words = f"{path} is not the contract that the evaluation names"
            yield Since("contract", path, then, now, words)


def _contracts(read: Read) -> Iterator[Since]:
    """Yield the contracts that this installation would read by; the package's own are used."""
    for source in SOURCES:
        here = canonical(dict(reading.contract_document(source))) + b"\n"
        there = read(contract_path(source))
        if here != there:
            then, now = _version(there), reading.contract_of(source).version
            words = (
                f"this program now reads the {source_in_words(source)} by another contract "
                f"({now}; the package holds {then}); the package's own is used here"
            )
            yield Since("contract", source, digest_of(there), digest_of(here), words)


def _version(data: bytes) -> str:
    document = parse_strict(data.removesuffix(b"\n"))
    return str(document.get("version", "")) if isinstance(document, dict) else ""


def _facts(package: Opened) -> Iterator[Since]:
    then = {one.kind: one for one in package.environment if one.kind in {"code", "lock"}}
    now = {one.kind: one for one in environment.facts()}
    for kind, words in (("code", "the code"), ("lock", "the list of locked libraries")):
        was, here = then.get(kind), now.get(kind)
        if _digest(was) != _digest(here):
            told = f"{words} is another: {_told(was)} then, {_told(here)} now"
            changed = "code" if kind == "code" else "library"
            yield Since(changed, kind, _digest(was), _digest(here), told)


def _digest(one: Fact | None) -> str:
    return one.sha256 if one else ""


def _told(one: Fact | None) -> str:
    if one is None:
        return "none"
    return f"{one.name}{f' {one.version}' if one.version else ''} ({one.sha256[:_SHORT]}…)"


def _installed(read: Read) -> Iterator[Since]:
    """Yield which library, Python or machine is another one, by the package's own list."""
    then, now = _flat(parse_strict(read(ENVIRONMENT).removesuffix(b"\n"))), environment.installed()
    here = _flat(now)
    for name in sorted({*then, *here}):
        was, comes = then.get(name, "not named"), here.get(name, "not named")
        if was != comes:
            yield Since("library", name, was, comes, f"{name}: {was} then, {comes} now")


def _flat(record: Json) -> dict[str, str]:
    """Return names and versions of what `environment.json` lists, the libraries among them."""
    found: dict[str, str] = {}
    for name, value in (record if isinstance(record, Mapping) else {}).items():
        if isinstance(value, Mapping):
            found |= {inner: str(version) for inner, version in value.items()}
        else:
            found[name] = str(value)
    return found
