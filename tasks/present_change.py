"""Show QA in the Prefect UI what a new evaluation changes, and what batches are waiting for."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from contracts.because import outcome_in_words
from contracts.changes import minute
from contracts.differences import source_moves
from contracts.waiting import Waiting
from contracts.words import source_in_words
from tasks.change import Change
from tasks.shown_text import artifact_key, plain
from tasks.waiting import Situation

_MOST_ROWS = 100
"""Of a table for the UI; what is more is counted, and stands in the package."""
_MOST_WAITING = 500


def present_change(change: Change) -> None:
    """Write what a new evaluation changes, and which package it supersedes, as an artifact."""
    batch = change.now.batch
    create_table_artifact(
        key=artifact_key("changes", batch, change.now.stage),
        table=change_table(change),
        description=change_in_words(change),
    )


def present_late(change: Change) -> None:
    """Write a late failure as an artifact of its own."""
    if change.late is None:
        return
    lines = [
        f"# {plain(change.now.batch)}: {change.late.what} for its {change.now.stage} stage",
        "",
        plain(change.late.words),
        "",
        change_in_words(change),
        "",
        "Batchproof prepares and proves; people decide what follows.",
    ]
    create_markdown_artifact(
        key=artifact_key("late-failure", change.now.batch),
        markdown="\n".join(lines),
        description=f"{plain(change.now.batch)}: {change.late.what}",
    )


def change_in_words(change: Change) -> str:
    """Return in Markdown what became of the evaluation before."""
    then, now = change.then, change.now
    was, comes = (one.result.readiness.state.replace("_", " ") for one in (then, now))
    said = (
        f"{plain(now.batch)}, {now.stage} stage: evaluation {then.number} was {was}, "
        f"evaluation {now.number} is {comes} (reason: {plain(now.reason)})."
    )
    if change.looking_back is not None:
        return (
            f"{said} It answers what would have been, and does not say how the batch stands: "
            f"that is evaluation {then.number}."
        )
    if change.superseded is None:
        return said
    return (
        f"{said} The package of evaluation {then.number} (root `{change.superseded.root[:12]}…`) "
        "is superseded; decisions and signatures on it do not hold for the new one."
    )


def change_table(change: Change) -> list[dict[str, str]]:
    """Return what changed row by row: verdicts first, then the evidence they may come from."""
    rows = list(_rows(change))
    rest = len(rows) - _MOST_ROWS
    if rest > 0:
        rows = [*rows[:_MOST_ROWS], _row("more", f"and {rest} more rows", "", "", "")]
    return rows or [_row("nothing", "neither evidence nor verdicts are others", "", "", "")]


def _rows(change: Change) -> Iterator[dict[str, str]]:
    for flip in change.explained.flips():
        why = "; ".join(one.words for one in flip.reasons)
        name = f"{flip.criterion.id} {flip.criterion.title}"
        then, now = outcome_in_words(flip.then), outcome_in_words(flip.now)
        yield _row("verdict", name, then, now, why)
    for _, words, reason in source_moves(change.found):
        yield _row("source", words, "", "", reason)
    for one in change.found.observations:
        what = f"{source_in_words(one.one.source)}, {one.one.characteristic.replace('_', ' ')}"
        then, now = (side.as_written if side else "none" for side in (one.then, one.now))
        yield _row("evidence", what, then, now, one.in_words())
    for tag in change.found.tags:
        yield _row("readings", tag, "", "", "the readings are others")
    for revised in change.found.criteria:
        yield _row("strategy", revised.id, "", "", "; ".join(revised.in_words()))


def _row(kind: str, what: str, then: str, now: str, why: str) -> dict[str, str]:
    cells = {"kind": kind, "what": what, "then": then, "now": now, "why": why}
    return {name: plain(cell) for name, cell in cells.items()}


def present_waiting(batch: str, found: Iterable[Situation], now: datetime) -> None:
    """Write what one batch is waiting for as an artifact."""
    waiting = [one for each in found for one in each.waiting]
    create_table_artifact(
        key=artifact_key("waiting", batch),
        table=waiting_table(waiting, now),
        description=f"What {plain(batch)} is waiting for: {_counted(waiting, now)}",
    )


def present_all_waiting(found: Sequence[Situation], now: datetime) -> None:
    """Write what every batch of the site is waiting for as one artifact, overdue first."""
    waiting = [one for each in found for one in each.waiting]
    batches = len({one.batch for one in waiting})
    create_table_artifact(
        key="waiting",
        table=waiting_table(waiting, now),
        description=f"What {_count(batches, 'batch', 'batches')} {'is' if batches == 1 else 'are'} "
        f"waiting for: {_counted(waiting, now)}",
    )


def present_look(said: Sequence[str]) -> None:
    """Write what came of a look at the plant as an artifact."""
    lines = [f"- {plain(words)}" for words in said] or ["Nothing is new."]
    create_markdown_artifact(
        key="watch", markdown="\n".join(lines), description=f"{len(said)} things to tell"
    )


def waiting_table(waiting: Sequence[Waiting], now: datetime) -> list[dict[str, str]]:
    """Return what is waited for, row by row: what is overdue first, then what is due first."""
    ordered = sorted(
        waiting,
        key=lambda one: (not one.overdue(now), one.due is None, one.due or one.since, one.batch),
    )
    rows = [
        {
            "batch": plain(one.batch),
            "stage": one.stage.value,
            "what": plain(one.what),
            "who": plain(one.who),
            "since": minute(one.since),
            "due": due_in_words(one, now),
            "why": plain(one.why),
        }
        for one in ordered[:_MOST_WAITING]
    ]
    if len(ordered) > _MOST_WAITING:
        rows.append({"batch": f"and {len(ordered) - _MOST_WAITING} more: `batchproof status`"})
    return rows or [{"batch": "nothing is waited for"}]


def due_in_words(one: Waiting, now: datetime) -> str:
    """Return by when something is owed; what is overdue says so."""
    if one.due is None:
        return "nobody said"
    return f"OVERDUE since {minute(one.due)}" if one.overdue(now) else minute(one.due)


def _count(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def _counted(waiting: Sequence[Waiting], now: datetime) -> str:
    late = sum(one.overdue(now) for one in waiting)
    return _count(len(waiting), "thing", "things") + (f", {late} of them overdue" if late else "")
