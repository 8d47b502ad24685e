"""Autologous CAR-T cells, lentiviral, cryopreserved."""

from __future__ import annotations

from infra.plant.car_t.methods import PANELS
from infra.plant.car_t.process import RECIPE
from infra.plant.car_t.results import results
from infra.plant.car_t.sensors import history
from infra.plant.car_t.values import reconciled, values
from infra.plant.product import Product

CAR_T = Product(
    code="car-t-autologous",
    batches="CART-*",
    identity="COI-7K4M-{number:04d}",
    bioreactor="BR-1{number:02d}",
    recipe=RECIPE,
    values=values,
    calculated=reconciled,
    panels=PANELS,
    results=results,
    history=history,
)
