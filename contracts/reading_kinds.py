"""What a reading's OPC UA status makes of it: good, substituted, uncertain or bad.

Every status code is treated by the first line that fits (OPC UA Part 4, 7.39; Parts 8, 11, 13):

1. severity 10 (Bad), the reserved severity 11, a number that is no 32-bit status: **bad**
2. Good_NoData and Good_DataIgnored, where there is no value or it was not kept: **bad**
3. a code that says that an operator, a server or an edit put the value there: **substituted**.
   They are Good_LocalOverride, Good_EntryInserted, Good_EntryReplaced, Good_Edited (with whatever
   changed with it), Good_FaultStateActive, Uncertain_SubstituteValue, Uncertain_InitialValue,
   Uncertain_TransducerInManual and Uncertain_SimulatedValue
4. severity 01 (Uncertain), and calculated or interpolated by the historian: **doubtful**
5. severity 01 (Uncertain) with any other code, known or not: **uncertain**
6. severity 00 (Good), and calculated or interpolated by the historian: **substituted**
7. severity 00 with the bit SemanticsChanged or StructureChanged, so that the unit or the shape may
   be another than we know: **uncertain**
8. severity 00 (Good) with any other code, known or not: **good**

Good speaks, bad is a gap, and of uncertain and substituted readings the criterion says which of the
two they are; a doubtful one speaks if both do, and is counted as substituted. The historian's bits
count only if the info type says that they belong to a value; bits 01, 10 and the reserved 11 all
say that nobody measured it. The bits Limit, Overflow, Partial, ExtraData and MultiValue change
nothing.
"""

from enum import IntEnum
from typing import Final


class Kind(IntEnum):
    """What a reading is, by its status alone."""

    GOOD = 0
    SUBSTITUTED = 1
    UNCERTAIN = 2
    DOUBTFUL = 3
    """Uncertain and calculated or interpolated."""
    BAD = 4


GAP: Final = "gap"
SPEAKS: Final = "speaks"

_WITHOUT_VALUE: Final = frozenset({0x00A5, 0x00D9})
_SUBSTITUTED: Final = frozenset(
    {0x0096, 0x00A2, 0x00A3, 0x00DC, 0x0116, 0x0117, 0x0118, 0x0407, 0x4091, 0x4092, 0x4208, 0x4209}
)
_WIDEST: Final = 0xFFFF_FFFF
_CODE_SHIFT: Final = 16
_SEVERITY_SHIFT: Final = 30
_INFO_TYPE: Final = 0x0C00
_OF_A_VALUE: Final = 0x0400
_NOT_RAW: Final = 0x0003
_CHANGED: Final = 0xC000


def kind(status: int) -> Kind:
    """Return what a reading of this status is; the first line of the table that fits."""
    severity, code = status >> _SEVERITY_SHIFT, status >> _CODE_SHIFT
    if not 0 <= status <= _WIDEST or severity > 1 or code in _WITHOUT_VALUE:
        return Kind.BAD
    if code in _SUBSTITUTED:
        return Kind.SUBSTITUTED
    calculated = status & _INFO_TYPE == _OF_A_VALUE and bool(status & _NOT_RAW)
    if severity:
        return Kind.DOUBTFUL if calculated else Kind.UNCERTAIN
    if calculated:
        return Kind.SUBSTITUTED
    return Kind.UNCERTAIN if status & _CHANGED else Kind.GOOD


def speaking(uncertain: str, substituted: str) -> frozenset[Kind]:
    """Return the kinds that speak, where a criterion says `gap` or `speaks` of two of them."""
    found = {Kind.GOOD}
    if uncertain == SPEAKS:
        found.add(Kind.UNCERTAIN)
    if substituted == SPEAKS:
        found.add(Kind.SUBSTITUTED)
    if uncertain == substituted == SPEAKS:
        found.add(Kind.DOUBTFUL)
    return frozenset(found)
