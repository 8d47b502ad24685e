"""The results of a CAR-T sample that follow from the batch record, or from each other.

The dose is harvested cells that were filled, times viability, times CAR+ fraction, times what is
recovered after thawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from numpy.random import Generator

from infra.plant.car_t.methods import APHERESIS, IN_PROCESS
from infra.plant.chance import near
from infra.plant.panel import Panel
from infra.plant.product import Texts
from infra.plant.story import Story

_RECOVERED_AFTER_THAWING = Decimal("0.757")
_LEFT_IN_THE_BAG = Decimal("0.3")


def results(
    story: Story, panel: Panel, found: Mapping[str, str], written: Texts, rng: Generator
) -> Texts:
    """Return what the laboratory finds instead of a typical value; `found` are those."""
    if panel.kind == APHERESIS:
        return {
            "VIAB": str(near(rng, written["APH_VIAB"], "0.6")),
            "CD3": str(near(rng, written["APH_CD3"], "0.8")),
        }
    if panel.kind == IN_PROCESS:
        return {"VIAB": str(near(rng, written["EXP_VIAB@day_7"], "0.5"))}
    retested = {keyword: again for keyword, _, again in story.laboratory.retests}
    viability = Decimal(retested.get("VIAB", found["VIAB"]))
    filled = (
        Decimal(written["CRY_BAGS"]) * Decimal(written["FOR_CONC"]) * Decimal(written["FOR_VOL"])
    )
    dose = filled * viability * Decimal(found["CARPOS"]) * _RECOVERED_AFTER_THAWING / 10_000
    return {
        "DOSE": str(dose.quantize(Decimal(1))),
        "EXVOL": str(Decimal(written["FOR_VOL"]) - _LEFT_IN_THE_BAG),
    }
