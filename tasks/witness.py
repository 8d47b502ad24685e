"""A witness: signs a log's checkpoint only if it adds to what it saw of that log before.

It answers as C2SP tlog-witness says and never signs a fork or a rollback. Needs nothing but the
standard library, `cryptography` and `contracts`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contracts.errors import BatchproofError, IntegrityError, SiteError
from contracts.merkle import consistent, head
from contracts.tlog_checkpoint import Checkpoint, checkpoint_of, cosignature, cosigned_message
from contracts.tlog_note import COSIGNATURE, ED25519, VerifierKey, read_key
from contracts.tlog_witness import SIZE_TYPE, AddCheckpoint, parse_request
from tasks.notes import verified
from tasks.witness_memory import Memory, Seen

_CLOCK_PATIENCE = 60
"""Seconds by which the witness's own clock may go back before it stops signing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the witness says: an HTTP status and a text."""

    status: HTTPStatus
    text: str
    media_type: str = "text/plain; charset=utf-8"


class Witness:
    """One witness with its name, its memory and the logs it knows. Not a value."""

    def __init__(
        self, name: str, memory: Memory, logs: Iterable[VerifierKey], now: Callable[[], int]
    ) -> None:
        public = memory.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key = VerifierKey(name, COSIGNATURE, public)
        self._memory = memory
        self._now = now
        self._logs: dict[str, list[VerifierKey]] = {}
        self._turn = Lock()
        for one in logs:
            self._logs.setdefault(one.name, []).append(one)

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer one request; whatever is wrong with it is said, and nothing is signed then."""
        try:
            request = parse_request(body.decode())
            checkpoint = checkpoint_of(request.note.text)
        except (UnicodeDecodeError, BatchproofError) as error:
            return _no(HTTPStatus.BAD_REQUEST, str(error))
        if checkpoint.origin not in self._logs:
            return _no(HTTPStatus.NOT_FOUND, f"the log {checkpoint.origin} is not known here")
        if not self._signed_by_log(request, checkpoint):
            return _no(HTTPStatus.FORBIDDEN, "no signature of a key known of this log")
        if request.old > checkpoint.size:
            return _no(
                HTTPStatus.BAD_REQUEST,
                f"the old size {request.old} is larger than the log's {checkpoint.size}",
            )
        with self._turn:
            return self._compare(request, checkpoint)

    def _signed_by_log(self, request: AddCheckpoint, checkpoint: Checkpoint) -> bool:
        for key in self._logs[checkpoint.origin]:
            try:
                if verified(request.note, key) is not None:
                    return True
            except IntegrityError:
                return False
        return False

    def _compare(self, request: AddCheckpoint, checkpoint: Checkpoint) -> Answer:
        seen = self._memory.seen(checkpoint.origin)
        size = 0 if seen is None else seen.size
        root = head(()) if seen is None else bytes.fromhex(seen.root)
        if request.old != size or (checkpoint.size == size and checkpoint.root != root):
            return Answer(HTTPStatus.CONFLICT, f"{size}\n", SIZE_TYPE)
        if not consistent(size, checkpoint.size, (root, checkpoint.root), request.proof):
            return _no(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"the log of {checkpoint.size} entries does not follow from that of {size}",
            )
        return self._sign(request, checkpoint)

    def _sign(self, request: AddCheckpoint, checkpoint: Checkpoint) -> Answer:
        last, now = self._memory.last_time(), self._now()
        if now < last - _CLOCK_PATIENCE:
            return _no(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"this witness's clock was set back: it signed at {last} and now is {now}",
            )
        at = max(now, last)
        seen = Seen(checkpoint.size, checkpoint.root.hex(), str(request.note), at)
        try:
            self._memory.keep(checkpoint.origin, seen)  # before it is signed: C2SP tlog-witness
        except BatchproofError as error:
            return _no(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))
        signature = self._memory.key.sign(cosigned_message(request.note.text, at))
        return Answer(HTTPStatus.OK, cosignature(self.key, at, signature).line())


def known_logs(text: str) -> tuple[VerifierKey, ...]:
    """Return the keys of the logs in a file: one vkey a line, `#` begins a remark.

    Raises:
        SiteError: there is none, or a line is none of a log.
    """
    lines = [line.strip() for line in text.splitlines()]
    try:
        keys = tuple(read_key(line) for line in lines if line and not line.startswith("#"))
    except IntegrityError as error:
        raise SiteError(error.found, expected=error.expected, where="the log keys") from error
    if not keys or any(one.kind != ED25519 for one in keys):
        raise SiteError(
            "no log's key" if not keys else "a key that is not a log's",
            expected="vkeys of logs (Ed25519, type 1), one a line",
            where="the log keys",
            move="the log's owner names its key; the witness's operator writes it into the file",
        )
    return keys


def _no(status: HTTPStatus, words: str) -> Answer:
    return Answer(status, f"{words}\n")
