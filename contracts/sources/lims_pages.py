"""The pages of a LIMS' lists, put together and counted: nothing missing, nothing twice."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from contracts.errors import UnreadableError
from contracts.evidence import Capture, Place
from contracts.sources.contract import Field
from contracts.sources.json_spans import JsonValue, read_json
from contracts.sources.observing import Asked
from contracts.sources.record import MOVE, Record, Written
from contracts.sources.rest import Leftover

_REQUEST = re.compile(r"GET (?P<path>[^ ?]*/(?P<resource>[a-z]+))(?:\?(?P<query>[^ ]*))?")
_REPEATS = {1: "repeats the first"}
_PAGING = ("b_start=", "limit=", "page=", "b_size=")
_JSON_KINDS = {"text": "string", "time": "string", "number": "number", "flag": "boolean"}
READ = ("batch", "analysisrequest", "analysis")


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of the LIMS while it is read."""

    asked: Asked
    capture: Capture
    root: JsonValue
    resource: str
    listing: str
    """The request without its paging: pages of the same listing belong together."""
    used: set[str] = field(default_factory=set)
    """Pointers of the members that have been used."""

    def place(self, value: JsonValue) -> Place:
        """Return where a value stands; it needs to have text or members."""
        return Place(self.capture.digest, value.offset, value.length, value.pointer)

    def record(self, item: JsonValue, kind: str) -> Record:
        """Return an object as a record of the contract."""
        where = f"{item.pointer or '/'}, byte {item.offset}"
        return Record(
            self.asked.contract.record(kind), lambda wanted: self._find(item, wanted), where
        )

    def items(self) -> tuple[JsonValue, ...]:
        """Return the objects that this page lists."""
        listed = self.root.members.get("items")
        return () if listed is None else listed.items

    def member(self, item: JsonValue, path: str) -> JsonValue | None:
        """Return a member by its path, or None; it counts as used."""
        here: JsonValue | None = item
        for name in path.split("/"):
            here = here.members.get(name) if here is not None else None
        if here is not None:
            self.used.add(f"{item.pointer}/{path.split('/', maxsplit=1)[0]}")
        return here

    def _find(self, item: JsonValue, wanted: Field) -> Written | None:
        found = self.member(item, wanted.path)
        if found is None or found.is_empty:
            return None
        if found.kind != _JSON_KINDS.get(wanted.kind, found.kind):
            raise UnreadableError(
                f"{wanted.path} as a JSON {found.kind}",
                expected=f"a JSON {_JSON_KINDS[wanted.kind]}",
                where=f"{found.pointer}, byte {found.offset}",
                move=MOVE,
            )
        return Written(found.text, self.place(found))

    def rest(self) -> Iterator[Leftover]:
        """Yield every member that says something and was not used, objects by their first level."""
        for owner in (self.root, *self.items()):
            for name, value in owner.members.items():
                if value.is_empty or value.pointer in self.used or value.pointer == "/items":
                    continue
                kind = re.sub(r"^/items/\d+", "/items/*", f"{owner.pointer}/{name}")
                yield Leftover(kind, self.place(value), "the reader does not use this")


def page(asked: Asked, capture: Capture, data: bytes) -> Page:
    """Return one answer of the LIMS as a page of a list.

    Raises:
        UnreadableError: not strict JSON, not a page, or the LIMS' own error message.
    """
    match = _REQUEST.match(capture.request)
    if match is None:
        raise UnreadableError(
            f"the request '{capture.request[:120]}'",
            expected="GET of a list of the LIMS",
            move="the developers look at the fetcher",
        )
    root = read_json(data)
    if match["resource"] in READ:
        _require_items(root)
    query = [one for one in (match["query"] or "").split("&") if not one.startswith(_PAGING)]
    return Page(asked, capture, root, match["resource"], f"{match['path']}?{'&'.join(query)}")


@contextmanager
def telling(capture: Capture) -> Iterator[None]:
    """Say of every refusal inside in which answer it was found."""
    try:
        yield
    except UnreadableError as error:
        raise error.at(capture.request) from error


def _require_items(root: JsonValue) -> None:
    message, items = root.members.get("message"), root.members.get("items")
    if items is None or items.kind != "array":
        said = f": '{message.text[:200]}'" if message is not None and message.text else ""
        raise UnreadableError(
            f"an answer that is no list of objects{said}",
            expected="a page with count, page, pages and items",
            where=f"{root.pointer or '/'}, byte {root.offset}",
            move="the LIMS' owner looks at what it answers",
        )


def reconciled(pages: Sequence[Page]) -> None:
    """Check that the pages of each list are all there, each once, with as many objects as counted.

    Raises:
        UnreadableError: pages contradict each other, repeat each other or are missing.
    """
    listings: dict[str, list[Page]] = {}
    for one in pages:
        listings.setdefault(one.listing, []).append(one)
    for same in listings.values():
        _one_listing(same)


def _one_listing(pages: Sequence[Page]) -> None:
    counts = [_count(one, "count") for one in pages]
    totals = [_count(one, "pages") for one in pages]
    numbers = [_count(one, "page") for one in pages]
    last = pages[-1]
    seen: dict[str, int] = {}
    for one, number in zip(pages, numbers, strict=True):
        for item in one.items():
            uid = _uid(one, item)
            if uid.text in seen:
                again = f"page {number} {_REPEATS.get(seen[uid.text], 'repeats an earlier one')}"
                where = "on one page" if seen[uid.text] == number else f"because {again}"
                found = f"the {one.resource} '{uid.text[:80]}' twice, {where}"
                raise _contradiction(one, found, "each object once")
            seen[uid.text] = number
    if len(set(counts)) > 1:
        listed = " and ".join(str(count) for count in sorted(set(counts)))
        raise _contradiction(last, f"pages that count {listed} objects", "one count on all pages")
    if sorted(numbers) != list(range(1, len(pages) + 1)) or any(
        max(1, total) != len(pages) for total in totals
    ):
        listed = ", ".join(str(number) for number in sorted(numbers))
        raise _contradiction(
            last, f"only page {listed} of {max(totals)}", "every page of the list, each once"
        )
    if counts[-1] != len(seen):
        raise _contradiction(last, f"{len(seen)} objects", f"{counts[-1]}, as the pages count")


def _count(one: Page, name: str) -> int:
    with telling(one.capture):
        written = one.record(one.root, "page").need(name)
    if not written.text.isdigit():
        raise _contradiction(one, f"the {name} {written.text[:40]}", "a whole number")
    return int(written.text)


def _contradiction(one: Page, found: str, expected: str) -> UnreadableError:
    return UnreadableError(
        found,
        expected=expected,
        where=one.capture.request,
        move="ask again; if it stays so, the LIMS' owner looks at its paging",
    )


def _uid(one: Page, item: JsonValue) -> Written:
    """Return the LIMS' key of an object; every kind of object has one."""
    with telling(one.capture):
        return one.record(item, "object").need("uid")
