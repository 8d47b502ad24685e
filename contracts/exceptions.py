"""What a reviewer must look at: exceptions drawn from verdicts, results and sources."""

from collections.abc import Iterable, Iterator, Sequence

from contracts.criterion import Criterion, Stage
from contracts.observation import Observation, Provenance, Status
from contracts.question import Question
from contracts.readiness import QualityException, required
from contracts.reading import Quarantine
from contracts.verdict import Outcome, Verdict

_KIND = {
    Outcome.NOT_MET: "criterion not met",
    Outcome.MISSING: "result missing",
    Outcome.NOT_EVALUABLE: "result not evaluable",
    Outcome.PENDING: "result pending",
}


def exceptions(
    stage: Stage,
    asked: Sequence[Question],
    verdicts: Sequence[Verdict],
    observations: Sequence[Observation],
    quarantines: Iterable[Quarantine],
) -> tuple[QualityException, ...]:
    """Return every exception of one evaluation, numbered, the blocking ones first."""
    criteria = {question.criterion.id: question.criterion for question in asked}
    drawn = [
        *_from_quarantines(quarantines),
        *_from_verdicts(stage, criteria, verdicts),
        *_from_retests(observations),
        *_from_invalidated(observations),
        *_from_changes(observations),
        *_from_unverified(observations),
    ]
    drawn.sort(key=lambda one: not one.blocking)
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


def _from_verdicts(
    stage: Stage, criteria: dict[str, Criterion], verdicts: Iterable[Verdict]
) -> Iterator[QualityException]:
    for one in verdicts:
        if one.outcome in _KIND:
            failed = one.outcome is Outcome.NOT_MET
            yield _draft(
                _KIND[one.outcome],
                one.message,
                blocking=failed or required(criteria[one.criterion], stage),
                criterion=one.criterion,
                about=one.observations,
            )


def _from_retests(observations: Sequence[Observation]) -> Iterator[QualityException]:
    by_key = {one.source_key: one for one in observations if one.source_key}
    for one in observations:
        original = by_key.get(one.retest_of) if one.retest_of else None
        if one.retest_of:
            before = f"{original.value} {original.unit}" if original else "a result not on record"
            yield _draft(
                "retest",
                f"{one.characteristic} at {one.step} was tested again: {before}, then {one.value} "
                f"{one.unit}. Both stay on record and both are judged.",
                about=[one.id, *([original.id] if original else [])],
            )


def _from_invalidated(observations: Sequence[Observation]) -> Iterator[QualityException]:
    for one in observations:
        if one.status is Status.INVALIDATED and one.source == "lims":
            yield _draft(
                "invalidated result",
                f"{one.characteristic} at {one.step}: the laboratory invalidated "
                f"“{one.as_written}” "
                f"({one.reason or 'no reason given'}). It is shown and not judged.",
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
                f"{one.characteristic} at {one.step} was {was} and was changed to "
                f"“{one.as_written}”: {one.reason or 'no reason given'}.",
                about=[one.id, *([before.id] if before else [])],
            )


def _from_unverified(observations: Sequence[Observation]) -> Iterator[QualityException]:
    found = [one for one in observations if one.provenance is Provenance.MANUAL_UNVERIFIED]
    if found:
        yield _draft(
            "typed by hand, not verified",
            f"{len(found)} values were typed by hand and no second person verified them: "
            + ", ".join(sorted({f"{one.characteristic} at {one.step}" for one in found}))
            + ".",
            about=[one.id for one in found],
        )
