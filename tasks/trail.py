"""A batch's audit trail: in words, and written out so that others can check it without us."""

from collections.abc import Mapping, Sequence
from typing import cast

from contracts.batch import batch_number
from contracts.canonical import Json, canonical, parse_strict
from contracts.errors import NotFoundError
from contracts.log_entry import Entry, Result
from contracts.log_text import Logged
from contracts.review_read import trail_root
from contracts.tlog_checkpoint import checkpoint_of
from contracts.tlog_note import Note
from contracts.trail_extent import FORMAT, Extent
from tasks.desk import Desk
from tasks.ledger.ledger import Ledger
from tasks.log_words import Told, in_words
from tasks.notes import signed
from tasks.sealing import evaluation_log


def trail_of(ledger: Ledger, batch: str) -> tuple[Logged, ...]:
    """Return everything the evaluation log says of one batch.

    Raises:
        NotFoundError: nothing, or this can be no batch's number.
    """
    found = ledger.log.of_batch(batch_number(batch))
    if not found:
        raise NotFoundError(
            f"no entry about '{batch}' in the evaluation log", expected="a batch of this ledger"
        )
    return found


def told(ledger: Ledger, batch: str) -> tuple[Told, ...]:
    """Return the audit trail in words, as `trail_of` finds it."""
    return tuple(map(in_words, trail_of(ledger, batch)))


def trail_member(ledger: Ledger, batch: str, number: int) -> bytes:
    """Return `audit-trail.json`: the batch's entries up to the result of an evaluation.

    Each entry stands there as it is in the log and in words. It ends with the result, and not with
    what came until the package was built, so that building it again gives the same bytes; what came
    after is in `seal/history.json`.
    """
    entries = [
        {**in_words(one).record(), "entry": one.text.decode()}
        for one in up_to_result(ledger.log.of_batch(batch), number)
    ]
    return canonical({"batch": batch, "entries": entries}) + b"\n"


def up_to_result(trail: Sequence[Logged], number: int) -> tuple[Logged, ...]:
    """Return a batch's entries up to the result of an evaluation: what its package may tell."""
    ends = [one.index for one in trail if _is_result(one.entry, number)]
    return tuple(one for one in trail if ends and one.index <= ends[0])


def _is_result(entry: Entry, number: int) -> bool:
    return isinstance(entry, Result) and entry.evaluation == number


def written_out(desk: Desk, batch: str) -> bytes:
    """Return the audit trail as one file that holds what it takes to check it.

    It is `seal/history.json` under a checkpoint signed now, with what the log's key says beside it:
    which entries are all of this batch.

    Raises:
        NotFoundError: the log says nothing of the batch.
        SealError, SiteError: the log's key, or the witness's, is not to be had.
        UnavailableError: the configured witness does not answer.
        IntegrityError: the log is not what was signed or witnessed before.
    """
    trail_of(desk.ledger, batch)
    note = evaluation_log(desk).checkpoint()
    checkpoint = checkpoint_of(note.text)
    history = cast(
        "Mapping[str, Json]",
        parse_strict(desk.ledger.log.history(batch, note, checkpoint.size)),
    )
    own = [one for one in trail_of(desk.ledger, batch) if one.index < checkpoint.size]
    indices = tuple(one.index for one in own)
    body = Extent(checkpoint.origin, batch, checkpoint.size, indices, trail_root(own)).body()
    extent = Note(body, (signed(body, desk.keys.log()),))
    return canonical({**history, "extent": str(extent), "format": FORMAT}) + b"\n"
