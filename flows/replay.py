"""The auditor asks again: does the same come out when an evaluation is done once more."""

from contracts.canonical import Json
from tasks.replay import Replayed

_SHOWN = 10
_FOLLOW = ("environment", "evaluation", "captures")
"""Tables whose difference only follows from another one, or is told by what changed since."""


def answer_of(found: Replayed) -> dict[str, Json]:
    """Return what replaying found, for a machine to read."""
    package = found.package
    counted: dict[str, Json] = {}
    for one in found.altered:
        counted[one.table] = int(str(counted.get(one.table, 0))) + 1
    return {
        "batch": package.batch,
        "changed": [one.record() for one in found.since],
        "differing": counted,
        "evaluation": package.number,
        "differences": list(told(found)[:_SHOWN]),
        "first_difference": found.altered[0].record() if found.altered else None,
        "other_differences": list(found.others),
        "readiness": package.readiness,
        "records": {head.name: head.count for head in found.now.tables},
        "root": {"now": found.now.root, "then": found.then.root},
        "same": found.same,
        "stage": package.stage.value,
    }


def words_of(found: Replayed) -> list[str]:
    """Return what replaying found, line by line, for a person."""
    package = found.package
    name = f"{package.batch}, evaluation {package.number}, {package.stage} stage"
    counts = {head.name: head.count for head in found.now.tables}
    lines = []
    if found.same:
        lines += [f"The same root comes out again: {name}.", f"root  {found.now.root}"]
        lines.append(
            f"Read again from {counts['captures']} captures: {counts['observations']} observations "
            f"and {counts['readings']} readings. Judged again under both judges: "
            f"{counts['verdicts']} criteria, {package.readiness.replace('_', ' ')}."
        )
    else:
        lines += [
            f"It does not come out the same: {name}.",
            f"root then  {found.then.root}",
            f"root now   {found.now.root}",
        ]
        lines += _differences(found)
    return lines + _changes(found)


def told(found: Replayed) -> list[str]:
    """Return everything that does not come out, in words, causes first."""
    causes = [one for one in found.altered if one.table not in _FOLLOW]
    follow = [one for one in found.altered if one.table in _FOLLOW]
    words = [one.in_words() for one in causes] + list(found.others)
    return words + [one.in_words() for one in follow]


def _differences(found: Replayed) -> list[str]:
    words = told(found)
    lines = [f"The first difference: {one}" for one in words[:1]]
    lines += [f"  and then {one}" for one in words[1:_SHOWN]]
    rest = len(words) - _SHOWN
    return lines + ([f"  and {rest} more (--json counts them by table)"] if rest > 0 else [])


def _changes(found: Replayed) -> list[str]:
    if not found.since:
        same = "Evidence, strategy, contracts, code and libraries are those of then"
        if found.same:
            return [f"{same}."]
        return [f"{same}: the package's records do not follow from its own evidence."]
    lead = "Changed since, and nothing comes out otherwise:" if found.same else "Changed since:"
    return [lead, *(f"  {one.kind:<9} {one.words}" for one in found.since)]
