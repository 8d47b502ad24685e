"""What the laboratory did with the samples of a batch: received, measured, tested again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from numpy.random import Generator

from infra.plant.batches import FOREIGN
from infra.plant.chance import generator, near, whole
from infra.plant.entries import values
from infra.plant.panel import Panel, Test
from infra.plant.schedule import at, schedule
from infra.plant.story import Laboratory, Story

_TRANSPORT = timedelta(minutes=55)
_SAME_DAY = timedelta(minutes=95)
_REPEATED = {
    "verified": "Retest of an out-of-specification result, investigation OOS-26-0012.",
    "retracted": "Repeated: the first was gated with the settings of another panel.",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of an audit trail: what was done, by whom, when, and what it changed."""

    action: str
    state: str
    actor: str
    at: datetime
    diff: tuple[tuple[str, str | None, str | None], ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One analysis of a sample: what was found, in which state it is, who answers for it."""

    id: str
    test: Test
    result: str | None
    state: str
    captured: datetime | None
    verified: datetime | None
    analyst: str = ""
    submitter: str = ""
    verifier: str = ""
    operand: str = ""
    retest_of: str = ""
    remarks: str = ""
    before: Finding | None = None
    """What its audit trail told of it before anything was changed; None while nothing was."""
    later: tuple[Step, ...] = ()
    """What its audit trail tells since then."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a batch, with its analyses."""

    id: str
    panel: Panel
    batch: str
    identity: str
    sampled: datetime
    received: datetime
    state: str
    findings: tuple[Finding, ...]
    invalidates: str = ""


def samples(story: Story, seed: int) -> tuple[Sample, ...]:
    """Return the samples of one batch, oldest first."""
    procedures = schedule(story, seed)
    listed = [
        _sample(story, seed, panel, at(procedures, panel.taken).end)
        for panel in story.product.panels
    ]
    if story.batch == FOREIGN.batch:
        listed.extend(_invalidated(listed.pop()))
    return tuple(listed)


def _sample(story: Story, seed: int, panel: Panel, taken: datetime) -> Sample:
    received = taken.astimezone(UTC) + _TRANSPORT
    findings = tuple(_findings(story, seed, panel, received))
    waiting = any(finding.result is None for finding in findings)
    usual = "verified" if panel.release else "published"
    return Sample(
        id=f"{panel.prefix}-{story.number:04d}",
        panel=panel,
        batch=story.batch,
        identity=(story.laboratory.identity if panel.release else "") or story.identity,
        sampled=taken.astimezone(UTC),
        received=received,
        state="sample_received" if waiting else usual,
        findings=findings,
    )


def _findings(story: Story, seed: int, panel: Panel, received: datetime) -> Iterator[Finding]:
    rng = generator(seed, story.drawn_as, "laboratory", panel.kind)
    told = story.laboratory
    results = _results(story, seed, panel, rng)
    state = "verified" if panel.release else "published"
    for test in panel.all_tests:
        if test.keyword in told.never_requested and panel.release:
            continue
        chance = rng if test in panel.tests else _own(story, seed, panel, test)
        found = _finding(chance, test, results[test.keyword], received, state)
        if panel.release or panel.told:
            yield from _as_told(chance, told, found, received)
        else:
            yield found
    services = {test.keyword: test for test in story.product.services}
    for sampled, keyword, result, repeated in told.retracted:
        if sampled == panel.kind:
            wrong = _finding(rng, services[keyword], result, received, "retracted")
            yield replace(wrong, verifier="", verified=None)
            yield replace(_again(rng, wrong, repeated, received), state=state)


def _own(story: Story, seed: int, panel: Panel, test: Test) -> Generator:
    return generator(seed, story.drawn_as, "laboratory", panel.kind, test.keyword)


def _results(story: Story, seed: int, panel: Panel, rng: Generator) -> dict[str, str]:
    """Return the result of every test: typical ones, those that follow, those the story tells."""
    written = values(story, seed)
    found = {test.keyword: _typical(rng, test) for test in panel.tests}
    found |= {t.keyword: _typical(_own(story, seed, panel, t), t) for t in panel.added}
    found |= story.product.results(story, panel, found, written, rng)
    told = panel.release or panel.told
    return found | (dict(story.laboratory.results) if told else {})


def _typical(rng: Generator, test: Test) -> str:
    return test.typical if test.is_text else str(near(rng, test.typical, test.spread))


def _finding(rng: Generator, test: Test, result: str, received: datetime, state: str) -> Finding:
    captured = received + _SAME_DAY
    if test.days:
        morning = received.replace(hour=7, minute=0, second=0)
        captured = morning + timedelta(days=test.days, seconds=whole(rng, 0, 25_000))
    return Finding(
        id=test.keyword,
        test=test,
        result=result,
        state=state,
        captured=captured,
        verified=captured + timedelta(seconds=whole(rng, 4000, 15_000)),
        analyst=f"P-{whole(rng, 41, 44):03d}",
        submitter=f"P-{whole(rng, 45, 48):03d}",
        verifier=f"P-{whole(rng, 51, 54):03d}",
    )


def _as_told(
    rng: Generator, told: Laboratory, found: Finding, received: datetime
) -> Iterator[Finding]:
    """Bend one finding to the story of the batch."""
    keyword = found.test.keyword
    for interim, words, day in told.interim:
        if interim == keyword:
            yield _interim(rng, found, words, received + timedelta(days=day))
            return
    if keyword in told.pending:
        yield replace(
            found, result=None, state="assigned", captured=None, verified=None, verifier=""
        )
        return
    for censored, operand, limit in told.censored:
        if censored == keyword:
            found = replace(found, operand=operand, result=limit)
    again = {name: (original, retest) for name, original, retest in told.retests}.get(keyword)
    if again is None:
        yield found
        return
    original = replace(found, result=again[0])
    yield original
    yield _again(rng, original, again[1], received)


def _interim(rng: Generator, found: Finding, words: str, at_day: datetime) -> Finding:
    """Return what is known of a test that still runs, as its reading of a day says it."""
    read = at_day.replace(hour=9, minute=0, second=0) + timedelta(seconds=whole(rng, 0, 9000))
    verified = read + timedelta(seconds=whole(rng, 4000, 15_000))
    return replace(found, result=words, captured=read, verified=verified)


def _again(rng: Generator, first: Finding, result: str, received: datetime) -> Finding:
    """Return the repetition of an analysis a day later: a second one, which names the first."""
    later = replace(first.test, days=first.test.days + 1)
    found = _finding(rng, later, result, received, "verified")
    return replace(
        found,
        id=f"{first.test.keyword}-1",
        test=first.test,
        retest_of=first.id,
        remarks=_REPEATED[first.state],
    )


def _invalidated(sample: Sample) -> tuple[Sample, Sample]:
    """Return a sample that was invalidated, and its copy: old results, while unassigned."""
    copied = tuple(
        replace(one, state="unassigned", verified=None, verifier="", submitter="")
        for one in sample.findings
    )
    copy = replace(
        sample,
        id=f"{sample.id}-R01",
        state="sample_received",
        findings=copied,
        invalidates=sample.id,
    )
    return replace(sample, state="invalid"), copy
