"""What a source promises to send: every field, code, unit and meaning, as its contract says."""

from dataclasses import dataclass

from contracts.errors import BatchproofError


class ContractError(BatchproofError):
    """A source contract lacks what its reader needs; nothing is read by it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record on the wire, and what the source promises about it."""

    name: str
    path: str
    """Where it stands in its record, in the format's own names: `Value/UnitOfMeasure`."""
    kind: str
    """`text`, `number`, `time`, `day`, `flag` or `list`."""
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
        raise lacking(f"the record '{self.name}'", f"no field '{name}'")


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
    """`number`, `text`, `time`, `day` or `flag`."""
    description: str
    step: str = ""
    """The step it belongs to, where the contract fixes it; steps below it count."""
    replicate: str = ""
    """Which determination it is, where one sample is measured several times on purpose."""
    provisional: tuple[str, ...] = ()
    """With which words a result begins that is true only up to now: `negative to date`."""


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
            raise lacking(self.name, f"no code '{code}'")
        return found

    def record(self, name: str) -> WireRecord:
        """Return a kind of record on the wire.

        Raises:
            ContractError: the contract does not have it.
        """
        for one in self.records:
            if one.name == name:
                return one
        raise lacking(self.name, f"no record '{name}'")

    @property
    def required(self) -> tuple[str, ...]:
        """What every answer must hold, as `record.field`."""
        return tuple(
            f"{record.name}.{one.name}"
            for record in self.records
            for one in record.fields
            if one.required
        )


def lacking(where: str, found: str) -> ContractError:
    """Return the error that says what a contract lacks, and where."""
    return ContractError(
        found,
        expected="everything that the reader needs",
        where=where,
        move="the contract's owner corrects the contract file",
    )
