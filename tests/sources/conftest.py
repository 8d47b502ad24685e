"""Captures for the readers' tests: bytes as a source hands them over, and how to ask for them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.evidence import Capture, digest_of
from tasks import reading

HERE = Path(__file__).parent
TAKEN = datetime(2026, 3, 24, 6, tzinfo=UTC)


@pytest.fixture(scope="session")
def captured():
    """Give bytes together with the capture that names them."""

    def build(source, data, request):
        capture = Capture(
            digest=digest_of(data),
            size=len(data),
            source=source,
            system="test",
            request=request,
            media_type="application/octet-stream",
            headers=(),
            contract=reading.contract_of(source).name,
            captured_at=TAKEN,
        )
        return capture, data

    return build


@pytest.fixture(scope="session")
def quoted():
    """Give the bytes that a place points at."""

    def find(place, pairs):
        data = {capture.digest: data for capture, data in pairs}
        return data[place.capture][place.offset : place.offset + place.length]

    return find


@pytest.fixture(scope="session")
def small_record():
    """A small batch record of batch CART-T-1, written by hand for these tests."""
    return (HERE / "batch_record" / "small_record.xml").read_bytes()


@pytest.fixture(scope="session")
def recorded():
    """Give an answer of a live SENAITE by its name, as recorded."""
    return lambda name: (HERE / "senaite" / f"{name}.json").read_bytes()


@pytest.fixture(scope="session")
def odcs_schema():
    """The Open Data Contract Standard's own schema."""
    return json.loads((HERE / "odcs" / "odcs-json-schema-v3.1.0.json").read_bytes())
