"""Our own record of what was captured, judged and packaged: entries are added, never changed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Self, TypeAlias

from contracts import merkle
from contracts.canonical import canonical
from contracts.criterion import Stage
from contracts.evidence import Capture, Digest
from contracts.log_act import Act
from contracts.log_entry import Filed, KeyChange
from contracts.log_seal import sealed
from contracts.log_text import Logged
from contracts.readiness import QualityException, Readiness
from contracts.reading import Quarantine
from contracts.times import in_utc
from tasks.ledger import entries, evaluations, log_entries
from tasks.ledger.database import Database
from tasks.ledger.evaluations import Begun, Inputs
from tasks.ledger.logbook import LogBook
from tasks.ledger.people_book import PeopleBook
from tasks.ledger.records import Aborted, Evaluation, Finished, Packaged, Quarantined
from tasks.ledger.standings import Standings
from tasks.ledger.turns import Turns

Stands: TypeAlias = Callable[[tuple[Logged, ...]], int | None]
"""Finds the entry that stands for an act among those of its batch; see `Ledger.record_act`."""


class Ledger:
    """The append-only record of every batch. Each call is one transaction.

    All calls may raise UnavailableError (no answer, or no turn: asking again may help),
    StorageError (full, read-only, damaged) and IntegrityError (an entry contradicts the record).
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.turns = Turns(database)
        self.standings = Standings(database)
        self.log = LogBook(database)
        """The evaluation log, to read."""
        self.people = PeopleBook(database)
        """Who is who, and what they proved it with."""

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the ledger at `sqlite:///...` or `postgresql://...`, making it if it is new.

        Raises:
            SiteError: this is no address of a ledger.
            UnavailableError: the database does not answer.
            StorageError: it cannot be written, or a newer version of this program made it.
        """
        return cls(Database.open(url))

    def close(self) -> None:
        """Let go of every connection."""
        self._database.close()

    def __enter__(self) -> Self:
        """Return the open ledger."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Return where the ledger is, without any secret."""
        return f"<{self._database.where}>"

    def batches(self) -> tuple[str, ...]:
        """Return every batch that something is on record for, sorted."""
        with self._database.reading() as session:
            return entries.batches(session)

    def record_capture(self, batch: str, capture: Capture, address: str) -> Capture:
        """Enter a capture; the same bytes for the same asking give back the first one.

        `address` is the host and port that was asked; what stands before an `@` is not kept.
        """
        with self._database.writing(batch) as session:
            return entries.enter_capture(session, batch, capture, address.rpartition("@")[2])

    def captures(self, batch: str) -> tuple[Capture, ...]:
        """Return every capture of the batch, in the order they were entered."""
        with self._database.reading() as session:
            return entries.captures(session, batch)

    def record_collection(
        self, batch: str, collection: Digest, captures: Sequence[Capture], at: datetime
    ) -> Logged:
        """Enter in the log that a collection was filed, before any evaluation of it; once."""
        root = merkle.root(canonical(one.record()) for one in captures)
        entry = Filed(in_utc(at), batch, collection, len(captures), root)
        with self._database.writing(batch) as session:
            return log_entries.append(session, entry)

    def record_quarantine(self, batch: str, quarantine: Quarantine, at: datetime) -> None:
        """Enter that a source was set aside; once for each time it happens."""
        entry = Quarantined(quarantine, in_utc(at))
        with self._database.writing(batch) as session:
            entries.enter_quarantine(session, batch, entry)

    def quarantines(self, batch: str) -> tuple[Quarantined, ...]:
        """Return every quarantine of the batch, in the order they were entered."""
        with self._database.reading() as session:
            return entries.quarantines(session, batch)

    def latest_quarantines(self, batch: str) -> tuple[Quarantined, ...]:
        """Return the last quarantine of each source, by source."""
        latest = {one.quarantine.source: one for one in self.quarantines(batch)}
        return tuple(latest[source] for source in sorted(latest))

    def begin_evaluation(  # noqa: PLR0913, PLR0917 (five of them name it, as in find_evaluation)
        self,
        batch: str,
        stage: str,
        evidence: Digest,
        strategy: Digest,
        reason: str,
        collection: Digest,
        started_at: datetime,
        by: str = "batchproof",
    ) -> Evaluation:
        """Enter the intent to judge, before any result is known, under the batch's next number.

        `by` is the person who asked, or the service account. If the same inputs were begun before
        and not given up, that evaluation is returned: open (then finish it; whoever began it was
        interrupted or is judging too) or finished.
        """
        inputs = Inputs(batch, Stage(stage), evidence, strategy, reason)
        with self._database.writing(batch) as session:
            begun = Begun(collection, in_utc(started_at), by)
            return evaluations.begin(session, inputs, begun)

    def find_evaluation(
        self, batch: str, stage: str, evidence: Digest, strategy: Digest, reason: str
    ) -> Evaluation | None:
        """Return the finished evaluation of exactly these inputs, or None."""
        inputs = Inputs(batch, Stage(stage), evidence, strategy, reason)
        with self._database.reading() as session:
            found = evaluations.find(session, inputs)
        return found if found is not None and isinstance(found.ending, Finished) else None

    def finish_evaluation(
        self,
        evaluation: Evaluation,
        readiness: Readiness,
        exceptions: Sequence[QualityException],
        record: Digest,
        judged_at: datetime,
    ) -> Evaluation:
        """Enter the result and its exceptions, all or nothing, and return what is on record.

        The same readiness and exceptions again give back the first result, with its own record.

        Raises:
            IntegrityError: another result is on record, or it was given up.
            NotFoundError: it was never begun here.
        """
        ending = Finished(readiness, tuple(exceptions), record, in_utc(judged_at))
        with self._database.writing(evaluation.batch) as session:
            return evaluations.end(session, evaluation, ending)

    def abort_evaluation(self, evaluation: Evaluation, reason: str, at: datetime) -> Evaluation:
        """Enter why the evaluation was given up; the first reason stays.

        Raises:
            IntegrityError: it has a result already.
            NotFoundError: it was never begun here.
        """
        with self._database.writing(evaluation.batch) as session:
            return evaluations.end(session, evaluation, Aborted(reason, in_utc(at)))

    def evaluation(self, batch: str, number: int) -> Evaluation:
        """Return one evaluation.

        Raises:
            NotFoundError: the batch has no evaluation of this number.
        """
        with self._database.reading() as session:
            return evaluations.one(session, batch, number)

    def evaluations(self, batch: str) -> tuple[Evaluation, ...]:
        """Return every evaluation of the batch by number, open and given-up ones too."""
        with self._database.reading() as session:
            return evaluations.every(session, batch)

    def record_package(
        self, evaluation: Evaluation, root: Digest, location: str, at: datetime
    ) -> Packaged:
        """Enter a package of a finished evaluation; the same root and place are entered once.

        Raises:
            IntegrityError: the evaluation has no result.
            NotFoundError: it was never begun here.
        """
        batch = evaluation.batch
        package = Packaged(batch, evaluation.number, root, location, in_utc(at))
        with self._database.writing(batch) as session:
            return entries.enter_package(session, package)

    def record_seal(self, batch: str, number: int, envelope: bytes, at: datetime) -> Logged:
        """Enter a seal in the log, or return the one on record that seals the same root.

        The text of what is returned is the envelope that counts; `at` stands beside it.

        Raises:
            IntegrityError: no seal of this evaluation, or the evaluation has no result.
            NotFoundError: it was never begun here.
        """
        entry = sealed(envelope)
        with self._database.writing(batch) as session:
            entries.check_sealable(session, batch, number, entry)
            return log_entries.append(session, entry, in_utc(at))

    def record_act(self, act: Act, stands: Stands | None = None) -> Logged:
        """Enter in the log what a person did; the same act at the same time is entered once.

        `stands` looks at the batch's entries in the same transaction: it gives the index of the
        entry that says the act already, None to enter it (even in the same words), or raises.

        Raises:
            NotFoundError: it is about an evaluation that was never begun here.
        """
        with self._database.writing(act.batch or log_entries.TURN) as session:
            number = getattr(act, "evaluation", None)
            if number is not None:
                evaluations.row_of(session, act.batch, number)
            if stands is None:
                return log_entries.append(session, act)
            trail = log_entries.of_batch(session, act.batch, log_entries.size(session))
            index = stands(trail)
            if index is not None:
                return log_entries.one(session, index)
            return log_entries.append(session, act, again=True)

    def record_key(self, change: KeyChange) -> Logged:
        """Enter in the log that a key came, was replaced, or is no longer to be trusted."""
        with self._database.writing(log_entries.TURN) as session:
            return log_entries.append(session, change)

    def package_of(self, evaluation: Evaluation) -> Packaged | None:
        """Return the package entered last for the evaluation, or None."""
        own = [one for one in self.packages(evaluation.batch) if one.number == evaluation.number]
        return own[-1] if own else None

    def packages(self, batch: str) -> tuple[Packaged, ...]:
        """Return every package of the batch, in the order they were entered."""
        with self._database.reading() as session:
            return entries.packages(session, batch)
