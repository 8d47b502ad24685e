"""Where else the same lot, equipment, person or method was at work."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tasks.page.facts import Fact
from tasks.page.given import Record


@dataclass(frozen=True, slots=True)
class Other:
    """One thing, and the other batches that it had to do with."""

    kind: str
    name: str
    batches: tuple[Record, ...]
    """{batch, evaluation, readiness}."""


class Elsewhere:
    """All that is known of other batches, by what they have in common with this one."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._found = {
            (str(one["kind"]), str(one["name"])): tuple(one["batches"])
            for one in records
            if one["batches"]
        }

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return bool(self._found)

    def at(self, kind: str, name: str) -> tuple[Record, ...]:
        """Return the other batches of one thing; none is known where there are none."""
        return self._found.get((kind, name), ())

    def of(self, facts: Sequence[Fact]) -> tuple[Other, ...]:
        """Return the other batches of everything that some observations name."""
        named = dict.fromkeys(name for fact in facts for name in _things(fact.record))
        return tuple(Other(*name, self._found[name]) for name in named if name in self._found)


def _things(record: Record) -> Iterator[tuple[str, str]]:
    subject = record["subject"]
    if subject["kind"] in {"material_lot", "equipment", "person"}:
        yield str(subject["kind"]), str(subject["identifier"])
    if record["instrument"]:
        yield "equipment", str(record["instrument"])
    if record["recorded_by"]:
        yield "person", str(record["recorded_by"])
    qualifiers = dict(record["qualifiers"])
    for name in ("analyst", "verified_by"):
        if name in qualifiers:
            yield "person", str(qualifiers[name])
    if "method" in qualifiers:
        yield "method", str(qualifiers["method"])
