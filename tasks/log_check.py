"""Checks a whole evaluation log: the tree computed anew, every checkpoint, and what it says."""

from collections.abc import Iterator, Sequence

from contracts.errors import BatchproofError
from contracts.log_entry import Intent
from contracts.log_review import LogFinding, findings
from contracts.log_text import Logged
from contracts.merkle import Growing, leaf_hash, node_hash
from contracts.tlog_checkpoint import Checkpoint
from tasks.ledger.ledger import Ledger


def check_log(ledger: Ledger, seen: Sequence[Checkpoint] = ()) -> Iterator[LogFinding]:
    """Give every finding of a log. None means: nothing was lost, added in between, or changed.

    1. what `contracts.log_review` says of the entries;
    2. every hash that the ledger keeps is that of the entries;
    3. every checkpoint that was signed, and every one that was seen elsewhere (`seen`), has the
       head of the log at its size; none is of a longer log or of another one;
    4. every evaluation on record stands in the log.
    """
    log = ledger.log.entries()
    yield from findings(log)
    yield from _hashes(log, ledger)
    yield from _heads(log, ledger, seen)
    yield from _evaluations(log, ledger)


def _hashes(log: Sequence[Logged], ledger: Ledger) -> Iterator[LogFinding]:
    kept = ledger.log.kept_hashes()
    row = [leaf_hash(one.text) for one in log]
    level = 0
    while row:
        for position, node in enumerate(row):
            found = kept.pop((level, position), None)
            if found != node.hex():
                where = position if level == 0 else None
                name = f"the hash at level {level}, position {position}"
                yield LogFinding(where, f"{name}, is {found}, computed anew it is {node.hex()}")
        pairs = zip(row[::2], row[1::2], strict=False)  # the last may have no pair yet
        row = [node_hash(left, right) for left, right in pairs]
        level += 1
    for level, position in sorted(kept):
        yield LogFinding(
            None, f"the ledger keeps a hash at level {level}, position {position}, of no entry"
        )


def _heads(
    log: Sequence[Logged], ledger: Ledger, seen: Sequence[Checkpoint]
) -> Iterator[LogFinding]:
    signed = [one.checkpoint for one in ledger.log.checkpoints()]
    heads = _heads_at(log, {one.size for one in (*signed, *seen)})
    origins = {one.origin for one in signed}
    for one in signed:
        yield from _held_against(one, heads, len(log), "that was signed")
    for one in seen:
        if origins and one.origin not in origins:
            words = f"a checkpoint of the log {one.origin}; this is {' or '.join(sorted(origins))}"
            yield LogFinding(None, words)
        yield from _held_against(one, heads, len(log), "that you saw")


def _heads_at(log: Sequence[Logged], sizes: set[int]) -> dict[int, bytes]:
    tree = Growing()
    heads = {0: tree.head()}
    for count, one in enumerate(log, start=1):
        tree.add(leaf_hash(one.text))
        if count in sizes:
            heads[count] = tree.head()
    return heads


def _held_against(
    one: Checkpoint, heads: dict[int, bytes], size: int, what: str
) -> Iterator[LogFinding]:
    if one.size > size:
        yield LogFinding(
            None,
            f"the checkpoint {what} counts {one.size} entries, the log has {size}: it was cut or "
            "an old copy was put in its place",
        )
    elif heads[one.size] != one.root:
        yield LogFinding(
            None,
            f"the checkpoint {what} has over {one.size} entries the head {one.root.hex()}, the log "
            f"has {heads[one.size].hex()}: an entry was changed, added in between or taken out",
        )


def _evaluations(log: Sequence[Logged], ledger: Ledger) -> Iterator[LogFinding]:
    logged = {(one.batch, one.evaluation) for one in _intents(log)}
    for batch in ledger.batches():
        for one in ledger.evaluations(batch):
            if (batch, one.number) not in logged:
                yield LogFinding(
                    None, f"evaluation {one.number} of {batch} is on record but not in the log"
                )
            logged.discard((batch, one.number))
    for batch, number in sorted(logged):
        yield LogFinding(None, f"evaluation {number} of {batch} is in the log but not on record")


def _intents(log: Sequence[Logged]) -> Iterator[Intent]:
    for one in log:
        try:
            entry = one.entry
        except BatchproofError:
            continue  # the review of the entries names it
        if isinstance(entry, Intent):
            yield entry
