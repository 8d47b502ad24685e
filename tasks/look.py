"""A look at the plant: which batches completed, and of which something is known that was not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from contracts.canonical import Json, canonical
from contracts.collection import Collection
from contracts.criterion import Stage
from contracts.errors import BatchproofError, SourceError, UnavailableError
from contracts.evidence import Capture, Digest, digest_of
from contracts.readiness import Ready
from contracts.requested import looking_back, may_look_back
from contracts.words import source_in_words
from tasks.collect import collect_source
from tasks.desk import Desk
from tasks.evidence import read_evidence, shelf_of
from tasks.ledger.records import Finished, Standing
from tasks.newest import newest_collection
from tasks.otherwise import says_otherwise
from tasks.owed_package import owing_package
from tasks.sources import batch_record
from tasks.turn import BusyError, turn_at
from tasks.windows import equipment_windows

_DOWN: Final = 3
"""Batches in a row for which a source did not answer: it is not asked for the others any more."""


@dataclass(frozen=True, slots=True)
class News:
    """A batch that is to be prepared, why, and the name of what is new about it."""

    batch: str
    why: str
    about: Digest
    """The same news has the same name: whoever starts a run by it starts one."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a look."""

    news: tuple[News, ...]
    asked: int
    """Batches whose sources were asked."""
    said: tuple[str, ...]
    """What went wrong, each once, in words."""


@dataclass(slots=True)
class _Sources:
    """Which sources answer during one look."""

    silent: dict[str, int] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def is_down(self, source: str) -> bool:
        return self.silent.get(source, 0) >= _DOWN

    def answered(self, source: str) -> None:
        self.silent[source] = 0

    def failed(self, batch: str, source: str, error: SourceError) -> None:
        name = source_in_words(source)
        if isinstance(error, UnavailableError):
            self.silent[source] = self.silent.get(source, 0) + 1
            self.words.setdefault(source, f"the {name} does not answer: {error.in_words()}")
        else:
            self.words[f"{source} {batch}"] = (
                f"the {name} of {batch} cannot be read now: {error.in_words()}"
            )


def completed_batches(desk: Desk) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the batches to look at, and what went wrong: those the MES calls completed.

    Where it does not say, those of the site file and of the record are all that is known.
    """
    try:
        listed = batch_record.batches(desk.site.sources["batch_record"])
    except SourceError as error:
        return desk.site.batches, (f"no list of batches from the MES: {error.in_words()}",)
    return listed.completed, listed.faults


def look_around(desk: Desk, completed: Iterable[str], watched: timedelta) -> Looked:
    """Ask about every batch that is not done, and return those that something is new about.

    Done is a batch that was ready for its final stage, with its package, for as long as `watched`.
    One batch that cannot be looked at does not stop the others.
    """
    standings = {one.batch: one for one in desk.ledger.standings.of()}
    known = dict.fromkeys([*completed, *desk.ledger.batches()])
    due = sorted(one for one in known if not _is_done(desk, standings.get(one), watched))
    sources, news, said = _Sources(), [], []
    for batch in _in_turn(due, desk.now()):
        try:
            found = _look_at(desk, batch, standings.get(batch), sources)
        except BatchproofError as error:
            said.append(f"{batch}: {error.in_words()}")
        else:
            news += [found] if found else []
    return Looked(tuple(news), len(due), (*sources.words.values(), *said))


def _in_turn(batches: Sequence[str], now: datetime) -> Sequence[str]:
    """Return the batches, beginning elsewhere at each look: the last is not always the last."""
    start = int(now.timestamp()) // 60 % len(batches) if batches else 0
    return [*batches[start:], *batches[:start]]


def _is_done(desk: Desk, standing: Standing | None, watched: timedelta) -> bool:
    if standing is None or _unfinished(desk, standing):
        return False
    final = [
        one
        for one in standing.evaluations
        if one.stage is Stage.FINAL and not may_look_back(one.reason)
    ]
    ended = [one.ending for one in final if isinstance(one.ending, Finished)]
    return (
        bool(ended)
        and ended[-1].readiness.state is Ready.READY
        and desk.now() - ended[-1].judged_at >= watched
    )


def _unfinished(desk: Desk, standing: Standing) -> str:
    """Return what a run left unfinished, in words; empty if nothing."""
    every, made = standing.evaluations, standing.packages
    for one in every:
        if one.ending is None:
            return f"evaluation {one.number} was begun and has no result"
    for one in owing_package(every, made, lambda: desk.ledger.log.of_batch(standing.batch)):
        return f"evaluation {one.number} has a result and no package"
    return ""


def _look_at(desk: Desk, batch: str, standing: Standing | None, sources: _Sources) -> News | None:
    """Return what is new about one batch; nothing if another worker is at it now."""
    desk.site.product_of(batch)
    if standing is None:
        return _news(batch, "it was never judged", ())
    try:
        with turn_at(desk, batch, 0):
            unfinished = _unfinished(desk, standing)
            if unfinished:
                return _news(batch, unfinished, ())
            newest = newest_collection(desk, batch)
            if newest is None:
                return _news(batch, "it was never collected whole", ())
            digest, collection = newest
            unjudged = _unjudged(desk, standing, digest)
            if unjudged:
                return _news(batch, unjudged, (digest,))
            return _asked(desk, collection, sources)
    except BusyError:
        return None


def _unjudged(desk: Desk, standing: Standing, digest: Digest) -> str:
    """Return which stage was last judged on older evidence than the newest, in words; or nothing.

    Where a run ended between filing and judging, where what came in was judged for one stage alone.
    A collection of other bytes that say the same is known.
    """
    batch = standing.batch
    aside = looking_back(one.entry for one in desk.ledger.log.of_batch(batch))
    newest = {
        one.stage: one
        for one in standing.evaluations
        if isinstance(one.ending, Finished) and one.number not in aside
    }
    behind = [stage for stage, one in newest.items() if one.collection != digest]
    if behind:
        evidence = read_evidence(shelf_of(desk), desk.collection(digest)).fingerprint
        behind = [stage for stage in behind if newest[stage].evidence != evidence]
    stages = " and ".join(sorted(behind))
    return f"what is on record was not judged for its {stages} stage" if behind else ""


def _asked(desk: Desk, before: Collection, sources: _Sources) -> News | None:
    """Ask the batch record and the LIMS, and what was in quarantine, for what they say now."""
    batch = before.batch
    aside = {one.source for one in before.quarantines}
    record = _captured(desk, batch, "batch_record", sources)
    told: dict[str, tuple[Capture, ...] | None] = {
        "batch_record": record,
        "lims": _captured(desk, batch, "lims", sources),
    }
    if "equipment" in aside and record is not None:
        told["equipment"] = _captured(desk, batch, "equipment", sources, record)
    new: list[str] = []
    digests: list[Json] = []
    for source, captures in told.items():
        if captures is None:
            continue
        back = source in aside
        if back or says_otherwise(desk, before, source, captures):
            verb = "answers again" if back else "says something new"
            new.append(f"the {source_in_words(source)} {verb}")
            digests += [one.digest for one in captures]
    return _news(batch, " and ".join(new), digests) if new else None


def _captured(
    desk: Desk,
    batch: str,
    source: str,
    sources: _Sources,
    record: Sequence[Capture] = (),
) -> tuple[Capture, ...] | None:
    """Return what a source says of the batch, kept like any capture; None if it does not."""
    if sources.is_down(source):
        return None
    try:
        windows = equipment_windows(desk, batch, record) if record else ()
        captures = collect_source(desk, batch, source, windows)
    except SourceError as error:
        sources.failed(batch, source, error)
        return None
    sources.answered(source)
    return captures


def _news(batch: str, why: str, digests: Sequence[Json]) -> News:
    return News(batch, why, digest_of(canonical([batch, why, list(digests)])))
