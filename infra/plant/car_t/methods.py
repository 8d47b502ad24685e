"""The tests on each kind of CAR-T sample, with their units and specifications."""

from __future__ import annotations

from infra.plant.panel import Panel, Range, Test, word

APHERESIS = "CAR-T apheresis"
IN_PROCESS = "CAR-T in-process"
DRUG_PRODUCT = "CAR-T drug product"

_VIAB = Test(
    "VIAB",
    "Viability",
    "%",
    "88.4",
    "1.5",
    1,
    "QC-M-101",
    "NC-200-03",
    Range("80.0", "100"),
)
_CD3 = Test(
    "CD3",
    "CD3+ of viable cells (flow)",
    "%",
    "96.7",
    "0.8",
    1,
    "QC-M-104",
    "FC-02",
    Range("80.0", "100"),
)
_CARPOS = Test(
    "CARPOS",
    "CAR+ of CD3+ (flow)",
    "%",
    "34.2",
    "2.5",
    1,
    "QC-M-105",
    "FC-02",
    Range("10.0", "100"),
)
ENDOTOXIN = Test(
    "ENDO",
    "Endotoxin (LAL)",
    "EU/mL",
    "0.21",
    "0.08",
    1,
    "QC-M-141",
    "PTS-02",
    Range(high="5.0", high_operator="lt"),
    "0.05",
)
MYCOPLASMA = word("MYCO", "Mycoplasma (qPCR)", "Not detected", 3, "QC-M-142")
STERILITY = word("STER", "Sterility", "No growth", 5, "QC-M-144")
APPEARANCE = word("APPEAR", "Appearance", "Conforms", 0, "QC-M-160")
_DRUG_PRODUCT = (
    _VIAB,
    _CD3,
    _CARPOS,
    Test(
        "VCN",
        "Vector copy number (ddPCR)",
        "copies/cell",
        "2.1",
        "0.4",
        2,
        "QC-M-110",
        "DPCR-01",
        Range(high="5.0", high_operator="lt"),
    ),
    Test(
        "DOSE",
        "Viable CAR+ cells of the dose",
        "10*6",
        "184",
        "0",
        2,
        "QC-M-120",
        range=Range("60", "600"),
    ),
    Test(
        "IFNG",
        "Potency: interferon gamma",
        "pg/mL",
        "612",
        "60",
        3,
        "QC-M-131",
        "PLR-01",
        Range(low="50", low_operator="gt"),
    ),
    Test(
        "CYTO",
        "Potency: cytotoxicity",
        "%",
        "68",
        "4",
        3,
        "QC-M-132",
        "PLR-01",
        Range(low="50", low_operator="gt"),
    ),
    ENDOTOXIN,
    MYCOPLASMA,
    word("GRAM", "Gram stain", "No organisms seen", 0, "QC-M-143"),
    STERILITY,
    word("RCL", "Replication competent lentivirus (qPCR)", "Not detected", 4, "QC-M-145"),
    Test(
        "BEADS",
        "Residual beads",
        "beads/3x10^6 cells",
        "12",
        "4",
        1,
        "QC-M-151",
        range=Range(high="100", high_operator="lt"),
    ),
    Test(
        "BCELL",
        "Residual B cells (flow)",
        "%",
        "0.02",
        "0.01",
        2,
        "QC-M-106",
        "FC-02",
        Range(high="1.00"),
        "0.01",
    ),
    APPEARANCE,
)
EXTRACTABLE = Test(
    "EXVOL",
    "Extractable volume",
    "mL",
    "20.0",
    "0.3",
    0,
    "QC-M-161",
    "BAL-21",
    Range(low="19.0"),
)
PANELS = (
    Panel(
        APHERESIS,
        "AP",
        "apheresis_receipt",
        (_VIAB, _CD3),
        ranges={"VIAB": Range("90.0", "100"), "CD3": Range("20.0", "100")},
    ),
    Panel(
        IN_PROCESS,
        "IP",
        "expansion/sampling/day_7",
        (_CARPOS, _VIAB),
        ranges={"CARPOS": Range("5.0", "100"), "VIAB": Range("80.0", "100")},
    ),
    Panel(DRUG_PRODUCT, "DP", "formulation", _DRUG_PRODUCT, (EXTRACTABLE,), release=True),
)
