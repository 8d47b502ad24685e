"""What a package itself tells of its batch's history: entries of the log, led to its checkpoint."""

from contracts.canonical import parse_strict
from contracts.errors import IntegrityError
from contracts.log_text import Logged
from contracts.members import integer, items, mapping, text, texts
from contracts.merkle import leaf_hash, root_from_inclusion
from contracts.tlog_checkpoint import checkpoint_of
from contracts.tlog_note import parse_note

HISTORY = "seal/history.json"


def told_history(data: bytes) -> tuple[Logged, ...]:
    """Return the entries of a `history.json`, each on its path to the checkpoint beside them.

    Whose checkpoint it is, and that no entry is left out, `verify` finds out.

    Raises:
        IntegrityError: it is no history, or an entry does not lead to the checkpoint.
    """
    try:
        record = mapping(parse_strict(data))
        checkpoint = checkpoint_of(parse_note(text(record, "checkpoint")).text)
        found = []
        for one in map(mapping, items(record["entries"])):
            logged = Logged(integer(one, "index"), text(one, "entry").encode())
            path = [bytes.fromhex(node) for node in texts(one["proof"])]
            leaf = leaf_hash(logged.text)
            if root_from_inclusion(leaf, logged.index, checkpoint.size, path) != checkpoint.root:
                raise IntegrityError(
                    f"entry {logged.index}, which is not in the log under its checkpoint",
                    expected="entries of the evaluation log",
                    where=HISTORY,
                    move="verify the package",
                )
            found.append(logged)
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"a history of another form ({error})", where=HISTORY) from error
    return tuple(found)
