"""The words in which a number of a series says what it is and how it came about."""

from collections.abc import Sequence
from typing import Final

from contracts.kinetic import RATIO
from contracts.reading_kinds import SPEAKS
from contracts.reduction_result import OF_A_RANGE
from contracts.rule import Range
from contracts.subject import Reduction

_WORDS: Final = {
    "max": "highest {}",
    "min": "lowest {}",
    "mean": "time-weighted mean of {}",
    "mean_kinetic_temperature": "mean kinetic temperature of {}",
    "time_outside": "time of {} outside {}",
    "longest_outside": "longest time of {} outside {}",
    "readings_outside": "number of readings of {} outside {}",
    "longest_gap": "longest gap in {}",
    "count_true": "number of times {} was true",
    "count_readings": "number of readings of {}",
    "ramp_rate": "rate of {} from {} to {} per minute",
    "fastest_change": "fastest change of {} per minute",
}


def words_of(subject: Reduction) -> str:
    """Return what the number is, such as `highest temperature`."""
    words, name = _WORDS[subject.function], subject.characteristic
    if subject.function in OF_A_RANGE:
        return words.format(name, Range(subject.low, subject.high).in_words())
    return words.format(name, subject.start, subject.end)


def recipe(subject: Reduction, said: Sequence[str]) -> str:
    """Say in one line what was calculated, from which readings, and what each tag had to say."""
    kinds = ["Good"]
    kinds += ["Uncertain"] if subject.uncertain == SPEAKS else []
    kinds += ["substituted"] if subject.substituted == SPEAKS else []
    asked = f"from {' and '.join(kinds)} readings only"
    if subject.hold is not None:
        asked += f", each for {subject.hold} min at most"
    if subject.function == "mean_kinetic_temperature":
        asked += f", dH/R = {RATIO} K"
    union = ", the least favourable of all tags" if len(said) > 1 else ""
    return f"{words_of(subject)} while {subject.step} ran, {asked}{union}: {'; '.join(said)}"
