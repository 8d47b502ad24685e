"""Two states of one table compared record by record: what is gone, what is new, what is another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, TypeAlias

from contracts.canonical import Json, canonical

Row: TypeAlias = Mapping[str, Json]

_NAMED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "answers": ("criterion",),
    "captures": ("source", "request"),
    "criteria": ("id",),
    "environment": ("kind", "name"),
    "evaluation": ("batch",),
    "exceptions": ("kind", "criterion"),
    "lineage": ("from", "relation", "to"),
    "observations": ("source", "subject", "step", "characteristic", "source_key"),
    "quarantines": ("source",),
    "series": ("tag", "first"),
    "unread": ("pointer",),
    "verdicts": ("criterion",),
}
"""By table: the members that name a record, so that it is found again when the others change."""


@dataclass(frozen=True, slots=True)
class Altered:
    """A record that is not the same in two states of a table; None where it is not at all."""

    table: str
    then: Row | None
    now: Row | None

    @property
    def name(self) -> str:
        """What the record is called, in the words of its own members."""
        row = self.then or self.now or {}
        words = [row[one] for one in _NAMED_BY[self.table] if row.get(one)]
        return " ".join(_word(one) for one in words) or self.table

    def members(self) -> Iterator[tuple[str, Json, Json]]:
        """Yield each member that differs, with its value then and now, of a record in both."""
        if self.then is not None and self.now is not None:
            for name in sorted({*self.then, *self.now}):
                was, comes = self.then.get(name), self.now.get(name)
                if was != comes:
                    yield name, was, comes

    def in_words(self) -> str:
        """Return the difference in one line."""
        if self.then is None:
            return f"{self.table}: {self.name} comes out and was not recorded then"
        if self.now is None:
            return f"{self.table}: {self.name} was recorded then and does not come out"
        told = [f"{name} was {shown(was)}, is {shown(now)}" for name, was, now in self.members()]
        return f"{self.table}: {self.name}: {'; '.join(told) or 'it stands at another place'}"

    def record(self) -> dict[str, Json]:
        """Return the difference as a record."""
        members: list[Json] = [
            {"member": name, "now": now, "then": was} for name, was, now in self.members()
        ]
        return {
            "members": members,
            "name": self.name,
            "now": None if self.now is None else dict(self.now),
            "table": self.table,
            "then": None if self.then is None else dict(self.then),
            "words": self.in_words(),
        }


def compared(table: str, then: Sequence[Row], now: Sequence[Row]) -> tuple[Altered, ...]:
    """Return what is not the same, in the order of the table; a record is found by its name.

    The same records in another order are one difference: the first that stands elsewhere.
    """
    was, comes = [canonical(one) for one in then], [canonical(one) for one in now]
    if was == comes:
        return ()
    before, after = set(was), set(comes)
    old = _by_name(table, [row for row, text in zip(then, was, strict=True) if text not in after])
    new = _by_name(table, [row for row, text in zip(now, comes, strict=True) if text not in before])
    found = tuple(
        Altered(table, one, other)
        for name in dict.fromkeys([*old, *new])
        for one, other in zip_longest(old.get(name, ()), new.get(name, ()))
    )
    if found:
        return found
    pairs = zip_longest(then, now)
    return (next(Altered(table, one, other) for one, other in pairs if one != other),)


def _by_name(table: str, rows: Sequence[Row]) -> dict[bytes, list[Row]]:
    named: dict[bytes, list[Row]] = {}
    for row in rows:
        name = canonical([row.get(member) for member in _NAMED_BY[table]])
        named.setdefault(name, []).append(row)
    return named


def shown(value: Json) -> str:
    """Return a member's value for a person's eye, cut where nobody reads on."""
    longest = 160
    text = _word(value)
    return text if len(text) <= longest else f"{text[:longest]}…"


def _word(value: Json) -> str:
    """Return a value in words: text as it is, a value's or subject's record by what it says."""
    if isinstance(value, str):
        return value or "nothing"
    if isinstance(value, Mapping):
        for member in ("identifier", "text", "number"):
            if member in value:
                bound = value.get("bound", "=")
                return f"{'' if bound == '=' else bound}{value[member]}"
    return "nothing" if value is None else canonical(value).decode()
