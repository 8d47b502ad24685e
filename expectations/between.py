"""What must hold between the criteria of a strategy: ids, links, and no silent signal."""

from collections.abc import Iterator, Sequence

from expectations.marked import Problem
from expectations.placed import Placed
from expectations.references import Gone, alternatives_of
from expectations.transcribe import Entry

_DEAF_TO_SILENCE = (
    "max",
    "min",
    "mean",
    "time_outside",
    "longest_outside",
    "readings_outside",
    "ramp_rate",
    "fastest_change",
    "mean_kinetic_temperature",
)
"""Of a signal that stops these say what they said before: good, as long as it was good."""


def id_problems(criteria: Sequence[Placed]) -> Iterator[Problem]:
    """Yield ids that two criteria share."""
    first: dict[str, str] = {}
    for one in criteria:
        if not isinstance(one.entry.get("id"), str):
            continue
        if one.id in first:
            words = f"two rules for one id: {one.id} stands in {first[one.id]} already"
            yield one.problem(("id",), words)
        first.setdefault(one.id, one.place(("id",)))


def link_problems(criteria: Sequence[Placed], gone: Gone) -> Iterator[Problem]:
    """Yield links that lead to no CQA; to one that a layer withdrew, where it was withdrawn."""
    classes = {one.id: one.entry.get("class") for one in criteria}
    for one in criteria:
        links = one.entry.get("links")
        for number, link in enumerate(links if isinstance(links, list) else ()):
            if str(link) not in classes:
                yield from gone.problem(one, ("links", number), "a link to", str(link))
            elif classes[str(link)] != "CQA":
                words = f"a link to {link}, which is no CQA but a {classes[str(link)]}"
                yield one.problem(("links", number), words)


def gap_problems(criteria: Sequence[Placed]) -> Iterator[Problem]:
    """Yield each signal that is judged while it speaks, and by nothing when it falls silent.

    Said once for a characteristic and step, at the first criterion on it. `criteria` are all of a
    strategy's, each of the right shape.
    """
    reduced = [one for one in criteria if "reduction" in one.entry]
    functions: dict[tuple[str, str], set[str]] = {}
    for one in reduced:
        functions.setdefault(_signal(one.entry), set()).add(one.entry["reduction"]["function"])
    for one in reduced:
        entry = one.entry
        known = functions[_signal(entry)]
        if entry["reduction"]["function"] in _DEAF_TO_SILENCE and "longest_gap" not in known:
            known.add("longest_gap")
            characteristic, step = _signal(entry)
            words = f"no criterion limits the longest_gap of {characteristic} at {step}"
            yield one.problem(("reduction",), f"{one.id}: {words}")


def _signal(entry: Entry) -> tuple[str, str]:
    return entry["reduction"]["characteristic"], entry["reduction"]["step"]


def unlinked_problems(criteria: Sequence[Placed]) -> Iterator[Problem]:
    """Yield each CQA that no CPP, CMA or IPC protects.

    An alternative of another criterion is protected through that one.
    """
    linked = {link for one in criteria for link in one.entry.get("links", ())}
    members = alternatives_of(criteria)
    for one in criteria:
        alone = one.id not in linked and members.get(one.id) not in linked
        if one.entry["class"] == "CQA" and alone:
            yield one.problem(("id",), f"no CPP, CMA or IPC is linked to {one.id}")


def late_problems(criteria: Sequence[Placed]) -> Iterator[Problem]:
    """Yield what is only required for the final stage and does not say what a failure then means.

    Between the two stages the product may have been given to a patient already.
    """
    for one in criteria:
        if one.entry["required_for"] == "final" and "late_failure" not in one.entry:
            words = "does not say under late_failure what a failure after the initial stage means"
            yield one.problem(("required_for",), f"{one.id} {words}")
