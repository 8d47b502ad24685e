"""Fetching a batch from a LIMS: all pages, only of this batch, and nothing lost when it fails."""

import json
import logging

import pytest
from sources_fetch.recorded_lims import RecordedLims
from sources_fetch.scripted_http import Scripted, says

from contracts.errors import NotFoundError
from tasks.site_source import SiteSource
from tasks.sources import lims
from tasks.sources.fetched import FetchUnavailableError, FetchUnreadableError

BATCH = "CGT-2026-0002"  # in the recordings: samples DP-0002 and its copy DP-0002-R01
TOKEN = "t0ken-for-the-lims"  # noqa: S105 - made up for this test


def source(server: Scripted, **settings: object) -> SiteSource:
    given = {"timeout_seconds": 5.0, "retry_delay_seconds": 0.001} | settings
    return SiteSource("lims", "senaite", f"{server.url}/senaite", "UTC", **given)


def asked(fetched: tuple) -> list[tuple[str, str]]:
    """Return resource and first filter of each request."""
    targets = [one.request.rpartition("/")[2] for one in fetched]
    return [tuple(target.partition("&")[0].split("?")) for target in targets]


def items(fetched: tuple, resource: str) -> list[dict]:
    return [
        item
        for one in fetched
        if f"/{resource}?" in one.request
        for item in json.loads(one.body)["items"]
    ]


def test_everything_of_one_batch_and_nothing_else_comes(server: Scripted):
    server.will(RecordedLims())
    fetched = lims.fetch(source(server), BATCH)
    batch, first, second = (
        "31a0eee4c80a40e0afc0a72b35cad50b",
        "61d53147b49944ccafa9db698f6e8954",
        "c645263ffc564672b73090ebf1e0c9bb",
    )  # uids, as recorded
    assert asked(fetched) == [
        ("batch", f"title={BATCH}"),
        ("analysisrequest", f"getBatchUID={batch}"),
        ("analysis", "getRequestID=DP-0002"),
        ("auditlog", f"uid={first}"),
        ("analysis", "getRequestID=DP-0002-R01"),
        ("auditlog", f"uid={second}"),
    ]
    assert [item["id"] for item in items(fetched, "analysisrequest")] == ["DP-0002", "DP-0002-R01"]
    # recorded: six analyses and the retest VIAB-1 in DP-0002, six analyses in its copy
    assert len(items(fetched, "analysis")) == (6 + 1) + 6
    assert fetched[0].request == (
        f"GET /@@API/senaite/v1/batch?title={BATCH}&complete=yes&limit=50&b_start=0"
    )
    assert fetched[0].media_type == "application/json"


def test_short_pages_are_followed_to_the_end_by_our_own_counting(server: Scripted):
    server.will(RecordedLims(largest_page=2))
    fetched = lims.fetch(source(server), BATCH)
    starts = [
        one.request.rpartition("=")[2] for one in fetched if "getRequestID=DP-0002&" in one.request
    ]
    assert starts == ["0", "2", "4", "6"]  # seven analyses in pages of two
    assert len({item["uid"] for item in items(fetched, "analysis")}) == 13


def test_a_lims_without_an_audit_trail_is_complete(server: Scripted):
    recorded = RecordedLims()
    del recorded.resources["auditlog"]
    server.will(recorded)
    fetched = lims.fetch(source(server), BATCH)
    assert {resource for resource, _ in asked(fetched)} == {"batch", "analysisrequest", "analysis"}


def test_an_unknown_token_looks_like_an_empty_lims(
    server: Scripted, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    server.will(RecordedLims(token=TOKEN))
    monkeypatch.setenv("LIMS_TOKEN", TOKEN)
    known = source(server, token_env="LIMS_TOKEN")  # noqa: S106 - the variable's name
    assert len(lims.fetch(known, BATCH)) == 6
    monkeypatch.setenv("LIMS_TOKEN", f"{TOKEN}-old")
    with pytest.raises(FetchUnreadableError) as caught:
        lims.fetch(known, BATCH)
    assert "shows the same to whoever it does not know" in caught.value.found
    assert "checks the token" in caught.value.move
    assert [json.loads(one.body)["count"] for one in caught.value.fetched] == [0]
    assert TOKEN not in caplog.text + str(caught.value) + repr(caught.value.fetched)


def test_an_unknown_batch_is_told(server: Scripted):
    server.will(RecordedLims())
    with pytest.raises(FetchUnreadableError, match="no batch CGT-2026-9999"):
        lims.fetch(source(server), "CGT-2026-9999")


@pytest.mark.parametrize(
    ("resource", "index", "catalogue", "pages"),
    [
        ("batch", "title", "senaite_catalog", 1),
        ("analysisrequest", "getBatchUID", "senaite_catalog_sample", 2),
        ("analysis", "getRequestID", "senaite_catalog_analysis", 3),
    ],
)
def test_a_filter_that_is_ignored_is_noticed(
    server: Scripted, resource: str, index: str, catalogue: str, pages: int
):
    recorded = RecordedLims()
    recorded.indexes[catalogue].discard(index)
    server.will(recorded)
    with pytest.raises(FetchUnreadableError, match=f"the filter {index} is ignored") as caught:
        lims.fetch(source(server), BATCH)
    assert len(caught.value.fetched) == pages  # the page with the strangers is kept
    assert f"/{resource}?" in caught.value.where


def bent(server: Scripted, change: object, largest_page: int = 2) -> FetchUnreadableError:
    """Return the error of a fetch whose later pages of analyses are changed."""

    def bend(resource: str, start: int, page: dict) -> object:
        return change(page) if resource == "analysis" and start else page

    server.will(RecordedLims(largest_page=largest_page, bend=bend))
    with pytest.raises((FetchUnreadableError, FetchUnavailableError)) as caught:
        lims.fetch(source(server), BATCH)
    # batch, two samples on one page, then two pages of analyses: all kept
    assert len(caught.value.fetched) == 4
    assert caught.value.where.endswith("&b_start=2")
    return caught.value


def test_a_missing_page(server: Scripted):
    error = bent(server, lambda page: page | {"items": []})
    assert "an empty page, while 5 items of the list have not come" in error.found  # 7 - 2


def test_a_last_page_that_comes_too_early(server: Scripted):
    error = bent(server, lambda page: page | {"next": None})
    assert "the last page, while 3 items of 7 have not come" in error.found  # 7 - 2 - 2


def test_a_repeated_page(server: Scripted):
    first = RecordedLims().resources["analysis"][6:8]  # the first two of DP-0002
    error = bent(server, lambda page: page | {"items": first})
    assert "repeats 2 items of an earlier page" in error.found


def test_more_items_than_counted(server: Scripted):
    many = [{"uid": f"u{n}", "parent_uid": "61d53147b49944ccafa9db698f6e8954"} for n in range(6)]
    error = bent(server, lambda page: page | {"items": many})
    assert "6 items, while 5 were still to come" in error.found


def test_a_list_that_changes_while_it_is_read(server: Scripted):
    error = bent(server, lambda page: page | {"count": 8})
    assert isinstance(error, FetchUnavailableError)
    assert "a list of 7 items that became one of 8" in error.found


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>log in</html>", b"[]", b'{"count": "7", "items": []}', b'{"count": 7}',
     b'{"count": 7, "items": [1]}', b'{"count": 7, "items": {}}', b"\xff", b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_page_is_kept_and_told(server: Scripted, body: bytes):
    server.will(says(body, 200, "application/json"))
    with pytest.raises(FetchUnreadableError, match=r"not JSON|no page") as caught:
        lims.fetch(source(server), BATCH)
    assert [one.body for one in caught.value.fetched] == [body]


def test_what_only_the_reader_can_judge_is_passed_on_unaltered(server: Scripted):
    def with_traps(resource: str, _start: int, page: dict) -> bytes:
        text = json.dumps(page)
        if resource == "analysis":
            text = text.replace('"Result": "', '"Result": NaN, "Result": "')
        return text.encode()

    server.will(RecordedLims(bend=with_traps))
    fetched = lims.fetch(source(server), BATCH)
    assert any(b"NaN" in one.body for one in fetched)


def test_a_failure_later_keeps_what_came_before(server: Scripted):
    working = RecordedLims()
    server.will(working, working, says(b"", 500))
    with pytest.raises(FetchUnavailableError, match="4 attempts") as caught:
        lims.fetch(source(server), BATCH)
    assert [resource for resource, _ in asked(caught.value.fetched)] == ["batch", "analysisrequest"]


def test_a_list_without_end_is_left(server: Scripted, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lims, "_MOST_PAGES", 3)
    server.will(RecordedLims(largest_page=1))
    with pytest.raises(FetchUnreadableError, match="more than 3 pages"):
        lims.fetch(source(server), BATCH)


def test_a_batch_number_cannot_add_to_the_question(server: Scripted):
    server.will(RecordedLims())
    with pytest.raises(FetchUnreadableError):
        lims.fetch(source(server), "X&limit=1#y?")
    assert server.targets == [
        "/senaite/@@API/senaite/v1/batch?title=X%26limit%3D1%23y%3F&complete=yes&limit=50&b_start=0"
    ]
    with pytest.raises(NotFoundError):
        lims.fetch(source(server), "..")
