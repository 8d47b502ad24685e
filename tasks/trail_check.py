"""Checks a written-out audit trail offline: names every entry that is altered, missing or odd."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from contracts.errors import IntegrityError
from contracts.log_text import Logged
from contracts.merkle import root_from_inclusion
from contracts.review_read import trail_root
from contracts.tlog_note import parse_note
from contracts.trail_extent import FORMAT, Extent, extent_of
from tasks.log_words import Told, in_words
from tasks.verifier import (
    Checkpoint,
    Entry,
    RefusedError,
    Report,
    Story,
    Trust,
    check_log_key,
    check_log_signature,
    checkpoint_from,
    demand,
    entry_from,
    items,
    leaf,
    log_signers,
    members,
    strict,
    text,
    unhex,
    whole,
    witnessed_at,
)

MOST: Final = 64 << 20
"""Bytes of a trail at most: some tens of thousands of entries."""
_HISTORY, _LOG = 11, 10
_MEMBERS: Final = ("batch", "checkpoint", "entries", "evaluations", "extent", "format")


class Trail:
    """A written-out trail, read entry by entry, with everything that is found about it."""

    def __init__(self, data: bytes) -> None:
        """Read the file.

        Raises:
            IntegrityError: it is none of this format.
        """
        self.report = Report()
        self.entries: list[Entry] = []
        try:
            demand(data.endswith(b"\n") and len(data) <= MOST, "It is cut, or too large.")
            said = members(strict(data[:-1]), *_MEMBERS)
            demand(said["format"] == FORMAT, f"The format {str(said['format'])[:40]!r}.")
            self.batch = text(said, "batch")
            self._checkpoint = checkpoint_from(text(said, "checkpoint"))
            note = parse_note(text(said, "extent"))
            self._extent: Extent = extent_of(note.text)
            self._extent_note = Checkpoint(
                note=str(note),
                body=note.text.encode(),
                origin=self._extent.origin,
                size=self._extent.size,
                root=self._checkpoint.root,
                signatures=tuple((one.name, one.key_id + one.signed) for one in note.signatures),
            )
            self._told = whole(said, "evaluations")
            self._rows = items(said, "entries")
        except (RefusedError, IntegrityError, ValueError, KeyError, TypeError) as error:
            raise IntegrityError(
                f"a file that is no written-out audit trail ({error})",
                expected=f"{FORMAT}, as `batchproof trail BATCH --out FILE` writes it",
            ) from error

    def check(self, trust: Trust | None) -> Report:
        """Return what is found; without trust, whose log it is stays open."""
        for row, one in enumerate(self._rows, start=1):
            try:
                self._entry(members(one, "entry", "index", "proof"), row)
            except (RefusedError, ValueError, KeyError, TypeError) as error:
                self._find(_index(one), f"it cannot be read ({error})")
        self._check_extent()
        if not self.report.findings:
            for _, words in Story(self.entries, self.batch).faults():
                self.report.find(_HISTORY, "the trail", words)
        with self.report.checking(_LOG, "the log"):
            self._check_signed(trust)
        self.report.said.append(
            f"{len(self.entries)} entries of {self.batch} among the first {self._checkpoint.size} "
            f"of the log {self._checkpoint.origin}"
        )
        return self.report

    def words(self) -> Iterator[Told]:
        """Yield the entries in words, as far as they are known here."""
        for one in self.entries:
            try:
                yield in_words(Logged(one.index, one.text.encode()))
            except IntegrityError as error:
                yield Told(one.index, "", self.batch, one.kind, error.in_words())

    def _entry(self, one: object, row: int) -> None:
        record = members(one)
        index, said = whole(record, "index"), text(record, "entry")
        path = [unhex(step) for step in items(record, "proof")]
        demand(all(index > before.index for before in self.entries), "Out of the log's order.", row)
        found = root_from_inclusion(leaf(said.encode()), index, self._checkpoint.size, tuple(path))
        if found != self._checkpoint.root:
            self._find(index, "altered: it is not what stands there in the log")
            return
        self.entries.append(entry_from(index, said))

    def _check_extent(self) -> None:
        """Compare what is here with what the log says is all."""
        extent, checkpoint = self._extent, self._checkpoint
        named = (extent.origin, extent.batch, extent.size)
        if named != (checkpoint.origin, self.batch, checkpoint.size):
            self.report.find(_HISTORY, "the trail", f"What is all is said of another: {named}.")
            return
        here = {_index(one) for one in self._rows}
        for index in extent.indices:
            if index not in here:
                self._find(index, "missing: the log says that it is of this batch")
        for index in sorted(here - set(extent.indices)):
            self._find(index, "too many: the log does not say that it is of this batch")
        entries = [Logged(one.index, one.text.encode()) for one in self.entries]
        if not self.report.findings and trail_root(entries) != extent.root:
            self.report.find(
                _HISTORY, "the trail", "Its entries have another root than was signed."
            )
        intents = sum(one.kind == "intent" for one in self.entries)
        if not self.report.findings and self._told != intents:
            words = f"It tells of {self._told} evaluations and holds {intents} intents."
            self.report.find(_HISTORY, "the trail", words)

    def _check_signed(self, trust: Trust | None) -> None:
        if trust is None:
            self.report.not_checked.append(
                "WHOSE LOG IT IS: no --trust was given, so that nobody vouches for its checkpoint"
            )
            return
        check_log_signature(self._checkpoint, trust)
        signed = log_signers(self._extent_note, trust)
        demand(signed, "What is all of the batch is not signed by a known key of the log.")
        at: datetime | None = witnessed_at(self._checkpoint, trust)
        check_log_key(self._checkpoint, trust, at)
        if at is None:
            self.report.not_checked.append("witness: nobody outside has co-signed the log")
        else:
            self.report.said.append(f"seen by a witness at {at:%Y-%m-%dT%H:%M:%SZ}")

    def _find(self, index: int, words: str) -> None:
        self.report.find(_HISTORY, f"entry {index}", words)


def _index(one: object) -> int:
    index = one.get("index") if isinstance(one, dict) else None
    return index if isinstance(index, int) else -1
