"""An observation that nobody wrote: a value calculated from others, which its origin names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contracts.observation import Observation, Origin, Provenance, Status, Subject, Value


@dataclass(frozen=True, slots=True)
class Calculation:
    """What was calculated for which criterion, and how."""

    criterion: str
    """The id of the criterion that asked for it."""
    what: str
    """The characteristic, in words."""
    recipe: str
    unit: str
    step: str


def calculated_from(
    used: Sequence[Observation], value: Value, calculation: Calculation
) -> Observation:
    """Return the calculated observation, of the batch and at the time of the last one used."""
    last = used[-1]
    return replace(
        last,
        subject=Subject("batch", last.batch),
        step=calculation.step,
        characteristic=calculation.what,
        as_written="",
        value=value,
        unit=calculation.unit,
        recorded_at=None,
        recorded_by="batchproof",
        instrument="batchproof",
        status=Status.FINAL,
        provenance=Provenance.CALCULATED,
        origin=Origin(
            places=tuple(dict.fromkeys(one.origin.places[0] for one in used)),
            derived_from=tuple(dict.fromkeys(one.id for one in used)),
            recipe=calculation.recipe,
        ),
        source_key=calculation.criterion,
        retest_of="",
        supersedes="",
        reason="",
        qualifiers=(),
    )
