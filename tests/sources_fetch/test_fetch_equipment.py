"""Fetching a tag's history from a real OPC UA server, over a line that fails as lines do."""

import asyncio
import logging
import socket
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary, struct_to_binary
from sources_fetch.opcua_line import AGAIN, HISTORY, START, Line, line_to_server
from sources_fetch.scripted_http import Scripted, says

from contracts.errors import UnavailableError, UnreadableError
from tasks.site_source import SiteSource
from tasks.sources import equipment
from tasks.sources.equipment import TagWindow
from tasks.sources.fetched import Fetched, FetchUnavailableError, FetchUnreadableError

END = START + timedelta(hours=1)
TEMP = TagWindow("ns=2;s=BR-101.TEMP", START, END)
PH = TagWindow("ns=2;s=BR-101.PH", START, END)


@pytest.fixture(scope="module")
def one_line() -> Iterator[Line]:
    with line_to_server() as line:
        yield line


@pytest.fixture
def line(one_line: Line) -> Line:
    one_line.reset()
    return one_line


def historian(url: str, **settings: object) -> SiteSource:
    given = {"timeout_seconds": 5.0, "retry_delay_seconds": 0.001} | settings
    return SiteSource("equipment", "opcua-ha", url, "UTC", **given)


def decoded(page: Fetched) -> list[ua.DataValue]:
    """Return a page's readings as asyncua itself reads them, once a header stands before them."""
    header = struct_to_binary(ua.HistoryReadResponse())[: -len(struct.pack("<ii", 0, 0))]
    response = struct_from_binary(ua.HistoryReadResponse, Buffer(header + page.body))
    (result,) = response.Results
    return list(result.HistoryData.DataValues)


def test_all_pages_come_in_order_and_unaltered(line: Line):
    fetched = equipment.fetch(historian(line.url), [TEMP, PH])
    question = (
        "HistoryRead ns=2;s=BR-101.TEMP 2026-03-04T10:00:00.000000Z/2026-03-04T11:00:00.000000Z"
    )
    # 35 readings in pages of 10, and 4 readings
    assert [one.request for one in fetched] == [
        *(f"{question} page {page}" for page in (1, 2, 3, 4)),
        f"{PH.request} page 1",
    ]
    assert [len(decoded(one)) for one in fetched] == [10, 10, 10, 5, 4]
    temperatures = [reading for one in fetched[:4] for reading in decoded(one)]
    kept = HISTORY["BR-101.TEMP"]
    for name in ("Value", "StatusCode", "SourceTimestamp"):
        assert [getattr(r, name) for r in temperatures] == [getattr(r, name) for r in kept]
    assert {one.media_type for one in fetched} == {"application/x-opcua-historyread-results"}
    assert {one.address for one in fetched} == {line.url}
    assert {one.headers for one in fetched} == {()}
    assert line.connections == 1


def test_two_fetches_have_equal_bytes(line: Line):
    first = equipment.fetch(historian(line.url), [TEMP])
    assert equipment.fetch(historian(line.url), [TEMP]) == first


def test_the_window_is_the_one_asked_for(line: Line):
    few = TagWindow(TEMP.node, START + timedelta(seconds=3), START + timedelta(seconds=5))
    (page,) = equipment.fetch(historian(line.url), [few])
    assert decoded(page) == decoded(equipment.fetch(historian(line.url), [TEMP])[0])[3:6]


def test_a_tag_without_readings_is_an_empty_page(line: Line):
    (page,) = equipment.fetch(historian(line.url), [TagWindow("ns=2;s=BR-101.DOOR", START, END)])
    assert decoded(page) == []


def test_no_windows_no_question(line: Line):
    assert equipment.fetch(historian(line.url), []) == ()
    assert line.connections == 0


def test_it_works_where_an_event_loop_runs(line: Line):
    async def inside() -> tuple[Fetched, ...]:
        return equipment.fetch(historian(line.url), [PH])

    assert len(asyncio.run(inside())) == 1


def test_a_node_that_is_gone_is_told_and_its_answer_kept(line: Line):
    gone = TagWindow("ns=2;s=BR-101.GONE", START, END)
    with pytest.raises(FetchUnreadableError) as caught:
        equipment.fetch(historian(line.url), [PH, gone, TEMP])
    assert caught.value.found == "the status BadNodeIdUnknown"
    assert caught.value.where == f"equipment, {gone.request}"
    kept = caught.value.fetched
    assert [one.request for one in kept] == [f"{PH.request} page 1", f"{gone.request} page 1"]
    # Int32 1 result, then its StatusCode (OPC UA Part 6, 5.2): BadNodeIdUnknown is 0x80340000
    assert kept[1].body[:8] == struct.pack("<iI", 1, 0x80340000)


@pytest.mark.parametrize("bytes_before_the_cut", [0, 40, 600, 1100, 1300])
def test_a_line_that_is_cut_is_taken_up_again(line: Line, bytes_before_the_cut: int):
    whole = equipment.fetch(historian(line.url), [PH, TEMP])
    line.reset()
    line.cuts = [bytes_before_the_cut, bytes_before_the_cut]
    assert equipment.fetch(historian(line.url), [PH, TEMP]) == whole
    assert line.connections == 3


def test_a_cut_between_pages_starts_the_window_again(line: Line):
    whole = equipment.fetch(historian(line.url), [TEMP])
    line.reset()
    line.statuses = [0, 0, ua.StatusCodes.BadContinuationPointInvalid]
    assert equipment.fetch(historian(line.url), [TEMP]) == whole
    assert [asked.rpartition(":")[2] for asked in line.asked] == [
        *("False", "True", "True"),
        *("False", "True", "True", "True"),
    ]


def test_a_line_that_stays_cut(line: Line):
    line.cuts = [600] * 3
    with pytest.raises(FetchUnavailableError, match=r"3 attempts over \d+ s; .* cut") as caught:
        equipment.fetch(historian(line.url, attempts=3), [TEMP])
    assert caught.value.where == f"equipment, {TEMP.request}"
    assert line.connections == 3


def test_what_came_before_a_failure_is_kept(line: Line):
    line.statuses = [0, *[ua.StatusCodes.BadServerHalted] * 4]
    with pytest.raises(FetchUnavailableError, match="BadServerHalted") as caught:
        equipment.fetch(historian(line.url), [PH, TEMP])
    assert [one.request for one in caught.value.fetched] == [
        f"{PH.request} page 1",
        f"{TEMP.request} page 1",
    ]


def test_a_silent_server_is_not_waited_for(line: Line):
    line.mute = True
    with pytest.raises(UnavailableError, match=r"2 attempts .* silence for 0.2 s"):
        equipment.fetch(historian(line.url, timeout_seconds=0.2, attempts=2), [TEMP])


def test_nobody_listens_on_the_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        url = f"opc.tcp://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(FetchUnavailableError, match="4 attempts") as caught:
            equipment.fetch(historian(url), [TEMP])
    assert caught.value.fetched == ()


def test_something_else_listens_on_the_port(server: Scripted):
    server.will(says(b"hello"))
    url = server.url.replace("http://", "opc.tcp://")
    with pytest.raises(FetchUnavailableError, match=r"2 attempts"):
        equipment.fetch(historian(url, attempts=2, timeout_seconds=0.2), [TEMP])


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (ua.StatusCodes.BadUserAccessDenied, FetchUnreadableError),
        (ua.StatusCodes.BadHistoryOperationUnsupported, FetchUnreadableError),
        (ua.StatusCodes.BadTimeout, FetchUnavailableError),
    ],
)
def test_a_bad_status_is_kept_and_named(line: Line, status: int, kind: type[UnreadableError]):
    line.statuses = [status] * 2
    with pytest.raises(kind, match=ua.StatusCode(ua.UInt32(status)).name) as caught:
        equipment.fetch(historian(line.url, attempts=2), [TEMP])
    (kept,) = caught.value.fetched
    assert kept.body[:8] == struct.pack("<iI", 1, status)  # Int32 1 result, its StatusCode


def test_pages_that_repeat_are_left_and_given_back(line: Line):
    line.endless = True
    with pytest.raises(FetchUnreadableError, match="do not come to an end"):
        equipment.fetch(historian(line.url), [TagWindow("ns=2;s=BR-101.DOOR", START, END)])
    assert line.released == [AGAIN]


@pytest.mark.parametrize("node", ["BR-101.TEMP; DROP", "ns=x;s=A", ""])
def test_what_is_no_node_id(line: Line, node: str):
    with pytest.raises(UnreadableError, match="the node id"):
        equipment.fetch(historian(line.url), [TagWindow(node, START, END)])


def test_a_time_without_a_zone_is_never_asked(line: Line):
    naive = datetime(2026, 3, 4, 10, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(UnreadableError, match="without a zone"):
        equipment.fetch(historian(line.url), [TagWindow(TEMP.node, naive, END)])
    assert line.asked == []


def test_the_library_is_quiet_and_its_log_as_before(line: Line, caplog: pytest.LogCaptureFixture):
    log = logging.getLogger("asyncua")
    log.setLevel(logging.WARNING)
    equipment.fetch(historian(line.url), [PH])
    assert log.level == logging.WARNING
    assert [record for record in caplog.records if record.name.startswith("asyncua")] == []
    log.setLevel(logging.CRITICAL + 1)
