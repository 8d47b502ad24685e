"""Asks the witness to sign our checkpoint as well (C2SP tlog-witness), and believes no other key.

The witness remembers what it saw last. If that is not the beginning of our log, it does not sign,
and neither do we go on.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from contracts.errors import IntegrityError, UnavailableError, UnreadableError
from contracts.tlog_checkpoint import Checkpoint, checkpoint_of, number_of
from contracts.tlog_note import Note, Signature, VerifierKey, parse_signatures
from contracts.tlog_witness import AddCheckpoint
from tasks.notes import verified

_PATIENCE_SECONDS = 15.0
_LARGEST_ANSWER = 64 * 1024
_ATTEMPTS = 3
"""Asked again with the size the witness names: another of our processes may be faster each time."""

Proof = Callable[[int, int], tuple[bytes, ...]]
"""(old, size) to the consistency proof between them."""


@dataclass(frozen=True, slots=True)
class WitnessDoor:
    """Where a witness is, and the key it must sign with."""

    url: str
    key: VerifierKey


def cosigned(door: WitnessDoor, note: Note, old: int, proof: Proof) -> Signature:
    """Return the witness's cosignature of a signed checkpoint, verified.

    `old` is the size of what it signed last as far as we know.

    Raises:
        UnavailableError: no answer; asking again may help.
        IntegrityError: the witness saw another log under our name, or a longer one.
        UnreadableError: it answered something else, or does not know our log or key.
    """
    checkpoint = checkpoint_of(note.text)
    for _ in range(_ATTEMPTS):
        request = AddCheckpoint(old, proof(old, checkpoint.size), note)
        answer = _ask(door, request)
        if answer.status_code == HTTPStatus.OK:
            return _cosignature(door, note, answer.text)
        if answer.status_code != HTTPStatus.CONFLICT:
            raise _refused(door, answer)
        seen = _size(door, answer)
        if seen == old or seen > checkpoint.size:
            raise _another_log(door, checkpoint, seen)
        old = seen
    raise UnavailableError(
        f"a witness that {_ATTEMPTS} times had seen another size", expected="a turn", where=door.url
    )


def _ask(door: WitnessDoor, request: AddCheckpoint) -> httpx.Response:
    url = f"{door.url.rstrip('/')}/add-checkpoint"
    try:
        answer = httpx.post(
            url,
            content=str(request).encode(),
            timeout=_PATIENCE_SECONDS,
            verify=ssl.create_default_context() if url.startswith("https:") else False,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UnavailableError(
            f"no answer from the witness ({type(error).__name__})",
            expected="a cosignature",
            where=door.url,
            move="the administrator starts the witness or restores the way to it; then run again",
        ) from error
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise UnavailableError(
            f"the witness's answer {answer.status_code}: {answer.text[:200]}",
            expected="a cosignature",
            where=door.url,
            move="the witness's operator reads what it said; then run again",
        )
    if len(answer.content) > _LARGEST_ANSWER:
        raise _refused(door, answer)
    return answer


def _cosignature(door: WitnessDoor, note: Note, text: str) -> Signature:
    found = Note(note.text, parse_signatures(text))
    line = verified(found, door.key)
    if line is None:
        raise IntegrityError(
            f"cosignatures of {', '.join(one.name for one in found.signatures)}",
            expected=f"one of the witness's key {door.key}",
            where=door.url,
            move="the administrator compares the site file with the key the witness prints",
        )
    return line


def _size(door: WitnessDoor, answer: httpx.Response) -> int:
    try:
        return number_of(answer.text.removesuffix("\n"))
    except IntegrityError as error:
        raise _refused(door, answer) from error


def _another_log(door: WitnessDoor, ours: Checkpoint, seen: int) -> IntegrityError:
    found = (
        f"a witness that has seen {seen} entries of this log, which now has {ours.size}"
        if seen > ours.size
        else f"a witness that has seen another log under our name, with {seen} entries"
    )
    return IntegrityError(
        found,
        expected=f"the beginning of the log {ours.origin} as it is now",
        where=door.url,
        move="stop: the log was cut, rolled back or forked. QA and the administrator find out how",
    )


def _refused(door: WitnessDoor, answer: httpx.Response) -> UnreadableError:
    return UnreadableError(
        f"the witness's answer {answer.status_code}: {answer.text[:200]}",
        expected="200 with a cosignature, or 409 with the size it has seen",
        where=door.url,
        move="the witness's operator sees that it was given this log's name and key",
    )
