"""What was written in the batch record: one entry a parameter, with who, when and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from numpy.random import Generator

from infra.plant.batches import Story
from infra.plant.chance import generator, near, whole
from infra.plant.process import RECIPE
from infra.plant.recipe import Parameter
from infra.plant.schedule import Procedure, Run

_RECORDED_AFTER = {"manual": (120, 380), "interface": (2, 20), "instrument": (40, 100)}
_GROWTH = {3: "0.61", 5: "1.34", 7: "2.52", 8: "3.40"}
_EXPANSION_VIABILITY = {3: "88.6", 5: "91.0", 7: "93.4", 8: "94.6"}
_GLUCOSE = {3: "8.6", 5: "7.1", 7: "5.4"}
_LACTATE = {3: "6.3", 5: "10.1", 7: "13.6"}
_TYPICAL_FOLD = 38


@dataclass(frozen=True, slots=True)
class Crew:
    """Who worked on a unit procedure: two operators, and one person who verified."""

    operators: tuple[str, str]
    verifier: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One value as it stands in the batch record."""

    id: str
    parameter: Parameter
    text: str
    path: str
    at: datetime
    recorded_at: datetime
    person: str
    verifier: str
    equipment: str

    @property
    def label(self) -> str:
        """The code, and for a value that is written several times the phase as well."""
        return f"{self.parameter.code}@{self.path.rsplit('/', 1)[-1]}"


def crew(story: Story, seed: int, step: str) -> Crew:
    """Return who worked on this unit procedure; nobody verifies their own work."""
    rng = generator(seed, story.batch, "crew", step)
    first = whole(rng, 11, 20)
    return Crew(
        operators=(f"P-{first:03d}", f"P-{whole(rng, 21, 29):03d}"),
        verifier=f"P-{whole(rng, 31, 36):03d}",
    )


def entries(story: Story, seed: int, procedures: tuple[Procedure, ...]) -> tuple[Entry, ...]:
    """Return everything that was written about a batch, in the order of the plant."""
    texts = values(story, seed)
    return tuple(
        entry for procedure in procedures for entry in _of_procedure(story, seed, procedure, texts)
    )


def _of_procedure(
    story: Story, seed: int, procedure: Procedure, texts: dict[str, str]
) -> Iterator[Entry]:
    rng = generator(seed, story.batch, "entries", procedure.run.name)
    people = crew(story, seed, procedure.run.name)
    equipment = procedure.recipe.equipment[0].format(bioreactor=story.bioreactor)
    phases = (phase for operation in procedure.run.children for phase in operation.children)
    for phase in phases:
        for position, parameter in enumerate(phase.parameters, start=1):
            at = _moment(phase, position)
            label = f"{parameter.code}@{phase.name}"
            yield Entry(
                id=f"{story.batch}-EV-{parameter.code}-{phase.name}".upper(),
                parameter=parameter,
                text=texts.get(label, texts.get(parameter.code, "")),
                path=phase.path,
                at=at,
                recorded_at=at + timedelta(seconds=whole(rng, *_RECORDED_AFTER[parameter.mode])),
                person=people.operators[whole(rng, 0, 1)],
                verifier=people.verifier if parameter.mode == "manual" else "",
                equipment=equipment,
            )


def _moment(phase: Run, position: int) -> datetime:
    span = int((phase.end - phase.start).total_seconds())
    return phase.start + timedelta(seconds=span * position // (len(phase.parameters) + 1))


def values(story: Story, seed: int) -> dict[str, str]:
    """Return the text of every value: typical ones, those that follow from others, the story's."""
    rng = generator(seed, story.batch, "values")
    return _typical(rng) | _growth(rng) | _identity(story) | dict(story.entries)


def _typical(rng: Generator) -> dict[str, str]:
    return {
        parameter.code: _as_typical(rng, parameter)
        for unit_procedure in RECIPE
        for operation in unit_procedure.operations
        for phase in operation.phases
        for parameter in phase.parameters
        if parameter.typical
    }


def _as_typical(rng: Generator, parameter: Parameter) -> str:
    if parameter.data_type == "string":
        return parameter.typical
    return str(near(rng, parameter.typical, parameter.spread))


def _identity(story: Story) -> dict[str, str]:
    return {
        "APH_COI": story.coi,
        "FOR_LABEL": story.coi,
        "APH_DIN": f"DON-26-{4400 + story.number * 17:06d}",
        "CRY_LOC": f"LN2-03/A/{12 + 2 * story.number}",
    }


def _growth(rng: Generator) -> dict[str, str]:
    """Return the growth of the culture: the fold expansion is harvested cells over seeded cells."""
    seeded = whole(rng, 100, 106)
    fold = whole(rng, 34, 42)
    harvested = (Decimal(seeded * fold) / 1000).quantize(Decimal("0.1"))
    scale = Decimal(fold) / _TYPICAL_FOLD
    grown = {
        "HAR_TVC": str(harvested),
        "HAR_FOLD": str((harvested * 1000 / seeded).quantize(Decimal(1))),
    }
    for day, typical in _GROWTH.items():
        density = (Decimal(typical) * scale).quantize(Decimal("0.01"))
        grown[f"EXP_VCD@day_{day}"] = str(near(rng, str(density), "0.05"))
    for code, course, spread in (
        ("EXP_VIAB", _EXPANSION_VIABILITY, "0.6"),
        ("EXP_GLUC", _GLUCOSE, "0.3"),
        ("EXP_LACT", _LACTATE, "0.4"),
    ):
        for day, typical in course.items():
            grown[f"{code}@day_{day}"] = str(near(rng, typical, spread))
    return grown
