"""One product of the demo plant: its recipe, its tests, and what its equipment records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from numpy.random import Generator

from infra.plant.panel import Panel, Test
from infra.plant.recipe import UnitProcedure

if TYPE_CHECKING:
    from infra.plant.schedule import Procedure
    from infra.plant.series import Series
    from infra.plant.story import Story

Texts = dict[str, str]
"""What is written, by its code."""


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """Everything in which one product differs from another."""

    code: str
    batches: str
    """The pattern that the numbers of its batches fit."""
    identity: str
    """The code that belongs to one batch alone, with its number in it."""
    bioreactor: str
    """The name of a batch's bioreactor, with its number in it."""
    recipe: tuple[UnitProcedure, ...]
    values: Callable[[Story, Generator], Texts]
    """What is written in the batch record and is not only near a typical value."""
    calculated: Callable[[Texts], Texts]
    """What is calculated from everything that was written, the story's own values among it."""
    panels: tuple[Panel, ...]
    """The samples of a batch, in the order they are taken."""
    results: Callable[[Story, Panel, Mapping[str, str], Texts, Generator], Texts]
    """The results of a sample that follow from others, from the record, or from the story."""
    history: Callable[[Story, tuple[Procedure, ...], int], tuple[Series, ...]]
    """What the equipment recorded while a batch was made."""

    @property
    def services(self) -> tuple[Test, ...]:
        """Every test of the product, each once."""
        return tuple({t.keyword: t for panel in self.panels for t in panel.all_tests}.values())
