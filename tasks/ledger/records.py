"""What the ledger says about a batch: its evaluations with their endings, quarantines, packages."""

from dataclasses import dataclass
from datetime import datetime

from contracts.criterion import Stage
from contracts.errors import NotFoundError
from contracts.evidence import Digest
from contracts.readiness import QualityException, Readiness
from contracts.reading import Quarantine


@dataclass(frozen=True, slots=True)
class Finished:
    """The result of an evaluation, with the exceptions it lays before a reviewer."""

    readiness: Readiness
    exceptions: tuple[QualityException, ...]
    record: Digest
    """What the store keeps of the evaluation: every verdict and observation."""
    judged_at: datetime


@dataclass(frozen=True, slots=True)
class Aborted:
    """Why an evaluation was given up without a result."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One judging of one batch: what was to be judged, and how it ended, if it has."""

    batch: str
    number: int
    """1..n for each batch, without gaps."""
    stage: Stage
    evidence: Digest
    strategy: Digest
    reason: str
    collection: Digest
    started_at: datetime
    ending: Finished | Aborted | None = None
    """None: the intent is open. Somebody is judging now, or was interrupted."""

    @property
    def result(self) -> Finished:
        """The result.

        Raises:
            NotFoundError: the evaluation is open or was given up.
        """
        if isinstance(self.ending, Finished):
            return self.ending
        given_up = isinstance(self.ending, Aborted)
        raise NotFoundError(
            "no result, it was given up" if given_up else "no result yet",
            expected="a finished evaluation",
            where=f"evaluation {self.number} of {self.batch}",
            move="judge the batch again",
        )

    @property
    def record(self) -> Digest:
        """The digest of what the store keeps of the result.

        Raises:
            NotFoundError: the evaluation is open or was given up.
        """
        return self.result.record


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A source that was set aside, and when."""

    quarantine: Quarantine
    at: datetime


@dataclass(frozen=True, slots=True)
class Packaged:
    """A package of an evaluation, where it was put, and when that was recorded."""

    batch: str
    number: int
    root: Digest
    location: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one batch stands: its evaluations by number, and its packages as they were entered."""

    batch: str
    evaluations: tuple[Evaluation, ...]
    packages: tuple[Packaged, ...]

    def package_of(self, number: int) -> Packaged | None:
        """Return the package entered last for an evaluation, or None."""
        own = [one for one in self.packages if one.number == number]
        return own[-1] if own else None
