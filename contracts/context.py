"""What is known of a batch for limits that depend on it: by its site file and its records."""

from collections.abc import Iterable, Sequence

from contracts.applicability import Context
from contracts.observation import Awaited, Observation, Status
from contracts.question import selected
from contracts.strategy import Dimension


def context_of(
    dimensions: Iterable[Dimension], observations: Sequence[Observation], given: Context
) -> dict[str, str]:
    """Return what is known by dimension: what the records say goes before what was given.

    `given` is what the site file says, or a context made here before. A value that the records say
    in two ways, or in words that the strategy does not know, is not known.
    """
    found = dict(given)
    for dimension in dimensions:
        if dimension.observed is not None:
            found.pop(dimension.name, None)
            said = {
                one.as_written.strip()
                for one in selected(dimension.observed, observations)
                if one.status is not Status.INVALIDATED and not isinstance(one.value, Awaited)
            }
            if len(said) == 1 and said <= set(dimension.values):
                found[dimension.name] = said.pop()
        elif found.get(dimension.name) not in dimension.values:
            found.pop(dimension.name, None)
    return dict(sorted(found.items()))
