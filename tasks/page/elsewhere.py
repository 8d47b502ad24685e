"""Where else the same lot, equipment, person or method was at work."""

from collections.abc import Iterator, Mapping, Sequence

from tasks.page.facts import Fact
from tasks.page.given import Record


class Elsewhere:
    """All that is known of other batches, by what they have in common with this one."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._found: Mapping[tuple[str, str], Record] = {
            (str(one["kind"]), str(one["name"])): one for one in records if one["batches"]
        }

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return bool(self._found)

    def at(self, kind: str, name: str) -> Record | None:
        """Return the other batches of one thing; None where there are none."""
        return self._found.get((kind, name))

    def of(self, facts: Sequence[Fact]) -> tuple[Record, ...]:
        """Return the other batches of everything that some observations name."""
        named = dict.fromkeys(name for fact in facts for name in _things(fact.record))
        return tuple(self._found[name] for name in named if name in self._found)


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
