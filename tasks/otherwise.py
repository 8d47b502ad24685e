"""What sources say now, held against a collection on record: something else, or only silence."""

from collections.abc import Iterable, Mapping

from contracts.collection import Collection
from contracts.errors import SourceError, UnavailableError
from contracts.evidence import Capture, Digest
from contracts.fingerprint import fingerprint
from contracts.reading import Quarantine
from tasks.collect import Outcome, set_aside
from tasks.desk import Desk
from tasks.evidence import read_source, shelf_of


def says_otherwise(desk: Desk, before: Collection, source: str, now: tuple[Capture, ...]) -> bool:
    """Tell whether a source says something else: other bytes that do not say the same."""
    then = before.of(source)
    if _bytes_of(then) == _bytes_of(now):
        return False
    one, other = (_content(desk, before.batch, source, each) for each in (then, now))
    return one is None or one != other


def silence_alone(
    desk: Desk, before: Collection, outcomes: Mapping[str, Outcome]
) -> tuple[Quarantine, ...]:
    """Return the sources that did not answer, if that is all a round brought; else nothing.

    Silence says nothing of a batch: held against a collection on record, it is no other evidence. A
    source that answers otherwise, that answers again, or whose answer cannot be read is something
    new, and then the silence of another one counts as well.
    """
    silent = {source: one for source, one in outcomes.items() if isinstance(one, UnavailableError)}
    # Without the record nobody knew what to ask the equipment for.
    unasked = {"equipment"} if "batch_record" in silent else set[str]()
    told = {source: outcomes[source] for source in outcomes.keys() - silent.keys() - unasked}
    if any(_is_new(desk, before, source, one) for source, one in told.items()):
        return ()
    return tuple(set_aside(source, fault) for source, fault in silent.items())


def _is_new(desk: Desk, before: Collection, source: str, outcome: Outcome) -> bool:
    if isinstance(outcome, SourceError):
        return set_aside(source, outcome) not in before.quarantines
    back = source in {one.source for one in before.quarantines}
    return back or says_otherwise(desk, before, source, outcome)


def _bytes_of(captures: Iterable[Capture]) -> Mapping[str, Digest]:
    return {one.request: one.digest for one in captures}


def _content(desk: Desk, batch: str, source: str, captures: tuple[Capture, ...]) -> Digest | None:
    """Return the name of what captures say; None if they cannot be read."""
    got = read_source(shelf_of(desk), Collection(batch, captures), source)
    return None if isinstance(got, Quarantine) else fingerprint(got.observations, got.pages, ())
