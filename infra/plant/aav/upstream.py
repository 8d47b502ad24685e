"""The first part of the AAV recipe: from the vial of the cell bank to the clarified harvest."""

from __future__ import annotations

from infra.plant.recipe import Material, Operation, Parameter, Phase, UnitProcedure, words

PASSAGES = (3, 6, 9, 12)
DAYS = (1, 2, 3)
_DAY = 1440

_THAW = UnitProcedure(
    name="cell_bank_thaw",
    start=0,
    minutes=120,
    equipment=("BSC-11", "WBT-02", "CNT-04"),
    materials=(
        Material("hek293_working_cell_bank", "1", "1"),
        Material("suspension_medium", "30", "mL"),
    ),
    operations=(
        Operation(
            "thaw",
            (
                Phase("identity_check", 0, 10, (words("WCB_ID", "WCB-HEK-2403"),)),
                Phase("thawing", 10, 15, (Parameter("WCB_TIME", "min", "2.1", "0.3"),)),
                Phase(
                    "cell_count",
                    30,
                    30,
                    (
                        Parameter("WCB_TVC", "10^6", "11.2", "0.6", "instrument"),
                        Parameter("WCB_VIAB", "%", "93.6", "1.2", "instrument"),
                    ),
                ),
            ),
        ),
    ),
)
_SEED_TRAIN = UnitProcedure(
    name="seed_train",
    start=150,
    minutes=14 * _DAY,
    equipment=("INC-21", "BSC-11", "CNT-04"),
    materials=(Material("suspension_medium", "9400", "mL", lots=2),),
    operations=(
        Operation(
            "passaging",
            tuple(
                Phase(
                    f"passage_{number}",
                    day * _DAY,
                    60,
                    (
                        Parameter("SEE_VCD", "10^6/mL", "3.40", "0.30", "instrument"),
                        Parameter("SEE_VIAB", "%", "96.8", "0.9", "instrument"),
                    ),
                )
                for number, day in enumerate(PASSAGES, start=1)
            ),
        ),
        Operation(
            "release_to_production",
            (
                Phase(
                    "passage_count",
                    13 * _DAY,
                    20,
                    (Parameter("SEE_PASS", "1", "5", data_type="integer"),),
                ),
            ),
        ),
    ),
)
_CULTURE = UnitProcedure(
    name="production_culture",
    start=20_400,
    minutes=3 * _DAY,
    equipment=("STR-5{number:02d}", "CNT-04", "BGA-02"),
    materials=(Material("production_medium", "50", "L", lots=2),),
    operations=(
        Operation(
            "inoculation",
            (
                Phase(
                    "transfer",
                    0,
                    45,
                    (
                        Parameter("PRO_SEED", "10^6/mL", "0.30", "0.03", "instrument"),
                        Parameter("PRO_VOL", "L", "50.0", "0.4", "interface"),
                    ),
                ),
            ),
        ),
        Operation(
            "sampling",
            tuple(
                Phase(
                    f"day_{day}",
                    day * _DAY - 90,
                    25,
                    (
                        Parameter("PRO_VCD", "10^6/mL", mode="instrument"),
                        Parameter("PRO_VIAB", "%", mode="instrument"),
                        Parameter("PRO_GLUC", "mmol/L", mode="interface"),
                        Parameter("PRO_LACT", "mmol/L", mode="interface"),
                    ),
                )
                for day in DAYS
            ),
        ),
    ),
)
_TRANSFECTION = UnitProcedure(
    name="transfection",
    start=24_740,
    minutes=3 * _DAY,
    equipment=("STR-5{number:02d}", "MIX-03", "BAL-09", "CNT-04"),
    materials=(
        Material("plasmid_rep_cap", "36", "mg"),
        Material("plasmid_adenoviral_helper", "42", "mg"),
        Material("plasmid_gene_of_interest", "30", "mg"),
        Material("polyethylenimine", "216", "mg"),
        Material("production_medium", "2.5", "L"),
    ),
    operations=(
        Operation(
            "cell_count",
            (
                Phase(
                    "before_transfection",
                    0,
                    25,
                    (
                        Parameter("TRF_VCD", "10^6/mL", mode="instrument"),
                        Parameter("TRF_VIAB", "%", "97.2", "0.7", "instrument"),
                    ),
                ),
            ),
        ),
        Operation(
            "complexation",
            (
                Phase(
                    "plasmid_mix",
                    30,
                    30,
                    (
                        Parameter("TRF_DNA", "ug/10^6 cells", "1.00", "0.04"),
                        words("TRF_RATIO", "1:1:1"),
                    ),
                ),
                Phase(
                    "polyethylenimine_addition",
                    60,
                    20,
                    (
                        Parameter("TRF_PEI", "1", "2.00", "0.08"),
                        Parameter("TRF_MIX", "min", "12.0", "1.5"),
                    ),
                ),
            ),
        ),
        Operation(
            "addition",
            (Phase("complex_addition", 80, 30, (Parameter("TRF_ADD", "min", "21", "4"),)),),
        ),
        Operation(
            "expression",
            tuple(
                Phase(
                    f"day_{day}",
                    day * _DAY - 90,
                    25,
                    (
                        Parameter("EXR_VCD", "10^6/mL", mode="instrument"),
                        Parameter("EXR_VIAB", "%", mode="instrument"),
                    ),
                )
                for day in DAYS
            ),
        ),
    ),
)
_LYSIS = UnitProcedure(
    name="lysis_clarification",
    start=29_100,
    minutes=420,
    equipment=("MIX-05", "DFS-01", "TUR-01"),
    materials=(
        Material("lysis_detergent", "0.5", "L"),
        Material("benzonase", "2.6", "MU"),
        Material("depth_filter", "2", "1"),
    ),
    operations=(
        Operation(
            "lysis",
            (
                Phase("detergent", 0, 30, (Parameter("LYS_DET", "%", "0.50", "0.02"),)),
                Phase("nuclease", 30, 15, (Parameter("LYS_NUC", "U/mL", "50", "2"),)),
                Phase(
                    "incubation",
                    45,
                    130,
                    (
                        Parameter("LYS_TEMP", "degC", "37.0", "0.3", "interface"),
                        Parameter("LYS_TIME", "min", "122", "5"),
                    ),
                ),
            ),
        ),
        Operation(
            "clarification",
            (
                Phase(
                    "depth_filtration",
                    190,
                    150,
                    (
                        Parameter("CLA_PRES", "bar", "0.62", "0.08", "interface"),
                        Parameter("CLA_TURB", "NTU", "4.1", "0.9", "instrument"),
                        Parameter("CLA_VOL", "L", "51.2", "0.5"),
                    ),
                ),
                Phase(
                    "titre",
                    345,
                    60,
                    (
                        Parameter("LYS_VG", "vg/mL", mode="instrument"),
                        Parameter("LYS_TVG", "vg", mode="interface"),
                    ),
                ),
            ),
        ),
    ),
)
UPSTREAM = (_THAW, _SEED_TRAIN, _CULTURE, _TRANSFECTION, _LYSIS)
