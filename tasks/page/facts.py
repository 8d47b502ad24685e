"""Every value with its way back to the bytes, and with every attempt that stands beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tasks.page import words
from tasks.page.given import PageDocuments, Record

EDGES: Final = ("started_at", "ended_at")
ABOUT_STEPS: Final = frozenset({*EDGES, "performed_by", "verified_by"})
"""What the batch record says of a step itself: no entry of a value."""


@dataclass(frozen=True, slots=True)
class Input:
    """What a calculated value was calculated from; `anchor` is empty where nothing is to open."""

    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One observation as the page shows it."""

    id: str
    what: str
    as_written: str
    """The source's own text; the calculated value where nobody wrote one."""
    read_as: str
    """Our reading, where it is not letter by letter the text."""
    unit: str
    code: str
    record: Record
    quotes: Sequence[Record]
    inputs: tuple[Input, ...]
    criteria: tuple[str, ...]
    """Ids of the criteria it was judged by."""
    attempt: str
    """`original`, `retest 1`, ... where there is more than one; else empty."""

    @property
    def marks(self) -> str:
        """What a reviewer should notice about its standing; empty if nothing."""
        status = str(self.record["status"])
        standing = self.changed or ("" if status == "final" else status)
        return ", ".join(one for one in (standing, self.attempt) if one)

    @property
    def changed(self) -> str:
        """What to say beside the value wherever it stands, if it was changed after entry."""
        return "changed after entry" if self.record["status"] == "corrected" else ""

    @property
    def about_step(self) -> bool:
        """Whether it is what the batch record says of a step itself: when it ran, and by whom."""
        record = self.record
        return record["source"] == "batch_record" and record["characteristic"] in ABOUT_STEPS

    def qualifier(self, name: str) -> str:
        """Return what the source said beside the value under a name; empty if nothing."""
        return str(dict(self.record["qualifiers"]).get(name, ""))

    def told(self) -> Iterator[tuple[str, str]]:
        """Yield what else is known of the value, each with its name.

        What the batch record says of a step itself says when and by whom: there is no more to tell.
        """
        record, subject = self.record, self.record["subject"]
        if self.about_step:
            return
        instrument = f"{record['instrument']}, " if record["instrument"] else ""
        came = f"{instrument}{words.PROVENANCE[str(record['provenance'])]}"
        reason = f": {record['reason']}" if record["reason"] else ""
        of = f"{words.plain(str(subject['kind']))} {subject['identifier']}"
        standing = f"{record['status']}{reason}"
        for name, said in (
            ("Read as", self.read_as),
            ("Of", "" if subject["identifier"] == record["step"] else of),
            ("When", self._when()),
            ("How it came in", came),
            ("Standing", "" if standing == "final" else standing),
        ):
            if said:
                yield name, said
        for name, said in record["qualifiers"]:
            yield words.title(words.plain(str(name))), str(said)

    def _when(self) -> str:
        """Say when it happened and was recorded, by whom, and in which zone the source writes."""
        record = self.record
        happened, recorded = words.utc(record["occurred_at"]), words.utc(record["recorded_at"])
        by = f" by {record['recorded_by']}" if record["recorded_by"] else ""
        told = [f"happened {happened}"] if happened else []
        told += [f"recorded {recorded}{by}"] if recorded else [f"recorded{by}"] if by else []
        zone = f" (written in {record['zone']})" if told and record["zone"] != "UTC" else ""
        return words.title(", ".join(told)) + zone


class Facts:
    """All observations of the page by their id, and which belong together."""

    def __init__(self, documents: PageDocuments) -> None:
        self._records = {str(one["id"]): one for one in documents.observations}
        self._quotes = documents.quotes
        self._tags = {str(one["tag"]) for one in documents.envelopes}
        self._criteria = _judged_by(documents.verdicts)
        self._chains = _chains(documents.observations)
        self._facts = {key: self._fact(one) for key, one in self._records.items()}

    def __iter__(self) -> Iterator[Fact]:
        """Iterate over all observations, in the order given."""
        return iter(self._facts.values())

    def __len__(self) -> int:
        """How many observations there are."""
        return len(self._facts)

    def get(self, identifier: str) -> Fact | None:
        """Return one observation, or None if the page was not given it."""
        return self._facts.get(identifier)

    def of(self, identifiers: Sequence[str]) -> tuple[Fact, ...]:
        """Return the observations that are on the page, in the order of their ids."""
        found = (self._facts.get(one) for one in identifiers)
        return tuple(one for one in found if one is not None)

    def attempts(self, identifier: str) -> tuple[Fact, ...]:
        """Return every attempt at the same result, in order: the original first."""
        return self.of(self._chains.get(identifier, (identifier,)))

    def by_step(self) -> Mapping[str, Sequence[Fact]]:
        """Return the observations by unit procedure, in the order of the process."""
        found: dict[str, list[Fact]] = {name: [] for name in process_order(self)}
        for one in self:
            found.setdefault(_procedure(one.record), []).append(one)
        return {name: ones for name, ones in found.items() if ones}

    def _fact(self, record: Record) -> Fact:
        identifier = str(record["id"])
        reading = words.value(record["value"])
        written = str(record["as_written"])
        chain = self._chains.get(identifier, ())
        place = chain.index(identifier) if identifier in chain else 0
        return Fact(
            id=identifier,
            what=words.plain(str(record["characteristic"])),
            as_written=written or reading,
            read_as="" if not written or words.says_the_same(written, record["value"]) else reading,
            unit=words.unit(str(record["unit"])),
            code=str(record["unit"]),
            record=record,
            quotes=self._quotes.get(identifier) or record["origin"]["places"],
            inputs=tuple(self._input(str(one)) for one in record["origin"]["derived_from"]),
            criteria=tuple(self._criteria.get(identifier, ())),
            attempt="" if len(chain) < 2 else f"retest {place}" if place else "original",  # noqa: PLR2004 (one alone is no series)
        )

    def _input(self, name: str) -> Input:
        if name in self._records:
            record = self._records[name]
            step = words.step(str(record["step"]))
            return Input(f"{words.plain(str(record['characteristic']))}, {step}", name)
        tag, _, span = name.removeprefix("series:").removesuffix("]").partition("[")
        start, _, end = span.partition(",")
        said = f"the readings of {tag}, {words.utc(start)} to {words.utc(end)}" if end else name
        return Input(said, series_anchor(tag) if tag in self._tags else "")


def series_anchor(tag: str) -> str:
    """Return the fragment that names a tag's curve on the page."""
    return "S-" + "".join(char if char.isascii() and char.isalnum() else "-" for char in tag)


def process_order(facts: Facts) -> list[str]:
    """Return the unit procedures in the order in which they started."""
    started = [
        (str(one.record["value"]["text"]), str(one.record["step"]))
        for one in facts
        if one.record["characteristic"] == "started_at" and "/" not in str(one.record["step"])
    ]
    return list(dict.fromkeys(step for _, step in sorted(started)))


def _procedure(record: Record) -> str:
    return str(record["step"]).split("/", maxsplit=1)[0]


def _judged_by(verdicts: Sequence[Record]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for verdict in verdicts:
        for identifier in verdict["observations"]:
            found.setdefault(str(identifier), []).append(str(verdict["criterion"]))
    return found


def _chains(observations: Sequence[Record]) -> dict[str, tuple[str, ...]]:
    """Return by observation id the ids of all attempts at its result, in order.

    Retests name the source's key of what they repeat; a chain has one original.
    """
    by_key = {str(one["source_key"]): one for one in observations if one["source_key"]}
    groups: dict[tuple[str, str], list[Record]] = {}
    for one in observations:
        if one["source_key"]:
            name = (_original(one, by_key), str(one["characteristic"]))
            groups.setdefault(name, []).append(one)
    chains: dict[str, tuple[str, ...]] = {}
    for (original, _), members in groups.items():
        if any(one["retest_of"] for one in members):
            ordered = sorted(members, key=lambda one: _turn(one, original))
            chain = tuple(str(one["id"]) for one in ordered)
            chains.update(dict.fromkeys(chain, chain))
    return chains


def _turn(one: Record, original: str) -> tuple[bool, str, str]:
    return (
        one["source_key"] != original,
        str(one["recorded_at"] or one["occurred_at"] or ""),
        str(one["id"]),
    )


def _original(one: Record, by_key: Mapping[str, Record]) -> str:
    """Return the source's key of the first attempt; a circle ends where it closes."""
    seen: set[str] = set()
    while one["retest_of"] and one["retest_of"] in by_key and one["source_key"] not in seen:
        seen.add(str(one["source_key"]))
        one = by_key[str(one["retest_of"])]
    return str(one["source_key"])
