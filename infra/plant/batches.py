"""The four batches of the demo, and what is told by each: only what differs from a good batch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

SEED = 20260302
PRODUCT = "car-t-autologous"
CLOCK = datetime(2026, 3, 24, 6, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Change:
    """A value that was corrected after entry: what was written before, and why it was changed."""

    code: str
    before: str
    reason: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment that a person left beside an entry of the batch record."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Laboratory:
    """What the laboratory found that it would not have found in a good batch."""

    coi: str = ""
    results: tuple[tuple[str, str], ...] = ()
    censored: tuple[tuple[str, str, str], ...] = ()
    retests: tuple[tuple[str, str, str], ...] = ()
    retracted: tuple[tuple[str, str, str, str], ...] = ()
    never_requested: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Excursion:
    """A bioreactor temperature beside its range, in hundredths of a degree, in minutes."""

    minute: int
    minutes: int
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class Story:
    """One batch: its identity, its day, and what happened to it."""

    batch: str
    number: int
    start: date
    entries: tuple[tuple[str, str], ...] = ()
    changes: tuple[Change, ...] = ()
    remarks: tuple[Remark, ...] = ()
    laboratory: Laboratory = Laboratory()
    excursion: Excursion | None = None

    @property
    def coi(self) -> str:
        """The chain-of-identity code, as the batch record has it."""
        return f"COI-7K4M-{self.number:04d}"

    @property
    def bioreactor(self) -> str:
        """The bioreactor that this batch expands in."""
        return f"BR-{100 + self.number}"


_READY = Story(
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
    batch="CART-26-0004",
    number=4,
    start=date(2026, 3, 5),
    remarks=(Remark("FOR_LABEL", "Labels printed and scanned at the filling line."),),
    laboratory=Laboratory(coi="COI-7K4M-0009"),
)
STORIES = (_READY, _NOT_READY, _INCOMPLETE, _WRONG_IDENTITY)
FOREIGN = Story(batch="CART-25-0093", number=93, start=date(2026, 2, 2))
