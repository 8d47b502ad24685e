"""When every step of a batch ran: the recipe's minutes, laid on the calendar of the plant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from infra.plant.chance import generator, whole
from infra.plant.recipe import Operation, Parameter, Phase, UnitProcedure
from infra.plant.story import Story

PLANT_ZONE = ZoneInfo("Europe/Amsterdam")
_MORNING = time(8, 20)
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
    rng = generator(seed, story.drawn_as, "schedule")
    begun = datetime.combine(story.start, _MORNING, PLANT_ZONE)
    begun += timedelta(minutes=whole(rng, -15, 15))
    return tuple(
        Procedure(_procedure(recipe, begun, whole(rng, 0, _LATEST_START)), recipe)
        for recipe in story.product.recipe
    )


def step(procedures: tuple[Procedure, ...], name: str) -> Run:
    """Return the unit procedure of this name."""
    return next(procedure.run for procedure in procedures if procedure.run.name == name)


def at(procedures: tuple[Procedure, ...], path: str) -> Run:
    """Return the step of this path, whether unit procedure, operation or phase."""
    name, *below = path.split("/")
    run = step(procedures, name)
    for inner in below:
        run = next(child for child in run.children if child.name == inner)
    return run


def _procedure(recipe: UnitProcedure, begun: datetime, late: int) -> Run:
    start = begun + timedelta(minutes=recipe.start, seconds=late)
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
