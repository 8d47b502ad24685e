"""The manufacturing recipe of the CAR-T product: steps, when they run, what is written at each.

A typical value with its spread is what the operators of a good batch write.
"""

from __future__ import annotations

from infra.plant.recipe import Material, Operation, Parameter, Phase, UnitProcedure, words

EXPANSION_DAYS = 9
SAMPLING_DAYS = (3, 5, 7, 8)
FEEDING_DAYS = (3, 5, 7)
SAMPLING_MINUTE = 130
FEEDING_MINUTE = 175
_DAY = 1440


def _sampling(day: int) -> Phase:
    measured = (
        Parameter("EXP_VCD", "10^6/mL", mode="instrument"),
        Parameter("EXP_VIAB", "%", mode="instrument"),
    )
    metabolites = (
        Parameter("EXP_GLUC", "mmol/L", mode="interface"),
        Parameter("EXP_LACT", "mmol/L", mode="interface"),
    )
    wanted = measured + (metabolites if day in FEEDING_DAYS else ())
    return Phase(f"day_{day}", day * _DAY + SAMPLING_MINUTE, 25, wanted)


_ORDER = (Parameter("APH_WT", "kg", mode="interface"), words("APH_COH", mode="interface"))
_RECEIPT = UnitProcedure(
    name="apheresis_receipt",
    start=0,
    minutes=70,
    equipment=("CNT-02", "BAL-07", "TLG-11"),
    materials=(Material("apheresis", "212", "mL", collected="APH_VOL"),),
    operations=(
        Operation(
            "reception",
            (
                Phase("identity_check", 0, 15, (words("APH_COI"), words("APH_DIN"))),
                Phase("temperature_check", 15, 10, (Parameter("APH_TEMP", "degC", "4.6", "0.9"),)),
            ),
        ),
        Operation(
            "incoming_test",
            (
                Phase("weighing", 25, 10, (Parameter("APH_VOL", "mL", "212", "18"),)),
                Phase(
                    "cell_count",
                    35,
                    35,
                    (
                        Parameter("APH_TNC", "10^9", "8.4", "0.9", "instrument"),
                        Parameter("APH_CD3", "%", "48.2", "4.0"),
                        Parameter("APH_VIAB", "%", "96.1", "1.2", "instrument"),
                    ),
                ),
            ),
        ),
        Operation("order_check", (Phase("treatment_order", 62, 8, _ORDER),)),
    ),
)
_ACTIVATION = UnitProcedure(
    name="activation",
    start=105,
    minutes=1225,
    equipment=("BSC-03", "CNT-02", "INC-05"),
    materials=(
        Material("activation_beads", "7.7", "mL"),
        Material("culture_medium", "103", "mL"),
        Material("il2", "0.2", "mL"),
    ),
    operations=(
        Operation(
            "preparation",
            (
                Phase("bead_wash", 0, 35, (Parameter("ACT_BEAD", "1", "3.0", "0.1"),)),
                Phase("seeding", 35, 40, (Parameter("ACT_DENS", "10^6/mL", "1.0", "0.1"),)),
            ),
        ),
        Operation(
            "stimulation",
            (
                Phase("incubation", 75, 1125),
                Phase("purity_check", 1200, 25, (Parameter("ACT_CD3", "%", "92.3", "1.5"),)),
            ),
        ),
    ),
)
_TRANSDUCTION = UnitProcedure(
    name="transduction",
    start=1370,
    minutes=1420,
    equipment=("BSC-03", "CNT-02", "INC-05"),
    materials=(Material("lentiviral_vector", "1.3", "mL", titre=("2.1", "0.3")),),
    operations=(
        Operation(
            "preparation",
            (
                Phase("vector_thaw", 0, 25),
                Phase(
                    "viability_check",
                    25,
                    20,
                    (Parameter("TRA_VIAB", "%", "93.8", "1.4", "instrument"),),
                ),
            ),
        ),
        Operation(
            "transducing",
            (
                Phase("vector_addition", 45, 15, (Parameter("TRA_MOI", "1", "2.5", "0.2"),)),
                Phase("incubation", 60, 1320),
                Phase("wash", 1380, 40, (Parameter("TRA_TIME", "h", "22.0"),)),
            ),
        ),
    ),
)
_EXPANSION = UnitProcedure(
    name="expansion",
    start=2820,
    minutes=EXPANSION_DAYS * _DAY,
    equipment=("BR-1{number:02d}", "CNT-02", "BGA-01"),
    materials=(Material("culture_medium", "450", "mL", lots=2), Material("il2", "1.0", "mL")),
    operations=(
        Operation("inoculation", (Phase("transfer", 0, 40), Phase("start_of_culture", 40, 20))),
        Operation("sampling", tuple(_sampling(day) for day in SAMPLING_DAYS)),
        Operation(
            "feeding",
            tuple(Phase(f"day_{day}", day * _DAY + FEEDING_MINUTE, 30) for day in FEEDING_DAYS),
        ),
    ),
)
_HARVEST = UnitProcedure(
    name="harvest",
    start=15800,
    minutes=140,
    equipment=("MAG-02", "CFG-04", "CNT-02"),
    operations=(
        Operation(
            "bead_removal",
            (
                Phase("pass_1", 0, 30),
                Phase("pass_2", 30, 30, (Parameter("HAR_BEAD", "1", "2", data_type="integer"),)),
            ),
        ),
        Operation(
            "concentration",
            (
                Phase("spin_wash", 60, 60),
                Phase(
                    "cell_count",
                    120,
                    20,
                    (
                        Parameter("HAR_TVC", "10^9", mode="instrument"),
                        Parameter("HAR_VIAB", "%", "91.2", "1.3", "instrument"),
                        Parameter("HAR_FOLD", "1"),
                    ),
                ),
            ),
        ),
    ),
)
_YIELD = (
    Parameter("FOR_THEO", "10^6", mode="interface"),
    Parameter("FOR_FILLED", "10^6", mode="interface"),
    Parameter("FOR_BAGS", "1", mode="interface", data_type="integer"),
    Parameter("FOR_DOSE", "mL", mode="interface"),
)
_FORMULATION = UnitProcedure(
    name="formulation",
    start=15965,
    minutes=100,
    equipment=("BSC-01", "FIL-01", "BAL-07", "SCN-01"),
    materials=(Material("dmso_cryo_medium", "21", "mL"), Material("cryobag", "2", "1")),
    operations=(
        Operation("line_clearance", (Phase("clear", 0, 15, (words("FOR_LCLR", "Pass"),)),)),
        Operation(
            "mixing",
            (
                Phase("resuspend", 15, 20, (Parameter("FOR_CONC", "10^6/mL", "20.0", "1.0"),)),
                Phase("cryoprotectant", 35, 15, (Parameter("FOR_DMSO", "%", "7.5", "0.2"),)),
            ),
        ),
        Operation(
            "filling",
            (
                Phase("fill", 50, 30, (Parameter("FOR_VOL", "mL", "20.1", "0.4", "interface"),)),
                Phase("label_scan", 80, 10, (words("FOR_LABEL", mode="interface"),)),
                Phase(
                    "label_reconciliation",
                    90,
                    10,
                    (Parameter("FOR_LABDIF", "1", "0", data_type="integer"),),
                ),
            ),
        ),
        Operation("yield", (Phase("reconciliation", 92, 8, _YIELD),)),
    ),
)
_CRYOPRESERVATION = UnitProcedure(
    name="cryopreservation",
    start=16085,
    minutes=145,
    equipment=("CRF-201", "LN2-03"),
    operations=(
        Operation(
            "freezing",
            (
                Phase("load", 0, 10, (words("CRY_INTEG", "Pass"),)),
                Phase("controlled_rate_freeze", 10, 115),
            ),
        ),
        Operation(
            "storage",
            (
                Phase("bag_count", 125, 5, (Parameter("CRY_BAGS", "1", "2", data_type="integer"),)),
                Phase("store", 130, 15, (words("CRY_LOC"),)),
            ),
        ),
    ),
)
RECIPE: tuple[UnitProcedure, ...] = (
    _RECEIPT,
    _ACTIVATION,
    _TRANSDUCTION,
    _EXPANSION,
    _HARVEST,
    _FORMULATION,
    _CRYOPRESERVATION,
)
