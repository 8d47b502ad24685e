"""To which batches a criterion or a limit applies: by product, site, market, phase or cohort."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from contracts.canonical import Json

Context: TypeAlias = Mapping[str, str]
"""What is known of a batch, by dimension: `{"market": "EU", "cohort": "adult-lbcl"}`."""


class Fit(StrEnum):
    """Whether something applies to a batch; what is not known is never taken for yes or no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Applies:
    """The values of each dimension for which something applies; no dimension means everywhere."""

    to: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(dimension, values), sorted by dimension."""

    def fits(self, context: Context) -> Fit:
        """Tell whether it applies: a dimension that rules it out decides before an unknown one."""
        told = [(context.get(dimension, ""), values) for dimension, values in self.to]
        if any(value and value not in values for value, values in told):
            return Fit.NO
        return Fit.YES if all(value for value, _ in told) else Fit.UNKNOWN

    def unknown(self, context: Context) -> tuple[str, ...]:
        """Return the dimensions it asks about and nobody told."""
        return tuple(dimension for dimension, _ in self.to if not context.get(dimension))

    def in_words(self) -> str:
        """Return it as people say it: `cohort adult-lbcl or paediatric-all, market EU`."""
        return ", ".join(
            f"{dimension.replace('_', ' ')} {' or '.join(values)}" for dimension, values in self.to
        )

    def record(self) -> dict[str, Json]:
        """Return it as a canonical record."""
        return {dimension: list(values) for dimension, values in self.to}


EVERYWHERE = Applies()
