"""The second part of the AAV recipe: from the affinity column to the sterile filtrate."""

from __future__ import annotations

from infra.plant.recipe import Material, Operation, Parameter, Phase, UnitProcedure, words

_AFFINITY = UnitProcedure(
    name="affinity_capture",
    start=30_240,
    minutes=420,
    equipment=("AFC-11", "PHM-04"),
    materials=(
        Material("affinity_resin", "80", "mL"),
        Material("elution_buffer", "4", "L"),
        Material("neutralisation_buffer", "0.5", "L"),
    ),
    operations=(
        Operation(
            "preparation",
            (
                Phase(
                    "column_check",
                    0,
                    30,
                    (
                        Parameter("AFF_CYC", "1", data_type="integer"),
                        Parameter("AFF_ASYM", "1", "1.15", "0.09", "instrument"),
                    ),
                ),
            ),
        ),
        Operation(
            "capture",
            (
                Phase("load", 40, 240, (Parameter("AFF_LOAD", "vg/mL resin", mode="interface"),)),
                Phase("wash", 280, 50),
                Phase("elution", 330, 30, (Parameter("AFF_PH", "pH", "2.80", "0.06"),)),
                Phase("neutralisation", 360, 15, (Parameter("AFF_NEUT", "min", "6", "2"),)),
                Phase("pool", 380, 35, (Parameter("AFF_YIELD", "%", mode="interface"),)),
            ),
        ),
    ),
)
_EXCHANGE = UnitProcedure(
    name="anion_exchange",
    start=31_680,
    minutes=360,
    equipment=("AEX-12", "PHM-04", "CDM-02"),
    materials=(Material("anion_exchange_column", "1", "1"), Material("gradient_buffer", "12", "L")),
    operations=(
        Operation(
            "loading",
            (
                Phase(
                    "dilution",
                    0,
                    40,
                    (
                        Parameter("AEX_COND", "mS/cm", "1.8", "0.2"),
                        Parameter("AEX_PH", "pH", "9.02", "0.06"),
                    ),
                ),
            ),
        ),
        Operation(
            "separation",
            (
                Phase("gradient", 110, 150),
                Phase(
                    "pool",
                    270,
                    60,
                    (
                        Parameter("AEX_RATIO", "1", mode="instrument"),
                        Parameter("AEX_FULL", "%", mode="instrument"),
                        Parameter("AEX_YIELD", "%", mode="interface"),
                    ),
                ),
            ),
        ),
    ),
)
_TANGENTIAL = UnitProcedure(
    name="tangential_flow_filtration",
    start=32_100,
    minutes=240,
    equipment=("TFF-21", "FIT-02"),
    materials=(Material("hollow_fibre_module", "1", "1"), Material("formulation_buffer", "3", "L")),
    operations=(
        Operation("preparation", (Phase("module_integrity", 0, 30, (words("TFF_INT", "Pass"),)),)),
        Operation(
            "concentration",
            (Phase("concentrate", 35, 60, (Parameter("TFF_CF", "1", "8.0", "0.4"),)),),
        ),
        Operation(
            "diafiltration",
            (Phase("exchange", 100, 90, (Parameter("TFF_DV", "1", "8.2", "0.3"),)),),
        ),
        Operation(
            "recovery",
            (
                Phase(
                    "pool",
                    195,
                    40,
                    (
                        Parameter("TFF_VOL", "mL", mode="interface"),
                        Parameter("TFF_VG", "vg/mL", mode="instrument"),
                        Parameter("TFF_POLX", "%", "0.0010", "0.0001"),
                        Parameter("TFF_YIELD", "%", mode="interface"),
                    ),
                ),
            ),
        ),
    ),
)
_STERILE = UnitProcedure(
    name="sterile_filtration",
    start=33_120,
    minutes=90,
    equipment=("FIT-02", "BSC-12"),
    materials=(Material("sterilising_filter", "1", "1"),),
    operations=(
        Operation(
            "test_before_use",
            (
                Phase(
                    "integrity",
                    0,
                    20,
                    (
                        words("SFI_PRE", "Pass", "interface"),
                        Parameter("SFI_PREBP", "bar", "3.62", "0.05", "instrument"),
                    ),
                ),
            ),
        ),
        Operation(
            "filtration",
            (
                Phase(
                    "filter",
                    25,
                    30,
                    (
                        Parameter("SFI_TIME", "min", "18", "3"),
                        Parameter("SFI_PRES", "bar", "1.10", "0.10", "interface"),
                        Parameter("SFI_YIELD", "%", mode="interface"),
                    ),
                ),
            ),
        ),
        Operation(
            "test_after_use",
            (
                Phase(
                    "integrity",
                    60,
                    20,
                    (
                        words("SFI_POST", "Pass", "interface"),
                        Parameter("SFI_POSTBP", "bar", "3.58", "0.05", "instrument"),
                    ),
                ),
            ),
        ),
    ),
)
DOWNSTREAM = (_AFFINITY, _EXCHANGE, _TANGENTIAL, _STERILE)
