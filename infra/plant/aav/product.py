"""AAV vector, made by transfection of HEK293 cells with three plasmids."""

from __future__ import annotations

from infra.plant.aav.methods import PANELS
from infra.plant.aav.process import RECIPE
from infra.plant.aav.results import results
from infra.plant.aav.sensors import history
from infra.plant.aav.values import calculated, values
from infra.plant.product import Product

AAV = Product(
    code="aav-hek293",
    batches="AAV-*",
    identity="AAV-26-{number:04d}",
    bioreactor="STR-5{number:02d}",
    recipe=RECIPE,
    values=values,
    calculated=calculated,
    panels=PANELS,
    results=results,
    history=history,
)
