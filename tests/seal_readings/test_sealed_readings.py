"""The fast head of the readings says what the plain one says, whatever the pages hold."""

import hashlib
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.errors import IntegrityError
from contracts.reading_leaves import readings_head
from contracts.salts import seed_of
from contracts.series import SeriesPage
from tasks import sealed_readings as fast
from tasks.hashing import by_datafusion, by_hashlib

WAYS = pytest.mark.parametrize("way", [by_hashlib, by_datafusion])
LENGTHS = [1, 4, 8, 8, 8, 9, 17, 27]


def page(capture: str, size: int, rows: list[tuple[int, float, int, int, int]]) -> SeriesPage:
    times, values, statuses, places, lengths = zip(*rows, strict=True) if rows else ((),) * 5
    placed = zip(places, lengths, strict=True)
    offsets = [2 + place % (size - 2 - length) for place, length in placed]
    return SeriesPage(
        capture,
        "BR-101.TEMP",
        "BR-101",
        "temperature",
        "Cel",
        array("q", times),
        array("d", values),
        array("L", statuses),
        array("q", offsets),
        array("l", lengths),
    )


ROW = st.tuples(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=True),
    st.integers(0, 2**32 - 1),
    st.integers(0, 10_000),
    st.sampled_from(LENGTHS),
)


@st.composite
def evidence(draw):
    """Pages of unlike sizes; a few drawn rows are repeated so that blocks fill."""
    pages, captured = [], {}
    for _ in range(draw(st.integers(0, 4))):
        data = draw(st.binary(min_size=64, max_size=80))
        digest = hashlib.sha256(data).hexdigest()
        captured[digest] = data
        rows = draw(st.lists(ROW, max_size=4))
        pages.append(page(digest, len(data), rows * draw(st.sampled_from([1, 3, 64, 200]))))
    return pages, captured


@WAYS
@given(evidence())
@settings(max_examples=60, deadline=None)
def test_the_same_head_and_index(way, drawn):
    pages, captured = drawn
    seed = seed_of(captured.values())

    plain = readings_head(seed, pages, captured.__getitem__)

    assert fast.sealed_readings(seed, pages, captured.__getitem__, way) == plain


@WAYS
@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 1024, 1300, 3000])
def test_over_the_ends_of_blocks_and_chunks(monkeypatch, way, count):
    monkeypatch.setattr(fast, "_CHUNK", 1024)
    data = bytes(range(256)) * 4
    digest = hashlib.sha256(data).hexdigest()
    rows = [(at, at / 7, 0, at * 18, 8) for at in range(count)]
    pages = [page(digest, len(data), rows[at : at + 700]) for at in range(0, count, 700)]

    plain = readings_head(b"s" * 32, pages, {digest: data}.__getitem__)

    assert fast.sealed_readings(b"s" * 32, pages, {digest: data}.__getitem__, way) == plain
    assert plain.count == count
    assert len(plain.index) == -(-count // 256) * 56


def test_leaves_are_hashed_in_bounded_portions(monkeypatch):
    monkeypatch.setattr(fast, "_MOST_BYTES", 200)
    data = bytes(200)
    rows = [(at, 0.0, 0, at, 8 if at % 3 else 17) for at in range(50)]
    pages = [page("c", len(data), rows)]

    plain = readings_head(b"s" * 32, pages, {"c": data}.__getitem__)

    assert fast.sealed_readings(b"s" * 32, pages, {"c": data}.__getitem__) == plain


@pytest.mark.parametrize(
    ("offset", "length", "status", "words"),
    [
        (93, 8, 0, "to byte 101"),
        (-1, 8, 0, "from byte -1"),
        (1, 8, 0, "first byte"),
        (2, 70_000, 0, "70000 bytes"),
        (2, 8, 2**32, "status 4294967296"),
    ],
)
def test_what_a_leaf_cannot_say_is_refused(offset, length, status, words):
    one = page("c", 100, [(0, 1.0, status, 0, 8)])
    one.offsets[0], one.lengths[0] = offset, length
    data = bytes(80_000 if length > 100 else 100)

    with pytest.raises(IntegrityError, match=words):
        fast.sealed_readings(b"s" * 32, [one], lambda _: data)
