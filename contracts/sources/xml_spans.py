"""XML read strictly, in which every element knows where the bytes of its text are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.parsers import expat

from contracts.errors import UnreadableError

DEEPEST = 64
LONGEST_TEXT = 1_000_000
_MOVE = "the source's owner corrects the interface; the capture is kept"
_WHITE = b" \t\r\n"
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")
_UTF8_NAMES = {"utf-8", "utf8"}


@dataclass(slots=True, eq=False)
class Element:
    """One element of an XML document; only `read_xml` makes and fills it.

    `text` is what the element says, decoded and without the white space around it; the span covers
    the bytes that say it (`length` is 0 when it says nothing).
    """

    name: str
    """The local name, without prefix."""
    namespace: str
    attributes: Mapping[str, str]
    parent: "Element | None"
    position: int
    """Counted from 1 among the children of the same name."""
    start: int
    """Where the element's start tag begins."""
    text: str = ""
    offset: int = 0
    length: int = 0
    children: list["Element"] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    """How many children there are of each name."""

    @property
    def pointer(self) -> str:
        """The element's place in words of the format: `/Batch/Events/Event[12]/EntryID`."""
        above = self.parent.pointer if self.parent else ""
        alone = self.parent is None or self.parent.counts[self.name] == 1
        return f"{above}/{self.name}" + ("" if alone else f"[{self.position}]")

    def all(self, name: str) -> Iterator["Element"]:
        """Yield the children of this name, in order."""
        return (one for one in self.children if one.name == name)

    def first(self, name: str) -> "Element | None":
        """Return the first child of this name."""
        return next(self.all(name), None)

    def walk(self) -> Iterator["Element"]:
        """Yield the element and everything below it, in the order of the document."""
        yield self
        for child in self.children:
            yield from child.walk()


def read_xml(data: bytes) -> Element:
    """Return the document element of UTF-8 XML, with everything below it.

    Nothing outside the bytes is ever read, and no entity but XML's own five is ever resolved.

    Raises:
        UnreadableError: not well-formed or cut off, not UTF-8, a DOCTYPE or an entity declaration,
            nested deeper than 64, a text longer than 1 MB, text and elements mixed, a text with a
            comment or an instruction inside it.
    """
    if data.startswith(_OTHER_ENCODINGS):
        raise _refusal("XML in another encoding than UTF-8", "UTF-8", "byte 0")
    building = _Building(data)
    try:
        building.parser.Parse(data, True)  # noqa: FBT003 - pyexpat takes no keywords
    except expat.ExpatError as error:
        where = f"line {error.lineno}, byte {max(0, building.parser.ErrorByteIndex)}"
        words = f"XML that is not well-formed ({expat.ErrorString(error.code)})"
        raise _refusal(words, "a whole, well-formed XML document", where) from error
    return building.root()


def _refusal(found: str, expected: str, where: str) -> UnreadableError:
    return UnreadableError(found, expected=expected, where=where, move=_MOVE)


@dataclass(slots=True)
class _Open:
    """An element whose end has not been read yet."""

    element: Element
    pieces: list[str] = field(default_factory=list)
    size: int = 0
    began: int = -1
    """Where its text begins, or -1 before there is any."""
    interrupted: bool = False
    """Whether a comment or an instruction stands in it."""


class _Building:
    """The document while it is being read."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.buffer_text = False
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartCdataSectionHandler = self._marked
        self.parser.CommentHandler = self._interruption
        self.parser.ProcessingInstructionHandler = self._interruption
        self._roots: list[Element] = []
        self._open: list[_Open] = []

    def root(self) -> Element:
        return self._roots[0]

    def _where(self) -> str:
        pointer = self._open[-1].element.pointer if self._open else "the document"
        line, byte = self.parser.CurrentLineNumber, self.parser.CurrentByteIndex
        return f"{pointer}, line {line}, byte {byte}"

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _UTF8_NAMES:
            raise _refusal(f"XML that declares the encoding {encoding}", "UTF-8", self._where())

    def _doctype(self, *_: object) -> None:
        """Refuse the DTD where it begins: no entity of its own is ever declared after it."""
        raise _refusal("a DOCTYPE (DTD) in the XML", "XML without a DTD", self._where())

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= DEEPEST:
            found = f"elements nested deeper than {DEEPEST}"
            raise _refusal(found, f"at most {DEEPEST} levels", self._where())
        namespace, _, local = name.rpartition(" ")
        parent = self._open[-1].element if self._open else None
        position = 1
        if parent is not None:
            position = parent.counts[local] = parent.counts.get(local, 0) + 1
        element = Element(
            local,
            namespace,
            MappingProxyType(attributes),
            parent,
            position,
            self.parser.CurrentByteIndex,
        )
        (self._roots if parent is None else parent.children).append(element)
        self._open.append(_Open(element))

    def _marked(self) -> None:
        here = self._open[-1]
        if here.began < 0:
            here.began = self.parser.CurrentByteIndex

    def _interruption(self, *_: object) -> None:
        if self._open:
            self._open[-1].interrupted = True

    def _characters(self, piece: str) -> None:
        self._marked()
        here = self._open[-1]
        here.pieces.append(piece)
        here.size += len(piece)
        if here.size > LONGEST_TEXT:
            found = f"a text longer than {LONGEST_TEXT} characters"
            raise _refusal(found, f"at most {LONGEST_TEXT}", self._where())

    def _end(self, _name: str) -> None:
        here, element = self._open[-1], self._open[-1].element
        text = "".join(here.pieces).strip(" \t\r\n")
        if text:
            if element.children:
                raise _refusal("text beside elements", "text or elements", self._where())
            if here.interrupted:
                found = "a comment or an instruction inside a text"
                raise _refusal(found, "the text alone", self._where())
            raw = self.data[here.began : self.parser.CurrentByteIndex]
            element.text = text
            element.offset = here.began + len(raw) - len(raw.lstrip(_WHITE))
            element.length = len(raw.strip(_WHITE))
        self._open.pop()
