"""Lay before people in the Prefect UI how far a history is judged again, and what it changed."""

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from contracts.history import History, Rejudged
from contracts.verdict import Outcome
from tasks.shown_text import artifact_key, plain

_READY = {"": "first evaluation", "ready": "Ready", "not_ready": "Not ready"}
_SHOWN = 200
_NAMED = 10


def present_history(title: str, history: History, *, packages: bool) -> None:
    """Write what the new judging changed: in all, batch by batch, and criterion by criterion.

    `packages` says whether each new evaluation has its package.
    """
    create_markdown_artifact(
        key=artifact_key("history", title),
        markdown=history_text(title, history, packages=packages),
        description=in_one_line(history),
    )
    create_table_artifact(
        key=artifact_key("flips", title),
        table=[
            {
                "criterion": plain(flip.criterion),
                "before": outcome_in_words(flip.before),
                "now": outcome_in_words(flip.after),
                "batches": str(len(batches)),
                "which": plain(_named(batches)),
            }
            for flip, batches in history.by_flip().items()
        ]
        or [{"criterion": "none came out differently"}],
        description="Criteria that came out differently than in the evaluation before",
    )


def in_one_line(history: History) -> str:
    """Return the whole in one sentence."""
    faulty = f"; {len(history.faulty)} were not judged" if history.faulty else ""
    return (
        f"{len(history.judged)} of {len(history.all)} batches judged again, "
        f"{len(history.turned)} with another readiness{faulty}."
    )


def history_text(title: str, history: History, *, packages: bool) -> str:
    """Return the summary as Markdown: what nobody may overlook first."""
    return "\n".join(
        [
            f"# {plain(title)}",
            "",
            plain(in_one_line(history)),
            "",
            *_listed("Not judged", [(one.batch, one.fault) for one in history.faulty]),
            *_listed("Another readiness", [(one.batch, _turn(one)) for one in history.turned]),
            "Each new evaluation has its package." if packages else "No package was built.",
            "",
            "Batchproof prepares and proves; people release.",
        ]
    )


def _listed(title: str, rows: list[tuple[str, str]]) -> list[str]:
    if not rows:
        return []
    lines = [f"- **{plain(batch)}**: {plain(words)}" for batch, words in rows[:_SHOWN]]
    more = [f"- and {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else []
    return [f"## {title} ({len(rows)})", "", *lines, *more, ""]


def _turn(one: Rejudged) -> str:
    said = [_READY.get(word, word.capitalize()) for word in (one.before, one.after)]
    because = ", ".join(flip.criterion for flip in one.flips[:_NAMED])
    return f"{said[0]} before, {said[1]} now (evaluation {one.number}); {because or 'no flip'}"


def outcome_in_words(outcome: str) -> str:
    """Return an outcome as people say it; "not judged" where there was none."""
    return Outcome(outcome).value.replace("_", " ") if outcome else "not judged"


def _named(batches: tuple[str, ...]) -> str:
    more = f" and {len(batches) - _NAMED} more" if len(batches) > _NAMED else ""
    return ", ".join(batches[:_NAMED]) + more
