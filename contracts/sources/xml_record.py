"""The batch record's elements as records of its contract, with a book of what was used."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.evidence import Capture, Place
from contracts.sources.contract import Field
from contracts.sources.observing import Asked
from contracts.sources.record import Record, Written
from contracts.sources.rest import Leftover
from contracts.sources.xml_spans import Element

_STEP = re.compile(r"(\w+)(?:\[([^\]]+)\])?")
_NAMING = ("AttributeID", "ID")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document of a source while it is read."""

    asked: Asked
    capture: Capture
    root: Element
    used: set[int] = field(default_factory=set)
    """Where the elements start whose text has been used or accounted for."""

    def place(self, element: Element) -> Place:
        """Return where an element's text stands; the element needs to have one."""
        return Place(self.capture.digest, element.offset, element.length, element.pointer)

    def written(self, element: Element | None) -> Written | None:
        """Return an element's text as written, or None when there is none; it counts as used."""
        if element is None:
            return None
        self.used.add(element.start)
        return Written(element.text, self.place(element)) if element.length else None

    def record(self, element: Element, kind: str) -> Record:
        """Return an element as a record of the contract."""
        wire = self.asked.contract.record(kind)
        return Record(
            wire,
            lambda wanted: self._find(element, wanted),
            f"{element.pointer}, byte {element.start}",
        )

    def _find(self, element: Element, wanted: Field) -> Written | None:
        here: Element | None = element
        for step in wanted.path.split("/"):
            match = _STEP.fullmatch(step)
            if here is None or match is None:
                return None
            here = self._named(here, match[1], match[2]) if match[2] else here.first(match[1])
        return self.written(here)

    def _named(self, element: Element, name: str, wanted: str) -> Element | None:
        """Return the child that carries a name of its own, such as a property with its ID."""
        for child in element.all(name):
            for naming in _NAMING:
                own = child.first(naming)
                if own is not None and own.text == wanted:
                    self.used.add(own.start)
                    return child
        return None

    def account_for(self, element: Element) -> None:
        """Count everything in an element as used: it is listed as a whole."""
        self.used.update(one.start for one in element.walk())

    def rest(self) -> Iterator[Leftover]:
        """Yield every text that nobody used."""
        for element in self.root.walk():
            if element.length and element.start not in self.used:
                kind = re.sub(r"\[\d+\]", "", element.pointer)
                yield Leftover(kind, self.place(element), "the reader does not use this")
