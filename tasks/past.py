"""What the evaluation log knows of a batch: every evaluation, who asked, why, and what changed."""

from collections.abc import Iterator, Mapping, Sequence

from contracts.asked_history import evaluations
from contracts.because import Explained
from contracts.canonical import Json, parse_strict
from contracts.differences import Differences, Side, differences, source_moves
from contracts.evidence import Digest
from contracts.log_act import Approval
from contracts.log_text import Logged
from contracts.manifest import EVALUATION
from contracts.opened import opened
from contracts.words import source_in_words
from tasks.desk import Desk
from tasks.log_words import in_words
from tasks.worksheet import kept

_COMPARED = 3
"""How many of the newest evaluations are compared with the one before: each is read in full."""
_SHOWN = 8
"""Changed values named for one evaluation; the others are counted."""


def history(desk: Desk, batch: str, entries: Sequence[Logged]) -> tuple[Mapping[str, Json], ...]:
    """Return every evaluation of a batch, as `tasks.page.given.Beside.history` asks for it.

    `changes` say in words what differs from the finished evaluation of the same stage before it;
    of the older ones they are empty, for `batchproof diff` compares any two.
    """
    every = evaluations(batch, entries)
    told: list[Mapping[str, Json]] = []
    for one in every:
        done = [other.number for other in every if other.stage == one.stage and other.readiness]
        before = [number for number in done if number < one.number]
        near = before and one.number in done[-_COMPARED:]
        told.append(
            {
                "at": one.began,
                "by": one.by,
                "changes": [*_changes(desk, batch, before[-1], one.number)] if near else [],
                "evaluation": one.number,
                "readiness": one.readiness,
                "reason": one.reason,
                "stage": one.stage,
                "superseded": bool(one.readiness) and one.superseded,
            }
        )
    return tuple(told)


def trail(entries: Sequence[Logged]) -> tuple[Mapping[str, Json], ...]:
    """Return the audit trail of a batch in words: {index, at, batch, kind, words}."""
    return tuple(in_words(one).record() for one in entries)


def approvals(desk: Desk, strategy: Digest) -> tuple[Mapping[str, Json], ...]:
    """Return who approved a control strategy, as the log has it."""
    found = [one.entry for one in desk.ledger.log.of_kinds(Approval.kind)]
    return tuple(
        one.record() for one in found if isinstance(one, Approval) and one.strategy == strategy
    )


def _changes(desk: Desk, batch: str, then: int, now: int) -> Iterator[str]:
    """Yield what changed from one evaluation to a later one, the verdicts first."""
    found = differences(_side(desk, batch, then), _side(desk, batch, now))
    was, comes = (one.package.readiness.replace("_", " ") for one in (found.then, found.now))
    if was != comes:
        yield f"readiness: {was} in evaluation {then}, {comes} now"
    yield from (one.in_words() for one in Explained(found).flips())
    yield from _inputs(found)


def _inputs(found: Differences) -> Iterator[str]:
    yield from (f"{words}: {reason}" for _, words, reason in source_moves(found))
    for one in found.observations[:_SHOWN]:
        yield f"{source_in_words(one.one.source)}: {one.in_words()}"
    if len(found.observations) > _SHOWN:
        yield f"and {len(found.observations) - _SHOWN} more values"
    if found.tags:
        yield f"equipment readings of {', '.join(found.tags)}"
    if found.then.package.strategy != found.now.package.strategy:
        yield f"strategy: {found.then.strategy} then, {found.now.strategy} now"
    if found.then.package.day != found.now.package.day:
        yield f"limits taken from {found.then.package.day} then, {found.now.package.day} now"


def _side(desk: Desk, batch: str, number: int) -> Side:
    record = desk.ledger.evaluation(batch, number).record
    files = kept(desk.records, record)
    evaluation = parse_strict(files[EVALUATION].removesuffix(b"\n"))
    if not isinstance(evaluation, dict):
        raise TypeError(EVALUATION)
    return Side(opened(lambda path: files[path]), record, evaluation)
