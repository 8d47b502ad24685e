"""What judging a site's history again changed: batch by batch, and in all."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from contracts.canonical import Json
from contracts.evidence import Digest
from contracts.readiness import Ready


@dataclass(frozen=True, slots=True)
class Flip:
    """A criterion whose outcome is another one than before; empty where it was not judged."""

    criterion: str
    before: str
    after: str

    def record(self) -> dict[str, Json]:
        """Return the flip as a canonical record."""
        return {"after": self.after, "before": self.before, "criterion": self.criterion}


@dataclass(frozen=True, slots=True)
class Rejudged:
    """One batch of a history, judged again; or why it was not."""

    batch: str
    number: int = 0
    """The evaluation's; 0 if there is none."""
    evaluation: Digest = ""
    """The digest of its record."""
    before: str = ""
    """The readiness that the newest evaluation before it found; empty if it is the first."""
    after: str = ""
    flips: tuple[Flip, ...] = ()
    fault: str = ""
    """Why the batch was not judged, in words; empty if it was."""

    @property
    def unready(self) -> bool:
        """Tell whether it was judged and is not ready."""
        return not self.fault and self.after != Ready.READY

    @property
    def turned(self) -> bool:
        """Tell whether it came out with another readiness than before."""
        return bool(self.before) and not self.fault and self.before != self.after

    def record(self) -> dict[str, Json]:
        """Return what came of the batch as a canonical record."""
        return {
            "after": self.after,
            "batch": self.batch,
            "before": self.before,
            "evaluation": self.number,
            "fault": self.fault,
            "flips": [one.record() for one in self.flips],
            "record": self.evaluation,
        }


@dataclass(frozen=True, slots=True)
class History:
    """Every batch of an order, in the order of their numbers."""

    all: tuple[Rejudged, ...]

    @property
    def judged(self) -> tuple[Rejudged, ...]:
        """The batches that have their evaluation."""
        return tuple(one for one in self.all if not one.fault)

    @property
    def faulty(self) -> tuple[Rejudged, ...]:
        """The batches that were not judged."""
        return tuple(one for one in self.all if one.fault)

    @property
    def turned(self) -> tuple[Rejudged, ...]:
        """The batches whose readiness is another one."""
        return tuple(one for one in self.all if one.turned)

    def by_flip(self) -> dict[Flip, tuple[str, ...]]:
        """Return the batches of every flip there is, the most frequent flip first."""
        count = Counter(flip for one in self.judged for flip in one.flips)
        ordered = sorted(count, key=lambda flip: (-count[flip], flip.criterion, flip.after))
        return {
            flip: tuple(one.batch for one in self.judged if flip in one.flips) for flip in ordered
        }

    def record(self) -> dict[str, Json]:
        """Return the whole as a canonical record."""
        return {
            "batches": [one.record() for one in self.all],
            "faulty": len(self.faulty),
            "judged": len(self.judged),
            "turned": [one.batch for one in self.turned],
        }


def flips(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Flip, ...]:
    """Return the criteria whose outcomes differ between two evaluations, by their ids.

    `before` and `after` are outcomes by criterion.
    """
    both = ((name, before.get(name, ""), after.get(name, "")) for name in {**before, **after})
    return tuple(Flip(*one) for one in sorted(both) if one[1] != one[2])


def fitting(batches: Iterable[str], patterns: Sequence[str]) -> tuple[str, ...]:
    """Return the batches whose number fits one of the patterns (`*` for any characters), sorted."""
    return tuple(
        batch for batch in sorted(batches) if any(fnmatchcase(batch, one) for one in patterns)
    )


def portions(batches: Sequence[str], most: int) -> list[tuple[str, ...]]:
    """Return the batches in at most so many portions, in their order, about equally large."""
    count = min(most, len(batches))
    return [
        tuple(batches[len(batches) * part // count : len(batches) * (part + 1) // count])
        for part in range(count)
    ]
