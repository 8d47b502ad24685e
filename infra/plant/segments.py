"""The steps of a batch record: who ran them, when, on what equipment and with which lots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from infra.plant import elements
from infra.plant.chance import generator, near, whole
from infra.plant.entries import Crew, crew, values
from infra.plant.recipe import Material
from infra.plant.schedule import Procedure, Run
from infra.plant.story import Story

_COLLECTED_LASTS = timedelta(days=2)
_EARLIEST_EXPIRY = date(2026, 9, 30)
_STATE = "Completed"


@dataclass(frozen=True, slots=True)
class Lot:
    """A material lot as a step consumed it."""

    id: str
    material: Material
    quantity: str
    expiry: date
    titre: str


def unit_procedure(
    parent: elements.Tag, story: Story, seed: int, procedure: Procedure, number: int
) -> None:
    """Add one unit procedure with its operations and phases."""
    people = crew(story, seed, procedure.run.name)
    identifier = f"{story.batch}-UP{number:02d}"
    segment = _open(parent, "SegmentResponse", identifier, procedure.run)
    _personnel(segment, identifier, people)
    for place, equipment in enumerate(procedure.recipe.equipment, start=1):
        name = story.named(equipment)
        _equipment(segment, f"{identifier}-EQ{place:02d}", name)
    for lot in _lots(story, seed, procedure):
        _material(segment, f"{identifier}-MA-{lot.id}", lot)
    for place, operation in enumerate(procedure.run.children, start=1):
        _operation(segment, f"{identifier}-OP{place:02d}", operation, people)


def _operation(parent: elements.Tag, identifier: str, operation: Run, people: Crew) -> None:
    segment = _open(parent, "SegmentResponseChild", identifier, operation)
    _personnel(segment, identifier, people)
    for place, phase in enumerate(operation.children, start=1):
        inner = f"{identifier}-PH{place:02d}"
        child = _open(segment, "SegmentResponseChild", inner, phase)
        _personnel(child, inner, people)


def _open(parent: elements.Tag, element: str, identifier: str, run: Run) -> elements.Tag:
    segment = elements.add(parent, element)
    elements.add(segment, "ID", identifier)
    elements.add(segment, "Description", run.name.replace("_", " ").capitalize())
    elements.moment(segment, "ActualStartTime", run.start)
    elements.moment(segment, "ActualEndTime", run.end)
    elements.add(segment, "OperationsType", "Production")
    elements.add(segment, "ProcessSegmentID", run.name)
    elements.add(segment, "SegmentState", _STATE)
    return segment


def _personnel(segment: elements.Tag, identifier: str, people: Crew) -> None:
    present = (
        ("Performed by", people.operators[0]),
        ("Performed by", people.operators[1]),
        ("Verified by", people.verifier),
    )
    for place, (use, person) in enumerate(present, start=1):
        actual = elements.add(segment, "PersonnelActual")
        elements.add(actual, "ID", f"{identifier}-PE{place:02d}")
        elements.add(actual, "PersonID", person)
        elements.add(actual, "PersonnelUse", use)


def _equipment(segment: elements.Tag, identifier: str, name: str) -> None:
    actual = elements.add(segment, "EquipmentActual")
    elements.add(actual, "ID", identifier)
    elements.add(actual, "EquipmentID", name)
    elements.add(actual, "EquipmentUse", "Used")
    elements.named(actual, "EquipmentActualProperty", "CalibrationStatus", "In calibration", "Code")


def _lots(story: Story, seed: int, procedure: Procedure) -> tuple[Lot, ...]:
    """Return the lots a unit procedure consumed; neighbouring batches share what is bought."""
    campaign = "first" if story.hall % 4 in {1, 2} else "second"
    found = []
    for material in procedure.recipe.materials:
        if material.collected:
            collected = values(story, seed)[material.collected]
            expiry = procedure.run.start.date() + _COLLECTED_LASTS
            found.append(Lot(f"APH-{story.batch}", material, collected, expiry, ""))
            continue
        for place in range(material.lots):
            rng = generator(seed, "lot", material.definition, campaign, str(place))
            stem = "".join(word[0] for word in material.definition.split("_")).upper()
            number = f"{stem}-25-{whole(rng, 100, 899)}{place}"
            expiry = _EARLIEST_EXPIRY + timedelta(days=whole(rng, 0, 300))
            titre = f"{near(rng, *material.titre)}E8" if material.titre[0] else ""
            found.append(Lot(number, material, material.quantity, expiry, titre))
    return tuple(found)


def _material(segment: elements.Tag, identifier: str, lot: Lot) -> None:
    actual = elements.add(segment, "MaterialActual")
    elements.add(actual, "ID", identifier)
    elements.add(actual, "MaterialDefinitionID", lot.material.definition)
    elements.add(actual, "MaterialLotID", lot.id)
    elements.add(actual, "MaterialUse", "Consumed")
    elements.quantity(actual, lot.quantity, lot.material.unit)
    element = "MaterialActualProperty"
    if not lot.material.collected:
        elements.named(actual, element, "ReleaseStatus", "Released", "Code")
    elements.named(actual, element, "ExpiryDate", lot.expiry.isoformat(), "date")
    if lot.titre:
        prop = elements.add(actual, element)
        elements.add(prop, "ID", "Titre")
        elements.value(prop, lot.titre, "decimal", "TU/mL")
