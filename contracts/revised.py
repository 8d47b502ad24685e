"""What changed in a criterion: its limits with what they cite, and how a result is read by it."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.canonical import Json
from contracts.criterion import Criterion
from contracts.rule import Limit

_AS_READ = ("against", "conversions", "method", "part_of", "rounding", "subject", "unit")
_IN_WORDS = ("late_failure", "links", "message", "owner", "title", "unit_procedure")


@dataclass(frozen=True, slots=True)
class Revised:
    """A criterion that is not what it was; None where it was not, or is not, in force."""

    then: Criterion | None
    now: Criterion | None

    @property
    def id(self) -> str:
        """The criterion's id."""
        found = self.now or self.then
        return found.id if found else ""

    @property
    def members(self) -> tuple[str, ...]:
        """The members that differ."""
        if self.then is None or self.now is None:
            return ()
        was, comes = self.then.record(), self.now.record()
        return tuple(name for name in sorted(was) if was[name] != comes[name])

    def in_words(self) -> Iterator[str]:
        """Yield each change in a line, limits with what they cite."""
        yield from self.decisive()
        if self.then is None or self.now is None:
            return
        then, now, members = self.then, self.now, self.members
        yield from _limits(then, now, blocking=False)
        if "required_for" in members:
            yield f"was required for the {then.required_for} stage, is for the {now.required_for}"
        yield from (
            f"its {name} changed" for name in members if name in {"criticality", "class", "due"}
        )
        worded = [name.replace("_", " ") for name in members if name in _IN_WORDS]
        if worded:
            yield f"worded otherwise ({', '.join(worded)})"

    def decisive(self) -> Iterator[str]:
        """Yield the changes that can make the same evidence another verdict."""
        if self.then is None and self.now is not None:
            yield f"the criterion is new: {limits_in_words(self.now)}"
        elif self.now is None and self.then is not None:
            yield f"the criterion is no longer in force; it asked {limits_in_words(self.then)}"
        elif self.then is not None and self.now is not None:
            yield from _limits(self.then, self.now, blocking=True)
            if "applies" in self.members:
                yield (
                    f"applied to {self.then.applies.in_words() or 'every batch'}, "
                    f"applies to {self.now.applies.in_words() or 'every batch'}"
                )
            as_read = [name for name in self.members if name in _AS_READ]
            if as_read:
                yield f"its result is read otherwise ({', '.join(as_read)})"

    def record(self) -> dict[str, Json]:
        """Return the change as a record."""
        return {
            "criterion": self.id,
            "members": list(self.members),
            "now": None if self.now is None else self.now.record(),
            "then": None if self.then is None else self.then.record(),
            "words": list(self.in_words()),
        }


def limits_in_words(criterion: Criterion) -> str:
    """Return every limit in force with what it cites: `≥ 80.0 % (EX-CS-0001 v3, section 4)`."""
    return "; ".join(limit_in_words(one, one.limit) for one in criterion.by_kind())


def limit_in_words(criterion: Criterion, limit: Limit) -> str:
    """Return one limit with its kind, where it only warns, and with what it cites."""
    kind = "" if limit.kind.blocks else f"{limit.kind.in_words()} "
    return f"{kind}{criterion.in_words(limit)} ({limit.cites})"


def _limits(then: Criterion, now: Criterion, *, blocking: bool) -> Iterator[str]:
    """Yield each limit that moved, is new or is gone: those that block, or those that warn."""
    was = {(one.kind, one.applies): one for one in then.limits}
    comes = {(one.kind, one.applies): one for one in now.limits}
    for key in sorted({*was, *comes}, key=str):
        one, other = was.get(key), comes.get(key)
        if one == other or key[0].blocks is not blocking:
            continue
        kind = "limit" if key[0].blocks else key[0].in_words()
        before = "none" if one is None else f"{then.in_words(one)} ({one.cites})"
        after = "none" if other is None else f"{now.in_words(other)} ({other.cites})"
        yield f"{kind} moved: {before} then, {after} now"
