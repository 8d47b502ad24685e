"""The outer shell of an OPC UA history answer, opened without touching the data."""

import struct

import pytest
from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_to_binary

from contracts.errors import UnreadableError
from tasks.sources.history_wire import results_of, shell_of


def answer(results: bytes) -> Buffer:
    whole = struct_to_binary(ua.HistoryReadResponse())
    return Buffer(whole[: -len(struct.pack("<ii", 0, 0))] + results)


def test_what_follows_the_header_is_the_body():
    assert results_of(answer(b"\x01\x02")) == b"\x01\x02"


@pytest.mark.parametrize(
    "data",
    [b"", b"\x01", struct_to_binary(ua.ReadResponse()), bytes(answer(b"")._data[:10])],  # noqa: SLF001 - asyncua's bytes
    ids=["nothing", "one byte", "an answer to another question", "a cut header"],
)
def test_an_answer_to_something_else(data: bytes):
    with pytest.raises(UnreadableError, match="one HistoryReadResponse"):
        results_of(Buffer(data))


@pytest.mark.parametrize(
    ("results", "words"),
    [
        (b"", "0 bytes"),
        (struct.pack("<iI", 1, 0), "8 bytes"),
        (struct.pack("<iIi", 2, 0, -1), "2 results"),
        (struct.pack("<iIi", -1, 0, -1), "-1 results"),
        (struct.pack("<iIi", 1, 0, 5) + b"abcd", "ends in its continuation point"),
        (struct.pack("<iIi", 1, 0, 2**31 - 1), "ends in its continuation point"),
    ],
)
def test_a_page_that_ends_too_early(results: bytes, words: str):
    with pytest.raises(UnreadableError, match=words):
        shell_of(results)
