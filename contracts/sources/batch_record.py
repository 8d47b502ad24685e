"""Reads an electronic batch record (B2MML BatchProductionRecord) into observations."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from contracts.errors import UnreadableError
from contracts.evidence import Capture
from contracts.observation import Observation, Provenance, Subject
from contracts.reading import Reading
from contracts.sources import batch_events, batch_steps
from contracts.sources.contract import SourceContract
from contracts.sources.observing import Asked, qualified
from contracts.sources.record import MOVE, Record
from contracts.sources.rest import Leftover, gathered
from contracts.sources.xml_record import Sheet
from contracts.sources.xml_spans import Element, read_xml

NAMESPACE = "http://www.mesa.org/xml/B2MML"
_ROOT = "BatchProductionRecord"


def read(
    captured: Sequence[tuple[Capture, bytes]], contract: SourceContract, batch: str, zone: str
) -> Reading:
    """Return everything that the batch record says about the batch.

    Raises:
        UnreadableError: it breaks its contract. Nothing of it is read then.
    """
    if len(captured) != 1:
        raise UnreadableError(
            f"{len(captured)} batch records of {batch}",
            expected="one batch record",
            move="the manufacturing system's owner looks at what it hands over",
        )
    ((capture, data),) = captured
    try:
        sheet = Sheet(Asked(contract, batch, zone), capture, read_xml(data))
        read_things = list(_document(sheet))
        rest = list(sheet.rest())
    except UnreadableError as error:
        raise error.at(capture.request) from error
    return Reading(
        observations=tuple(one for one in read_things if isinstance(one, Observation)),
        unread=gathered([one for one in read_things if isinstance(one, Leftover)] + rest),
    )


def _document(sheet: Sheet) -> Iterator[Observation | Leftover]:
    root = sheet.root
    if root.name != _ROOT or root.namespace != NAMESPACE:
        raise UnreadableError(
            f"the element {root.name} of '{root.namespace[:80]}'",
            expected=f"{_ROOT} of '{NAMESPACE}'",
            where=root.pointer,
            move=MOVE,
        )
    head = sheet.record(root, "batch_production_record")
    about = head.need("batch_id")
    if about.text != sheet.asked.batch:
        raise UnreadableError(
            f"the record of batch '{about.text[:80]}'",
            expected=f"the record of batch '{sheet.asked.batch}'",
            where=f"{about.place.pointer}, byte {about.place.offset}",
            move="the manufacturing system's owner finds out why it answers with another batch",
        )
    entries = _entries(sheet, root)
    yield from _of_the_batch(sheet, head)
    yield from batch_steps.steps(sheet)
    yield from batch_events.values(sheet, entries)
    yield from _comments(sheet, entries)


def _entries(sheet: Sheet, root: Element) -> dict[str, Element]:
    """Return every entry of the record by its EntryID.

    Raises:
        UnreadableError: an EntryID comes twice.
    """
    found: dict[str, Element] = {}
    for element in root.walk():
        own = element.first("EntryID")
        if own is None or not own.text:
            continue
        if own.text in found:
            raise UnreadableError(
                f"the EntryID '{own.text[:80]}' twice",
                expected="each entry once",
                where=f"{own.pointer} and {found[own.text].pointer}, byte {own.offset}",
                move=MOVE,
            )
        found[own.text] = element
        sheet.used.add(own.start)
    return found


def _of_the_batch(sheet: Sheet, head: Record) -> Iterator[Observation]:
    batch = Subject("batch", sheet.asked.batch)
    for name in ("product", "record_status"):
        written = head.get(name)
        if written is not None:
            code = head.wire.field(name).path
            term = sheet.asked.contract.meaning(code)
            found = sheet.asked.observe(sheet.capture, written, term, (batch, "batch"))
            yield replace(found, source_key=head.text("record_id"))


def _comments(sheet: Sheet, entries: dict[str, Element]) -> Iterator[Observation]:
    comments = sheet.root.first("Comments")
    for element in comments.all("Comment") if comments else ():
        record = sheet.record(element, "comment")
        reference = record.need("reference")
        entry = entries.get(reference.text)
        if entry is None and reference.text != sheet.record(
            sheet.root, "batch_production_record"
        ).text("record_id"):
            raise record.breach(
                f"a comment on '{reference.text[:80]}'", "an EntryID that is in the record"
            )
        step = None if entry is None else sheet.written(entry.first("ProceduralElementReference"))
        subject = Subject("record", reference.text)
        found = sheet.asked.observe(
            sheet.capture,
            record.need("text"),
            sheet.asked.contract.meaning("CommentText"),
            (subject, step.text if step else "batch"),
        )
        at = record.time("written_at")
        yield replace(
            found,
            occurred_at=at,
            recorded_at=at,
            recorded_by=record.text("person"),
            provenance=Provenance.MANUAL_UNVERIFIED,
            source_key=record.text("entry_id"),
            qualifiers=qualified(("about", reference.text)),
        )
