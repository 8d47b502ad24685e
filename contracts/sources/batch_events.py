"""The values that were entered in a batch record, each with its changes after entry."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from contracts.observation import Observation, Provenance, Status, Subject
from contracts.reading import BLANK, MISPLACED, RESULT
from contracts.sources.contract import Term
from contracts.sources.observing import qualified
from contracts.sources.record import Record, Written
from contracts.sources.rest import Leftover
from contracts.sources.results import NUMERIC_TYPES, read_number, require_unit
from contracts.sources.xml_record import Sheet
from contracts.sources.xml_spans import Element
from contracts.times import written as in_utc_written

_VALUES = "Process Data"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One process value with its code's meaning."""

    sheet: Sheet
    record: Record
    term: Term

    def observe(self, written: Written) -> Observation:
        """Return what a text says as a value of this entry."""
        asked, record = self.sheet.asked, self.record
        step = record.text("step")
        verified_by = record.text("verified_by")
        found = asked.observe(self.sheet.capture, written, self.term, (Subject("step", step), step))
        return replace(
            found,
            occurred_at=record.time("occurred_at"),
            recorded_at=record.time("recorded_at"),
            recorded_by=record.text("person"),
            instrument=record.text("equipment"),
            provenance=_provenance(record.text("entry_mode"), verified_by),
            source_key=record.text("entry_id"),
            qualifiers=qualified(("verified_by", verified_by)),
        )


def values(sheet: Sheet, entries: Mapping[str, Element]) -> Iterator[Observation | Leftover]:
    """Yield every process value, the values that a change replaced, and what is not a value.

    Raises:
        UnreadableError: an entry or a change breaks the contract.
    """
    changes = _changes(sheet, entries)
    events = sheet.root.first("Events")
    for element in events.all("Event") if events else ():
        event = sheet.record(element, "event")
        subtype = event.need("event_subtype")
        changed = changes.pop(event.text("entry_id"), [])
        if subtype.text == _VALUES:
            yield from _value(sheet, element, changed)
            continue
        sheet.account_for(element)
        kind = f"an event of the kind '{subtype.text[:80]}'"
        coded = list(_coded(sheet, element, kind))
        if not coded:
            why = f"{kind} carries no value"
            coded = [Leftover(f"Event {subtype.text[:80]}", subtype.place, why)]
        yield from coded
        yield from (_unheeded(one) for one in changed)
    for rest in changes.values():
        yield from (_unheeded(one) for one in rest)


def _coded(sheet: Sheet, element: Element, where: str) -> Iterator[Leftover]:
    """Yield every value with a code in an event that is not read as a value of the process."""
    for value in element.all("Value"):
        code = sheet.written(value.first("Key"))
        if code is None:
            continue
        written = value.first("ValueString")
        said = f"is “{written.text[:80]}”" if written and written.text else "is blank"
        known = sheet.asked.contract.term(code.text) is not None
        why = (
            f"the code '{code.text[:80]}' stands in {where}; its value {said}"
            if known
            else f"the code '{code.text[:80]}' is not in the contract; its value {said}"
        )
        kind = f"Event with the code {code.text[:80]}"
        yield Leftover(kind, code.place, why, MISPLACED if known else RESULT)


def _unheeded(change: Record) -> Leftover:
    place = change.need("text").place
    return Leftover("Change", place, "a change of an entry that carries no value")


def _changes(sheet: Sheet, entries: Mapping[str, Element]) -> dict[str, list[Record]]:
    """Return the changes of each entry, oldest first."""
    found: dict[str, list[Record]] = {}
    history = sheet.root.first("ChangeHistory")
    for element in history.all("Change") if history else ():
        record = sheet.record(element, "change")
        reference = record.need("reference").text
        if reference not in entries:
            raise record.breach(
                f"a change of '{reference[:80]}'", "an EntryID that is in the record"
            )
        found.setdefault(reference, []).append(record)
    return {entry: sorted(made, key=_when) for entry, made in found.items()}


def _when(change: Record) -> str:
    at = change.time("changed_at")
    return in_utc_written(at) if at else ""


def _value(
    sheet: Sheet, element: Element, changes: Sequence[Record]
) -> Iterator[Observation | Leftover]:
    record = sheet.record(element, "process_value")
    code = record.need("code")
    term = sheet.asked.contract.term(code.text)
    if term is None:
        sheet.account_for(element)
        yield from _coded(sheet, element, f"an entry of '{code.text[:80]}'")
        return
    written = record.get("text")
    _check(record, term, written, element)
    entry = _Entry(sheet, record, term)
    yield from _replaced(entry, changes)
    if written is None:
        why = f"the entry of {term.code} holds no value"
        yield Leftover(f"Event without a value, {term.code}", code.place, why, BLANK)
        return
    current = entry.observe(written)
    yield _corrected(current, changes[-1]) if changes else current


def _check(record: Record, term: Term, written: Written | None, element: Element) -> None:
    """Check that an entry is what the contract promises of its code.

    Raises:
        UnreadableError: another step, another unit, a number that is none, several values.
    """
    step = record.need("step").text
    if term.step and step != term.step and not step.startswith(f"{term.step}/"):
        raise record.breach(f"{term.code} at the step '{step[:80]}'", f"the step '{term.step}'")
    if element.counts.get("Value", 0) > 1:
        raise record.breach(f"{element.counts['Value']} values in one entry", "one value")
    require_unit(record, term, record.get("unit"))
    declared = record.text("data_type")
    if written is not None and declared in NUMERIC_TYPES and read_number(written.text) is None:
        raise record.breach(
            f"'{written.text[:80]}' declared as {declared}", f"a number, as {term.code} declares"
        )
    record.need("entry_mode")


def _replaced(entry: _Entry, changes: Sequence[Record]) -> Iterator[Observation]:
    """Yield the values that changes replaced, oldest first, each set aside by its change."""
    earlier = ""
    for change in changes:
        require_unit(change, entry.term, change.get("unit"))
        code = change.text("code") or entry.term.code
        if code != entry.term.code:
            raise change.breach(f"a change of {code[:80]}", f"a change of {entry.term.code}")
        found = entry.observe(change.need("text"))
        key = change.need("entry_id").text
        yield replace(
            found,
            status=Status.INVALIDATED,
            reason=f"changed after entry: {change.need('reason').text}",
            source_key=key,
            supersedes=earlier,
        )
        earlier = key


def _corrected(current: Observation, change: Record) -> Observation:
    changed_at = change.time("changed_at")
    return replace(
        current,
        status=Status.CORRECTED,
        reason=change.need("reason").text,
        supersedes=change.need("entry_id").text,
        qualifiers=qualified(
            *current.qualifiers,
            ("changed_at", in_utc_written(changed_at) if changed_at else ""),
            ("change_note", change.text("note")),
        ),
    )


def _provenance(mode: str, verified_by: str) -> Provenance:
    if mode == "manual":
        return Provenance.MANUAL_VERIFIED if verified_by else Provenance.MANUAL_UNVERIFIED
    return Provenance(mode)
