"""The B2MML elements that a batch record is made of, in the order the MESA schema asks for.

The Business To Manufacturing Markup Language (B2MML) is used courtesy of MESA International.
"""

from __future__ import annotations

from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

NAMESPACE = "http://www.mesa.org/xml/B2MML"
Tag = Element


def root(name: str) -> Tag:
    """Return the document element; B2MML is its default namespace."""
    return Element(name, {"xmlns": NAMESPACE})


def document(element: Tag) -> bytes:
    """Return the document as it goes over the wire."""
    indent(element)
    written: bytes = tostring(element, encoding="UTF-8", xml_declaration=True)
    return written + b"\n"


def add(parent: Tag, name: str, text: str | None = None) -> Tag:
    """Add a child, with its text if it has one, and return it."""
    child = SubElement(parent, name)
    child.text = text
    return child


def moment(parent: Tag, name: str, at: datetime) -> None:
    """Add a time with the offset of the plant."""
    add(parent, name, at.isoformat(timespec="seconds"))


def entry(parent: Tag, identifier: str, kind: str, at: datetime, description: str = "") -> None:
    """Add what every entry of a batch production record begins with."""
    add(parent, "EntryID", identifier)
    add(parent, "ObjectType", kind)
    moment(parent, "TimeStamp", at)
    if description:
        add(parent, "Description", description)


def value(parent: Tag, text: str, data_type: str, unit: str = "", key: str = "") -> None:
    """Add a value element with its type, its unit and its key."""
    _typed(add(parent, "Value"), ("ValueString", text), data_type, unit, key)


def prechange(parent: Tag, text: str, data_type: str, unit: str, key: str) -> None:
    """Add the value that stood in the record before a change."""
    _typed(add(parent, "PrechangeData"), ("ValueString", text), data_type, unit, key)


def quantity(parent: Tag, text: str, unit: str) -> None:
    """Add an amount of material."""
    _typed(add(parent, "Quantity"), ("QuantityString", text), "decimal", unit, "")


def named(parent: Tag, element: str, name: str, text: str, data_type: str) -> None:
    """Add a property, such as a release status, with its identifier and its value."""
    prop = add(parent, element)
    add(prop, "ID", name)
    value(prop, text, data_type)


def attribute(parent: Tag, name: str, text: str, data_type: str) -> None:
    """Add a user attribute to an event."""
    attributed = add(parent, "UserAttribute")
    add(attributed, "AttributeID", name)
    value(attributed, text, data_type)


def _typed(parent: Tag, content: tuple[str, str], data_type: str, unit: str, key: str) -> None:
    add(parent, *content)
    add(parent, "DataType", data_type)
    if unit:
        add(parent, "UnitOfMeasure", unit)
    if key:
        add(parent, "Key", key)
