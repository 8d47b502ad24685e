"""Why a batch is ready or not, in at most five lines: the first thing a reviewer reads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from contracts.criterion import AttributeClass
from tasks.page import words
from tasks.page.facts import Fact, Facts
from tasks.page.given import PageDocuments, Record

LINES = 5

_LACKING = ("missing", "pending", "not_evaluable")
_CRITICALITY = ("critical", "major", "minor")
_CLASSES = [one.value for one in AttributeClass]


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
    criteria = {str(one["id"]): one for one in documents.criteria}
    verdicts = sorted(documents.verdicts, key=lambda one: _weight(criteria[one["criterion"]]))
    if state == "ready":
        lacking = [one for one in verdicts if one["outcome"] in _LACKING]
    else:
        stage = str(documents.summary["readiness"]["stage"])
        lacking = [
            one
            for one in verdicts
            if one["outcome"] in _LACKING
            and (stage == "final" or criteria[one["criterion"]]["required_for"] == "initial")
        ]
    failed = [one for one in verdicts if one["outcome"] == "not_met"]
    yield from (_failed(one, criteria[one["criterion"]], facts) for one in failed)
    yield from _others(documents)
    yield from _quarantines(documents, lacking)
    set_aside = {str(one["source"]) for one in documents.quarantines}
    for one in lacking:
        if not (one["outcome"] == "not_evaluable" and set_aside & _sources(criteria, one)):
            yield _lacking(one, criteria[one["criterion"]])


def _weight(criterion: Record) -> tuple[int, int]:
    """Return where a criterion stands, the heaviest first: as `Criterion.weight`."""
    return (_CRITICALITY.index(criterion["criticality"]), _CLASSES.index(criterion["class"]))


def _failed(verdict: Record, criterion: Record, facts: Facts) -> Reason:
    shown = facts.of(verdict["observations"])
    if criterion["limits"][0]["rule"]["rule"] == "agrees" and len(shown) > 1:
        return _disagreeing(verdict, criterion, shown)
    return Reason(
        outcome="not_met",
        title=str(criterion["title"]),
        criterion=str(criterion["id"]),
        value=str(verdict["as_written"] or verdict["value"]),
        unit=words.unit(str(verdict["unit"])),
        code=str(verdict["unit"]),
        limit=str(verdict["limit"]),
        note=_beside(shown, facts),
        anchor=shown[0].id if shown else "",
    )


def _disagreeing(verdict: Record, criterion: Record, shown: Sequence[Fact]) -> Reason:
    one, other = shown[0], shown[1]
    return Reason(
        outcome="not_met",
        title=str(criterion["title"]),
        criterion=str(criterion["id"]),
        value=str(verdict["as_written"]),
        unit="",
        code="1",
        limit=f"{other.as_written} in the {words.source(str(other.record['source']))}",
        note=f"The {words.source(str(one.record['source']))} says the one, "
        f"the {words.source(str(other.record['source']))} the other.",
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


def _lacking(verdict: Record, criterion: Record) -> Reason:
    said = {
        "missing": "nothing on record",
        "pending": "no result yet",
        "not_evaluable": str(verdict["as_written"] or "cannot be judged"),
    }
    source = str(verdict["as_written"])
    note = f"Owed by: {criterion['owner']}."
    if verdict["outcome"] == "pending" and source:
        note = f"The source says “{source}”. {note}"
    return Reason(
        outcome=str(verdict["outcome"]),
        title=str(criterion["title"]),
        criterion=str(criterion["id"]),
        value=said[str(verdict["outcome"])],
        unit="",
        code="1",
        limit=str(verdict["limit"]),
        note=note,
        anchor=str(verdict["observations"][0]) if verdict["observations"] else "",
    )


def _quarantines(documents: PageDocuments, lacking: Sequence[Record]) -> Iterator[Reason]:
    criteria = {str(one["id"]): one for one in documents.criteria}
    for one in documents.quarantines:
        without = sum(
            verdict["outcome"] == "not_evaluable"
            and str(one["source"]) in _sources(criteria, verdict)
            for verdict in lacking
        )
        yield Reason(
            outcome="not_evaluable",
            title=f"Source in quarantine: {words.source(str(one['source']))}",
            criterion="",
            value=str(one["found"]),
            unit="",
            code="1",
            limit=str(one["expected"]),
            note=f"{words.count(without, 'criterion', 'criteria')} cannot be judged. "
            f"Next: {one['move'] or 'a person looks'}.",
            anchor="",
        )


def _sources(criteria: Mapping[str, Record], verdict: Record) -> set[str]:
    """Return the sources a criterion cannot be judged without."""
    criterion = criteria[str(verdict["criterion"])]
    subject = criterion["subject"]
    if subject["kind"] == "elapsed":
        return {"batch_record"}
    if subject["kind"] == "reduction":
        return {"equipment", "batch_record"}
    other = criterion["against"]
    return {str(subject["source"])} | ({str(other["source"])} if other else set())


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
