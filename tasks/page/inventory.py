"""What was used and drawn, what was changed after entry, how values came in, what is unread."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tasks.page import words
from tasks.page.facts import Fact, Facts
from tasks.page.given import PageDocuments, Record


@dataclass(frozen=True, slots=True)
class Thing:
    """A material lot or a piece of equipment, with what was recorded of it."""

    identifier: str
    material: str
    quantity: str
    steps: str
    facts: tuple[Fact, ...]
    """What was recorded of it beside its name, each saying once."""


def materials(facts: Facts) -> tuple[Thing, ...]:
    """Return the material lots, in the order of their use."""
    return _things(facts, "material_lot", {"material_lot"})


def equipment(facts: Facts) -> tuple[Thing, ...]:
    """Return the equipment, in the order of its use."""
    return _things(facts, "equipment", {"equipment_used"})


def samples(facts: Facts) -> tuple[Thing, ...]:
    """Return the samples drawn from the batch, in the order of their results."""
    return _things(facts, "sample", set())


def instruments(facts: Facts) -> Mapping[str, Sequence[Fact]]:
    """Return what each instrument wrote, by its name; the batch's own equipment is not among it."""
    found: dict[str, list[Fact]] = {}
    for one in facts:
        record = one.record
        if record["instrument"] and record["source"] not in {"equipment", "batch_record"}:
            found.setdefault(str(record["instrument"]), []).append(one)
    return dict(sorted(found.items()))


def _things(facts: Facts, kind: str, names: set[str]) -> tuple[Thing, ...]:
    groups: dict[str, list[Fact]] = {}
    for one in facts:
        subject = one.record["subject"]
        if subject["kind"] == kind and one.record["provenance"] != "calculated":
            groups.setdefault(str(subject["identifier"]), []).append(one)
    return tuple(_thing(name, ones, names) for name, ones in groups.items())


def _thing(identifier: str, ones: Sequence[Fact], names: set[str]) -> Thing:
    facts = [dict(one.record["qualifiers"]) for one in ones]
    steps = dict.fromkeys(words.step(str(one.record["step"])) for one in ones)
    said = {
        (one.what, one.as_written): one
        for one in reversed(ones)
        if one.record["characteristic"] not in names
    }
    return Thing(
        identifier=identifier,
        material=_first(facts, "material"),
        quantity=words.amount(_first(facts, "quantity")),
        steps=", ".join(steps),
        facts=tuple(reversed(said.values())),
    )


def _first(facts: Sequence[Mapping[str, str]], name: str) -> str:
    return next((str(one[name]) for one in facts if name in one), "")


@dataclass(frozen=True, slots=True)
class Change:
    """A value that was changed after it was entered, and what it was before."""

    now: Fact
    before: Fact | None
    by: str
    """Who changed it, in the source's words; empty where it does not say."""
    reason: str
    changed_at: str


def changes(facts: Facts) -> tuple[Change, ...]:
    """Return every value changed after entry with its old value and the reason."""
    by_key = {str(one.record["source_key"]): one for one in facts if one.record["source_key"]}
    return tuple(
        Change(
            now=one,
            before=by_key.get(str(one.record["supersedes"])),
            by=str(dict(one.record["qualifiers"]).get("change_note", "")),
            reason=str(one.record["reason"]),
            changed_at=words.utc(dict(one.record["qualifiers"]).get("changed_at")),
        )
        for one in facts
        if one.record["status"] == "corrected"
    )


@dataclass(frozen=True, slots=True)
class Share:
    """How many values came in one way."""

    words: str
    count: int
    percent: str
    wanting: bool
    """Whether a reviewer should ask: nobody verified them."""


def provenance(facts: Facts) -> tuple[Share, ...]:
    """Return the share of each provenance class."""
    found = [str(one.record["provenance"]) for one in facts]
    return tuple(
        Share(
            text,
            found.count(name),
            f"{100 * found.count(name) / len(found):.1f}",
            name == "manual_unverified",
        )
        for name, text in words.PROVENANCE.items()
        if name in found
    )


@dataclass(frozen=True, slots=True)
class UnreadGroup:
    """Parts of a source's captures that were not used, for one reason."""

    source: str
    reason: str
    places: tuple[tuple[Record, str], ...]
    """Each place, and how often the source has the like of it."""


_TIMES = re.compile(r"\s*\((once|\d+ times, first here)\)$")


def unread_groups(documents: PageDocuments) -> tuple[UnreadGroup, ...]:
    """Return the unread rest by source and reason, the larger groups first."""
    sources = {str(one["digest"]): str(one["source"]) for one in documents.captures}
    groups: dict[tuple[str, str], list[tuple[Record, str]]] = {}
    for one in documents.unread:
        source = words.source(sources.get(str(one["capture"]), "unknown source"))
        reason = str(one["reason"])
        often = _TIMES.search(reason)
        name = (source, _TIMES.sub("", reason))
        groups.setdefault(name, []).append((one, often[1].split(",")[0] if often else ""))
    found = [UnreadGroup(*name, tuple(places)) for name, places in groups.items()]
    return tuple(sorted(found, key=lambda one: (-len(one.places), one.source, one.reason)))
