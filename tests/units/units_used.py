"""The units that this house speaks: its strategies', its source contracts', and AAV vectors'."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]

AAV = [
    "%",
    "1",
    "Cel",
    "[pH]",
    "min",
    "h",
    "s",
    "d",
    "mL",
    "L",
    "uL",
    "g",
    "kg",
    "mg/mL",
    "ug/mL",
    "ng/mL",
    "pg/mL",
    "ng",
    "pg",
    "mmol/L",
    "mosm/kg",
    "10*6",
    "10*9",
    "10*6/mL",
    "10*9/mL",
    "[iU]/mL",
    "[CFU]",
    "{copies}/{cell}",
    "{vg}/mL",
    "{vp}/mL",
    "{TU}/mL",
    "[TCID_50]/mL",
    "{TCID50}/mL",
    "{EU}/mL",
    "{EU}/kg",
    "{EU}/{dose}",
    "[EU]",
    "[EU]/mL",
    "[EU]/kg",
    "[EU]/{dose}",
    "{MPN}/mL",
    "[PFU]/mL",
    "{beads}/(3.10*6.{cells})",
    "/min",
    "{rev}/min",
    "cm/s",
    "mbar",
    "bar",
    "kPa",
    "[psi]",
    "uS/cm",
    "mS/cm",
    "nm",
    "u",
    "ku",
    "[ppm]",
    "[NTU]",
    "{NTU}",
    "K/min",
    "L/min",
    "mL/min",
    "W/m3",
    "pg/{cell}",
]


def files():
    return [
        *sorted((ROOT / "expectations").rglob("*.yaml")),
        *sorted((ROOT / "contracts" / "sources").glob("*.odcs.yaml")),
    ]


def written_in(path):
    """Yield every unit a file writes."""
    yield from _units(yaml.safe_load(path.read_text()))


def _units(node):
    if isinstance(node, list):
        for one in node:
            yield from _units(one)
    elif isinstance(node, dict):
        if node.get("property") == "unit":
            yield str(node["value"])
        for name, member in node.items():
            if re.fullmatch(r"unit|.*_unit|in_unit", name) and isinstance(member, str):
                yield member
            yield from _units(member)


def used():
    return frozenset(AAV).union(*(written_in(path) for path in files()))
