"""Answers what an inspection asks of one package, from the package alone and what lies beside it.

Nothing but the standard library is loaded for it: each answer is there in a fraction of a second.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from contracts.asked import ASKED, Answer
from contracts.asked_history import answer_evaluations
from contracts.asked_known import answer_known
from contracts.asked_people import answer_people
from contracts.asked_since import answer_changed
from contracts.asked_strategy import answer_strategy
from contracts.asked_typed import answer_typed
from contracts.canonical import parse_strict
from contracts.changes import Changed
from contracts.errors import BatchproofError, IntegrityError, NotFoundError
from contracts.evidence import digest_of
from contracts.log_text import Logged
from contracts.manifest import STRATEGY
from contracts.members import Record, mapping
from contracts.opened import Opened
from contracts.plain import plain
from contracts.told_history import HISTORY, told_history
from contracts.tracer import Tracer
from contracts.trust import Trust
from contracts.trust_file import parse_trust
from tasks.members import reader_of, spans_of

_FOLDER: Final = re.compile(r"-(?:initial|final)-evaluation-([1-9][0-9]{0,8})")


@dataclass(frozen=True)
class Asking:
    """A package that is asked about, and what is at hand beside it."""

    folder: Path
    packages: Path | None = None
    """Where the other packages lie; beside this one if not named."""
    home: Path = Path()
    """Where the index over many packages is kept."""
    of: str = ""
    """For `elsewhere`: one lot, machine or person; empty: those of the exceptions."""
    trust: Trust | None = None
    entries: tuple[Logged, ...] | None = None
    """The batch's entries of the log as it is now; None: those in the package."""
    approved: tuple[Logged, ...] | None = None
    """The approvals of the log; None where no log is at hand."""
    later: tuple[Changed, ...] = ()
    """What became of values since, as the ledger knows."""

    @cached_property
    def tracer(self) -> Tracer:
        """The package, of which everything told is led to its root."""
        return Tracer(reader_of(self.folder), spans_of(self.folder))

    @property
    def package(self) -> Opened:
        """What the package says."""
        return self.tracer.package

    def answer(self, question: str) -> Answer:
        """Return the answer to one of the questions.

        Raises:
            NotFoundError: there is no package, or no such question.
            IntegrityError: what the answer rests on does not lead to the package's root.
        """
        if question not in _ANSWERS:
            raise NotFoundError(f"the question '{question[:40]}'", expected=", ".join(ASKED))
        return _ANSWERS[question](self)

    def changed(self) -> Answer:
        """Return what was changed after entry, and since the evaluation before."""
        return answer_changed(self.package, self._earlier())

    def elsewhere(self) -> Answer:
        """Return which other batches used the same things."""
        from flows.asked_elsewhere import elsewhere_in

        return elsewhere_in(self.tracer, self._beside, self.home, self.of)

    def evaluations(self) -> Answer:
        """Return every evaluation of the batch."""
        whole = self.entries is not None
        return answer_evaluations(self.package, self._entries, whole=whole)

    def known(self) -> Answer:
        """Return what was known when it was signed."""
        root, whole = self.tracer.proved.root, self.entries is not None
        return answer_known(self.package, root, self._entries, self.later, whole=whole)

    def strategy(self) -> Answer:
        """Return by what it is judged, and who approved that."""
        return answer_strategy(self.package, self._strategy(), self.approved, self.trust)

    @property
    def _entries(self) -> tuple[Logged, ...]:
        if self.entries is not None:
            return self.entries
        try:
            data = self.tracer.proved.raw(HISTORY)
        except NotFoundError:
            return ()
        return told_history(data)

    def _strategy(self) -> Record:
        """Return the strategy's file, which is the one that the evaluation names."""
        data = self.tracer.proved.raw(STRATEGY).removesuffix(b"\n")
        if digest_of(data) != self.package.strategy:
            raise IntegrityError(
                "another strategy than the evaluation was made by",
                expected=f"SHA-256 {self.package.strategy}",
                where=STRATEGY,
                move="verify the package",
            )
        return mapping(parse_strict(data))

    @property
    def _beside(self) -> Path:
        return self.packages or self.folder.resolve().parent

    def _earlier(self) -> Opened | None:
        """Return the evaluation of the batch before this one, if its package lies beside it."""
        own = self.package
        found: dict[int, Path] = {}
        for folder in self._beside.glob(f"{own.batch}-*-evaluation-*"):
            ending = _FOLDER.fullmatch(folder.name.removeprefix(own.batch))
            if ending and int(ending[1]) < own.number:
                found[int(ending[1])] = folder
        if not found:
            return None
        try:
            latest = found[max(found)]
            earlier = Tracer(reader_of(latest), spans_of(latest)).package
        except BatchproofError:
            return None
        return earlier if earlier.batch == own.batch else None


_ANSWERS: Final[Mapping[str, Callable[[Asking], Answer]]] = {
    "changed": Asking.changed,
    "elsewhere": Asking.elsewhere,
    "evaluations": Asking.evaluations,
    "known": Asking.known,
    "people": lambda asking: answer_people(asking.package),
    "strategy": Asking.strategy,
    "typed": lambda asking: answer_typed(asking.package),
}


def trusted_by(file: Path) -> Trust:
    """Return whom a trust file trusts, and what it approves.

    Raises:
        NotFoundError: there is no such file.
        IntegrityError: it is no trust file.
    """
    try:
        return parse_trust(file.read_bytes())
    except OSError as error:
        raise NotFoundError(f"no trust file {file}", expected="batchproof-trust/1") from error


def lines_of(answer: Answer) -> Iterator[str]:
    """Yield an answer as lines for a terminal: each ends with what to trace for more."""
    yield plain(ASKED[answer.question])
    yield plain(f"{answer.summary}.")
    for one in answer.lines:
        item = f" [{one.item}]" if one.item else ""
        yield plain(f"  {one.words}{item}")
    for words in answer.notes:
        yield plain(f"note: {words}")


def json_of(answer: Answer) -> str:
    """Return an answer for a machine, as every command writes JSON."""
    return json.dumps(answer.record(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
