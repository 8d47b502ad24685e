"""Why a batch is ready or not, in at most five lines: the first thing a reviewer reads."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from contracts import restore_strategy
from contracts.criterion import Criterion, Stage
from contracts.question import sources_of
from contracts.readiness import required
from contracts.rule import Agrees
from tasks.page import words
from tasks.page.facts import Fact, Facts
from tasks.page.given import PageDocuments, Record

LINES = 5

_LACKING = ("missing", "pending", "not_evaluable")


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of why: what, the value as written, against which limit."""

    outcome: str
    """Empty for what is no criterion's."""
    title: str
    criterion: str
    """Empty where it is no criterion's."""
    value: str
    unit: str
    code: str
    limit: str
    note: str
    anchor: str
    """The observation that decided; empty where there is none."""
    owed_by: str = ""
    """Who owes what is lacking, as a role; empty where nothing is owed."""
    due: str = ""
    """By when, in UTC; empty if nobody said."""
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """The lines that fit, the heading above them, and how many more there are."""

    heading: str
    lines: tuple[Reason, ...]
    more: int


def reasons(documents: PageDocuments, facts: Facts) -> Why:
    """Return why the batch is in the state the readiness record says.

    Not ready: what failed, then what is lacking. Incomplete: what is lacking and who owes it.
    Ready: what is still pending for the final stage.
    """
    state = str(documents.summary["readiness"]["readiness"])
    found = list(_reasons(documents, facts, state))
    room = LINES if len(found) <= LINES else LINES - 1
    return Why(_heading(state, found), tuple(found[:room]), len(found) - len(found[:room]))


def _heading(state: str, found: Sequence[Reason]) -> str:
    if state == "ready":
        return "Still pending for the final stage" if found else "Nothing is pending"
    return "Why not" if state == "not_ready" else "What is missing, and who owes it"


def _reasons(documents: PageDocuments, facts: Facts, state: str) -> Iterator[Reason]:
    criteria = {str(one["id"]): restore_strategy.criterion(one) for one in documents.criteria}
    stage = Stage.FINAL if state == "ready" else Stage(documents.summary["readiness"]["stage"])
    verdicts = sorted(documents.verdicts, key=lambda one: criteria[one["criterion"]].weight)
    failed = [one for one in verdicts if one["outcome"] == "not_met"]
    lacking = [
        one
        for one in verdicts
        if one["outcome"] in _LACKING and required(criteria[one["criterion"]], stage)
    ]
    mute = {
        str(one["criterion"]): sources_of(criteria[one["criterion"]])
        for one in verdicts
        if one["outcome"] == "not_evaluable" and not one["observations"]
    }
    yield from (_failed(one, criteria[one["criterion"]], facts) for one in failed)
    yield from _others(documents)
    yield from _quarantines(documents, mute.values())
    aside = {str(one["source"]) for one in documents.quarantines}
    for one in lacking:
        if aside.isdisjoint(mute.get(str(one["criterion"]), ())):
            yield _lacking(one, criteria[one["criterion"]], documents)


def _failed(verdict: Record, criterion: Criterion, facts: Facts) -> Reason:
    shown = facts.of(verdict["observations"])
    if isinstance(criterion.limit.rule, Agrees) and len(shown) > 1:
        return _disagreeing(verdict, criterion, shown)
    return Reason(
        outcome="not_met",
        title=criterion.title,
        criterion=criterion.id,
        value=str(verdict["as_written"] or verdict["value"]),
        unit=words.unit(str(verdict["unit"])),
        code=str(verdict["unit"]),
        limit=str(verdict["limit"]),
        note=_beside(shown, facts),
        anchor=shown[0].id if shown else "",
    )


def _disagreeing(verdict: Record, criterion: Criterion, shown: Sequence[Fact]) -> Reason:
    one, other = shown[0], shown[1]
    return Reason(
        outcome="not_met",
        title=criterion.title,
        criterion=criterion.id,
        value=str(verdict["as_written"]),
        unit="",
        code="1",
        limit=f"{other.as_written} in the {words.source(str(other.record['source']))}",
        note=f"{words.title(words.source(str(one.record['source'])))} against "
        f"{words.source(str(other.record['source']))}: they must be equal.",
        anchor=one.id,
    )


def _beside(shown: Sequence[Fact], facts: Facts) -> str:
    """Say what stands beside a failing result and does not replace it."""
    if not shown:
        return ""
    attempts = facts.attempts(shown[0].id)
    names = [one.id for one in attempts]
    later = attempts[names.index(shown[0].id) + 1 :] if shown[0].id in names else ()
    if not later:
        return ""
    values = ", ".join(f"{one.as_written} {one.unit}".strip() for one in later)
    return f"Retest {values} stands beside it and does not count."


def _lacking(verdict: Record, criterion: Criterion, documents: PageDocuments) -> Reason:
    said = {
        "missing": "nothing on record",
        "pending": "no final result yet",
        "not_evaluable": str(verdict["as_written"] or "cannot be judged"),
    }
    source = str(verdict["as_written"])
    note = ""
    if verdict["outcome"] == "pending" and source:
        note = f"The source says “{source}”."
    due = documents.dues.get(criterion.id, "")
    return Reason(
        outcome=str(verdict["outcome"]),
        title=criterion.title,
        criterion=criterion.id,
        value=said[str(verdict["outcome"])],
        unit="",
        code="1",
        limit=str(verdict["limit"]),
        note=note,
        anchor=str(verdict["observations"][0]) if verdict["observations"] else "",
        owed_by=criterion.owner,
        due=words.utc(due)[:16],
        overdue=bool(due) and due < str(documents.summary["judged_at"]),
    )


def _quarantines(documents: PageDocuments, mute: Collection[tuple[str, ...]]) -> Iterator[Reason]:
    """Yield each source set aside, with how many criteria cannot be judged without it."""
    for one in documents.quarantines:
        without = sum(str(one["source"]) in needed for needed in mute)
        expected = f", where {one['expected']} was expected" if one["expected"] else ""
        yield Reason(
            outcome="not_evaluable",
            title=f"The {words.source(str(one['source']))} is in quarantine",
            criterion="",
            value=f"{words.count(without, 'criterion', 'criteria')} cannot be judged",
            unit="",
            code="1",
            limit="",
            note=f"Found: {one['found']}{expected}. Next: {one['move'] or 'a person looks'}.",
            anchor="",
        )


def _others(documents: PageDocuments) -> Iterator[Reason]:
    """Yield the blocking exceptions that are no criterion's and no quarantine's."""
    for one in documents.exceptions:
        if one["blocking"] and not one["criterion"] and one["kind"] != "quarantine":
            yield Reason(
                outcome="",
                title=words.title(str(one["kind"])),
                criterion="",
                value="",
                unit="",
                code="1",
                limit="",
                note=str(one["message"]),
                anchor=str(one["observations"][0]) if one["observations"] else "",
            )
