"""Keep beside a new collection what the batch's collections before it held and it does not say."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from contracts.canonical import canonical
from contracts.collection import Collection, before
from contracts.evidence import Capture, Digest
from contracts.log_entry import Filed
from contracts.manifest import SOURCES
from contracts.reading import Quarantine
from tasks.desk import Desk
from tasks.evidence import Shelf, read_source, shelf_of

_EQUIPMENT = "equipment"
_Group = tuple[Capture, ...]


def with_earlier(desk: Desk, fresh: Collection) -> Collection:
    """Return a collection with the captures of those before it that say something else.

    The collection before carries its own earlier captures along, so nothing is washed out by
    collecting twice. A source is kept as a whole, for its answers are read together; the same words
    in other bytes are kept once. Equipment history is kept page by page, where the same request was
    answered with other bytes or is not asked any more. What was set aside when it was collected was
    never evidence, and is not kept here.
    """
    digest = _filed_last(desk, fresh.batch)
    if not digest:
        return fresh
    last = desk.collection(digest)
    shelf = shelf_of(desk)
    kept: list[Capture] = []
    for source in SOURCES:
        groups = list(before(last.captures, source))
        if source not in {one.source for one in last.quarantines}:
            groups.append(tuple(replace(one, earlier=digest) for one in last.of(source)))
        if source == _EQUIPMENT:
            kept += _other_pages(groups, fresh.of(source))
        else:
            kept += _saying_else(shelf, groups, fresh, source)
    return replace(fresh, captures=(*kept, *fresh.captures))


def _filed_last(desk: Desk, batch: str) -> Digest:
    filed = [one.entry for one in desk.ledger.log.of_batch(batch) if isinstance(one.entry, Filed)]
    return filed[-1].collection if filed else ""


def _asked(captures: _Group) -> list[tuple[str, str, Digest]]:
    """Return what was asked and which bytes came, whenever that was."""
    return [(one.source, one.request, one.digest) for one in captures]


def _other_pages(groups: Sequence[_Group], fresh: _Group) -> Iterator[Capture]:
    known = {(one.request, one.digest) for one in fresh}
    for one in (one for group in groups for one in group):
        if (one.request, one.digest) not in known:
            known.add((one.request, one.digest))
            yield one


def _saying_else(
    shelf: Shelf, groups: Sequence[_Group], fresh: Collection, source: str
) -> Iterator[Capture]:
    now = fresh.of(source)
    others = [group for group in groups if group and _asked(group) != _asked(now)]
    said = {_said(shelf, fresh.batch, now)} if others else set[bytes]()
    for group in others:
        words = _said(shelf, fresh.batch, group)
        if words not in said:
            said.add(words)
            yield from group


def _said(shelf: Shelf, batch: str, captures: _Group) -> bytes:
    """Return what captures of one source say, or which they are where nobody can read them."""
    present = Collection(batch, tuple(replace(one, earlier="") for one in captures))
    source = captures[0].source if captures else ""
    got = read_source(shelf, present, source)
    if isinstance(got, Quarantine):
        return canonical([[one.request, one.digest] for one in captures])
    return b"".join(sorted(canonical(dict(one.content())) for one in got.observations))
