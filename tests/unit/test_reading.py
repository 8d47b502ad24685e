"""The one door to the readers: which contract, which check first, which refusal."""

from datetime import UTC, datetime

import pytest

from contracts.errors import UnreadableError
from contracts.evidence import Capture, digest_of
from contracts.reading import Reading
from contracts.sources.contract import ContractError
from tasks import reading

RECORD = "GET /batches/CART-T-1/record"


def batch_record(data):
    taken = datetime(2026, 3, 24, 6, tzinfo=UTC)
    name = reading.contract_of("batch_record").name
    capture = Capture(
        digest_of(data), len(data), "batch_record", "b2mml-http", RECORD, "", (), name, taken
    )
    return reading.read("batch_record", [(capture, data)], "CART-T-1", "Europe/Amsterdam")


def record(inside):
    return (
        '<BatchProductionRecord xmlns="http://www.mesa.org/xml/B2MML">'
        "<ID>1</ID><EntryID>2</EntryID><ObjectType>Batch Production Record</ObjectType>"
        f"{inside}</BatchProductionRecord>"
    ).encode()


def test_a_contract_is_loaded_once():
    assert reading.contract_of("lims") is reading.contract_of("lims")


@pytest.mark.parametrize("source", ["dreams", "../lims", ""])
def test_a_source_without_contract_is_an_error_in_words(source):
    with pytest.raises(ContractError, match="no contract for the source"):
        reading.contract_of(source)
    with pytest.raises(ContractError, match="batch_record, lims, equipment"):
        reading.read(source, [], "CART-T-1", "UTC")


def test_the_smallest_valid_record_says_nothing_but_its_batch():
    got = batch_record(record("<BatchID>CART-T-1</BatchID>"))
    assert isinstance(got, Reading)
    assert got.observations == ()


def test_the_schema_speaks_first_and_names_the_line():
    with pytest.raises(UnreadableError) as refused:
        batch_record(record("\n<BatchID>CART-T-2</BatchID>\n<Colour>red</Colour>"))
    # not the reader's word on the batch: the schema's word on line 3
    assert "MESA's schema does not allow" in refused.value.found
    assert "'Colour'" in refused.value.found
    assert refused.value.where == f"{RECORD}, line 3"


def test_a_dtd_never_reaches_the_schema_check(monkeypatch):
    def reached(*_, **__):
        raise AssertionError

    monkeypatch.setattr(reading.etree, "fromstring", reached)
    with pytest.raises(UnreadableError, match="DTD"):
        batch_record(b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>')


def test_the_word_for_nothing_read_from_no_equipment_is_an_empty_reading():
    assert reading.read("equipment", [], "CART-T-1", "UTC") == Reading()


def test_what_is_too_large_for_the_schema_check_is_refused_in_words():
    # libxml2 takes no attribute beyond 10 million characters unless it is told to
    huge = record("<BatchID>CART-T-1</BatchID>").replace(
        b"<ID>", b'<ID schemeName="' + b"x" * 10_000_001 + b'">', 1
    )
    with pytest.raises(UnreadableError, match="too much for the schema check"):
        batch_record(huge)
