"""What the CAR-T batch record says beyond typical values: growth, identity, patient, yield.

The patient is a pseudonym: nothing is told but a body weight and the cohort that the dose goes by.
"""

from __future__ import annotations

from decimal import Decimal

from numpy.random import Generator

from infra.plant.chance import near, whole
from infra.plant.product import Texts
from infra.plant.story import Story

_GROWTH = {3: "0.61", 5: "1.34", 7: "2.52", 8: "3.40"}
_EXPANSION_VIABILITY = {3: "88.6", 5: "91.0", 7: "93.4", 8: "94.6"}
_GLUCOSE = {3: "8.6", 5: "7.1", 7: "5.4"}
_LACTATE = {3: "6.3", 5: "10.1", 7: "13.6"}
_TYPICAL_FOLD = 38
_PATIENTS = (
    ("74.5", "adult-lbcl"),
    ("81.0", "adult-lbcl"),
    ("46.5", "paediatric-all"),
    ("68.0", "adult-lbcl"),
)
_PLANNED_BAGS = 2
_PLANNED_CELLS = 800
"""10^6 viable cells: two bags of 20 mL with 20 x 10^6/mL."""


def values(story: Story, rng: Generator) -> Texts:
    """Return what follows from other values, and what belongs to this batch alone."""
    return _growth(rng) | _identity(story) | _patient(story) | _plan()


def reconciled(written: Texts) -> Texts:
    """Return what was filled, calculated from what was written at the filling."""
    volume = Decimal(written["FOR_VOL"]) * _PLANNED_BAGS
    filled = (volume * Decimal(written["FOR_CONC"])).quantize(Decimal(1))
    return {"FOR_FILLED": str(filled), "FOR_DOSE": str(volume)}


def _identity(story: Story) -> Texts:
    return {
        "APH_COI": story.identity,
        "FOR_LABEL": story.identity,
        "APH_DIN": f"DON-26-{4400 + story.number * 17:06d}",
        "CRY_LOC": f"LN2-03/A/{12 + 2 * story.number}",
    }


def _patient(story: Story) -> Texts:
    weight, cohort = _PATIENTS[(story.hall - 1) % len(_PATIENTS)]
    return {"APH_WT": weight, "APH_COH": cohort}


def _plan() -> Texts:
    return {"FOR_THEO": str(_PLANNED_CELLS), "FOR_BAGS": str(_PLANNED_BAGS)}


def _growth(rng: Generator) -> Texts:
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
