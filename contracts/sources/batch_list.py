"""What the MES promises about its list of batches, and which of them it calls completed."""

from dataclasses import dataclass
from typing import Final

from contracts.batch import batch_number
from contracts.errors import BatchproofError, UnreadableError
from contracts.sources.json_spans import JsonValue, read_json
from contracts.times import read_time

COMPLETED: Final = "Completed"
STATES: Final = (COMPLETED, "Running", "Held", "Aborted")
MEMBERS: Final = frozenset({"batch", "product", "state", "completed_at"})
MOST: Final = 100_000
"""Batches of one list; a list without end is none."""
_MOVE: Final = "whoever runs the batch_record system looks"


@dataclass(frozen=True, slots=True)
class BatchList:
    """The batches that the MES calls completed, each once, and what of its list is none."""

    completed: tuple[str, ...]
    faults: tuple[str, ...]
    """Entries that were left out, each in words: one of them does not stop the others."""


def read_batch_list(body: bytes) -> BatchList:
    """Read the MES's list: a JSON array of objects with exactly the members of `MEMBERS`.

    Raises:
        UnreadableError: it is no such array.
    """
    listed = read_json(body)
    if listed.kind != "array":
        raise UnreadableError(f"a JSON {listed.kind}", expected="an array", move=_MOVE)
    if len(listed.items) > MOST:
        raise UnreadableError(
            f"{len(listed.items)} batches", expected=f"at most {MOST}", move=_MOVE
        )
    completed: dict[str, None] = {}
    faults: list[str] = []
    for entry in listed.items:
        try:
            batch = _completed(entry)
        except BatchproofError as error:
            faults.append(f"the MES's list of batches, {entry.pointer}: {error.in_words()}")
        else:
            completed |= {batch: None} if batch else {}
    return BatchList(tuple(completed), tuple(faults))


def _completed(entry: JsonValue) -> str:
    """Return the batch of an entry if it is completed, else nothing.

    Raises:
        UnreadableError, NotFoundError: the entry is not what the MES promises.
    """
    if set(entry.members) != MEMBERS:
        raise UnreadableError(
            "an entry with other members", expected=f"an object with {', '.join(sorted(MEMBERS))}"
        )
    batch, product, state, at = (
        entry.members[name] for name in ("batch", "product", "state", "completed_at")
    )
    if any(one.kind != "string" for one in (batch, product, state)):
        raise UnreadableError("a batch, product or state that is no text", expected="three texts")
    batch_number(batch.text)
    if state.text not in STATES:
        raise UnreadableError(f"the state '{state.text[:40]}'", expected=" or ".join(STATES))
    if state.text != COMPLETED:
        return ""
    if at.kind != "string":
        raise UnreadableError("a completed batch without a time", expected="when it was completed")
    read_time(at.text)
    return batch.text
