"""What was written in the batch record: one entry a parameter, with who, when and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from numpy.random import Generator

from infra.plant.chance import generator, near, whole
from infra.plant.product import Texts
from infra.plant.recipe import Parameter, UnitProcedure
from infra.plant.schedule import Procedure, Run
from infra.plant.story import Story

_RECORDED_AFTER = {"manual": (120, 380), "interface": (2, 20), "instrument": (40, 100)}


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
    rng = generator(seed, story.drawn_as, "crew", step)
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


def _of_procedure(story: Story, seed: int, procedure: Procedure, texts: Texts) -> Iterator[Entry]:
    rng = generator(seed, story.drawn_as, "entries", procedure.run.name)
    people = crew(story, seed, procedure.run.name)
    equipment = story.named(procedure.recipe.equipment[0])
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


def values(story: Story, seed: int) -> Texts:
    """Return the text of every value: typical ones, those that follow from others, the story's."""
    product, rng = story.product, generator(seed, story.drawn_as, "values")
    written = _typical(rng, product.recipe) | product.values(story, rng) | dict(story.entries)
    return written | product.calculated(written) | dict(story.entries)


def _typical(rng: Generator, recipe: tuple[UnitProcedure, ...]) -> Texts:
    return {
        parameter.code: _as_typical(rng, parameter)
        for unit_procedure in recipe
        for operation in unit_procedure.operations
        for phase in operation.phases
        for parameter in phase.parameters
        if parameter.typical
    }


def _as_typical(rng: Generator, parameter: Parameter) -> str:
    if parameter.data_type == "string":
        return parameter.typical
    return str(near(rng, parameter.typical, parameter.spread))
