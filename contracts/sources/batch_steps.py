"""What a batch record says of its steps: when they ran, who took part, on what, with which lots."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.observation import Observation, Subject
from contracts.sources.observing import qualified
from contracts.sources.record import Record, Written
from contracts.sources.rest import Leftover
from contracts.sources.results import require_unit
from contracts.sources.xml_record import Sheet
from contracts.sources.xml_spans import Element


@dataclass(frozen=True, slots=True)
class _Step:
    """One executed step: its path in the recipe, its own key, when it started."""

    sheet: Sheet
    element: Element
    path: str
    key: str
    started_at: datetime | None

    def observe(self, written: Written, code: str, subject: Subject) -> Observation:
        """Return what a text says of a subject in this step, from its start on."""
        asked = self.sheet.asked
        term = asked.contract.meaning(code)
        found = asked.observe(self.sheet.capture, written, term, (subject, self.path))
        return replace(found, occurred_at=self.started_at, source_key=self.key)


def steps(sheet: Sheet) -> Iterator[Observation | Leftover]:
    """Yield what the record says of every step, outer steps before the steps inside them."""
    for element in _down(
        sheet.root,
        ("OperationsPerformances", "OperationsPerformanceRecord", "OperationsPerformance"),
    ):
        for response in element.all("OperationsResponse"):
            for segment in response.all("SegmentResponse"):
                yield from _segment(sheet, segment, "")


def _down(element: Element, names: tuple[str, ...]) -> Iterator[Element]:
    if not names:
        yield element
        return
    for child in element.all(names[0]):
        yield from _down(child, names[1:])


def _segment(sheet: Sheet, element: Element, above: str) -> Iterator[Observation | Leftover]:
    record = sheet.record(element, "step")
    path = f"{above}{record.need('name').text}"
    step = _Step(sheet, element, path, record.text("step_id"), record.time("started_at"))
    yield from _times(step, record)
    for person in element.all("PersonnelActual"):
        yield _person(step, person)
    for equipment in element.all("EquipmentActual"):
        yield from _equipment(step, equipment)
    for material in element.all("MaterialActual"):
        yield from _material(step, material)
    for child in element.all("SegmentResponseChild"):
        yield from _segment(sheet, child, f"{path}/")


def _times(step: _Step, record: Record) -> Iterator[Observation]:
    for name in ("started_at", "ended_at"):
        written, moment = record.get(name), record.time(name)
        if written is not None:
            subject = Subject("step", step.key or step.path)
            found = step.observe(written, record.wire.field(name).path, subject)
            yield replace(found, occurred_at=moment, recorded_at=moment)


def _person(step: _Step, element: Element) -> Observation | Leftover:
    record = step.sheet.record(element, "person")
    person, use = record.need("person"), record.need("use")
    if step.sheet.asked.contract.term(use.text) is None:
        why = f"the role '{use.text[:80]}' is not in the contract"
        return Leftover("PersonnelActual", use.place, why)
    return step.observe(person, use.text, Subject("person", person.text))


def _equipment(step: _Step, element: Element) -> Iterator[Observation]:
    record = step.sheet.record(element, "equipment")
    equipment = record.need("equipment")
    subject = Subject("equipment", equipment.text)
    yield replace(
        step.observe(equipment, "EquipmentID", subject),
        instrument=equipment.text,
    )
    calibration = record.get("calibration_status")
    if calibration is not None:
        found = step.observe(calibration, "CalibrationStatus", subject)
        yield replace(found, instrument=equipment.text)


def _material(step: _Step, element: Element) -> Iterator[Observation]:
    record = step.sheet.record(element, "material")
    lot = record.need("lot")
    subject = Subject("material_lot", lot.text)
    amount = f"{record.text('quantity')} {record.text('quantity_unit')}".strip()
    facts = qualified(("material", record.need("definition").text), ("quantity", amount))
    for name, code in (
        ("lot", "MaterialLotID"),
        ("release_status", "ReleaseStatus"),
        ("expiry", "ExpiryDate"),
        ("titre", "Titre"),
    ):
        written = record.get(name)
        if written is None:
            continue
        if name == "titre":
            require_unit(record, step.sheet.asked.contract.meaning(code), record.get("titre_unit"))
        yield replace(step.observe(written, code, subject), qualifiers=facts)
