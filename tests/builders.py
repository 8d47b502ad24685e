"""Nouns for tests: one plausible observation, criterion and capture each, to be changed by name."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from contracts.criterion import AttributeClass, Criterion, Stage
from contracts.evidence import Capture, Place, digest_of
from contracts.observation import (
    Bound,
    Number,
    Observation,
    Origin,
    Provenance,
    Status,
    Subject,
    Text,
)
from contracts.rule import Limit, Range
from contracts.subject import Observed

CAPTURED_AT = datetime(2026, 3, 24, 6, 0, tzinfo=UTC)


def capture(data: bytes, **changes) -> Capture:
    return replace(
        Capture(
            digest=digest_of(data),
            size=len(data),
            source="lims",
            system="senaite",
            request="GET /analysis?page=1",
            media_type="application/json",
            headers=(("content-type", "application/json"),),
            contract="lims@1.0.0",
            captured_at=CAPTURED_AT,
        ),
        **changes,
    )


def observed(written: str, data: bytes | None = None, **changes) -> Observation:
    """An observation of `written`, quoted from `data` (or from its own text alone)."""
    data = written.encode() if data is None else data
    start = data.index(written.encode())
    place = Place(digest_of(data), start, max(1, len(written.encode())), "/items/0/Result")
    return replace(
        Observation(
            batch="CART-26-0001",
            source="lims",
            subject=Subject("sample", "DP-0001"),
            step="release_testing",
            characteristic="viability",
            as_written=written,
            value=value_of(written),
            unit="%",
            occurred_at=datetime(2026, 3, 13, 9, 0, tzinfo=UTC),
            recorded_at=datetime(2026, 3, 13, 11, 0, tzinfo=UTC),
            captured_at=CAPTURED_AT,
            zone="UTC",
            recorded_by="P-041",
            instrument="NC-202",
            status=Status.FINAL,
            provenance=Provenance.INSTRUMENT,
            origin=Origin((place,)),
            source_key=f"uid-{written}",
        ),
        **changes,
    )


def value_of(written: str) -> Number | Text:
    bound = Bound(written[0]) if written[:1] in ("<", ">") else Bound.EXACT
    try:
        return Number(Decimal(written.lstrip("<> ")), bound)
    except ArithmeticError:
        return Text(written)


def criterion(rule=None, **changes) -> Criterion:
    limit = Limit(date(2024, 1, 1), rule or Range(low=Decimal("80.0")), "CS-0042 v3, section 4.2")
    return replace(
        Criterion(
            id="CQA-VIA-001",
            title="Viability of the drug product",
            attribute_class=AttributeClass.CQA,
            criticality="critical",
            required_for=Stage.INITIAL,
            subject=Observed("lims", "viability", "release_testing"),
            unit="%",
            limits=(limit,),
            owner="QC laboratory",
            message="The cells are less viable than the specification allows.",
            unit_procedure="release_testing",
        ),
        **changes,
    )
