"""Many digests at once are those of hashlib, in order; another answer stops the sealing."""

import hashlib

import numpy as np
import pyarrow as pa
import pytest

from contracts.errors import IntegrityError
from tasks import hashing


@pytest.mark.parametrize("way", [hashing.by_hashlib, hashing.by_datafusion])
@pytest.mark.parametrize("width", [1, 55, 56, 64, 65, 87, 300])
@pytest.mark.parametrize("count", [0, 1, 511, 512, 9000])
def test_each_row_has_its_digest(way, width, count):
    messages = np.random.default_rng(7).integers(0, 256, (count, width), np.uint8)

    digests = way(messages)

    expected = [hashlib.sha256(one.tobytes()).digest() for one in messages]
    assert [one.tobytes() for one in digests] == expected


def test_rows_that_do_not_lie_together_are_hashed_as_they_are():
    messages = np.random.default_rng(7).integers(0, 256, (600, 100), np.uint8)[:, ::2]

    assert (hashing.by_datafusion(messages) == hashing.by_hashlib(messages)).all()


def test_the_fastest_way_is_what_is_installed(monkeypatch):
    assert hashing.fastest() is hashing.by_datafusion
    monkeypatch.setattr(hashing, "find_spec", lambda _: None)
    assert hashing.fastest() is hashing.by_hashlib


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (pa.array([b"\0" * 32] * 600, pa.binary()), "as hashlib says"),
        (pa.array([b"\0" * 32] * 599, pa.binary()), "599 digests of 600"),
        (pa.array([None] * 600, pa.binary()), "without a digest"),
    ],
)
def test_a_wrong_answer_is_refused(monkeypatch, answer, words):
    batch = pa.record_batch([answer], names=["digest"])
    monkeypatch.setattr(hashing, "_query", lambda: lambda _: [batch])

    with pytest.raises(IntegrityError, match=words):
        hashing.by_datafusion(np.zeros((600, 87), np.uint8))
