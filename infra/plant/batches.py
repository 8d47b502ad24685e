"""The batches of the demo, and what is told by each: only what differs from a good batch."""

from __future__ import annotations

from datetime import UTC, date, datetime

from infra.plant.aav.product import AAV
from infra.plant.car_t.product import CAR_T
from infra.plant.story import Change, Excursion, Laboratory, Remark, Story

SEED = 20260302
CLOCK = datetime(2026, 3, 24, 6, tzinfo=UTC)
PRODUCTS = (CAR_T, AAV)

_READY = Story(
    product=CAR_T,
    batch="CART-26-0001",
    number=1,
    start=date(2026, 3, 2),
    entries=(("APH_VOL", "212"),),
    changes=(
        Change(
            "APH_VOL",
            "122",
            "Digits transposed on entry; the printout of balance BAL-07 was compared.",
        ),
    ),
    remarks=(
        Remark("APH_VOL", "Volume corrected against the balance printout in the presence of QA."),
        Remark(
            "EXP_GLUC@day_5", "Feed brought forward by ten minutes to follow the glucose trend."
        ),
        Remark("CRY_LOC", "Both bags in one cassette; position confirmed by scan."),
    ),
    laboratory=Laboratory(
        retracted=(("CAR-T in-process", "CD3", "41.2", "95.1"),),
        pending=("STER",),
    ),
)
_NOT_READY = Story(
    product=CAR_T,
    batch="CART-26-0002",
    number=2,
    start=date(2026, 3, 3),
    entries=(
        ("EXP_VIAB@day_7", "86.9"),
        ("EXP_VIAB@day_8", "85.8"),
        ("HAR_VIAB", "83.4"),
    ),
    remarks=(
        Remark(
            "EXP_VCD@day_5",
            "High temperature alarm of the bioreactor on day 5; jacket valve replaced, "
            "deviation DEV-26-0031 opened.",
        ),
    ),
    laboratory=Laboratory(
        results=(("STER", "No growth"),),
        retests=(("VIAB", "76.3", "84.1"),),
    ),
    excursion=Excursion(minute=5 * 1440 + 372, minutes=47, lowest=3860, highest=3940),
)
_INCOMPLETE = Story(
    product=CAR_T,
    batch="CART-26-0003",
    number=3,
    start=date(2026, 3, 4),
    remarks=(Remark("FOR_VOL", "Second bag filled first because of the tubing layout."),),
    laboratory=Laboratory(
        results=(("ENDO", "<0.5"),),
        censored=(("BCELL", "<", "0.01"),),
        never_requested=("RCL",),
    ),
)
_WRONG_IDENTITY = Story(
    product=CAR_T,
    batch="CART-26-0004",
    number=4,
    start=date(2026, 3, 5),
    remarks=(Remark("FOR_LABEL", "Labels printed and scanned at the filling line."),),
    laboratory=Laboratory(identity="COI-7K4M-0009"),
)
_VECTOR_READY = Story(
    product=AAV,
    batch="AAV-26-0001",
    number=1,
    start=date(2026, 2, 16),
    changes=(
        Change(
            "AEX_COND",
            "18",
            "Decimal point omitted on entry; the meter's printout was compared.",
        ),
    ),
    remarks=(
        Remark("SEE_VCD@passage_3", "Split ratio kept at 1:8; counted twice by two operators."),
        Remark("FIL_REJ", "Vial with a crimped cap set aside before the visual inspection."),
    ),
    laboratory=Laboratory(
        censored=(("RCAAV", "<", "1"), ("NUCR", "<", "0.2")),
        pending=("AVA",),
        interim=(("STER", "Negative to date, day 10", 10),),
    ),
)
_VECTOR_NOT_READY = Story(
    product=AAV,
    batch="AAV-26-0002",
    number=2,
    start=date(2026, 2, 9),
    entries=(("AEX_FULL", "67.2"),),
    remarks=(
        Remark(
            "TFF_CF",
            "High transmembrane pressure alarm during concentration; feed pump slowed, "
            "deviation DEV-26-0027 opened.",
        ),
    ),
    laboratory=Laboratory(
        results=(("VGTB", ">LOQ"), ("STER", "No growth")),
        censored=(("RCAAV", "<", "1"), ("NUCR", "<", "0.2")),
        retests=(("FULL", "64.8", "73.1"),),
        pending=("AVA",),
    ),
    excursion=Excursion(minute=52, minutes=14, lowest=180, highest=212),
)
CAR_T_BATCHES = (_READY, _NOT_READY, _INCOMPLETE, _WRONG_IDENTITY)
AAV_BATCHES = (_VECTOR_READY, _VECTOR_NOT_READY)
STORIES = (*CAR_T_BATCHES, *AAV_BATCHES)
FOREIGN = Story(product=CAR_T, batch="CART-25-0093", number=93, start=date(2026, 2, 2))
