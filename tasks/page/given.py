"""What the page is given: plain records of one evaluation, as the nouns write them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Record: TypeAlias = Mapping[str, Any]
"""A plain record, as a noun's `.record()` gives it."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of the batch beside its evidence: the log's, and other batches'.

    It is what was known when the package was made; nothing here is part of the package's root.
    """

    owed: Sequence[Record] = ()
    """What review is owed before anybody decides: {role, what, why}, in the order it is done."""
    elsewhere: Sequence[Record] = ()
    """Where else a thing was used: {kind (`material_lot`, `equipment`, `person`, `method`), name,
    batches: [{batch, evaluation, readiness}], the newest first, count: how many there are}."""
    looked_at: int = 0
    """Among how many packages it was looked for."""
    left_out: int = 0
    """How many more there are that could not be looked into."""
    history: Sequence[Record] = ()
    """Every evaluation of the batch: {evaluation, stage, at, by, reason, readiness (empty while it
    runs), superseded (a later one of its stage is finished), changes: [words]}."""
    trail: Sequence[Record] = ()
    """The audit trail of the batch: {index, at, kind, words}, in the log's order."""
    approvals: Sequence[Record] = ()
    """Who approved the strategy: `Approval.record()`."""
    training: Sequence[Record] = ()
    """Training records among the evidence: {person, words}."""


@dataclass(frozen=True, slots=True)
class PageDocuments:
    """Everything the page shows. It is rendered as given; nothing is decided here.

    `summary` has: batch, product, site, stage (texts), readiness {stage, readiness, reasons},
    evaluation ("1 of 1"), judged_at (UTC, as `contracts.times.written`), strategy {title, version,
    digest, in_force_on, layers (texts)}, criteria {in_force, judged} (integers). The package's root
    is no part of the page: the page is a member of the package, and the root is in its manifest.
    """

    summary: Record
    verdicts: Sequence[Record]
    """`Verdict.record()`, one for each criterion in force, in the strategy's order."""
    criteria: Sequence[Record]
    """`Criterion.record()` of each criterion in force, with its one limit."""
    exceptions: Sequence[Record]
    """`QualityException.record()`."""
    observations: Sequence[Record]
    """`Observation.record()`, the calculated ones too."""
    captures: Sequence[Record]
    """`Capture.record()`."""
    quarantines: Sequence[Record] = ()
    """`Quarantine.record()`."""
    unread: Sequence[Record] = ()
    """`Unread.record()`."""
    quotes: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    """By observation id: {capture, offset, length, text, before, after, pointer, encoding}."""
    envelopes: Sequence[Record] = ()
    """Curves: {tag, characteristic, unit, window: [from, to], buckets: [[t_ms, min, max], ...],
    limits: [{criterion, low, high, words}], not_good: [[from_ms, to_ms], ...]}.

    Times in milliseconds since 1970-01-01 UTC, of a bucket its middle; `window` may also be two
    texts as `contracts.times.written` gives them. A limit's `low` and `high` are
    numbers, decimal texts or null. Buckets without a good reading are left out.
    """
    dues: Mapping[str, str] = field(default_factory=dict)
    """By criterion id: by when its result is owed, as `contracts.times.written` gives it."""
    beside: Beside = field(default_factory=Beside)
    """What is known beside the evidence."""
