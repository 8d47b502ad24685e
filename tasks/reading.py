"""Reads a source's captured bytes by its contract, and refuses what breaks it."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import as_file, files
from typing import Any, TypeAlias

import yaml
from lxml import etree

from contracts.again import READERS
from contracts.errors import UnreadableError
from contracts.evidence import Capture
from contracts.reading import Reading
from contracts.sources.contract import ContractError, SourceContract
from contracts.sources.odcs import source_contract
from contracts.sources.xml_spans import read_xml

Captured: TypeAlias = Sequence[tuple[Capture, bytes]]
Document: TypeAlias = Mapping[str, Any]
"""A source contract as its file says it, in plain values."""
_SOURCES = files("contracts.sources")
_SCHEMA = "BatchML-BatchProductionRecord.xsd"
_READERS: Mapping[str, Callable[[Captured, SourceContract, str, str], Reading]] = READERS


@cache
def contract_of(source: str) -> SourceContract:
    """Return the contract that a source's answers are read by.

    Raises:
        ContractError: there is none for this source, or it lacks what the reader needs.
    """
    return source_contract(contract_document(source))


@cache
def contract_document(source: str) -> Document:
    """Return the contract of a source as its file says it, in plain values.

    Raises:
        ContractError: there is none for this source.
    """
    path = _SOURCES / f"{source}.odcs.yaml"
    if source not in _READERS or not path.is_file():
        raise ContractError(
            f"no contract for the source '{source}'",
            expected=f"one of {', '.join(_READERS)}",
            move="the site file names the source",
        )
    document: Document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def read(
    source: str,
    captured: Captured,
    batch: str,
    zone: str,
    contract: SourceContract | None = None,
) -> Reading:
    """Return what a source's captures say about a batch.

    They are read by our own contract of the source, unless another one is given.

    Raises:
        UnreadableError: they break the source's contract: the source is to be set aside.
        ContractError: there is no contract for this source.
    """
    read_by = contract_of(source) if contract is None else contract
    if source == "batch_record":
        for capture, data in captured:
            _check_schema(capture, data)
    return _READERS[source](captured, read_by, batch, zone)


@cache
def _schema() -> etree.XMLSchema:
    with as_file(_SOURCES / "b2mml") as folder:
        parser = etree.XMLParser(no_network=True, resolve_entities=False)
        return etree.XMLSchema(etree.parse(str(folder / _SCHEMA), parser))


def _check_schema(capture: Capture, data: bytes) -> None:
    """Check a batch record against MESA's schema.

    The strict reader goes first: a DTD, an entity bomb or another encoding never reaches lxml.
    """
    try:
        read_xml(data)
    except UnreadableError as error:
        raise error.at(capture.request) from error
    parser = etree.XMLParser(
        no_network=True, resolve_entities=False, load_dtd=False, huge_tree=False
    )
    try:
        document = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        words = str(error.msg).partition(",")[0]
        raise UnreadableError(
            f"XML that is too much for the schema check ({words})",
            expected="a batch record of ordinary size",
            where=f"{capture.request}, line {error.lineno}",
            move="the manufacturing system's owner looks at what it hands over",
        ) from error
    try:
        _schema().assertValid(document)
    except etree.DocumentInvalid as error:
        words, _, line = str(error).rpartition(", line ")
        raise _not_valid(capture, words or str(error), line) from error


def _not_valid(capture: Capture, message: str, line: str) -> UnreadableError:
    words = message.replace("{http://www.mesa.org/xml/B2MML}", "")
    return UnreadableError(
        f"a batch record that MESA's schema does not allow ({words})",
        expected="a valid B2MML V0700 BatchProductionRecord",
        where=f"{capture.request}, line {line}",
        move="the manufacturing system's owner corrects the interface; the capture is kept",
    )
