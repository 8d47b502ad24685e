"""The batch record of one batch, as the MES hands it over: a B2MML BatchProductionRecord."""

from __future__ import annotations

from datetime import timedelta

from infra.plant import elements
from infra.plant.entries import Entry, crew, entries
from infra.plant.schedule import Procedure, Run, schedule
from infra.plant.segments import unit_procedure
from infra.plant.story import Story

_PUBLISHED_AFTER = timedelta(minutes=47)
_CORRECTED_AFTER = timedelta(minutes=38)
_COMMENTED_AFTER = timedelta(minutes=42)


def batch_record(story: Story, seed: int) -> bytes:
    """Return the batch record of one batch as an XML document."""
    procedures = schedule(story, seed)
    written = entries(story, seed, procedures)
    record = elements.root("BatchProductionRecord")
    _head(record, story, procedures)
    _changes(record, story, written)
    _comments(record, story, written)
    events = elements.add(record, "Events")
    for procedure in procedures:
        _states(events, story, seed, procedure)
        for one in written:
            if one.path.startswith(f"{procedure.run.name}/"):
                _process_data(events, one)
    _performance(record, story, seed, procedures)
    return elements.document(record)


def _head(record: elements.Tag, story: Story, procedures: tuple[Procedure, ...]) -> None:
    completed = procedures[-1].run.end
    elements.add(record, "ID", f"BPR-{story.batch}")
    elements.entry(
        record,
        f"{story.batch}-BPR",
        "Batch Production Record",
        completed,
        "Electronic batch record, complete",
    )
    elements.moment(record, "PublishedDate", completed + _PUBLISHED_AFTER)
    elements.moment(record, "CreationDate", procedures[0].run.start)
    elements.add(record, "BatchID", story.batch)
    elements.add(record, "EquipmentID", story.bioreactor)
    elements.add(record, "Language", "en")
    elements.add(record, "MaterialDefinitionID", story.product.code)
    elements.add(record, "RecordStatus", "Complete")
    elements.add(record, "Version", "1")


def _changes(record: elements.Tag, story: Story, written: tuple[Entry, ...]) -> None:
    if not story.changes:
        return
    history = elements.add(record, "ChangeHistory")
    for number, change in enumerate(story.changes, start=1):
        entry = _find(written, change.code)
        element = elements.add(history, "Change")
        elements.entry(
            element,
            f"{story.batch}-CH{number:02d}",
            "Change",
            entry.recorded_at + _CORRECTED_AFTER,
            f"Changed by {entry.person}, verified by {entry.verifier}",
        )
        elements.add(element, "RecordReference", entry.id)
        parameter = entry.parameter
        elements.prechange(
            element, change.before, parameter.data_type, parameter.unit, parameter.code
        )
        elements.add(element, "Reason", change.reason)


def _comments(record: elements.Tag, story: Story, written: tuple[Entry, ...]) -> None:
    if not story.remarks:
        return
    comments = elements.add(record, "Comments")
    for number, remark in enumerate(story.remarks, start=1):
        entry = _find(written, remark.code)
        element = elements.add(comments, "Comment")
        elements.entry(
            element,
            f"{story.batch}-CO{number:02d}",
            "Comment",
            entry.recorded_at + _COMMENTED_AFTER,
        )
        elements.add(element, "RecordReference", entry.id)
        elements.add(element, "CommentText", remark.text)
        elements.add(element, "PersonID", entry.person)


def _find(written: tuple[Entry, ...], code: str) -> Entry:
    """Return the entry of a parameter, CODE@PHASE if it is written several times."""
    return next(entry for entry in written if code in {entry.parameter.code, entry.label})


def _process_data(events: elements.Tag, entry: Entry) -> None:
    event = elements.add(events, "Event")
    elements.entry(event, entry.id, "Event", entry.at)
    elements.add(event, "EventType", "Procedural Execution")
    elements.add(event, "EventSubType", "Process Data")
    elements.add(event, "EquipmentID", entry.equipment)
    parameter = entry.parameter
    elements.value(event, entry.text, parameter.data_type, parameter.unit, parameter.code)
    elements.add(event, "PersonID", entry.person)
    elements.add(event, "ProceduralElementReference", entry.path)
    recorded = entry.recorded_at.isoformat(timespec="seconds")
    elements.attribute(event, "recorded-at", recorded, "dateTime")
    if entry.verifier:
        elements.attribute(event, "verified-by", entry.verifier, "string")
    elements.attribute(event, "entry-mode", parameter.mode, "Code")


def _states(events: elements.Tag, story: Story, seed: int, procedure: Procedure) -> None:
    """Add the state changes of every phase: the frame that the process values stand in."""
    person = crew(story, seed, procedure.run.name).operators[0]
    for operation in procedure.run.children:
        for phase in operation.children:
            for place, (state, before) in enumerate(
                (("Running", "Ready"), ("Completed", "Running"))
            ):
                _state(events, story, phase, (state, before, person), place)


def _state(
    events: elements.Tag, story: Story, phase: Run, told: tuple[str, str, str], place: int
) -> None:
    state, before, person = told
    event = elements.add(events, "Event")
    name = phase.path.replace("/", "-").upper()
    at = phase.end if place else phase.start
    elements.entry(event, f"{story.batch}-ST-{name}-{place}", "Event", at)
    elements.add(event, "EventType", "Procedural Execution")
    elements.add(event, "EventSubType", "State Change")
    elements.value(event, state, "Code")
    previous = elements.add(event, "PreviousValue")
    elements.add(previous, "ValueString", before)
    elements.add(previous, "DataType", "Code")
    elements.add(event, "PersonID", person)
    elements.add(event, "ProceduralElementReference", phase.path)


def _performance(
    record: elements.Tag, story: Story, seed: int, procedures: tuple[Procedure, ...]
) -> None:
    start, end = procedures[0].run.start, procedures[-1].run.end
    listed = elements.add(
        elements.add(record, "OperationsPerformances"), "OperationsPerformanceRecord"
    )
    elements.add(listed, "EntryID", f"{story.batch}-OPR")
    kind = elements.add(listed, "ObjectType", "Other")
    kind.set("OtherValue", "Operations Performance")
    elements.moment(listed, "TimeStamp", end)
    performance = elements.add(listed, "OperationsPerformance")
    elements.add(performance, "ID", f"{story.batch}-OP")
    elements.moment(performance, "StartTime", start)
    elements.moment(performance, "Endtime", end)
    elements.add(performance, "OperationsType", "Production")
    elements.add(performance, "PerformanceState", "Completed")
    response = elements.add(performance, "OperationsResponse")
    elements.add(response, "ID", f"{story.batch}-OR")
    elements.moment(response, "StartTime", start)
    elements.moment(response, "EndTime", end)
    elements.add(response, "OperationsType", "Production")
    elements.add(response, "ResponseState", "Completed")
    for number, procedure in enumerate(procedures, start=1):
        unit_procedure(response, story, seed, procedure, number)
