"""What can happen to an answer on its way over the wire: it is bent, one exchange at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus

from infra.plant.web import Answer, Handler, Request

_FAILING_TIMES = 2
_BOMB = b"""<!DOCTYPE BatchProductionRecord [
<!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">
]>
<BatchProductionRecord"""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One answer on its way out: to what question, asked how often, and by whom it was given."""

    request: Request
    answer: Answer
    times: int
    handler: Handler

    def with_body(self, body: bytes) -> Answer:
        """Return the answer with another body."""
        return replace(self.answer, body=body)


Bend = Callable[[Exchange], Answer]


def silent(exchange: Exchange) -> Answer:
    """Never answer."""
    return replace(exchange.answer, silent=True)


def cut(exchange: Exchange) -> Answer:
    """End the connection in the middle of the body."""
    return replace(exchange.answer, cut=True)


def fails_twice(exchange: Exchange) -> Answer:
    """Answer the first two requests for an address with 500."""
    if exchange.times > _FAILING_TIMES:
        return exchange.answer
    words = b"The server is restarting.\n"
    return Answer(words, "text/plain; charset=utf-8", HTTPStatus.INTERNAL_SERVER_ERROR)


def redirected(exchange: Exchange) -> Answer:
    """Send the client to another host."""
    elsewhere = {"Location": f"http://mes.elsewhere.example{exchange.request.target}"}
    return Answer(b"", "text/plain; charset=utf-8", HTTPStatus.FOUND, elsewhere)


def truncated(exchange: Exchange) -> Answer:
    """End the body after three fifths, with a length that agrees."""
    return exchange.with_body(exchange.answer.body[: len(exchange.answer.body) * 3 // 5])


def swapped(old: bytes, new: bytes, count: int = 1) -> Bend:
    """Return a fault that puts other bytes in the place of some."""
    return lambda exchange: exchange.with_body(exchange.answer.body.replace(old, new, count))


def rewritten(pattern: str, replacement: str, count: int = 1) -> Bend:
    """Return a fault that rewrites what a pattern finds in the text of the answer."""
    found = re.compile(pattern)

    def bend(exchange: Exchange) -> Answer:
        text = exchange.answer.body.decode("utf-8")
        return exchange.with_body(found.sub(replacement, text, count).encode("utf-8"))

    return bend


def missing_page(exchange: Exchange) -> Answer:
    """Leave out what follows the first page; of a single page leave out half."""
    listed = json.loads(exchange.answer.body)
    items = listed.get("items", [])
    if listed.get("page", 1) > 1:
        listed["items"] = []
    elif listed.get("next") is None:
        listed["items"] = items[: (len(items) + 1) // 2]
    return exchange.with_body(json.dumps(listed).encode())


def repeated_page(exchange: Exchange) -> Answer:
    """Repeat the first page; in a single page repeat the first item as the last."""
    listed = json.loads(exchange.answer.body)
    items = listed.get("items", [])
    if listed.get("page", 1) > 1:
        query = tuple((key, value) for key, value in exchange.request.query if key != "b_start")
        first = json.loads(exchange.handler(replace(exchange.request, query=query)).body)
        listed["items"] = first["items"][: len(items)]
    elif len(items) > 1 and listed.get("next") is None:
        listed["items"] = [*items[:-1], items[0]]
    return exchange.with_body(json.dumps(listed).encode())


def duplicate_sample(exchange: Exchange) -> Answer:
    """List the last sample twice."""
    listed = json.loads(exchange.answer.body)
    items = listed.get("items", [])
    wanted = [item for item in items if item.get("portal_type") == "AnalysisRequest"]
    if wanted:
        items.append(wanted[-1])
        listed["count"] += 1
    return exchange.with_body(json.dumps(listed).encode())


def bombed(exchange: Exchange) -> Answer:
    """Put a DTD of nested entities before the document, and use the last of them."""
    start, status = b"<BatchProductionRecord", b"<RecordStatus>"
    body = exchange.answer.body.replace(start, _BOMB, 1)
    return exchange.with_body(body.replace(status + b"Complete", status + b"&e;", 1))
