"""What a source promises to send: every field, code, unit and meaning, as its contract says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from contracts.errors import BatchproofError

_KINDS = {
    "string": "text",
    "number": "number",
    "integer": "number",
    "timestamp": "time",
    "date": "text",
    "boolean": "flag",
    "array": "list",
}


class ContractError(BatchproofError):
    """A source contract lacks what its reader needs; nothing is read by it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record on the wire, and what the source promises about it."""

    name: str
    path: str
    """Where it stands in its record, in the format's own names: `Value/UnitOfMeasure`."""
    kind: str
    """`text`, `number`, `time`, `flag` or `list`."""
    required: bool
    description: str
    allowed: tuple[str, ...] = ()
    """The only texts it may hold, when the contract lists them."""


@dataclass(frozen=True, slots=True)
class WireRecord:
    """One kind of record on the wire: an event, a sample, a page."""

    name: str
    path: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """Return the field of this name.

        Raises:
            ContractError: the contract does not have it.
        """
        for one in self.fields:
            if one.name == name:
                return one
        raise _lacks(f"the record '{self.name}'", f"no field '{name}'")


@dataclass(frozen=True, slots=True)
class Term:
    """One code of the source, and what it means: our characteristic, its unit and its kind."""

    code: str
    """The source's own word: `APH_VIAB`, `VIAB`, `TEMP`."""
    name: str
    """Our characteristic."""
    unit: str
    """UCUM; `1` for what has no dimension."""
    unit_as_written: str
    """The unit in the source's spelling; empty where the source writes none."""
    kind: str
    """`number`, `text`, `time` or `flag`."""
    description: str
    step: str = ""
    """The step it belongs to, where the contract fixes it; steps below it count."""


@dataclass(frozen=True, slots=True)
class SourceContract:
    """The contract of one source: the records on its wire, and the codes in them."""

    id: str
    version: str
    source: str
    terms: tuple[Term, ...]
    records: tuple[WireRecord, ...]

    @property
    def name(self) -> str:
        """The contract's name with its version, as captures cite it."""
        return f"{self.id}@{self.version}"

    def term(self, code: str) -> Term | None:
        """Return what a code means, or None when the contract does not know it."""
        return next((one for one in self.terms if one.code == code), None)

    def meaning(self, code: str) -> Term:
        """Return what a code that the reader depends on means.

        Raises:
            ContractError: the contract does not have it.
        """
        found = self.term(code)
        if found is None:
            raise _lacks(self.name, f"no code '{code}'")
        return found

    def record(self, name: str) -> WireRecord:
        """Return a kind of record on the wire.

        Raises:
            ContractError: the contract does not have it.
        """
        for one in self.records:
            if one.name == name:
                return one
        raise _lacks(self.name, f"no record '{name}'")

    @property
    def required(self) -> tuple[str, ...]:
        """What every answer must hold, as `record.field`."""
        return tuple(
            f"{record.name}.{one.name}"
            for record in self.records
            for one in record.fields
            if one.required
        )


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
            raise _lacks(inside, f"the role '{role}'")
    _refuse_twice([one.code for one in terms], where)
    _refuse_twice([one.name for one in records], where)
    return SourceContract(
        id=_text(document, "id", where),
        version=_text(document, "version", where),
        source=source,
        terms=tuple(terms),
        records=tuple(records),
    )


def _lacks(where: str, found: str) -> ContractError:
    return ContractError(
        found,
        expected="everything that the reader needs",
        where=where,
        move="the contract's owner corrects the contract file",
    )


def _record(document: Mapping[str, object], where: str) -> WireRecord:
    fields = tuple(_field(one, where) for one in _mappings(document, "properties", where))
    _refuse_twice([one.name for one in fields], where)
    path = _text(document, "physicalName", where)
    return WireRecord(_text(document, "name", where), path, fields)


def _field(document: Mapping[str, object], where: str) -> Field:
    inside = f"{where}.{document.get('name', 'a field without name')}"
    allowed = _custom(document, inside).get("allowed", ())
    if isinstance(allowed, str) or not isinstance(allowed, Sequence):
        raise _lacks(inside, "allowed values that are no list")
    return Field(
        name=_text(document, "name", inside),
        path=_text(document, "physicalName", inside),
        kind=_kind(document, inside),
        required=document.get("required", False) is True,
        description=_text(document, "description", inside),
        allowed=tuple(str(one) for one in allowed),
    )


def _terms(document: Mapping[str, object], where: str) -> Iterator[Term]:
    for one in _mappings(document, "properties", where):
        inside = f"{where}.{one.get('name', 'a term without name')}"
        custom = _custom(one, inside)
        step = custom.get("step", "")
        yield Term(
            code=_text(one, "physicalName", inside),
            name=_text(one, "name", inside),
            unit=_text(custom, "unit", inside),
            unit_as_written=_text(custom, "unitAsWritten", inside, may_be_empty=True),
            kind=_kind(one, inside),
            description=_text(one, "description", inside),
            step=step if isinstance(step, str) else "",
        )


def _kind(document: Mapping[str, object], where: str) -> str:
    logical = _text(document, "logicalType", where)
    if logical not in _KINDS:
        raise _lacks(where, f"the logicalType '{logical}'")
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
        raise _lacks(where, f"no list '{name}'")
    for one in listed:
        if not isinstance(one, Mapping):
            raise _lacks(where, f"an entry of '{name}' that is no mapping")
        yield one


def _text(
    document: Mapping[str, object], name: str, where: str, *, may_be_empty: bool = False
) -> str:
    found = document.get(name)
    if not isinstance(found, str) or not (found or may_be_empty):
        raise _lacks(where, f"no text '{name}'")
    return found


def _refuse_twice(names: Sequence[str], where: str) -> None:
    for one in names:
        if names.count(one) > 1:
            raise _lacks(where, f"'{one}' twice")
