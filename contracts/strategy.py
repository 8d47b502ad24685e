"""The approved control strategy of a product: its criteria, and how a batch selects limits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from contracts.applicability import Context
from contracts.canonical import Json, canonical
from contracts.criterion import Criterion
from contracts.evidence import Digest, digest_of
from contracts.subject import Boundary, Observed


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing that a limit may depend on, its possible values, and where a batch's own stands."""

    name: str
    """`market`, `cohort`, `process_version`, ..."""
    values: tuple[str, ...]
    observed: Observed | None = None
    """Where the batch's records say it; None for what the site file says."""

    def record(self) -> dict[str, Json]:
        """Return the dimension as a canonical record."""
        return {
            "name": self.name,
            "observed": None if self.observed is None else self.observed.record(),
            "values": list(self.values),
        }


@dataclass(frozen=True, slots=True)
class Strategy:
    """Every criterion of a product, with every dated limit."""

    product: str
    title: str
    version: str
    criteria: tuple[Criterion, ...]
    dated_by: Boundary
    """The step boundary whose day selects the limits: the start of manufacture."""
    dimensions: tuple[Dimension, ...] = ()

    @property
    def digest(self) -> Digest:
        """The strategy's name, from everything it says."""
        return digest_of(canonical(self.record()))

    def record(self) -> dict[str, Json]:
        """Return the whole strategy as a canonical record."""
        return {
            "criteria": [criterion.record() for criterion in self.criteria],
            "dated_by": self.dated_by.record(),
            "dimensions": [dimension.record() for dimension in self.dimensions],
            "product": self.product,
            "title": self.title,
            "version": self.version,
        }

    def in_force(self, day: date, context: Context | None = None) -> tuple[Criterion, ...]:
        """Return the criteria in force for a batch, in their order, with the limits that hold.

        A criterion that does not apply to the batch is among them: it is judged as not applicable,
        so that nothing leaves the count without a word.
        """
        return tuple(self._taken(day, context))

    def _taken(self, day: date, context: Context | None) -> Iterator[Criterion]:
        for criterion in self.criteria:
            taken = criterion.on(day, context)
            if taken is not None:
                yield taken
