"""What the AAV batch record says beyond typical values: growth, genomes, yields, identity."""

from __future__ import annotations

from decimal import Decimal

from numpy.random import Generator

from infra.plant.aav.upstream import DAYS, PASSAGES
from infra.plant.chance import near, whole
from infra.plant.product import Texts
from infra.plant.story import Story

_DENSITY = {1: "0.62", 2: "1.18", 3: "2.14"}
_VIABILITY = {1: "97.4", 2: "97.6", 3: "97.1"}
_GLUCOSE = {1: "27.4", 2: "23.8", 3: "17.9"}
_LACTATE = {1: "3.1", 2: "7.4", 3: "12.8"}
_EXPRESSING_DENSITY = {1: "2.48", 2: "2.71", 3: "2.52"}
_EXPRESSING_VIABILITY = {1: "93.1", 2: "85.6", 3: "74.9"}
_RESIN = 80
"""mL of affinity resin."""
_CONCENTRATED = Decimal("1.9E+13")
"""vg/mL, what the ultrafiltration aims at."""
_LOST_IN_LINES = 9
"""mL."""


def values(story: Story, rng: Generator) -> Texts:
    """Return the growth of the culture, the recovery of each step, and what is this batch's own."""
    return _growth(rng) | _recoveries(rng) | _seed_train(rng) | _own(story)


def _growth(rng: Generator) -> Texts:
    grown = {
        f"{code}@day_{day}": str(near(rng, typical[day], spread))
        for code, typical, spread in (
            ("PRO_VCD", _DENSITY, "0.05"),
            ("PRO_VIAB", _VIABILITY, "0.6"),
            ("PRO_GLUC", _GLUCOSE, "0.8"),
            ("PRO_LACT", _LACTATE, "0.5"),
            ("EXR_VCD", _EXPRESSING_DENSITY, "0.10"),
            ("EXR_VIAB", _EXPRESSING_VIABILITY, "1.2"),
        )
        for day in DAYS
    }
    return grown | {"TRF_VCD": str(Decimal(grown["PRO_VCD@day_3"]) + near(rng, "0.04", "0.02"))}


def _seed_train(rng: Generator) -> Texts:
    return {
        f"{code}@passage_{number}": str(near(rng, typical, spread))
        for code, typical, spread in (("SEE_VCD", "3.40", "0.30"), ("SEE_VIAB", "96.8", "0.9"))
        for number in range(1, len(PASSAGES) + 1)
    }


def _recoveries(rng: Generator) -> Texts:
    return {
        "LYS_VG": str(near(rng, "1.02E+11", "0.06E+11")),
        "AFF_YIELD": str(near(rng, "82.0", "3.0")),
        "AEX_YIELD": str(near(rng, "64.0", "3.0")),
        "TFF_YIELD": str(near(rng, "92.0", "2.0")),
        "SFI_YIELD": str(near(rng, "97.5", "1.0")),
        "AEX_FULL": str(near(rng, "79.6", "1.6")),
        "FIL_REJ": str(whole(rng, 1, 2)),
    }


def _own(story: Story) -> Texts:
    return {
        "FIL_LABEL": story.identity,
        "AFF_CYC": str(3 + story.hall),
        "FRO_LOC": f"FRZ-8{story.hall:02d}/R2/S{story.hall}",
    }


def calculated(written: Texts) -> Texts:
    """Return what follows step by step: vector genomes, volumes, and the vials they fill."""
    number = {code: Decimal(text) for code, text in written.items() if code in _NUMBERS}
    harvested = number["LYS_VG"] * number["CLA_VOL"] * 1000
    captured = harvested * number["AFF_YIELD"] / 100
    polished = captured * number["AEX_YIELD"] / 100
    formulated = polished * number["TFF_YIELD"] / 100
    volume = (formulated / _CONCENTRATED).quantize(Decimal(1))
    filtered = (formulated / volume) * (volume - _LOST_IN_LINES) * number["SFI_YIELD"] / 100
    planned = int((volume - _LOST_IN_LINES) / number["FIL_VOL"])
    filled = planned - 1
    accepted = filled - int(number["FIL_REJ"])
    titre = formulated / volume
    ratio = Decimal("0.64") + number["AEX_FULL"] * Decimal("0.0081")
    return {
        "LYS_TVG": _genomes(harvested),
        "AFF_LOAD": _genomes(harvested / _RESIN),
        "AEX_RATIO": str(ratio.quantize(Decimal("0.01"))),
        "TFF_VOL": str(volume),
        "TFF_VG": _genomes(titre),
        "FIL_PLAN": str(planned),
        "FIL_FILLED": str(filled),
        "FIL_VIALS": str(accepted),
        "FIL_THEO": _genomes(filtered),
        "FIL_TVG": _genomes(titre * number["FIL_VOL"] * filled * number["SFI_YIELD"] / 100),
        "FRO_VIALS": str(accepted - int(number["FIL_QC"])),
    }


_NUMBERS = frozenset(
    {
        "LYS_VG",
        "CLA_VOL",
        "AFF_YIELD",
        "AEX_YIELD",
        "TFF_YIELD",
        "SFI_YIELD",
        "AEX_FULL",
        "FIL_VOL",
        "FIL_REJ",
        "FIL_QC",
    }
)


def _genomes(number: Decimal) -> str:
    """Return a number of vector genomes with three significant digits: `2.04E+13`."""
    return f"{number:.2E}"
