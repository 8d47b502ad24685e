"""Reads equipment history (OPC UA HistoryRead responses) into columns of readings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.errors import UnreadableError
from contracts.evidence import Capture, Place
from contracts.reading import Reading
from contracts.series import SeriesPage
from contracts.sources.contract import SourceContract, Term
from contracts.sources.opcua_columns import Columns, columns
from contracts.sources.opcua_response import HistoryResult, history_result
from contracts.sources.opcua_status import in_words
from contracts.sources.rest import Leftover, gathered

_REQUEST = re.compile(r"HistoryRead ns=\d+;s=(?P<tag>\S+) (?P<window>\S+/\S+) page (?P<page>\d+)")
_BAD = 0x8000_0000


@dataclass(frozen=True, slots=True)
class _Page:
    """One captured page: what was asked, what the server answered."""

    capture: Capture
    data: bytes
    tag: str
    window: str
    number: int
    result: HistoryResult


def read(
    captured: Sequence[tuple[Capture, bytes]],
    contract: SourceContract,
    batch: str,
    zone: str,  # noqa: ARG001 - all readers are called alike; OPC UA times are UTC
) -> Reading:
    """Return every reading in the pages, page by page in the order they were captured.

    Raises:
        UnreadableError: a page breaks the contract. Nothing of the source is read then.
    """
    read_pages = [_page(capture, data) for capture, data in captured]
    _all_pages(read_pages, batch)
    pages: list[SeriesPage] = []
    leftovers: list[Leftover] = []
    last: dict[tuple[str, str], int] = {}
    for one in read_pages:
        term = _term(contract, one.tag)
        if term is None:
            place = Place(one.capture.digest, 0, len(one.data), one.tag)
            why = f"the tag '{one.tag[:80]}' is not in the contract"
            leftovers.append(Leftover(f"tag {one.tag[:80]}", place, why))
            continue
        series, rest = _series(one, term)
        _in_order(series, one, last)
        pages.append(series)
        leftovers.extend(rest)
    return Reading(pages=tuple(pages), unread=gathered(leftovers))


def _page(capture: Capture, data: bytes) -> _Page:
    match = _REQUEST.fullmatch(capture.request)
    if match is None:
        raise UnreadableError(
            f"the request '{capture.request[:120]}'",
            expected="HistoryRead of a tag, its window and its page",
            move="the developers look at the fetcher",
        )
    try:
        result = history_result(data)
    except UnreadableError as error:
        raise error.at(capture.request) from error
    if result.status & 0xC000_0000 == _BAD:
        raise UnreadableError(
            f"the server's answer {in_words(result.status)}",
            expected="Good",
            where=f"{capture.request}, byte {result.status_at}",
            move="the equipment's owner looks whether the tag is still served",
        )
    return _Page(capture, data, match["tag"], match["window"], int(match["page"]), result)


def _all_pages(pages: Sequence[_Page], batch: str) -> None:
    """Check that each tag's pages are all there, in order, up to the one that ends it."""
    reads: dict[tuple[str, str], list[_Page]] = {}
    for one in pages:
        reads.setdefault((one.tag, one.window), []).append(one)
    for same in reads.values():
        for wanted, one in enumerate(same, start=1):
            ends = wanted == len(same)
            if one.number != wanted:
                found, expected = f"page {one.number} of {one.tag}", f"page {wanted}"
            elif ends and one.result.continues:
                found, expected = f"{wanted} pages of {one.tag}", f"page {wanted + 1} as well"
            elif not ends and not one.result.continues:
                found, expected = f"a page of {one.tag} after its last", f"{wanted} pages"
            else:
                continue
            move = f"fetch the history for {batch} again"
            raise UnreadableError(found, expected=expected, where=one.capture.request, move=move)


def _term(contract: SourceContract, tag: str) -> Term | None:
    """Return what a tag means: by its full name, or by its equipment's class and its own name."""
    equipment, _, own = tag.rpartition(".")
    return contract.term(tag) or contract.term(f"{equipment.partition('-')[0]}.{own}")


def _series(one: _Page, term: Term) -> tuple[SeriesPage, list[Leftover]]:
    try:
        read_columns = columns(one.data, one.result.values_at, one.result.count)
    except UnreadableError as error:
        raise error.at(one.capture.request) from error
    if read_columns.end != one.result.values_end:
        raise UnreadableError(
            f"readings that end at byte {read_columns.end}",
            expected=f"the end of the history data at byte {one.result.values_end}",
            where=one.capture.request,
            move="ask again; if it stays so, the equipment's owner looks at the server",
        )
    series = SeriesPage(
        capture=one.capture.digest,
        tag=one.tag,
        equipment=one.tag.rpartition(".")[0],
        characteristic=term.name,
        unit=term.unit,
        times=read_columns.times,
        values=read_columns.values,
        statuses=read_columns.statuses,
        offsets=read_columns.offsets,
        lengths=read_columns.lengths,
    )
    return series, list(_rest(one, read_columns))


def _rest(one: _Page, read_columns: Columns) -> list[Leftover]:
    digest, found = one.capture.digest, []
    if read_columns.server_times:
        place = Place(digest, read_columns.first_server_time, 8, f"{one.tag}[*]")
        why = f"{read_columns.server_times} server timestamps are kept, not used"
        found.append(Leftover("ServerTimestamp", place, why))
    if one.result.diagnostics:
        place = Place(digest, one.result.diagnostics_at, one.result.diagnostics, "DiagnosticInfos")
        found.append(Leftover("DiagnosticInfos", place, "the server's diagnostics are not used"))
    return found


def _in_order(series: SeriesPage, one: _Page, last: dict[tuple[str, str], int]) -> None:
    """Check that time never runs backwards: not within a page, not from one page to its next.

    `last` keeps the time of the last reading of each tag and window that was read so far.

    Raises:
        UnreadableError: readings out of order, or a page that overlaps the one before it.
    """
    times = series.times
    if not times:
        return
    row = 0
    if any(map(int.__gt__, times, times[1:])):
        row = next(row for row in range(1, len(times)) if times[row] < times[row - 1])
        found, expected = f"reading {row} before the one that precedes it", "the order of time"
    elif last.get((one.tag, one.window), times[0] - 1) >= times[0]:
        found, expected = "a page that overlaps the page before it", "each reading once"
    else:
        last[one.tag, one.window] = times[-1]
        return
    raise UnreadableError(
        f"{found}, of {one.tag}",
        expected=expected,
        where=f"{one.capture.request}, byte {series.offsets[row]}",
        move="ask again; if it stays so, the equipment's owner looks at the history",
    )


@dataclass(frozen=True, slots=True)
class ReadingInWords:
    """One reading as a person checks it: its number, its bytes, what its status means."""

    number: str
    """The shortest decimal text that gives the same double; `nan` when there was no number."""
    bytes_hex: str
    status: str


def reading_in_words(page: SeriesPage, row: int, captured: bytes) -> ReadingInWords:
    """Return one reading of a page, with the bytes that hold it in its capture.

    Raises:
        IndexError: the page has no such row.
    """
    start, length = page.offsets[row], page.lengths[row]
    return ReadingInWords(
        number=repr(page.values[row]),
        bytes_hex=captured[start : start + length].hex(),
        status=in_words(page.statuses[row]),
    )
