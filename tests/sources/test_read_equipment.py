"""Equipment history: asyncua writes the bytes, our decoder must say the same, quickly."""

import contextlib
import math
import struct
import time
from datetime import UTC, datetime, timedelta

import pytest
from asyncua import ua
from asyncua.ua.ua_binary import Primitives, struct_to_binary
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts.errors import UnreadableError
from contracts.sources.equipment import reading_in_words
from contracts.sources.opcua_columns import columns
from tasks import reading

START = datetime(2026, 3, 4, 10, tzinfo=UTC)
WINDOW = "2026-03-04T10:00:00.000000Z/2026-03-13T10:00:00.000000Z"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GOOD, UNCERTAIN, BAD = 0, 0x4090_0000, 0x8031_0000


def request(page=1, tag="BR-101.TEMP", window=WINDOW):
    return f"HistoryRead ns=2;s={tag} {window} page {page}"


def value(number, seconds, kind=ua.VariantType.Double, status=GOOD, **more):
    return ua.DataValue(
        ua.Variant(number, kind),
        ua.StatusCode(ua.UInt32(status)),
        SourceTimestamp=START + timedelta(seconds=seconds),
        **more,
    )


def body(values, status=GOOD, continues=None):
    """Return what asyncua sends of a HistoryReadResponse after its header."""
    result = ua.HistoryReadResult()
    result.StatusCode = ua.StatusCode(ua.UInt32(status))
    result.ContinuationPoint = continues
    result.HistoryData = None if values is None else ua.HistoryData(values)
    return struct.pack("<i", 1) + struct_to_binary(result) + struct.pack("<i", 0)


@pytest.fixture
def read(captured):
    def run(*pages, tag="BR-101.TEMP"):
        pairs = [
            captured("equipment", data, request(number, tag))
            for number, data in enumerate(pages, start=1)
        ]
        return reading.read("equipment", pairs, "CART-T-1", "UTC")

    return run


def test_a_page_is_columns_with_the_bytes_of_each_number(read):
    data = body([value(36.9, 0), value(37.1, 15), value(None, 30, ua.VariantType.Null, BAD)])
    (page,) = read(data).pages
    first = int((START - EPOCH).total_seconds()) * 10**9
    assert list(page.times) == [first, first + 15 * 10**9, first + 30 * 10**9]
    assert list(page.values)[:2] == [36.9, 37.1]
    assert math.isnan(page.values[2])
    assert list(page.statuses) == [GOOD, GOOD, BAD]
    quoted = [data[at : at + size] for at, size in zip(page.offsets, page.lengths, strict=True)]
    assert quoted[:2] == [struct.pack("<d", 36.9), struct.pack("<d", 37.1)]
    assert quoted[2] == data[data.index(quoted[2]) :][: len(quoted[2])]
    assert struct.pack("<I", BAD) in quoted[2]  # no number: the whole DataValue
    assert (page.tag, page.equipment) == ("BR-101.TEMP", "BR-101")
    assert (page.characteristic, page.unit) == ("temperature", "Cel")


def test_one_reading_in_words(read):
    data = body([value(36.9, 0), value(37.0, 15, status=UNCERTAIN)])
    (page,) = read(data).pages
    good, last_known = (reading_in_words(page, row, data) for row in (0, 1))
    assert (good.number, good.bytes_hex, good.status) == (
        "36.9",
        struct.pack("<d", 36.9).hex(),
        "Good",
    )
    assert last_known.status.startswith("UncertainLastUsableValue (0x40900000")


NUMBERS = {
    ua.VariantType.Boolean: st.booleans(),
    ua.VariantType.SByte: st.integers(-128, 127),
    ua.VariantType.Byte: st.integers(0, 255),
    ua.VariantType.Int16: st.integers(-(2**15), 2**15 - 1),
    ua.VariantType.UInt16: st.integers(0, 2**16 - 1),
    ua.VariantType.Int32: st.integers(-(2**31), 2**31 - 1),
    ua.VariantType.UInt32: st.integers(0, 2**32 - 1),
    ua.VariantType.Int64: st.integers(-(2**63), 2**63 - 1),
    ua.VariantType.UInt64: st.integers(0, 2**64 - 1),
    ua.VariantType.Float: st.floats(width=32),
    ua.VariantType.Double: st.floats(),
    ua.VariantType.Null: st.none(),
}


@st.composite
def readings(draw):
    kind = draw(st.sampled_from(sorted(NUMBERS, key=lambda one: one.value)))
    more = {}
    if draw(st.booleans()):
        more["ServerTimestamp"] = START
    if draw(st.booleans()):
        more["SourcePicoseconds"] = ua.UInt16(7)
    if draw(st.booleans()):
        more["ServerPicoseconds"] = ua.UInt16(9)
    status = draw(st.sampled_from([GOOD, UNCERTAIN, BAD]))
    return (draw(NUMBERS[kind]), kind, status, more)


@given(st.lists(st.tuples(readings(), st.integers(1, 40)), max_size=6))
def test_it_agrees_with_what_asyncua_wrote(drawn):
    """Runs of equal and of changing layout, every numeric type, every optional part."""
    made = [one for one, times in drawn for _ in range(times)]
    values = [
        value(number, row, kind, status, **more)
        for row, (number, kind, status, more) in enumerate(made)
    ]
    data = b"".join(map(struct_to_binary, values))
    found = columns(data, 0, len(values))
    assert found.end == len(data)
    base = int((START - EPOCH).total_seconds()) * 10**9
    assert list(found.times) == [base + row * 10**9 for row in range(len(made))]
    assert list(found.statuses) == [status for _, _, status, _ in made]
    for row, (number, kind, _, _) in enumerate(made):
        raw = data[found.offsets[row] : found.offsets[row] + found.lengths[row]]
        if number is None:
            assert math.isnan(found.values[row])
            assert raw == struct_to_binary(values[row])
        else:
            same = struct.pack("<d", found.values[row]) == struct.pack("<d", float(number))
            assert same or (math.isnan(number) and math.isnan(found.values[row]))
            assert raw == getattr(Primitives, kind.name).pack(number)


def test_no_data_is_an_empty_page(read):
    (page,) = read(body(None, status=0x00A5_0000)).pages  # GoodNoData
    assert len(page.times) == 0
    (page,) = read(body([])).pages
    assert len(page.times) == 0


def test_server_times_are_told_as_unread(read):
    got = read(body([value(7.2, row, ServerTimestamp=START) for row in range(3)]))
    assert [one.reason for one in got.unread] == ["3 server timestamps are kept, not used (once)"]


def test_a_tag_is_known_by_its_equipments_class(read):
    (page,) = read(body([value(-80.0, 0)]), tag="CRF-201.TEMP").pages
    assert page.characteristic == "freezing_temperature"
    got = read(body([value(1.0, 0)]), tag="XX-1.TEMP")
    assert got.pages == ()
    assert "'XX-1.TEMP' is not in the contract" in got.unread[0].reason


def test_pages_follow_each_other(read):
    got = read(
        body([value(37.0, 0), value(37.1, 15)], continues=b"more"),
        body([value(37.2, 30)]),
    )
    assert [list(page.values) for page in got.pages] == [[37.0, 37.1], [37.2]]


def test_a_tag_may_be_read_over_two_windows_that_overlap(captured):
    data = body([value(37.0, 0)])
    inner = "2026-03-04T10:00:00.000000Z/2026-03-04T11:00:00.000000Z"
    pairs = [
        captured("equipment", data, request()),
        captured("equipment", data, request(window=inner)),
    ]
    assert len(reading.read("equipment", pairs, "CART-T-1", "UTC").pages) == 2


WHOLE = body([value(36.9, 0), value(37.1, 15)])
NO_TIME = ua.DataValue(ua.Variant(1.0, ua.VariantType.Double))
FAULTS = {
    "string-value": ([body([value("warm", 0, ua.VariantType.String)])], "a value that is String"),
    "array-value": ([body([value([1.0], 0)])], "an array of"),
    "text-after-numbers": (
        [body([*(value(1.0, row) for row in range(9)), value("x", 10, ua.VariantType.String)])],
        "a value that is String",
    ),
    "no-source-time": ([body([NO_TIME])], "without its source's time"),
    "time-that-does-not-exist": (
        [WHOLE.replace(struct.pack("<q", 134_170_920_000_000_000)[2:], b"\xff" * 5 + b"\x7f")],
        "a time that exists",
    ),
    "bad-status-node-unknown": (
        [body(None, status=0x8034_0000)],
        "BadNodeIdUnknown (0x80340000: the server does not know this node)",
    ),
    "bad-status": ([body(None, status=0x8000_0000)], "Bad (0x80000000)"),
    "out-of-order": ([body([value(1.0, 30), value(1.0, 15)])], "reading 1 before the one"),
    "page-overlaps": (
        [body([value(1.0, 0), value(1.0, 15)], continues=b"x"), body([value(1.0, 15)])],
        "overlaps",
    ),
    "page-repeats": ([body([value(1.0, 0)], continues=b"x"), body([value(1.0, 0)])], "overlaps"),
    "last-page-missing": ([body([value(1.0, 0)], continues=b"x")], "1 pages of BR-101.TEMP"),
    "page-after-the-last": ([body([value(1.0, 0)]), body([value(1.0, 1)])], "after its last"),
    "two-results": ([struct.pack("<i", 2) + WHOLE[4:]], "2 results"),
    "unknown-form": ([WHOLE.replace(b"\x07\x0b", b"\x87\x0b", 1)], "an unknown form"),
    "more-after-the-end": ([WHOLE + b"\x00"], "1 bytes after the end"),
    "more-readings-than-bytes": (
        [WHOLE.replace(struct.pack("<i", 2), struct.pack("<i", 2**30), 1)],
        "1073741824 readings",
    ),
    "fewer-readings-than-bytes": (
        [WHOLE.replace(struct.pack("<i", 2), struct.pack("<i", 1), 1)],
        "readings that end at byte",
    ),
    "another-type": ([WHOLE.replace(struct.pack("<H", 658), struct.pack("<H", 661), 1)], "661"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_breach_is_refused_in_words(read, fault):
    pages, words = FAULTS[fault]
    assert pages != [WHOLE]
    with pytest.raises(UnreadableError) as refused:
        read(*pages)
    assert words in refused.value.found
    assert refused.value.expected
    assert "BR-101.TEMP" in refused.value.where
    assert refused.value.move


@pytest.mark.parametrize("end", range(len(WHOLE)))
def test_a_truncated_page_is_refused_wherever_it_ends(read, end):
    with pytest.raises(UnreadableError):
        read(WHOLE[:end])


@pytest.mark.parametrize("kind", [ua.VariantType.Double, ua.VariantType.Null])
def test_readings_that_end_too_early_are_refused_wherever(kind):
    one = struct_to_binary(value(None if kind is ua.VariantType.Null else 1.0, 0, kind))
    for end in range(2 * len(one)):
        with pytest.raises(UnreadableError, match="within a reading"):
            columns((one + one)[:end], 0, 2)


def test_pages_out_of_turn_are_refused(captured):
    pairs = [captured("equipment", body([value(1.0, 0)]), request(page=2))]
    with pytest.raises(UnreadableError, match=r"page 2 of BR-101\.TEMP"):
        reading.read("equipment", pairs, "CART-T-1", "UTC")


def test_a_request_of_another_kind_is_refused(captured):
    pairs = [captured("equipment", WHOLE, "GET /history")]
    with pytest.raises(UnreadableError, match="the request 'GET /history'"):
        reading.read("equipment", pairs, "CART-T-1", "UTC")


@settings(max_examples=300)
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 4), st.binary(max_size=4))
@example(at=0, gone=0, new=b"")
def test_damaged_bytes_are_read_or_refused_never_worse(read_one, at, gone, new):
    with contextlib.suppress(UnreadableError):
        got = read_one(WHOLE[:at] + new + WHOLE[at + gone :])
        assert len(got.pages) == 1


@pytest.fixture(scope="module")
def read_one(captured):
    return lambda data: reading.read(
        "equipment", [captured("equipment", data, request())], "CART-T-1", "UTC"
    )


def test_a_quarter_of_a_million_readings_take_well_under_a_second():
    good = struct_to_binary(value(37.0, 0))
    doubtful = struct_to_binary(value(37.0, 0, status=UNCERTAIN))
    data = (good * 900 + doubtful) * 278  # 250,478 readings, the layout changes 555 times
    began = time.process_time()
    found = columns(data, 0, 901 * 278)
    spent = time.process_time() - began
    assert len(found.values) == 250_478
    assert spent < 1.0
