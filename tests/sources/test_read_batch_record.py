"""The batch record: every value with its bytes, and every breach of its contract refused."""

import contextlib
import html
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.errors import UnreadableError
from contracts.observation import Moment, Status, Text
from contracts.reading import BLANK, FIELD, MISPLACED, RESULT
from contracts.sources import batch_record as reader
from infra.plant.batches import SEED, STORIES
from infra.plant.record import batch_record
from tasks import reading

EXPECTED = Path(__file__).parent / "batch_record" / "small_record.expected.txt"
REQUEST = "GET /batches/CART-T-1/record"


@pytest.fixture
def read(captured):
    def run(data, batch="CART-T-1"):
        pair = captured("batch_record", data, REQUEST)
        return reading.read("batch_record", [pair], batch, "Europe/Amsterdam"), pair

    return run


def line(one):
    return [
        one.characteristic,
        one.step,
        f"{one.subject.kind} {one.subject.identifier}",
        one.as_written,
        str(one.value),
        one.unit,
        one.status.value,
        one.provenance.value,
        one.source_key,
        one.supersedes,
    ]


def test_the_small_record_says_what_is_written_beside_it(read, small_record):
    got, _ = read(small_record)
    lines = EXPECTED.read_text(encoding="utf-8").splitlines()
    expected = [
        [part.strip() for part in one.split("|")] for one in lines if not one.startswith("#")
    ]
    assert [line(one) for one in got.observations] == expected


def test_every_place_quotes_the_value_as_written(read, small_record, quoted):
    got, pair = read(small_record)
    for one in got.observations:
        raw = quoted(one.origin.places[0], [pair]).decode("utf-8")
        assert html.unescape(raw) == one.as_written
    (comment,) = [one for one in got.observations if one.characteristic == "comment"]
    # the bytes hold the entities, the text holds what they mean
    place = comment.origin.places[0]
    assert quoted(place, [pair]) == "Box opened at &lt; 10 µm frost &amp; logged".encode()
    assert place.pointer == "/BatchProductionRecord/Comments/Comment/CommentText"


def test_who_when_and_how_are_kept(read, small_record):
    got, _ = read(small_record)
    (one,) = [one for one in got.observations if one.characteristic == "receipt_temperature"]
    assert one.occurred_at.isoformat() == "2026-03-02T09:05:00+01:00"
    assert one.recorded_at.isoformat() == "2026-03-02T09:06:00+01:00"
    assert (one.recorded_by, one.instrument, one.zone) == ("P-011", "TLG-11", "Europe/Amsterdam")
    assert one.qualifiers == (("verified_by", "P-031"),)


def test_a_changed_value_keeps_what_stood_before_and_why(read, small_record):
    got, _ = read(small_record)
    volumes = [one for one in got.observations if one.characteristic == "collection_volume"]
    assert [one.reason for one in volumes] == [
        "changed after entry: Digits transposed",  # the older change, though listed second
        "changed after entry: Misread again",
        "Misread again",
    ]
    assert dict(volumes[-1].qualifiers)["changed_at"] == "2026-03-02T10:00:00.000000Z"


def test_what_was_not_read_is_told(read, small_record):
    got, _ = read(small_record)
    told = {one.place.pointer: one.reason for one in got.unread}
    root = "/BatchProductionRecord"
    assert told[f"{root}/Events/Event[5]/Value/Key"].startswith("the code 'APH_NOVEL'")
    assert "State Change" in told[f"{root}/Events/Event[1]/EventSubType"]
    assert told[f"{root}/Events/Event[2]/EventType"].endswith("(3 times, first here)")


def test_every_text_of_the_record_is_an_observation_or_belongs_to_one_or_is_unread(
    read, small_record
):
    unknown = b"<RecordStatus>Complete</RecordStatus><Version>7</Version>"
    got, _ = read(small_record.replace(b"<RecordStatus>Complete</RecordStatus>", unknown))
    assert "/BatchProductionRecord/Version" in {one.place.pointer for one in got.unread}


TITRE = b"<ValueString>2.1E8</ValueString><UnitOfMeasure>TU/mL</UnitOfMeasure>"
FAULTS = {
    "malformed": (b"</Events>", b"</Evnts>", "not well-formed"),
    "truncated": (b"</OperationsPerformances>\n</BatchProductionRecord>\n", b"", "not well-formed"),
    "not-valid": (b"<EntryID>E-0</EntryID>", b"<Surprise/>", "Surprise"),
    "not-utf-8": ("µ".encode(), b"\xb5", "not well-formed"),
    "another-encoding": (b'encoding="UTF-8"', b'encoding="latin-1"', "the encoding latin-1"),
    "time-that-is-none": (b"2026-03-02T09:06:00", b"2026-03-02T25:06:00", "a date that exists"),
    "another-document": (b'xmlns="http://www.mesa.org/xml/B2MML"', b'xmlns="urn:x"', "urn:x"),
    "dtd": (b"<BatchProductionRecord", b"<!DOCTYPE x><BatchProductionRecord", "DTD"),
    "unit-unknown": (b">degC<", b">degrees<", "the unit 'degrees'"),
    "unit-of-another-scale": (b">degC<", b">degF<", "the unit 'degF'"),
    "unit-missing": (b"<UnitOfMeasure>degC</UnitOfMeasure>", b"", "APH_TEMP with no unit"),
    "unit-where-none-belongs": (
        b"<Key>APH_COI</Key>",
        b"<UnitOfMeasure>mL</UnitOfMeasure><Key>APH_COI</Key>",
        "APH_COI with the unit 'mL'",
    ),
    "titre-without-unit": (TITRE, b"<ValueString>2.1E8</ValueString>", "Titre with no unit"),
    "change-in-another-unit": (
        b"122</ValueString>\n        <DataType>decimal</DataType>\n        <UnitOfMeasure>mL<",
        b"122</ValueString>\n        <DataType>decimal</DataType>\n        <UnitOfMeasure>L<",
        "APH_VOL with the unit 'L'",
    ),
    "time-without-zone": (b"09:05:00+01:00", b"09:05:00", "without a zone"),
    "recorded-time-without-zone": (b"09:06:00+01:00", b"09:06:00", "without a zone"),
    "step-time-without-zone": (b"03:30:00+02:00", b"03:30:00", "without a zone"),
    "time-beyond-the-calendar": (b"2026-03-02T09:05:00+01:00", b"0001-01-01T00:00:00+14:00", "000"),
    "duplicate-entry": (b"EV-VOL</EntryID>", b"EV-TEMP</EntryID>", "the EntryID 'EV-TEMP' twice"),
    "other-batch": (b">CART-T-1<", b">CART-T-2<", "the record of batch 'CART-T-2'"),
    "no-batch": (b"<BatchID>CART-T-1</BatchID>", b"", "no BatchID"),
    "number-that-is-none": (b">4.60<", b">warm<", "'warm' declared as decimal"),
    "wrong-step": (b">apheresis_receipt/reception<", b">harvest<", "at the step 'harvest'"),
    "nobody-entered-it": (b"<PersonID>P-011</PersonID>\n      <Proc", b"<Proc", "no PersonID"),
    "unknown-entry-mode": (b">interface<", b">telepathy<", "'telepathy'"),
    "change-of-nothing": (
        b"<RecordReference>EV-VOL</RecordReference>",
        b"<RecordReference>EV-GONE</RecordReference>",
        "a change of 'EV-GONE'",
    ),
    "comment-on-nothing": (
        b"<RecordReference>EV-TEMP</RecordReference>",
        b"<RecordReference>EV-GONE</RecordReference>",
        "a comment on 'EV-GONE'",
    ),
    "change-of-another-parameter": (b"<Key>APH_VOL</Key>", b"<Key>APH_TNC</Key>", "APH_TNC"),
    "two-values-in-one-entry": (
        b"<PersonID>P-011</PersonID>\n      <Proc",
        b"<Value><ValueString>9</ValueString></Value><PersonID>P-011</PersonID>\n      <Proc",
        "2 values in one entry",
    ),
    "comment-inside-a-value": (b"4.60", b"4.6<!-- -->0", "a comment"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_breach_is_refused_in_words(read, small_record, fault):
    before, after, words = FAULTS[fault]
    assert before in small_record
    with pytest.raises(UnreadableError) as refused:
        read(small_record.replace(before, after, 1))
    assert words in str(refused.value)
    assert refused.value.expected
    assert refused.value.move
    assert refused.value.where.startswith(REQUEST)


def test_an_entity_bomb_is_refused_before_it_is_lit(read):
    layers = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "lol">' for n in range(12)
    )
    with pytest.raises(UnreadableError, match="DTD"):
        read(f"<!DOCTYPE b [{layers}]><b>&l11;</b>".encode())


def test_an_entry_without_value_says_nothing_and_is_told(read, small_record):
    got, _ = read(small_record.replace(b"<ValueString>4.60</ValueString>", b"<ValueString/>"))
    assert "receipt_temperature" not in {one.characteristic for one in got.observations}
    (told,) = more_than_fields(got)
    assert (told.kind, told.reason) == (BLANK, "the entry of APH_TEMP holds no value")
    assert told.place.pointer == "/BatchProductionRecord/Events/Event[2]/Value/Key"


def test_what_stood_in_an_entry_before_it_was_emptied_is_kept(read, small_record):
    got, _ = read(small_record.replace(b"<ValueString>212</ValueString>", b"<ValueString/>"))
    volumes = [one for one in got.observations if one.characteristic == "collection_volume"]
    assert [(one.as_written, one.status) for one in volumes] == [
        ("122", Status.INVALIDATED),
        ("221", Status.INVALIDATED),
    ]
    assert BLANK in {one.kind for one in got.unread}


def test_a_value_outside_the_contract_is_told_with_its_text(read, small_record):
    got, _ = read(small_record)
    (told,) = [one for one in got.unread if one.kind == RESULT]
    assert told.reason == "the code 'APH_NOVEL' is not in the contract; its value is “7”"
    assert told.place.pointer == "/BatchProductionRecord/Events/Event[5]/Value/Key"


RUNNING = b"<Value><ValueString>Running</ValueString></Value>"


@pytest.mark.parametrize(
    ("value", "kind", "reason"),
    [
        (
            b"<Value><ValueString>9</ValueString><Key>APH_NOVEL</Key></Value>",
            RESULT,
            "the code 'APH_NOVEL' is not in the contract; its value is “9”",
        ),
        (
            b"<Value><ValueString>5</ValueString><Key>APH_TEMP</Key></Value>",
            MISPLACED,
            "the code 'APH_TEMP' stands in an event of the kind 'State Change'; its value is “5”",
        ),
        (
            b"<Value><ValueString/><Key>APH_NOVEL</Key></Value>",
            RESULT,
            "the code 'APH_NOVEL' is not in the contract; its value is blank",
        ),
    ],
)
def test_a_coded_value_in_another_event_is_told(read, small_record, value, kind, reason):
    got, _ = read(small_record.replace(RUNNING, value))
    (told,) = [one for one in got.unread if "Event[1]" in one.place.pointer and one.kind != FIELD]
    assert (told.kind, told.reason) == (kind, reason)


def test_a_second_value_behind_an_unknown_one_is_told(read, small_record):
    both = b"<Key>APH_NOVEL</Key></Value><Value><ValueString>19.5</ValueString><Key>APH_TEMP</Key>"
    lines = small_record.replace(b"<Key>APH_NOVEL</Key>", both)
    got, _ = read(lines)
    assert [one.kind for one in more_than_fields(got, new=True)] == [RESULT, MISPLACED]


def more_than_fields(got, *, new=False):
    """Give what is more than a field; without the record's own APH_NOVEL unless `new`."""
    found = [one for one in got.unread if one.kind != FIELD]
    return [one for one in found if new or "APH_NOVEL" not in one.reason]


def test_words_in_a_number_are_kept_as_words_when_they_are_declared_so(read, small_record):
    free = small_record.replace(
        b"4.60</ValueString>\n        <DataType>decimal", b"n/a</ValueString><DataType>string"
    )
    got, _ = read(free)
    (one,) = [one for one in got.observations if one.characteristic == "receipt_temperature"]
    assert (str(one.value), type(one.value).__name__) == ("n/a", "Text")


def test_a_change_of_what_carries_no_value_is_told(read, small_record):
    other = small_record.replace(
        b"<RecordReference>EV-VOL</RecordReference>", b"<RecordReference>ST-1</RecordReference>", 1
    ).replace(
        b"<RecordReference>EV-VOL</RecordReference>", b"<RecordReference>E-9</RecordReference>", 1
    )
    got, _ = read(other)
    (told,) = [one for one in got.unread if "a change of an entry" in one.reason]
    assert told.reason.endswith("(2 times, first here)")
    assert Status.CORRECTED not in {one.status for one in got.observations}


def test_a_role_that_the_contract_does_not_know_is_told(read, small_record):
    got, _ = read(small_record.replace(b"Verified by", b"Watched by"))
    assert "verified_by" not in {one.characteristic for one in got.observations}
    assert any("the role 'Watched by'" in one.reason for one in got.unread)


def test_a_byte_order_mark_moves_every_span_with_it(read, small_record, quoted):
    plain, _ = read(small_record)
    marked, pair = read(b"\xef\xbb\xbf" + small_record)
    for one, other in zip(plain.observations, marked.observations, strict=True):
        assert other.origin.places[0].offset == one.origin.places[0].offset + 3
    assert quoted(marked.observations[0].origin.places[0], [pair]) == b"car-t-autologous"


def test_a_message_that_is_no_record_is_refused(captured):
    data = b'<BatchInformation xmlns="http://www.mesa.org/xml/B2MML"/>'
    pair = captured("batch_record", data, REQUEST)
    with pytest.raises(UnreadableError, match="the element BatchInformation"):
        reader.read([pair], reading.contract_of("batch_record"), "CART-T-1", "UTC")


def test_no_record_is_no_reading():
    with pytest.raises(UnreadableError, match="0 batch records"):
        reading.read("batch_record", [], "CART-T-1", "UTC")


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.batch)
def test_the_demo_plants_records_are_read_whole(captured, quoted, story):
    pair = captured("batch_record", batch_record(story, SEED), REQUEST)
    got = reading.read("batch_record", [pair], story.batch, "Europe/Amsterdam")
    for one in got.observations:
        assert quoted(one.origin.places[0], [pair]).decode() == one.as_written
    corrected = [one for one in got.observations if one.status is Status.CORRECTED]
    assert len(corrected) == len(story.changes)
    assert {one.kind for one in got.unread} == {FIELD}
    expiry = [one for one in got.observations if one.characteristic == "material_expiry"]
    assert len(expiry) == sum(one.characteristic == "material_lot" for one in got.observations)
    assert all(one.value.moment > one.occurred_at for one in expiry)


def test_the_demo_plants_records_use_every_code_of_the_contract(captured):
    found = set()
    for story in STORIES:
        pair = captured("batch_record", batch_record(story, SEED), REQUEST)
        got = reading.read("batch_record", [pair], story.batch, "Europe/Amsterdam")
        found |= {one.characteristic for one in got.observations}
    known = {term.name for term in reading.contract_of("batch_record").terms}
    assert known - found == set()


# a day ends by the clock of the plant: +01:00 in winter, +02:00 in summer
DAYS = {
    b"2026-11-30": "2026-11-30T22:59:59.000000Z",
    b"2026-06-30": "2026-06-30T21:59:59.000000Z",
    b"2026-11-30T12:00:00+01:00": "2026-11-30T11:00:00.000000Z",
}
NO_DAYS = (b"2026-02-30", b"30.11.2026", b"n/a", b"2026-11-30T12:00:00", b"2026-11")


@pytest.mark.parametrize("written", DAYS)
def test_a_lot_expires_at_the_end_of_its_day(small_record, captured, written):
    (one,) = expiries(captured, small_record.replace(b"2026-11-30", written))
    assert (str(one.value), one.as_written) == (DAYS[written], written.decode())
    assert isinstance(one.value, Moment)


@pytest.mark.parametrize("written", NO_DAYS)
def test_what_is_no_day_stays_the_words_it_is(small_record, captured, written):
    (one,) = expiries(captured, small_record.replace(b"2026-11-30", written))
    assert one.value == Text(written.decode())


def expiries(captured, data):
    contract = reading.contract_of("batch_record")
    pair = captured("batch_record", data, REQUEST)
    got = reader.read([pair], contract, "CART-T-1", "Europe/Amsterdam")
    return [one for one in got.observations if one.characteristic == "material_expiry"]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_record_is_read_or_refused_never_worse(read_bytes, small_record, data):
    at = data.draw(st.integers(0, len(small_record) - 1))
    gone = data.draw(st.integers(0, 3))
    new = data.draw(st.binary(max_size=3))
    with contextlib.suppress(UnreadableError):
        got = read_bytes(small_record[:at] + new + small_record[at + gone :])
        assert got.observations


@pytest.fixture(scope="module")
def read_bytes(captured):
    return lambda data: reading.read(
        "batch_record", [captured("batch_record", data, REQUEST)], "CART-T-1", "UTC"
    )
