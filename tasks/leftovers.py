"""What a run left unfinished, killed or before a silent authority: the next run ends it."""

from dataclasses import dataclass

from contracts.errors import BatchproofError
from contracts.evidence import Digest
from tasks.approved import Approved, strategy_of
from tasks.desk import Desk
from tasks.evaluate import judge_begun
from tasks.evidence import read_evidence, shelf_of
from tasks.ledger.records import Evaluation
from tasks.owed_package import owing_package
from tasks.package import assemble_evaluation
from tasks.strategies import strategy_named


@dataclass(frozen=True, slots=True)
class Leftovers:
    """The evaluations of a batch that something is owed for by ourselves."""

    begun: tuple[Evaluation, ...]
    """With an intent and no end."""
    unpackaged: tuple[Evaluation, ...]
    """With a result and no package, though one is owed."""


def leftovers(desk: Desk, batch: str) -> Leftovers:
    """Return what was left unfinished for a batch; asked within its turn, nobody is at it now."""
    every, made = desk.ledger.evaluations(batch), desk.ledger.packages(batch)
    return Leftovers(
        begun=tuple(one for one in every if one.ending is None),
        unpackaged=owing_package(every, made, lambda: desk.ledger.log.of_batch(batch)),
    )


def end_begun(desk: Desk, batch: str) -> tuple[str, ...]:
    """Judge what was begun for a batch and never ended, as it was begun; return what was done.

    Where that cannot be done any more (the strategy is gone, the evidence is read otherwise now),
    the evaluation is given up, in words; its intent stays on record.

    Raises:
        UnavailableError, StorageError: the ledger or the store cannot be written.
    """
    return tuple(_end(desk, one) for one in leftovers(desk, batch).begun)


def _end(desk: Desk, one: Evaluation) -> str:
    name = f"evaluation {one.number}"
    try:
        approved = _strategy(desk, one.batch, one.strategy)
    except BatchproofError as error:
        return _give_up(desk, one, error.in_words())
    evidence = read_evidence(shelf_of(desk), desk.collection(one.collection))
    if evidence.fingerprint != one.evidence:
        return _give_up(desk, one, "its evidence is read otherwise now.")
    try:
        judge_begun(desk, one, evidence, approved)
    except BatchproofError as error:
        return f"{name} was begun before and was given up now. {error.in_words()}"
    return f"{name} was begun before and is judged now"


def _give_up(desk: Desk, one: Evaluation, why: str) -> str:
    words = f"It was interrupted and cannot be ended as it was begun: {why}"
    desk.ledger.abort_evaluation(one, words, desk.now())
    return f"evaluation {one.number} was given up. {words}"


def _strategy(desk: Desk, batch: str, digest: Digest) -> Approved:
    in_force = strategy_of(desk, batch)
    return in_force if in_force.strategy.digest == digest else strategy_named(desk, batch, digest)


def package_rest(desk: Desk, batch: str) -> tuple[str, ...]:
    """Build the packages of a batch's evaluations that have a result and none; return what failed.

    What fails again stays owed: it stops neither the others nor the run.
    """
    failed = []
    for one in leftovers(desk, batch).unpackaged:
        try:
            assemble_evaluation(desk, batch, one.number)
        except BatchproofError as error:
            failed.append(f"evaluation {one.number}: {error.in_words()}")
    return tuple(failed)
