"""Asks the LIMS (SENAITE's JSON API) for everything it holds about one batch, page by page.

A real SENAITE ignores a filter it does not know and returns everything, so the filters here are
indexes of its catalogues, and every item that comes back is checked to be of what was asked.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from contracts.errors import UnavailableError, UnreadableError
from tasks.site_source import SiteSource
from tasks.sources.fetched import Fetched, keeping
from tasks.sources.http import Door, NothingThereError, opened, segment

_API = "/@@API/senaite/v1"
_PAGE = 50
_MOST_PAGES = 1000
_Item: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _List:
    """One list of the LIMS: which resource, filtered by what, and how its items prove they belong.

    An item belongs when one of the `owned_by` members is the value that was asked for.
    """

    resource: str
    name: str
    value: str
    owned_by: tuple[str, ...]
    owner: str


def fetch(source: SiteSource, batch: str) -> tuple[Fetched, ...]:
    """Return every page about a batch: the batch, its samples, their analyses and audit trails.

    Raises:
        FetchUnavailableError: the LIMS did not answer in time, or changed while it was read.
        FetchUnreadableError: a page is no list, is missing, repeats another, or is of something
            else; or the LIMS shows no such batch.
        NotFoundError: nothing can have this batch number.
        SiteError: the token is not where the site file says.
    """
    segment(batch)  # refuses what cannot be a batch number; a query needs no more than that
    received: list[Fetched] = []
    with keeping(received), opened(source, "application/json") as door:
        lims = _Lims(source, door, received)
        found = lims.items(_List("batch", "title", batch, ("BatchID", "title"), batch))
        if not found:
            raise UnreadableError(
                f"no batch {batch} in the LIMS, which shows the same to whoever it does not know",
                expected="one batch object",
                where=f"{source.name}, {received[-1].request}",
                move="the keeper of the site file checks the token, QC checks the batch number",
            )
        for uid in sorted(set(_texts(found, "uid"))):
            lims.about(uid)
    return tuple(received)


@dataclass(frozen=True, slots=True)
class _Lims:
    """The LIMS during one fetch, and all it has answered so far."""

    source: SiteSource
    door: Door
    received: list[Fetched]

    def about(self, batch: str) -> None:
        """Receive the samples of a batch (by its uid), and what belongs to each of them."""
        samples = _List("analysisrequest", "getBatchUID", batch, ("getBatchUID",), batch)
        names = {str(item.get("uid")): str(item.get("id")) for item in self.items(samples)}
        for uid, name in names.items():
            self.items(_List("analysis", "getRequestID", name, ("parent_uid",), uid))
            with suppress(NothingThereError):  # an audit trail is not everywhere on offer
                self.items(_List("auditlog", "uid", uid, ("object_uid", "parent_uid"), uid))

    def items(self, wanted: _List) -> list[_Item]:
        """Receive all pages of a list and return their items."""
        items: list[_Item] = []
        known: set[str] = set()
        count = 0
        for page in range(_MOST_PAGES):
            answer = self._ask(wanted, len(items))
            said, here, last = self._page(answer)
            self._agree(answer, page, count, said)
            self._belong(answer, wanted, here)
            self._advance(answer, known, here, said - len(items))
            count = said
            items += here
            known.update(_texts(here, "uid"))
            if len(items) == count:
                return items
            if last:
                found = f"the last page, while {count - len(items)} items of {count} have not come"
                raise self._unreadable(answer, found, "the missing items")
        raise self._unreadable(answer, f"more than {_MOST_PAGES} pages", "a list that ends")

    def _ask(self, wanted: _List, start: int) -> Fetched:
        query = (
            (wanted.name, wanted.value),
            ("complete", "yes"),
            ("limit", str(_PAGE)),
            ("b_start", str(start)),
        )
        answer = self.door.ask(f"{_API}/{wanted.resource}", query)
        self.received.append(answer)
        return answer

    def _page(self, answer: Fetched) -> tuple[int, list[_Item], bool]:
        """Return how many items a list has, those on this page, and whether it ends here."""
        try:
            page = json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise self._unreadable(answer, "an answer that is not JSON", "a page") from error
        count = page.get("count") if isinstance(page, dict) else None
        items = page.get("items") if isinstance(page, dict) else None
        sound = isinstance(items, list) and all(isinstance(each, dict) for each in items)
        if not isinstance(count, int) or not isinstance(items, list) or not sound:
            raise self._unreadable(answer, "JSON that is no page", "a page with count and items")
        return count, items, page.get("next", "") is None

    def _agree(self, answer: Fetched, page: int, before: int, now: int) -> None:
        if page and before != now:
            raise UnavailableError(
                f"a list of {before} items that became one of {now} while it was read",
                expected="the same count on every page",
                where=f"{self.source.name}, {answer.request}",
                move="collect again",
            )

    def _belong(self, answer: Fetched, wanted: _List, items: Sequence[_Item]) -> None:
        """Refuse items of something else: the LIMS did not know the filter and ignored it."""
        strangers = [
            item for item in items if all(item.get(by) != wanted.owner for by in wanted.owned_by)
        ]
        if strangers:
            found = f"{len(strangers)} items of something else, the filter {wanted.name} is ignored"
            raise self._unreadable(answer, found, f"only what has {wanted.name}={wanted.value}")

    def _advance(
        self, answer: Fetched, known: set[str], items: Sequence[_Item], missing: int
    ) -> None:
        """Refuse a page that brings nothing new, or more than the list says it has."""
        if missing and not items:
            found = f"an empty page, while {missing} items of the list have not come"
            raise self._unreadable(answer, found, "the missing page")
        repeated = known.intersection(_texts(items, "uid"))
        if repeated:
            found = f"a page that repeats {len(repeated)} items of an earlier page"
            raise self._unreadable(answer, found, "every item once")
        if len(items) > missing:
            found = f"{len(items)} items, while {missing} were still to come by the list's count"
            raise self._unreadable(answer, found, "as many items as the list counts")

    def _unreadable(self, answer: Fetched, found: str, expected: str) -> UnreadableError:
        return UnreadableError(
            found,
            expected=expected,
            where=f"{self.source.name}, {answer.request}",
            move=f"whoever runs the {self.source.name} system looks",
        )


def _texts(items: Sequence[_Item], name: str) -> Iterator[str]:
    for item in items:
        if isinstance(item.get(name), str):
            yield item[name]
