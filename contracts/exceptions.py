"""What a reviewer must look at: exceptions drawn from verdicts, results and sources."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from contracts.alternatives import Concluded
from contracts.attempts import concerns
from contracts.criterion import Criterion, Stage
from contracts.crossings import crossings
from contracts.earlier import Otherwise
from contracts.earlier_concerns import from_earlier
from contracts.observation import Awaited, Observation, Provenance, Status
from contracts.question import Question
from contracts.readiness import QualityException, required, speaks_alone
from contracts.reading import BLANK, MISPLACED, RESULT, SAMPLE, Quarantine, Unread
from contracts.set_aside import hidden_failures, lacking, reason_given
from contracts.verdict import Outcome, Verdict
from contracts.words import step_in_words, value_in_words

COMMENT = "comment"

_KIND = {
    Outcome.NOT_MET: "criterion not met",
    Outcome.MISSING: "result missing",
    Outcome.NOT_EVALUABLE: "result not evaluable",
    Outcome.PENDING: "result pending",
}

_ALTERNATIVE = "alternative not met"

_UNREAD = {
    RESULT: ("result not in the contract", False),
    SAMPLE: ("sample that cannot be placed", True),
    BLANK: ("entry left blank", True),
    MISPLACED: ("value that was not read", True),
}
"""What a reviewer hears of the unread, by its kind: how it is called, and whether it blocks."""


@dataclass(frozen=True, slots=True)
class Aside:
    """What a reviewer must know of the evaluation itself, beside its evidence."""

    quarantines: tuple[Quarantine, ...] = ()
    doubts: tuple[str, ...] = ()
    """Where the strategy's files contradict their own examples."""
    unread: tuple[Unread, ...] = ()
    """What the captures hold and no reader used; only what is more than a field is drawn."""
    earlier: tuple[Otherwise, ...] = ()
    """What a source said when it was asked earlier, and does not say now or says otherwise."""


def exceptions(
    stage: Stage,
    concluded: Concluded,
    observations: Sequence[Observation],
    aside: Aside,
) -> tuple[QualityException, ...]:
    """Return every exception of one evaluation, numbered, the blocking ones first."""
    asked, verdicts = concluded.asked, concluded.verdicts
    criteria = {question.criterion.id: question.criterion for question in asked}
    drawn = [
        *_from_quarantines(aside.quarantines),
        *_from_doubts(aside.doubts),
        *_from_verdicts(stage, criteria, verdicts),
        *_from_concerns(concluded, observations, aside.earlier),
        *_from_retests(observations),
        *_from_unread(aside.unread),
        *_from_invalidated(asked, observations),
        *_from_changes(observations),
        *_from_comments(observations),
        *_from_unverified(observations),
    ]
    drawn.sort(key=lambda one: (not one.blocking, _weight(one, criteria)))
    return tuple(
        QualityException(
            f"X-{number:03d}",
            one.kind,
            one.blocking,
            one.message,
            one.criterion,
            one.observations,
        )
        for number, one in enumerate(drawn, start=1)
    )


def _weight(one: QualityException, criteria: Mapping[str, Criterion]) -> tuple[int, int]:
    """What is no criterion's comes before every criterion's, then the heavier criteria."""
    return criteria[one.criterion].weight if one.criterion else (-1, -1)


def _draft(
    kind: str,
    message: str,
    *,
    blocking: bool = False,
    criterion: str = "",
    about: Sequence[str] = (),
) -> QualityException:
    return QualityException("", kind, blocking, message, criterion, tuple(about))


def _from_quarantines(quarantines: Iterable[Quarantine]) -> Iterator[QualityException]:
    for one in quarantines:
        words = f"{one.in_words()[0].upper()}{one.in_words()[1:]}."
        move = f" Next: {one.move}." if one.move else ""
        yield _draft("quarantine", words + move, blocking=True)


def _from_doubts(doubts: Sequence[str]) -> Iterator[QualityException]:
    if doubts:
        yield _draft(
            "strategy contradicts its examples",
            "The control strategy was changed and its examples were not; the process owner looks. "
            + "; ".join(doubts)
            + ".",
        )


def _from_verdicts(
    stage: Stage, criteria: Mapping[str, Criterion], verdicts: Sequence[Verdict]
) -> Iterator[QualityException]:
    outcomes = {one.criterion: one.outcome for one in verdicts}
    for one in verdicts:
        if one.outcome in _KIND:
            failed = one.outcome is Outcome.NOT_MET
            criterion = criteria[one.criterion]
            alone = speaks_alone(criterion, outcomes)
            yield _draft(
                _KIND[one.outcome] if alone else _ALTERNATIVE,
                one.message,
                blocking=alone and (failed or required(criterion, stage)),
                criterion=one.criterion,
                about=one.observations,
            )


def _from_concerns(
    concluded: Concluded, observations: Sequence[Observation], earlier: Sequence[Otherwise]
) -> Iterator[QualityException]:
    asked, verdicts = concluded.asked, concluded.verdicts
    for one in (
        *from_earlier(asked, earlier, observations),
        *concerns(asked, verdicts, observations),
        *crossings(asked, concluded.answers, verdicts),
    ):
        yield _draft(
            one.kind,
            one.message,
            blocking=one.blocking,
            criterion=one.criterion,
            about=one.about,
        )


def _from_retests(observations: Sequence[Observation]) -> Iterator[QualityException]:
    by_key = {one.source_key: one for one in observations if one.source_key}
    for one in observations:
        original = by_key.get(one.retest_of) if one.retest_of else None
        if one.retest_of:
            before = _value(original) if original else "a result not on record"
            yield _draft(
                "retest",
                f"{_what(one)} was tested again: {before}, then {_value(one)}. "
                f"Both stay on record; none replaces the other.",
                about=[one.id, *([original.id] if original else [])],
            )


def _from_unread(unread: Iterable[Unread]) -> Iterator[QualityException]:
    for one in unread:
        if one.kind in _UNREAD:
            kind, blocking = _UNREAD[one.kind]
            words = f"{one.reason[0].upper()}{one.reason[1:]} ({one.place.pointer})."
            yield _draft(kind, words, blocking=blocking)


def _from_invalidated(
    asked: Sequence[Question], observations: Sequence[Observation]
) -> Iterator[QualityException]:
    failing = hidden_failures(asked, observations)
    for one in observations:
        if one.id in failing:
            yield _draft(
                "failing result set aside",
                f"{_what(one)}: a failing result was set aside {lacking(one)}: "
                f"“{one.as_written}” against {failing[one.id].limit_in_words()}.",
                blocking=True,
                about=[one.id],
            )
        elif one.status is Status.INVALIDATED and one.source == "lims":
            yield _draft(
                "invalidated result",
                f"{_what(one)}: the laboratory invalidated “{one.as_written}” "
                f"({reason_given(one)}). It is shown and not judged.",
                about=[one.id],
            )


def _from_changes(observations: Sequence[Observation]) -> Iterator[QualityException]:
    by_key = {one.source_key: one for one in observations if one.source_key}
    for one in observations:
        if one.status is Status.CORRECTED:
            before = by_key.get(one.supersedes)
            was = f"“{before.as_written}”" if before else "another value"
            yield _draft(
                "changed after entry",
                f"{_what(one)} was {was} and was changed to “{one.as_written}”: "
                f"{reason_given(one)}.",
                about=[one.id, *([before.id] if before else [])],
            )


def _from_comments(observations: Sequence[Observation]) -> Iterator[QualityException]:
    for one in observations:
        if one.characteristic == COMMENT:
            yield _draft(
                "comment",
                f"{one.recorded_by or 'Somebody'} wrote at {step_in_words(one.step)}: "
                f"“{one.as_written}”",
                about=[one.id],
            )


def _from_unverified(observations: Sequence[Observation]) -> Iterator[QualityException]:
    found = [
        one
        for one in observations
        if one.provenance is Provenance.MANUAL_UNVERIFIED
        and one.characteristic != COMMENT
        and not isinstance(one.value, Awaited)
    ]
    if found:
        values = "1 value was" if len(found) == 1 else f"{len(found)} values were"
        places = ", ".join(sorted({_what(one) for one in found}))
        yield _draft(
            "typed by hand, not verified",
            f"{values} typed by hand and no second person verified: {places}.",
            about=[one.id for one in found],
        )


def _what(one: Observation) -> str:
    return f"{one.characteristic.replace('_', ' ')} at {step_in_words(one.step)}"


def _value(one: Observation) -> str:
    return value_in_words(one)
