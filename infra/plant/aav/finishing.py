"""The last part of the AAV recipe: the vials are filled and kept at -80 degrees."""

from __future__ import annotations

from infra.plant.recipe import Material, Operation, Parameter, Phase, UnitProcedure, words

_FILLING = UnitProcedure(
    name="filling",
    start=33_240,
    minutes=180,
    equipment=("FIL-03", "BSC-12", "BAL-09", "SCN-02"),
    materials=(Material("vial_2r", "70", "1"), Material("stopper", "70", "1")),
    operations=(
        Operation("line_clearance", (Phase("clear", 0, 15, (words("FIL_LCLR", "Pass"),)),)),
        Operation(
            "filling",
            (
                Phase(
                    "fill",
                    20,
                    80,
                    (
                        Parameter("FIL_VOL", "mL", "2.20", "0.02", "interface"),
                        Parameter("FIL_DOSE", "mL", "2.00", "0.00", "interface"),
                        Parameter("FIL_FILLED", "1", mode="interface", data_type="integer"),
                    ),
                ),
                Phase(
                    "inspection",
                    105,
                    30,
                    (
                        Parameter("FIL_REJ", "1", data_type="integer"),
                        Parameter("FIL_VIALS", "1", data_type="integer"),
                        Parameter("FIL_QC", "1", "14", data_type="integer"),
                    ),
                ),
            ),
        ),
        Operation(
            "labelling",
            (
                Phase("label_scan", 140, 10, (words("FIL_LABEL", mode="interface"),)),
                Phase(
                    "label_reconciliation",
                    150,
                    10,
                    (Parameter("FIL_LABDIF", "1", "0", data_type="integer"),),
                ),
            ),
        ),
        Operation(
            "yield",
            (
                Phase(
                    "reconciliation",
                    165,
                    12,
                    (
                        Parameter("FIL_PLAN", "1", mode="interface", data_type="integer"),
                        Parameter("FIL_THEO", "vg", mode="interface"),
                        Parameter("FIL_TVG", "vg", mode="interface"),
                        Parameter("FIL_TOR", "min", "148", "18", "interface"),
                    ),
                ),
            ),
        ),
    ),
)
_STORAGE = UnitProcedure(
    name="frozen_storage",
    start=33_440,
    minutes=7 * 1440,
    equipment=("FRZ-8{number:02d}", "SCN-02"),
    operations=(
        Operation(
            "transfer",
            (
                Phase(
                    "load",
                    0,
                    30,
                    (
                        Parameter("FRO_TIME", "min", "17", "4"),
                        words("FRO_LOC", mode="interface"),
                        Parameter("FRO_VIALS", "1", mode="interface", data_type="integer"),
                    ),
                ),
            ),
        ),
        Operation("hold", (Phase("hold_period", 30, 10_000),)),
    ),
)
FINISHING = (_FILLING, _STORAGE)
