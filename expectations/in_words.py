"""What a criterion is judged on, as people say it."""

from contracts.criterion import Criterion, Due
from contracts.series_words import words_of
from contracts.subject import (
    Alternatives,
    Boundary,
    Count,
    Delay,
    Difference,
    Elapsed,
    End,
    Observed,
    Quotient,
    Reduction,
    Reportable,
)


def judged_on(criterion: Criterion) -> str:  # noqa: PLR0911 (a sentence a kind of subject)
    """Return what a criterion is judged on: `LIMS: viability at release testing`."""
    match criterion.subject:
        case Observed() as one:
            against = "" if criterion.against is None else f" and {_record(criterion.against)}"
            return f"{_record(one)}{against}"
        case Count(observed):
            return f"number of results of {_record(observed)}"
        case Elapsed(start, end):
            return f"time from {end_in_words(start)} to {end_in_words(end)}"
        case Delay(observed):
            return f"time until it was recorded of {_record(observed)}"
        case Reduction() as one:
            return f"{plain(words_of(one))}, during {plain(one.step)}"
        case Alternatives() as one:
            return one.in_words()
        case Quotient() | Difference() | Reportable() as one:
            return one.in_words()


def end_in_words(one: End) -> str:
    """Return a moment: a step's start or end, or what a source recorded."""
    if isinstance(one, Observed):
        return _record(one)
    return _boundary(one)


def due_in_words(due: Due) -> str:
    """Return by when a result is owed: `within 14 d of the end of harvest`."""
    return f"within {due.within} {due.unit} of the {_boundary(due.after)}"


def plain(name: str) -> str:
    """Return a name of the files as words."""
    return name.replace("_", " ")


def _boundary(one: Boundary) -> str:
    return f"{'start' if one.edge == 'started_at' else 'end'} of {plain(one.step)}"


def _record(one: Observed) -> str:
    source = {"lims": "LIMS", "batch_record": "batch record"}.get(one.source, one.source)
    return f"{source}: {plain(one.characteristic)} at {plain(one.step)}"
