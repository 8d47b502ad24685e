"""The tests the laboratory runs on each kind of sample, with their units and specifications."""

from __future__ import annotations

from dataclasses import dataclass

APHERESIS = "CAR-T apheresis"
IN_PROCESS = "CAR-T in-process"
DRUG_PRODUCT = "CAR-T drug product"
PREFIX = {APHERESIS: "AP", IN_PROCESS: "IP", DRUG_PRODUCT: "DP"}


@dataclass(frozen=True, slots=True)
class Range:
    """A specification range as a LIMS writes it; an empty limit is none."""

    low: str = ""
    high: str = ""
    low_operator: str = "geq"
    high_operator: str = "leq"


@dataclass(frozen=True, slots=True)
class Test:
    """One analysis service: what is measured, in which unit, by which method, how soon."""

    keyword: str
    title: str
    unit: str
    typical: str
    spread: str
    days: int
    method: str
    instrument: str = ""
    range: Range | None = None
    detection_limit: str = "0"

    @property
    def is_text(self) -> bool:
        """Whether the result is a word and not a number."""
        return not self.spread


def _word(keyword: str, title: str, typical: str, days: int, method: str) -> Test:
    return Test(keyword, title, "", typical, "", days, method)


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
    Test(
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
    ),
    _word("MYCO", "Mycoplasma (qPCR)", "Not detected", 3, "QC-M-142"),
    _word("GRAM", "Gram stain", "No organisms seen", 0, "QC-M-143"),
    _word("STER", "Sterility", "No growth", 5, "QC-M-144"),
    _word("RCL", "Replication competent lentivirus (qPCR)", "Not detected", 4, "QC-M-145"),
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
    _word("APPEAR", "Appearance", "Conforms", 0, "QC-M-160"),
)
TESTS: dict[str, tuple[Test, ...]] = {
    APHERESIS: (_VIAB, _CD3),
    IN_PROCESS: (_CARPOS, _VIAB),
    DRUG_PRODUCT: _DRUG_PRODUCT,
}
SERVICES = _DRUG_PRODUCT
RANGES: dict[str, dict[str, Range]] = {
    APHERESIS: {"VIAB": Range("90.0", "100"), "CD3": Range("20.0", "100")},
    IN_PROCESS: {"CARPOS": Range("5.0", "100"), "VIAB": Range("80.0", "100")},
    DRUG_PRODUCT: {test.keyword: test.range for test in _DRUG_PRODUCT if test.range is not None},
}
