"""The faults the plant can be told to have, each applied to the wire and nowhere else.

A fault acts on answers that carry data of a batch: of every batch, or of one (NAME:BATCH).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from infra.plant.web import Answer, Handler, Request

MES, LIMS, EQUIPMENT = "mes", "lims", "opcua"
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


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its name, the source that has it, one line about it, and what it does."""

    name: str
    text: str
    bend: Bend | None = None

    @property
    def source(self) -> str:
        """The source that the name begins with."""
        return self.name.partition("-")[0]


def _silent(exchange: Exchange) -> Answer:
    return replace(exchange.answer, silent=True)


def _cut(exchange: Exchange) -> Answer:
    return replace(exchange.answer, cut=True)


def _fails_twice(exchange: Exchange) -> Answer:
    if exchange.times > _FAILING_TIMES:
        return exchange.answer
    words = b"The server is restarting.\n"
    return Answer(words, "text/plain; charset=utf-8", HTTPStatus.INTERNAL_SERVER_ERROR)


def _redirected(exchange: Exchange) -> Answer:
    elsewhere = {"Location": f"http://mes.elsewhere.example{exchange.request.target}"}
    return Answer(b"", "text/plain; charset=utf-8", HTTPStatus.FOUND, elsewhere)


def _truncated(exchange: Exchange) -> Answer:
    return exchange.with_body(exchange.answer.body[: len(exchange.answer.body) * 3 // 5])


def _swapped(old: bytes, new: bytes, count: int = 1) -> Bend:
    """Return a fault that puts other bytes in the place of some."""
    return lambda exchange: exchange.with_body(exchange.answer.body.replace(old, new, count))


def _rewritten(pattern: str, replacement: str, count: int = 1) -> Bend:
    """Return a fault that rewrites what a pattern finds in the text of the answer."""
    found = re.compile(pattern)

    def bend(exchange: Exchange) -> Answer:
        text = exchange.answer.body.decode("utf-8")
        return exchange.with_body(found.sub(replacement, text, count).encode("utf-8"))

    return bend


def _missing_page(exchange: Exchange) -> Answer:
    listed = json.loads(exchange.answer.body)
    items = listed.get("items", [])
    if listed.get("page", 1) > 1:
        listed["items"] = []
    elif listed.get("next") is None:
        listed["items"] = items[: (len(items) + 1) // 2]
    return exchange.with_body(json.dumps(listed).encode())


def _repeated_page(exchange: Exchange) -> Answer:
    listed = json.loads(exchange.answer.body)
    items = listed.get("items", [])
    if listed.get("page", 1) > 1:
        query = tuple((key, value) for key, value in exchange.request.query if key != "b_start")
        first = json.loads(exchange.handler(replace(exchange.request, query=query)).body)
        listed["items"] = first["items"][: len(items)]
    elif len(items) > 1 and listed.get("next") is None:
        listed["items"] = [*items[:-1], items[0]]
    return exchange.with_body(json.dumps(listed).encode())


def _duplicate_sample(exchange: Exchange) -> Answer:
    listed = json.loads(exchange.answer.body)
    items = listed.get("items", [])
    wanted = [item for item in items if item.get("portal_type") == "AnalysisRequest"]
    if wanted:
        items.append(wanted[-1])
        listed["count"] += 1
    return exchange.with_body(json.dumps(listed).encode())


FAULTS = (
    Fault("mes-timeout", "the batch record is never answered", _silent),
    Fault("mes-500-twice", "the first two requests for a batch record answer 500", _fails_twice),
    Fault("mes-cut-midway", "the connection ends in the middle of the batch record", _cut),
    Fault("mes-redirect", "the batch record answers 302 to another host", _redirected),
    Fault(
        "mes-truncated-xml", "the batch record ends after three fifths, length agrees", _truncated
    ),
    Fault(
        "mes-malformed-xml",
        "one end tag of the batch record is misspelt",
        _swapped(b"</Event>", b"</Evnt>"),
    ),
    Fault(
        "mes-invalid-xml",
        "one event type of the batch record is not of the schema",
        _swapped(b"<EventType>Procedural Execution<", b"<EventType>Procedural Wish<"),
    ),
    Fault(
        "mes-dtd-bomb",
        "the batch record begins with a DTD of nested entities, and uses one",
        lambda exchange: exchange.with_body(
            exchange.answer.body.replace(b"<BatchProductionRecord", _BOMB, 1).replace(
                b"<RecordStatus>Complete", b"<RecordStatus>&e;", 1
            )
        ),
    ),
    Fault(
        "lims-duplicate-keys",
        "the first numeric result has the key Result twice, with two values",
        _rewritten(r'"Result": "([0-9.]+)"', r'"Result": "\1", "Result": "99.9"'),
    ),
    Fault(
        "lims-nan",
        "the first numeric result is the bare word NaN",
        _rewritten(r'"Result": "[0-9.]+"', '"Result": NaN'),
    ),
    Fault(
        "lims-wrong-type",
        "the first numeric result is a JSON number and not a string",
        _rewritten(r'"Result": "([0-9.]+)"', r'"Result": \1'),
    ),
    Fault(
        "lims-missing-page",
        "pages after the first are empty (of one page: half is missing), count says otherwise",
        _missing_page,
    ),
    Fault(
        "lims-repeated-page",
        "pages after the first repeat it (of one page: the last item repeats the first)",
        _repeated_page,
    ),
    Fault("lims-500-twice", "the first two requests for each address answer 500", _fails_twice),
    Fault("lims-down", "nobody listens on the port of the LIMS"),
    Fault(
        "lims-unknown-unit",
        "results in percent are in the unit x10^6",
        _rewritten(r'"(Unit|getUnit)": "%"', r'"\1": "x10^6"', 0),
    ),
    Fault(
        "lims-naive-time",
        "capture dates of results have no zone",
        _rewritten(r'("(?:get)?ResultCaptureDate": "[^"+]+)\+00:00"', r'\1"', 0),
    ),
    Fault(
        "lims-duplicate-sample", "a list of samples has its last sample twice", _duplicate_sample
    ),
    Fault("opcua-node-gone", "the tag PH of every bioreactor (or of the batch's) does not exist"),
    Fault("opcua-down", "nobody listens on the port of the equipment"),
)
_BY_NAME = {fault.name: fault for fault in FAULTS}


class UnknownFaultError(ValueError):
    """The plant was asked for a fault that it does not know."""


@dataclass(slots=True)
class Faults:
    """The faults that are switched on, and how often each address was asked for."""

    chosen: tuple[tuple[Fault, str], ...] = ()
    asked: Counter[str] = field(default_factory=Counter)

    def bent(self, source: str, handler: Handler) -> Handler:
        """Return a handler that answers like this one, with the faults of this source."""
        mine = [(fault, batch) for fault, batch in self.chosen if fault.source == source]

        def answer(request: Request) -> Answer:
            given = handler(request)
            if not given.batches:
                return given
            self.asked[f"{source} {request.target}"] += 1
            times = self.asked[f"{source} {request.target}"]
            for fault, batch in mine:
                if fault.bend is not None and (not batch or batch in given.batches):
                    given = fault.bend(Exchange(request, given, times, handler))
            return given

        return answer

    def down(self, source: str) -> bool:
        """Tell whether nobody is to listen on the port of this source."""
        return any(fault.name == f"{source}-down" for fault, _ in self.chosen)

    def tag_is_gone(self, tag: str) -> bool:
        """Tell whether a tag is to be missing from the equipment's server."""
        equipment, _, name = tag.partition(".")
        return name == "PH" and any(
            fault.name == "opcua-node-gone" and batch[-2:] in {"", equipment[-2:]}
            for fault, batch in self.chosen
        )


def chosen(names: tuple[str, ...]) -> Faults:
    """Return the faults of these names, each NAME or NAME:BATCH."""
    found = []
    for written in names:
        name, _, batch = written.partition(":")
        if name not in _BY_NAME:
            raise UnknownFaultError(f"unknown fault '{name}'; --list-faults names all of them")
        found.append((_BY_NAME[name], batch))
    return Faults(tuple(found))
