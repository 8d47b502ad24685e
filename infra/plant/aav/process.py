"""The manufacturing recipe of the AAV vector: HEK293 cells, transfected with three plasmids."""

from __future__ import annotations

from infra.plant.aav.downstream import DOWNSTREAM
from infra.plant.aav.finishing import FINISHING
from infra.plant.aav.upstream import UPSTREAM
from infra.plant.recipe import UnitProcedure

RECIPE: tuple[UnitProcedure, ...] = (*UPSTREAM, *DOWNSTREAM, *FINISHING)
