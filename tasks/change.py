"""What a new evaluation changes: held against the one before it of the same batch and stage."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from contracts.because import Explained
from contracts.canonical import parse_strict
from contracts.differences import Differences, Side, differences
from contracts.errors import IntegrityError
from contracts.late import LATE_FAILURE, Late, Stood, late
from contracts.log_act import Notice, Request
from contracts.manifest import EVALUATION
from contracts.opened import opened
from contracts.readiness import Ready
from contracts.requested import looking_back
from tasks.desk import Desk
from tasks.ledger.records import Evaluation, Finished, Packaged
from tasks.worksheet import kept

Tell: TypeAlias = Callable[[str, str], bool]
"""Tells people outside the program, at once: a subject and a text; false if nobody took it."""


@dataclass(frozen=True, slots=True)
class Change:
    """An evaluation beside the one before it."""

    then: Evaluation
    now: Evaluation
    found: Differences
    explained: Explained
    superseded: Packaged | None
    """The package of the one before, which no longer says how the batch stands."""
    looking_back: Request | None
    """The request, if the new one only answers what would have been: it supersedes nothing."""
    late: Late | None
    """What people must hear of at once."""


def change_since(desk: Desk, batch: str, number: int) -> Change | None:
    """Return what an evaluation changes; None if it is the first of its stage.

    The one before is the newest finished one of the stage below its number that does not look back.

    Raises:
        NotFoundError: the evaluation has no result.
        IntegrityError: a kept record is not what its digest says.
    """
    now = desk.ledger.evaluation(batch, number)
    aside = looking_back(one.entry for one in desk.ledger.log.of_batch(batch))
    before = [
        one
        for one in desk.ledger.evaluations(batch)
        if one.number < number
        and one.stage is now.stage
        and one.number not in aside
        and isinstance(one.ending, Finished)
    ]
    if not before:
        return None
    then, request = before[-1], aside.get(number)
    package = desk.ledger.package_of(then)
    found = differences(_side(desk, then), _side(desk, now))
    return Change(
        then=then,
        now=now,
        found=found,
        explained=Explained(found),
        superseded=None if request else package,
        looking_back=request,
        late=None if request else _late(desk, before, now, found),
    )


def _late(
    desk: Desk, before: Sequence[Evaluation], now: Evaluation, found: Differences
) -> Late | None:
    then = no_longer(before, now, notices(desk, now.batch))
    if then is None:
        return None
    meanings = {one.id: one.late_failure for one in found.now.package.criteria}
    return late(now.batch, now.stage, _stood(then), _stood(now), meanings)


def no_longer(
    before: Sequence[Evaluation], now: Evaluation, told: Iterable[Notice]
) -> Evaluation | None:
    """Return the ready evaluation that now does not hold any more, if people must hear of it.

    `before` are the finished evaluations of the stage below its number that do not look back, and
    `told` is what people were told of the batch. A failure is held against the last that was ready,
    also when it comes while or after a source was silent, unless one since was told already.
    """
    ready = [one for one in before if one.result.readiness.state is Ready.READY]
    state = now.result.readiness.state
    if not ready or state is Ready.READY:
        return None
    then = ready[-1]
    failures = {one.evaluation for one in told if one.what == LATE_FAILURE}
    heard = any(one.number in failures for one in before if one.number > then.number)
    if then is not before[-1] and (state is not Ready.NOT_READY or heard):
        return None
    return then


def _stood(one: Evaluation) -> Stood:
    blocking = tuple(each for each in one.result.exceptions if each.blocking)
    return Stood(one.number, one.result.readiness.state, blocking)


def _side(desk: Desk, evaluation: Evaluation) -> Side:
    """Return an evaluation as one of two that are compared, from its kept record."""
    files = kept(desk.records, evaluation.record)
    record = parse_strict(files[EVALUATION].removesuffix(b"\n"))
    if not isinstance(record, dict):
        raise IntegrityError("an evaluation that is no object", where=EVALUATION)
    package = desk.ledger.package_of(evaluation)
    root = package.root if package else f"evaluation {evaluation.number}, not packaged yet"
    return Side(opened(lambda path: files[path]), root, record)


def notices(desk: Desk, batch: str) -> tuple[Notice, ...]:
    """Return what people were told of a batch, as it is on record, the oldest first."""
    entries = (one.entry for one in desk.ledger.log.of_batch(batch))
    return tuple(one for one in entries if isinstance(one, Notice))


def is_noticed(desk: Desk, change: Change) -> bool:
    """Tell whether the log has the notice of a late change already."""
    return any(one.evaluation == change.now.number for one in notices(desk, change.now.batch))


def notice(desk: Desk, change: Change, tell: Tell) -> bool:
    """Tell people of a late change, then enter the notice in the log; both once.

    Asked within the batch's turn. Killed between the two, it tells again: rather twice than never.
    What nobody took is not entered, and is owed until somebody did: see `tasks.untold`. Returns
    false if it is owed still.
    """
    if change.late is None or is_noticed(desk, change):
        return True
    batch, stage = change.now.batch, change.now.stage
    if not tell(f"{batch}: {change.late.what} for its {stage} stage", change.late.words):
        return False
    desk.ledger.record_act(
        Notice(desk.now(), batch, change.now.number, change.late.what, change.late.words)
    )
    return True
