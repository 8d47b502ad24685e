"""Why a verdict is what it is: its limits, how the result was read, and what it protects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contracts.attempts import attempts
from contracts.canonical import Json
from contracts.criterion import Criterion
from contracts.observation import Observation
from contracts.subject import Alternatives
from contracts.verdict import Verdict
from contracts.words import shown

_ROUNDED = {
    "half_up": "rounded to the limit's decimals before it is compared, ties away from zero",
    "half_even": "rounded to the limit's decimals before it is compared, ties to the even digit",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a lineage, in the words of W3C PROV: what it is, and what was done to get it."""

    kind: str
    identifier: str
    words: str
    before: str = ""
    """The number that went into the step, in full, where the step makes one from another."""
    after: str = ""
    """The number that came out of it, in full."""

    def record(self) -> dict[str, Json]:
        """Return the step as a record; `before` and `after` where the step changes a number."""
        told: dict[str, Json] = {"id": self.identifier, "kind": self.kind, "words": self.words}
        return told | ({"after": self.after, "before": self.before} if self.after else {})


def limits(criterion: Criterion) -> Iterator[Step]:
    """Yield each limit in force, the blocking one first, and how a result is read before it."""
    for one in criterion.by_kind():
        limit = one.limit
        until = f" until {limit.until.isoformat()}" if limit.until else ""
        variant = f" for {limit.applies.in_words()}" if limit.applies.to else ""
        yield Step(
            "criterion" if limit.kind.blocks else "warning",
            criterion.id,
            f"{criterion.title}: {limit.kind.in_words()} {one.in_words(limit)}{variant}, in force "
            f"since {limit.effective.isoformat()}{until} ({limit.cites})",
        )
    if criterion.applies.to:
        yield Step("applies", criterion.id, f"applies to {criterion.applies.in_words()}")
    if criterion.rounding:
        yield Step("rounding", criterion.id, _ROUNDED[criterion.rounding])
    for conversion in criterion.conversions:
        words = f"a result in {shown(conversion.unit)} is multiplied by {conversion.factor}"
        plus = f" and {conversion.offset} is added" if conversion.offset else ""
        yield Step("conversion", criterion.id, f"{words}{plus}: {shown(criterion.unit)}")
    if criterion.method.words:
        stands = ", ".join(f"“{word}” for {number}" for word, number in criterion.method.words)
        yield Step("method", criterion.method.code, f"in its results stands {stands}")


def history(observations: list[Observation]) -> Iterator[Step]:
    """Yield every attempt at a result in its order, where there was more than one."""
    known = attempts(observations)
    if len({one.observation.retest_of for one in known}) > 1:
        for one in known:
            yield Step("attempt", one.observation.id, one.in_words())


def links(
    item: str, criteria: Mapping[str, Criterion], verdicts: Mapping[str, Verdict]
) -> Iterator[Step]:
    """Yield the CQAs that a criterion protects, or what protects a CQA, each with its outcome.

    Links are those of ICH Q8(R2) and Q11: from parameters, material attributes and in-process
    controls to the quality attributes that they are there for.
    """
    criterion = criteria[item]
    for name in criterion.links:
        yield Step("protects", name, _outcome(name, criteria, verdicts))
    for name, other in criteria.items():
        if item in other.links:
            yield Step("protected by", name, _outcome(name, criteria, verdicts))
    if criterion.part_of:
        words = _outcome(criterion.part_of, criteria, verdicts)
        yield Step("alternative of", criterion.part_of, words)
    if isinstance(criterion.subject, Alternatives):
        for name in criterion.subject.members:
            yield Step("alternative", name, _outcome(name, criteria, verdicts))


def _outcome(name: str, criteria: Mapping[str, Criterion], verdicts: Mapping[str, Verdict]) -> str:
    title = criteria[name].title if name in criteria else "not in force"
    told = verdicts[name].outcome.value.replace("_", " ") if name in verdicts else "not judged"
    return f"{title}: {told}"
