"""What the laboratory did with the samples of a batch: received, measured, verified, tested again.

The dose is harvested cells that were filled, times viability, times CAR+ fraction, times what is
recovered after thawing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from numpy.random import Generator

from infra.plant.batches import FOREIGN, Laboratory, Story
from infra.plant.chance import generator, near, whole
from infra.plant.entries import values
from infra.plant.methods import APHERESIS, DRUG_PRODUCT, IN_PROCESS, PREFIX, SERVICES, TESTS, Test
from infra.plant.schedule import schedule, step

_RECOVERED_AFTER_THAWING = Decimal("0.757")
_TRANSPORT = timedelta(minutes=55)
_SAME_DAY = timedelta(minutes=95)
_REPEATED = {
    "verified": "Retest of an out-of-specification result, investigation OOS-26-0012.",
    "retracted": "Repeated: the first was gated with the settings of another panel.",
}


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


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a batch, with its analyses."""

    id: str
    kind: str
    batch: str
    coi: str
    sampled: datetime
    received: datetime
    state: str
    findings: tuple[Finding, ...]
    invalidates: str = ""


def samples(story: Story, seed: int) -> tuple[Sample, ...]:
    """Return the samples of one batch, oldest first."""
    procedures = schedule(story, seed)
    expansion = step(procedures, "expansion").children[1].children[2]
    taken = {
        APHERESIS: step(procedures, "apheresis_receipt").end,
        IN_PROCESS: expansion.end,
        DRUG_PRODUCT: step(procedures, "formulation").end,
    }
    listed = [_sample(story, seed, kind, at) for kind, at in taken.items()]
    if story.batch == FOREIGN.batch:
        listed.extend(_invalidated(listed.pop()))
    return tuple(listed)


def _sample(story: Story, seed: int, kind: str, taken: datetime) -> Sample:
    received = taken.astimezone(UTC) + _TRANSPORT
    findings = tuple(_findings(story, seed, kind, received))
    waiting = any(finding.result is None for finding in findings)
    usual = "verified" if kind == DRUG_PRODUCT else "published"
    return Sample(
        id=f"{PREFIX[kind]}-{story.number:04d}",
        kind=kind,
        batch=story.batch,
        coi=(story.laboratory.coi if kind == DRUG_PRODUCT else "") or story.coi,
        sampled=taken.astimezone(UTC),
        received=received,
        state="sample_received" if waiting else usual,
        findings=findings,
    )


def _findings(story: Story, seed: int, kind: str, received: datetime) -> Iterator[Finding]:
    rng = generator(seed, story.batch, "laboratory", kind)
    told = story.laboratory
    results = _results(story, seed, kind, rng)
    state = "verified" if kind == DRUG_PRODUCT else "published"
    for test in TESTS[kind]:
        if test.keyword in told.never_requested and kind == DRUG_PRODUCT:
            continue
        found = _finding(rng, test, results[test.keyword], received, state)
        if kind == DRUG_PRODUCT:
            yield from _as_told(rng, told, found, received)
        else:
            yield found
    services = {test.keyword: test for test in SERVICES}
    for sampled, keyword, result, repeated in told.retracted:
        if sampled == kind:
            wrong = _finding(rng, services[keyword], result, received, "retracted")
            yield replace(wrong, verifier="", verified=None)
            yield replace(_again(rng, wrong, repeated, received), state=state)


def _results(story: Story, seed: int, kind: str, rng: Generator) -> dict[str, str]:
    written = values(story, seed)
    found = {
        test.keyword: test.typical if test.is_text else str(near(rng, test.typical, test.spread))
        for test in TESTS[kind]
    }
    if kind == APHERESIS:
        return {
            "VIAB": str(near(rng, written["APH_VIAB"], "0.6")),
            "CD3": str(near(rng, written["APH_CD3"], "0.8")),
        }
    if kind == IN_PROCESS:
        return {**found, "VIAB": str(near(rng, written["EXP_VIAB@day_7"], "0.5"))}
    judged = dict(story.laboratory.results)
    retested = {keyword: again for keyword, _, again in story.laboratory.retests}
    viability = Decimal(retested.get("VIAB", found["VIAB"]))
    filled = (
        Decimal(written["CRY_BAGS"]) * Decimal(written["FOR_CONC"]) * Decimal(written["FOR_VOL"])
    )
    dose = filled * viability * Decimal(found["CARPOS"]) * _RECOVERED_AFTER_THAWING / 10_000
    return {**found, "DOSE": str(dose.quantize(Decimal(1))), **judged}


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
    """Bend one finding of the drug product to the story of the batch."""
    keyword = found.test.keyword
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
