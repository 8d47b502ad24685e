"""The audit trail of the LIMS: who did what to a sample or an analysis, and what it changed.

SENAITE keeps snapshots and shows them on a page; its JSON API lists none of them (recorded: count
0). The demo plant offers what an audit-trail add-on would: `/auditlog?uid=UID` lists the entries
of one object, for a sample those of its analyses as well, oldest first, in pages like any list.
An entry has `object_uid`, `object_path`, `parent_uid`, `version`, `action`, `review_state`,
`actor`, `comments`, `modified`, and `diff`: changed field -> [before, after].
"""

from __future__ import annotations

from collections.abc import Iterator

from infra.plant.chance import identifier
from infra.plant.laboratory import Finding, Sample, Step
from infra.plant.senaite import CLIENT, Stored, skeleton, stored


def audit_trail(one: Sample, seed: int) -> Iterator[Stored]:
    """Return the audit trail of a sample and of its analyses, oldest first for each object."""
    path = f"{CLIENT}/{one.id}"
    yield from _entries(path, _of_sample(one), one, seed)
    for found in one.findings:
        yield from _entries(f"{path}/{found.id}", _of_finding(found, one), one, seed)


def _entries(path: str, steps: Iterator[Step], one: Sample, seed: int) -> Iterator[Stored]:
    for version, step in enumerate(steps):
        written = step.at.isoformat(timespec="seconds")
        name = f"{path}/auditlog/{version}"
        content = skeleton(seed, "AuditLog", name, step.action, written)
        content |= {
            "action": step.action,
            "actor": step.actor,
            "author": step.actor,
            "comments": step.comment,
            "creators": [step.actor],
            "diff": {field: [before, after] for field, before, after in step.diff},
            "object_path": path,
            "object_uid": identifier(seed, "uid", path),
            "parent_uid": identifier(seed, "uid", f"{CLIENT}/{one.id}"),
            "review_state": step.state,
            "version": version,
        }
        yield stored(content, one.batch)


def _of_sample(one: Sample) -> Iterator[Step]:
    yield Step("create", "sample_registered", "P-041", one.sampled)
    yield Step("receive", "sample_received", "P-041", one.received)
    verified = [found.verified for found in one.findings if found.verified]
    if one.state != "sample_received" and verified:
        actor = max(one.findings, key=lambda found: found.verified or one.sampled).verifier
        action = {"published": "publish", "invalid": "invalidate"}.get(one.state, "verify")
        yield Step(action, one.state, actor, max(verified))


def _of_finding(found: Finding, one: Sample) -> Iterator[Step]:
    yield from _first_steps(found.before or found, one)
    yield from found.later


def _first_steps(found: Finding, one: Sample) -> Iterator[Step]:
    yield Step("create", "registered", "P-041", one.received)
    if found.captured is not None and found.submitter:
        change = (("Result", None, found.result), ("Analyst", None, found.analyst))
        yield Step("submit", "to_be_verified", found.submitter, found.captured, change)
    if found.state == "retracted" and found.captured is not None:
        yield Step("retract", "retracted", "P-051", found.captured)
    if found.verified is not None:
        yield Step("verify", "verified", found.verifier, found.verified)
