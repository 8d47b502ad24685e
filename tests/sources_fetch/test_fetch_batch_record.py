"""Fetching a batch record from a MES that fails in every way a real one does."""

import logging
import pickle
import socket
import time

import pytest
from sources_fetch.scripted_http import (
    Scripted,
    cuts_midway,
    drips,
    hangs_up,
    never_ends,
    says,
    stays_silent,
)

from contracts.errors import NotFoundError, SiteError, UnavailableError, UnreadableError
from tasks.site_source import SiteSource
from tasks.sources import batch_record, http
from tasks.sources.fetched import FetchUnavailableError, FetchUnreadableError

RECORD = b"\xef\xbb\xbf<?xml version='1.0'?>\r\n<Record>\xc3\xa9 \x00\xff</Record>\n\n"
TOKEN = "s3cret-t0ken-of-the-plant"  # noqa: S105 - made up for this test


def mes(url: str, **settings: object) -> SiteSource:
    given = {"timeout_seconds": 5.0, "retry_delay_seconds": 0.001} | settings
    return SiteSource("batch_record", "b2mml-http", url, "Europe/Amsterdam", **given)


def test_bytes_come_as_they_were_sent(server: Scripted):
    server.will(
        says(RECORD, ETag='"v7"', Date="Mon, 02 Mar 2026 10:00:00 GMT", Set_Cookie="who=me")
    )
    (fetched,) = batch_record.fetch(mes(server.url), "CART-26-0001")
    assert fetched.body == RECORD
    assert fetched.request == "GET /batches/CART-26-0001/record"
    assert fetched.media_type == "application/xml"
    # of the six headers sent, those that say something about the content
    assert fetched.headers == (
        ("content-length", str(len(RECORD))),
        ("content-type", "application/xml"),
        ("etag", '"v7"'),
    )
    assert fetched.address == f"{server.url}/batches/CART-26-0001/record"
    assert server.headers[0]["accept-encoding"] == "identity"


def test_two_failures_and_then_the_record(server: Scripted):
    server.will(says(b"restarting", 500), says(b"restarting", 503), says(RECORD))
    (fetched,) = batch_record.fetch(mes(server.url), "CART-26-0001")
    assert fetched.body == RECORD
    assert len(server.targets) == 3


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_passes_is_asked_again(server: Scripted, status: int):
    server.will(says(b"", status), says(RECORD))
    assert batch_record.fetch(mes(server.url), "CART-26-0001")[0].body == RECORD


@pytest.mark.parametrize("step", [cuts_midway(RECORD), hangs_up, stays_silent(0.6)])
def test_a_broken_connection_is_asked_again(server: Scripted, step: object):
    server.will(step, says(RECORD))
    source = mes(server.url, timeout_seconds=0.3)
    assert batch_record.fetch(source, "CART-26-0001")[0].body == RECORD
    assert len(server.targets) == 2


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        (says(b"", 500), "the answer 500"),
        (cuts_midway(RECORD), "cut in the middle"),
        (stays_silent(0.3), "silence for 0.1 s"),
    ],
)
def test_what_does_not_pass_is_told_in_words(server: Scripted, step: object, fault: str):
    server.will(step)
    with pytest.raises(UnavailableError) as caught:
        batch_record.fetch(mes(server.url, timeout_seconds=0.1, attempts=3), "CART-26-0001")
    error = caught.value
    assert len(server.targets) == 3
    assert "3 attempts over" in error.found
    assert fault in error.found
    assert error.where == "batch_record, GET /batches/CART-26-0001/record"
    assert "collect again" in error.move
    assert isinstance(error, FetchUnavailableError)
    assert error.fetched == ()


def test_nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UnavailableError, match=r"4 attempts.*no connection"):
            batch_record.fetch(mes(url), "CART-26-0001")


def test_pauses_double(server: Scripted):
    server.will(says(b"", 500))
    began = time.monotonic()
    with pytest.raises(UnavailableError):
        batch_record.fetch(mes(server.url, retry_delay_seconds=0.1, attempts=3), "CART-26-0001")
    assert time.monotonic() - began >= 0.1 + 0.2


def test_a_source_that_asks_for_a_pause_gets_it(server: Scripted):
    server.will(says(b"", 429, Retry_After="1"), says(RECORD))
    began = time.monotonic()
    batch_record.fetch(mes(server.url), "CART-26-0001")
    assert time.monotonic() - began >= 1.0


@pytest.mark.parametrize("asked", ["3600", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_a_source_that_asks_for_a_long_pause_is_left_alone(server: Scripted, asked: str):
    server.will(says(b"", 503, Retry_After=asked), says(RECORD))
    with pytest.raises(UnavailableError, match="collect again after that time"):
        batch_record.fetch(mes(server.url), "CART-26-0001")
    assert len(server.targets) == 1


def test_a_redirect_is_not_followed(server: Scripted):
    server.will(says(b"", 302, Location="http://elsewhere.example/x?token=abc"), says(RECORD))
    with pytest.raises(
        UnreadableError, match=r"redirect elsewhere \(elsewhere.example\)"
    ) as caught:
        batch_record.fetch(mes(server.url), "CART-26-0001")
    assert len(server.targets) == 1
    assert "abc" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "did not accept our token"), (403, "does not let us"), (404, "knows nothing"),
     (410, "gone"), (418, "the answer 418"), (204, "the answer 204"), (206, "the answer 206")],
)  # fmt: skip
def test_a_refusal_is_final(server: Scripted, status: int, words: str):
    server.will(says(b"", status), says(RECORD))
    with pytest.raises(FetchUnreadableError, match=words):
        batch_record.fetch(mes(server.url), "CART-26-0001")
    assert len(server.targets) == 1


def test_an_answer_without_end_is_refused(server: Scripted, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http, "LARGEST_ANSWER", 1_000_000)
    server.will(never_ends)
    with pytest.raises(UnreadableError, match="more than 1000000 bytes"):
        batch_record.fetch(mes(server.url), "CART-26-0001")
    assert len(server.targets) == 1


def test_an_answer_that_drips_is_not_waited_for(server: Scripted):
    # 6 timeouts of 0.1 s are waited for, twice; the whole answer would take 0.05 s x 1000 = 50 s
    server.will(drips(0.05, 1000))
    began = time.monotonic()
    with pytest.raises(UnavailableError, match="took more than 6 timeouts"):
        batch_record.fetch(mes(server.url, timeout_seconds=0.1, attempts=2), "CART-26-0001")
    assert 1.2 <= time.monotonic() - began < 5


def test_a_packed_answer_is_refused(server: Scripted):
    server.will(says(b"\x1f\x8b", Content_Encoding="gzip"))
    with pytest.raises(UnreadableError, match="packed"):
        batch_record.fetch(mes(server.url), "CART-26-0001")


def test_an_empty_record_is_kept_and_refused(server: Scripted):
    server.will(says(b""))
    with pytest.raises(FetchUnreadableError, match="empty") as caught:
        batch_record.fetch(mes(server.url), "CART-26-0001")
    assert [fetched.body for fetched in caught.value.fetched] == [b""]


@pytest.mark.parametrize(
    ("batch", "target"),
    [
        ("../../admin", "/batches/..%2F..%2Fadmin/record"),
        ("A/B?x=1#y", "/batches/A%2FB%3Fx%3D1%23y/record"),
        ("%2e%2e", "/batches/%252e%252e/record"),
        ("A B;é", "/batches/A%20B%3B%C3%A9/record"),
    ],
)
def test_a_batch_number_cannot_leave_its_place(server: Scripted, batch: str, target: str):
    server.will(says(RECORD))
    batch_record.fetch(mes(server.url), batch)
    assert server.targets == [target]


@pytest.mark.parametrize("batch", ["", ".", "..", "a\nb", "a\x00"])
def test_what_no_batch_can_be_called_is_never_asked(server: Scripted, batch: str):
    with pytest.raises(NotFoundError):
        batch_record.fetch(mes(server.url), batch)
    assert server.targets == []


def test_the_token_is_sent_and_shown_nowhere(
    server: Scripted, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("MES_TOKEN", TOKEN)
    source = mes(server.url, token_env="MES_TOKEN", attempts=2)  # noqa: S106 - the variable's name
    server.will(says(RECORD), says(b"", 401), says(b"", 500))
    (fetched,) = batch_record.fetch(source, "CART-26-0001")
    shown = [repr(source), repr(fetched)]
    for kind in (UnreadableError, UnavailableError):
        with pytest.raises(kind) as caught:
            batch_record.fetch(source, "CART-26-0001")
        shown += [repr(caught.getrepr(showlocals=False, style="long")), str(caught.value)]
    assert {asked["authorization"] for asked in server.headers} == {f"Bearer {TOKEN}"}
    assert [text for text in (*shown, caplog.text) if TOKEN in text] == []


def test_without_its_token_nothing_is_asked(server: Scripted, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MES_TOKEN", raising=False)
    with pytest.raises(SiteError, match="no token in the variable MES_TOKEN"):
        batch_record.fetch(mes(server.url, token_env="MES_TOKEN"), "CART-26-0001")  # noqa: S106 - the variable's name
    assert server.targets == []


def test_an_error_keeps_what_came_before_it_between_processes():
    server_error = FetchUnreadableError("a", expected="b", where="c", move="d")
    server_error.fetched = ("page",)
    for copy in (pickle.loads(pickle.dumps(server_error)), server_error.at("x")):  # noqa: S301 - our own bytes
        assert isinstance(copy, FetchUnreadableError)
        assert copy.fetched == ("page",)
        assert copy.move == "d"
