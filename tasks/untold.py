"""Late changes that people were to hear of at once, and that nobody took: told again."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from contracts.errors import BatchproofError
from contracts.log_act import Notice
from contracts.readiness import Ready
from contracts.requested import may_look_back
from tasks.change import Tell, change_since, no_longer, notice, notices
from tasks.desk import Desk
from tasks.ledger.records import Evaluation, Finished
from tasks.turn import BusyError, turn_at


def tell_untold(desk: Desk, tell: Tell) -> tuple[str, ...]:
    """Tell of every batch that is no longer ready, and of which nobody was told; each in its turn.

    A batch that somebody works at is left to them. Nothing is judged, and of a batch that is ready
    again there is nothing to tell. Returns, in words, what went wrong and of what nobody is told
    yet: one batch stops no other.

    Raises:
        UnavailableError, StorageError: the ledger cannot be read.
    """
    said: list[str] = []
    told: dict[str, list[Notice]] = defaultdict(list)
    for one in (one.entry for one in desk.ledger.log.of_kinds(Notice.kind)):
        if isinstance(one, Notice):
            told[one.batch].append(one)
    for standing in desk.ledger.standings.of():
        try:
            if any(_untold(standing.evaluations, told[standing.batch])):
                said += _tell(desk, standing.batch, tell)
        except BatchproofError as error:
            said.append(f"{standing.batch}: nobody was told of a change. {error.in_words()}")
    return tuple(said)


def _untold(evaluations: Sequence[Evaluation], told: Sequence[Notice]) -> Iterator[int]:
    """Yield of each stage the newest evaluation that people must hear of, if they did not.

    Its words say how the batch stands now. What came before it, or before one that people heard
    of, is not told any more: an old message after a newer one would be taken for the news.
    """
    heard = {one.evaluation for one in told}
    for stage in dict.fromkeys(one.stage for one in evaluations):
        own = [one for one in evaluations if one.stage is stage and _counts(one)]
        since = max((place for place, one in enumerate(own) if _is_ready(one)), default=len(own))
        for place in range(len(own) - 1, since, -1):
            if own[place].number in heard:
                break
            if no_longer(own[:place], own[place], told):
                yield own[place].number
                break


def _counts(one: Evaluation) -> bool:
    return isinstance(one.ending, Finished) and not may_look_back(one.reason)


def _is_ready(one: Evaluation) -> bool:
    return one.result.readiness.state is Ready.READY


def _tell(desk: Desk, batch: str, tell: Tell) -> Iterator[str]:
    """Look again within the turn, and tell; yield of what nobody is told yet."""
    try:
        with turn_at(desk, batch, 0):
            for number in _untold(desk.ledger.evaluations(batch), notices(desk, batch)):
                change = change_since(desk, batch, number)
                if change is not None and not notice(desk, change, tell):
                    yield f"{batch}: nobody took the message of evaluation {number} yet"
    except BusyError:
        return
