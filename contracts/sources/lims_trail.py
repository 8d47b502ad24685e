"""Reads the laboratory's audit trail: who changed which field of which record, when and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from contracts.errors import UnreadableError
from contracts.evidence import Capture
from contracts.sources.json_spans import JsonValue, read_json

_RESOURCE = "/auditlog?"


@dataclass(frozen=True, slots=True)
class Traced:
    """One entry of the audit trail.

    As `infra/plant/lims_audit.py` describes them: SENAITE itself keeps snapshots and lists none of
    them over its JSON API (recorded: count 0), so this is the answer of an audit-trail add-on.
    """

    key: str
    """The source's key of the record that was touched: `source_key` of its observations."""
    version: int
    at: str
    actor: str
    action: str
    reason: str
    """Empty where the source gives none."""
    diff: tuple[tuple[str, str, str], ...]
    """(field, before, after), as the source writes them; an empty text for nothing."""

    def in_words(self) -> str:
        """Return who changed it, when and why, in one line."""
        why = self.reason.strip().rstrip(".") or "no reason given"
        return f"{self.actor or 'somebody'} at {self.at or 'an unknown time'} ({why})"


def trail(captured: Iterable[tuple[Capture, bytes]]) -> tuple[Traced, ...]:
    """Return the entries of a laboratory's audit trail, by record and version.

    An entry that is not as described above is none: what nobody can read explains no change.
    """
    found: dict[Traced, None] = {}
    for capture, data in captured:
        if _RESOURCE in capture.request:
            found |= dict.fromkeys(_entries(data))
    return tuple(sorted(found, key=attrgetter("key", "version")))


def _entries(data: bytes) -> Iterator[Traced]:
    try:
        listed = read_json(data).members.get("items")
    except UnreadableError:
        return
    for item in listed.items if listed is not None else ():
        version = _text(item, "version")
        if _text(item, "object_uid") and version.isdecimal():
            yield Traced(
                key=_text(item, "object_uid"),
                version=int(version),
                at=_text(item, "modified"),
                actor=_text(item, "actor"),
                action=_text(item, "action"),
                reason=_text(item, "comments"),
                diff=tuple(_diff(item.members.get("diff"))),
            )


def _diff(changed: JsonValue | None) -> Iterator[tuple[str, str, str]]:
    for name, pair in changed.members.items() if changed is not None else ():
        if len(pair.items) == len(("before", "after")):
            before, after = (_written(one) for one in pair.items)
            yield name, before, after


def _text(item: JsonValue, name: str) -> str:
    found = item.members.get(name)
    return "" if found is None else _written(found)


def _written(value: JsonValue) -> str:
    return "" if value.kind == "null" else value.text
