"""When every step of a batch ran: the recipe's minutes, laid on the calendar of the plant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from infra.plant.batches import Story
from infra.plant.chance import generator, whole
from infra.plant.process import RECIPE
from infra.plant.recipe import Operation, Parameter, Phase, UnitProcedure

PLANT_ZONE = ZoneInfo("Europe/Amsterdam")
_RECEIPT = time(8, 20)
_LATEST_START = 480


@dataclass(frozen=True, slots=True)
class Run:
    """One step that ran: its path, the name it has in the recipe, from when to when."""

    path: str
    name: str
    start: datetime
    end: datetime
    parameters: tuple[Parameter, ...] = ()
    children: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class Procedure:
    """A unit procedure that ran, with the recipe it followed."""

    run: Run
    recipe: UnitProcedure


def schedule(story: Story, seed: int) -> tuple[Procedure, ...]:
    """Return the unit procedures of a batch in order, each with its operations and phases."""
    rng = generator(seed, story.batch, "schedule")
    receipt = datetime.combine(story.start, _RECEIPT, PLANT_ZONE)
    receipt += timedelta(minutes=whole(rng, -15, 15))
    return tuple(
        Procedure(_procedure(recipe, receipt, whole(rng, 0, _LATEST_START)), recipe)
        for recipe in RECIPE
    )


def step(procedures: tuple[Procedure, ...], name: str) -> Run:
    """Return the unit procedure of this name."""
    return next(procedure.run for procedure in procedures if procedure.run.name == name)


def _procedure(recipe: UnitProcedure, receipt: datetime, late: int) -> Run:
    start = receipt + timedelta(minutes=recipe.start, seconds=late)
    return Run(
        path=recipe.name,
        name=recipe.name,
        start=start,
        end=start + timedelta(minutes=recipe.minutes),
        children=tuple(_operation(one, recipe.name, start) for one in recipe.operations),
    )


def _operation(operation: Operation, above: str, origin: datetime) -> Run:
    path = f"{above}/{operation.name}"
    phases = tuple(_phase(phase, path, origin) for phase in operation.phases)
    return Run(path, operation.name, phases[0].start, phases[-1].end, children=phases)


def _phase(phase: Phase, above: str, origin: datetime) -> Run:
    start = origin + timedelta(minutes=phase.start)
    end = start + timedelta(minutes=phase.minutes)
    return Run(f"{above}/{phase.name}", phase.name, start, end, phase.parameters)
