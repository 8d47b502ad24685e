"""The tests on each kind of AAV sample, with their units and specifications."""

from __future__ import annotations

from dataclasses import replace

from infra.plant.car_t import methods as shared
from infra.plant.panel import Panel, Range, Test, word

BULK = "AAV unprocessed bulk"
SUBSTANCE = "AAV drug substance"
PRODUCT = "AAV drug product"

_BIOBURDEN = Test("BIOB", "Bioburden", "CFU/10 mL", "0", "0", 6, "QC-M-240")
_ENDOTOXIN = replace(shared.ENDOTOXIN, typical="0.09", spread="0.03")
_BULK = (
    replace(_BIOBURDEN, typical="1", spread="1"),
    replace(shared.MYCOPLASMA, days=6),
    word("AVA", "Adventitious viruses, in vitro", "Not detected", 28, "QC-M-245"),
    Test("VGTB", "Vector genome titre, harvest (ddPCR)", "vg/mL", "1.0E+11", "0", 2, "QC-M-201"),
)
_SUBSTANCE = (
    _BIOBURDEN,
    _ENDOTOXIN,
    Test("VGTD", "Vector genome titre, substance (ddPCR)", "vg/mL", "1.9E+13", "0", 2, "QC-M-201"),
)
_GENOMES = tuple(
    Test(
        f"VGT_{place}",
        f"Vector genome titre, determination {place} (ddPCR)",
        "vg/mL",
        "1.9E+13",
        "0",
        2,
        "QC-M-201",
        "DPCR-01",
    )
    for place in (1, 2, 3)
)
_STRENGTH = (
    *_GENOMES,
    Test(
        "VGT",
        "Vector genome titre, mean of three (ddPCR)",
        "vg/mL",
        "1.9E+13",
        "0",
        2,
        "QC-M-201",
        range=Range("1.5E13", "2.5E13"),
    ),
    Test("CAPS", "Capsid titre (ELISA)", "capsids/mL", "2.4E+13", "0", 3, "QC-M-202", "PLR-01"),
    Test("INFT", "Infectious titre (TCID50)", "TCID50/mL", "2.0E+9", "0", 9, "QC-M-203"),
    Test(
        "RELPOT",
        "Potency: expression of the transgene, relative to the reference",
        "%",
        "98",
        "9",
        8,
        "QC-M-204",
        "PLR-01",
        Range("50", "150"),
    ),
)
_IDENTITY_AND_PURITY = (
    Test("FULL", "Full capsids (AUC)", "%", "78.4", "1.6", 4, "QC-M-210", "AUC-01", Range("70.0")),
    Test("EMPTY", "Empty capsids (AUC)", "%", "14.0", "0", 4, "QC-M-210", "AUC-01"),
    word("IDGEN", "Identity of the genome (sequencing)", "Conforms", 6, "QC-M-211"),
    word("IDCAP", "Identity of the capsid (peptide map)", "Conforms", 5, "QC-M-212"),
    Test("CESDS", "Purity (CE-SDS)", "%", "98.6", "0.5", 3, "QC-M-213", "CE-02", Range("95.0")),
    Test("AGGSEC", "Aggregates (SEC)", "%", "1.3", "0.4", 3, "QC-M-214", "LC-05", Range("", "5.0")),
    Test("DLSZ", "Hydrodynamic diameter (DLS)", "nm", "27.4", "0.8", 2, "QC-M-215", "DLS-01"),
    Test("DLSPDI", "Polydispersity index (DLS)", "1", "0.07", "0.02", 2, "QC-M-215", "DLS-01"),
)
_RESIDUALS = (
    Test("HCP", "Residual host cell protein (ELISA)", "ng/mL", "21", "5", 3, "QC-M-220", "PLR-01"),
    Test("PDNA", "Residual plasmid DNA (qPCR)", "ng/mL", "3.1", "0.5", 3, "QC-M-221", "QPCR-02"),
    Test("HDNA", "Residual host cell DNA (qPCR)", "ng/mL", "1.2", "0.3", 3, "QC-M-222", "QPCR-02"),
    Test("DNASZ", "Size of residual host cell DNA", "bp", "164", "14", 4, "QC-M-223"),
    Test("BSA", "Residual bovine serum albumin", "ng/mL", "0.9", "0.2", 3, "QC-M-224", "PLR-01"),
    Test(
        "NUCR",
        "Residual nuclease (ELISA)",
        "ng/mL",
        "0.3",
        "0.0",
        3,
        "QC-M-225",
        "PLR-01",
        detection_limit="0.2",
    ),
    Test("AFLIG", "Leached affinity ligand", "ng/mL", "2.1", "0.5", 3, "QC-M-226", "PLR-01"),
    Test("PEIR", "Residual polyethylenimine", "ug/mL", "0.4", "0.1", 4, "QC-M-227"),
)
_SAFETY = (
    _ENDOTOXIN,
    replace(shared.STERILITY, days=14),
    Test(
        "RCAAV",
        "Replication competent AAV",
        "rcAAV/10^10 vg",
        "1",
        "0",
        10,
        "QC-M-246",
        range=Range(high="1", high_operator="lt"),
        detection_limit="1",
    ),
)
_GENERAL = (
    shared.APPEARANCE,
    Test("PH", "pH", "pH", "7.32", "0.05", 0, "QC-M-250", "PHM-07", Range("7.10", "7.50")),
    Test("OSMO", "Osmolality", "mOsm/kg", "334", "9", 0, "QC-M-251", "OSM-01", Range("300", "370")),
    replace(shared.EXTRACTABLE, typical="2.09", spread="0", range=Range("2.00")),
    word("CCI", "Container closure integrity", "No leak", 2, "QC-M-252"),
    Test("PART10", "Particles of 10 um and more", "particles/container", "86", "18", 1, "QC-M-253"),
    Test("PART25", "Particles of 25 um and more", "particles/container", "4", "2", 1, "QC-M-253"),
    Test("VIALS", "Vials received for testing", "1", "14", "0", 0, "QC-M-254"),
)
PANELS = (
    Panel(BULK, "VB", "lysis_clarification", _BULK, told=True),
    Panel(SUBSTANCE, "VS", "tangential_flow_filtration", _SUBSTANCE),
    Panel(
        PRODUCT,
        "VP",
        "filling",
        (*_STRENGTH, *_IDENTITY_AND_PURITY, *_RESIDUALS, *_SAFETY, *_GENERAL),
        release=True,
    ),
)
