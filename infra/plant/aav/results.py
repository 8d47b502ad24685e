"""The results of an AAV sample that follow from the batch record, or from each other."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from numpy.random import Generator

from infra.plant.aav.methods import BULK, PRODUCT, SUBSTANCE
from infra.plant.chance import near
from infra.plant.panel import Panel
from infra.plant.product import Texts
from infra.plant.story import Story

_REPLICATES = ("VGT_1", "VGT_2", "VGT_3")
_INFECTIOUS = Decimal("9.4E+3")
"""Vector genomes for one infectious unit."""
_LEFT_IN_THE_VIAL = Decimal("0.11")


def results(
    story: Story, panel: Panel, found: Mapping[str, str], written: Texts, rng: Generator
) -> Texts:
    """Return what the laboratory finds instead of a typical value; `found` are those."""
    if panel.kind == BULK:
        return {"VGTB": _near(rng, Decimal(written["LYS_VG"]), 5)}
    if panel.kind == SUBSTANCE:
        return {"VGTD": _near(rng, Decimal(written["TFF_VG"]), 4)}
    if panel.kind != PRODUCT:
        return {}
    first = {keyword: original for keyword, original, _ in story.laboratory.retests}
    full = Decimal(first.get("FULL", found["FULL"]))
    replicates = {
        keyword: _near(rng, Decimal(written["TFF_VG"]) * Decimal("0.985"), 6)
        for keyword in _REPLICATES
    }
    titre = sum(map(Decimal, replicates.values()), Decimal(0)) / len(replicates)
    return replicates | {
        "VGT": f"{titre:.2E}",
        "CAPS": f"{titre * 100 / full:.2E}",
        "EMPTY": str(100 - full - near(rng, "7.6", "1.2")),
        "INFT": f"{titre / _INFECTIOUS:.1E}",
        "EXVOL": str(Decimal(written["FIL_VOL"]) - _LEFT_IN_THE_VIAL),
        "VIALS": written["FIL_QC"],
    }


def _near(rng: Generator, number: Decimal, percent: int) -> str:
    """Return a number within some percent of another, with three significant digits."""
    factor = 1 + near(rng, "0.000", f"0.0{percent}")
    return f"{number * factor:.2E}"
