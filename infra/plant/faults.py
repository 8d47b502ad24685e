"""The faults the plant can be told to have, each applied to the wire and nowhere else.

A fault acts on answers that carry data of a batch: of every batch, or of one (NAME:BATCH).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from infra.plant import bends
from infra.plant.batches import STORIES
from infra.plant.web import Answer, Handler, Request

MES, LIMS, EQUIPMENT = "mes", "lims", "opcua"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its name, the source that has it, one line about it, and what it does."""

    name: str
    text: str
    bend: bends.Bend | None = None

    @property
    def source(self) -> str:
        """The source that the name begins with."""
        return self.name.partition("-")[0]


FAULTS = (
    Fault("mes-timeout", "the batch record is never answered", bends.silent),
    Fault(
        "mes-500-twice", "the first two requests for a batch record answer 500", bends.fails_twice
    ),
    Fault("mes-cut-midway", "the connection ends in the middle of the batch record", bends.cut),
    Fault("mes-redirect", "the batch record answers 302 to another host", bends.redirected),
    Fault(
        "mes-truncated-xml",
        "the batch record ends after three fifths, length agrees",
        bends.truncated,
    ),
    Fault(
        "mes-malformed-xml",
        "one end tag of the batch record is misspelt",
        bends.swapped(b"</Event>", b"</Evnt>"),
    ),
    Fault(
        "mes-invalid-xml",
        "one event type of the batch record is not of the schema",
        bends.swapped(b"<EventType>Procedural Execution<", b"<EventType>Procedural Wish<"),
    ),
    Fault(
        "mes-dtd-bomb",
        "the batch record begins with a DTD of nested entities, and uses one",
        bends.bombed,
    ),
    Fault(
        "lims-duplicate-keys",
        "the first numeric result has the key Result twice, with two values",
        bends.rewritten(r'"Result": "([0-9.]+)"', r'"Result": "\1", "Result": "99.9"'),
    ),
    Fault(
        "lims-nan",
        "the first numeric result is the bare word NaN",
        bends.rewritten(r'"Result": "[0-9.]+"', '"Result": NaN'),
    ),
    Fault(
        "lims-wrong-type",
        "the first numeric result is a JSON number and not a string",
        bends.rewritten(r'"Result": "([0-9.]+)"', r'"Result": \1'),
    ),
    Fault(
        "lims-missing-page",
        "pages after the first are empty (of one page: half is missing), count says otherwise",
        bends.missing_page,
    ),
    Fault(
        "lims-repeated-page",
        "pages after the first repeat it (of one page: the last item repeats the first)",
        bends.repeated_page,
    ),
    Fault(
        "lims-500-twice", "the first two requests for each address answer 500", bends.fails_twice
    ),
    Fault("lims-down", "nobody listens on the port of the LIMS"),
    Fault(
        "lims-unknown-unit",
        "results in percent are in the unit x10^6",
        bends.rewritten(r'"(Unit|getUnit)": "%"', r'"\1": "x10^6"', 0),
    ),
    Fault(
        "lims-naive-time",
        "capture dates of results have no zone",
        bends.rewritten(r'("(?:get)?ResultCaptureDate": "[^"+]+)\+00:00"', r'\1"', 0),
    ),
    Fault(
        "lims-duplicate-sample",
        "a list of samples has its last sample twice",
        bends.duplicate_sample,
    ),
    Fault("opcua-node-gone", "the tag PH of every bioreactor (or of the batch's) does not exist"),
    Fault("opcua-down", "nobody listens on the port of the equipment"),
)
_BIOREACTORS = {story.batch: story.bioreactor for story in STORIES}
_BY_NAME = {fault.name: fault for fault in FAULTS}


class UnknownFaultError(ValueError):
    """The plant was asked for a fault, or for a batch to have it, that it does not know."""


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
                    given = fault.bend(bends.Exchange(request, given, times, handler))
            return given

        return answer

    def down(self, source: str) -> bool:
        """Tell whether nobody is to listen on the port of this source."""
        return any(fault.name == f"{source}-down" for fault, _ in self.chosen)

    def tag_is_gone(self, tag: str) -> bool:
        """Tell whether a tag is to be missing from the equipment's server."""
        equipment, _, name = tag.partition(".")
        return name == "PH" and any(
            fault.name == "opcua-node-gone" and _BIOREACTORS.get(batch, equipment) == equipment
            for fault, batch in self.chosen
        )


def chosen(names: tuple[str, ...]) -> Faults:
    """Return the faults of these names, each NAME or NAME:BATCH."""
    found = []
    for written in names:
        name, _, batch = written.partition(":")
        if name not in _BY_NAME:
            raise UnknownFaultError(f"unknown fault '{name}'; --list-faults names all of them")
        if batch and (name.endswith("-down") or batch not in _BIOREACTORS):
            raise UnknownFaultError(f"'{name}' cannot be had for '{batch}' alone")
        found.append((_BY_NAME[name], batch))
    return Faults(tuple(found))
