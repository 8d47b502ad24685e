"""Reads a source contract from a parsed Open Data Contract Standard document: strictly."""

from collections.abc import Iterator, Mapping, Sequence

from contracts.sources.contract import Field, SourceContract, Term, WireRecord, lacking

_KINDS = {
    "string": "text",
    "number": "number",
    "integer": "number",
    "timestamp": "time",
    "date": "day",
    "boolean": "flag",
    "array": "list",
}


def source_contract(document: Mapping[str, object]) -> SourceContract:
    """Return the contract that a parsed ODCS document states.

    Schema objects whose custom property `role` is `record` describe the wire, those whose `role` is
    `terms` list the codes. The custom property `source` of the whole says whose contract it is.

    Raises:
        ContractError: something lacks that a reader needs, or a code or name comes twice.
    """
    where = f"contract {document.get('id', 'without id')}"
    source = _text(_custom(document, where), "source", where)
    terms: list[Term] = []
    records: list[WireRecord] = []
    for one in _mappings(document, "schema", where):
        inside = f"{where}, {one.get('name', 'an object without name')}"
        role = _text(_custom(one, inside), "role", inside)
        if role == "terms":
            terms.extend(_terms(one, inside))
        elif role == "record":
            records.append(_record(one, inside))
        else:
            raise lacking(inside, f"the role '{role}'")
    _refuse_twice([one.code for one in terms], where)
    _refuse_twice([one.name for one in records], where)
    return SourceContract(
        id=_text(document, "id", where),
        version=_text(document, "version", where),
        source=source,
        terms=tuple(terms),
        records=tuple(records),
    )


def _record(document: Mapping[str, object], where: str) -> WireRecord:
    fields = tuple(_field(one, where) for one in _mappings(document, "properties", where))
    _refuse_twice([one.name for one in fields], where)
    path = _text(document, "physicalName", where)
    return WireRecord(_text(document, "name", where), path, fields)


def _field(document: Mapping[str, object], where: str) -> Field:
    inside = f"{where}.{document.get('name', 'a field without name')}"
    allowed = _listed(_custom(document, inside), "allowed", inside)
    return Field(
        name=_text(document, "name", inside),
        path=_text(document, "physicalName", inside),
        kind=_kind(document, inside),
        required=document.get("required", False) is True,
        description=_text(document, "description", inside),
        allowed=allowed,
    )


def _terms(document: Mapping[str, object], where: str) -> Iterator[Term]:
    for one in _mappings(document, "properties", where):
        inside = f"{where}.{one.get('name', 'a term without name')}"
        custom = _custom(one, inside)
        step, replicate = custom.get("step", ""), custom.get("replicate", "")
        yield Term(
            code=_text(one, "physicalName", inside),
            name=_text(one, "name", inside),
            unit=_text(custom, "unit", inside),
            unit_as_written=_text(custom, "unitAsWritten", inside, may_be_empty=True),
            kind=_kind(one, inside),
            description=_text(one, "description", inside),
            step=step if isinstance(step, str) else "",
            replicate=replicate if isinstance(replicate, str) else "",
            provisional=_listed(custom, "provisional", inside),
        )


def _listed(custom: Mapping[str, object], name: str, where: str) -> tuple[str, ...]:
    listed = custom.get(name, ())
    if isinstance(listed, str) or not isinstance(listed, Sequence):
        raise lacking(where, f"{name} values that are no list")
    return tuple(str(one) for one in listed)


def _kind(document: Mapping[str, object], where: str) -> str:
    logical = _text(document, "logicalType", where)
    if logical not in _KINDS:
        raise lacking(where, f"the logicalType '{logical}'")
    return _KINDS[logical]


def _custom(document: Mapping[str, object], where: str) -> dict[str, object]:
    if "customProperties" not in document:
        return {}
    return {
        _text(one, "property", where): one.get("value")
        for one in _mappings(document, "customProperties", where)
    }


def _mappings(
    document: Mapping[str, object], name: str, where: str
) -> Iterator[Mapping[str, object]]:
    listed = document.get(name)
    if not isinstance(listed, list) or not listed:
        raise lacking(where, f"no list '{name}'")
    for one in listed:
        if not isinstance(one, Mapping):
            raise lacking(where, f"an entry of '{name}' that is no mapping")
        yield one


def _text(
    document: Mapping[str, object], name: str, where: str, *, may_be_empty: bool = False
) -> str:
    found = document.get(name)
    if not isinstance(found, str) or not (found or may_be_empty):
        raise lacking(where, f"no text '{name}'")
    return found


def _refuse_twice(names: Sequence[str], where: str) -> None:
    for one in names:
        if names.count(one) > 1:
            raise lacking(where, f"'{one}' twice")
