"""Where batches stand and what they wait for: read from ledger and kept records, asking nobody."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.canonical import Json
from contracts.criterion import Stage
from contracts.errors import NotFoundError
from contracts.log_entry import Entry
from contracts.log_text import Logged
from contracts.readiness import ABSENCES, Ready
from contracts.requested import looking_back, unanswered
from contracts.times import written
from contracts.waiting import RESULTS, Looked, Waiting, lacking
from tasks.desk import Desk
from tasks.ledger.records import Evaluation, Finished, Packaged, Standing
from tasks.owed_by_people import owed_by_people
from tasks.owed_package import owing_package
from tasks.rulebook import Rulebook

_REQUEST: Final = b'"kind":"request"'
"""In every entry that is one, and perhaps in others: most batches have none, and are not read."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Where one batch stands for one stage, by its newest evaluation, and what it waits for."""

    batch: str
    stage: Stage
    evaluation: Evaluation | None
    """The newest with a result that does not look back; None if there is none yet."""
    package: Packaged | None
    waiting: tuple[Waiting, ...]
    newer: Evaluation | None = None
    """An evaluation after it that looks back: an older strategy, or what was known at a time."""

    @property
    def readiness(self) -> str:
        """The readiness, or that there is none yet."""
        return "not judged" if self.evaluation is None else self.evaluation.result.readiness.state

    def record(self) -> dict[str, Json]:
        """Return it as a record."""
        done = self.evaluation
        return {
            "batch": self.batch,
            "evaluation": None if done is None else done.number,
            "judged_at": None if done is None else written(done.result.judged_at),
            "looking_back": None if self.newer is None else self.newer.number,
            "package": None if self.package is None else self.package.location,
            "readiness": str(self.readiness),
            "reason": None if done is None else done.reason,
            "root": None if self.package is None else self.package.root,
            "stage": self.stage.value,
            "waiting": [one.record() for one in self.waiting],
        }


def situations(desk: Desk, batch: str = "") -> tuple[Situation, ...]:
    """Return where every batch stands, or the one named: one line a batch and stage.

    Raises:
        NotFoundError: nothing is on record for the batch named.
        IntegrityError: a kept record is not what its digest says.
    """
    rulebook = Rulebook(desk.records)
    log = desk.ledger.log
    trails = {batch: log.of_batch(batch)} if batch else log.by_batch()
    found: list[Situation] = []
    standing = {one.batch: one for one in desk.ledger.standings.of(batch)}
    known = (batch,) if batch in standing else desk.ledger.batches()
    if batch and batch not in known:
        raise NotFoundError(
            f"nothing on record for the batch {batch}",
            expected="a batch that was collected here",
            where=repr(desk.ledger),
            move="name the batch as the MES does, and the home folder it was collected in",
        )
    for name in [batch] if batch else known:
        if name in standing:
            found += _of(standing[name], trails.get(name, ()), rulebook)
        else:
            found.append(_never_judged(desk, name))
    return tuple(found)


def _of(standing: Standing, trail: Sequence[Logged], rulebook: Rulebook) -> Iterator[Situation]:
    entries = _entries_if_asked(trail)
    aside = looking_back(entries)
    people = owed_by_people(standing, trail)
    owing = owing_package(standing.evaluations, standing.packages, lambda: trail)
    wishes = _unanswered(standing.batch, entries)
    told: set[str] = set()
    for stage in Stage:
        own = [one for one in standing.evaluations if one.stage is stage]
        straight = [one for one in own if one.number not in aside]
        finished = [one for one in straight if isinstance(one.ending, Finished)]
        if not own and stage not in wishes:
            continue
        newest = finished[-1] if finished else None
        back = [one for one in own if isinstance(one.ending, Finished) and one.number in aside]
        after = [one for one in back if newest is None or one.number > newest.number]
        waiting = [
            one
            for one in (*_owed(own, owing), *_lacking(standing.batch, finished, rulebook))
            if one.what not in told
        ]
        waiting += [*people.get(stage, ()), *wishes.get(stage, ())]
        told |= {one.what for one in waiting}
        yield Situation(
            batch=standing.batch,
            stage=stage,
            evaluation=newest,
            package=None if newest is None else standing.package_of(newest.number),
            waiting=tuple(waiting),
            newer=after[-1] if after else None,
        )


def _entries_if_asked(trail: Sequence[Logged]) -> tuple[Entry, ...]:
    asked = any(_REQUEST in one.text for one in trail)
    return tuple(one.entry for one in trail) if asked else ()


def _unanswered(batch: str, entries: Iterable[Entry]) -> Mapping[Stage, tuple[Waiting, ...]]:
    """Return by stage what people asked for and no evaluation was begun for."""
    found: dict[Stage, tuple[Waiting, ...]] = defaultdict(tuple)
    for one in unanswered(entries):
        found[Stage(one.stage)] += (
            Waiting(
                batch,
                Stage(one.stage),
                what=f"the evaluation that {one.name} asked for ({one.reason_code})",
                who=f"{one.name} ({one.by})",
                since=one.at,
                due=None,
                why="it waits for its turn or collects, or it was interrupted: then whoever still "
                "wants it asks again with a new code, for a code holds for one moment",
            ),
        )
    return found


def _owed(own: Sequence[Evaluation], owing: Collection[Evaluation]) -> Iterator[Waiting]:
    """Yield what we owe ourselves: evaluations without an end, results without a package."""
    for one in own:
        name = f"evaluation {one.number}"
        if one.ending is None:
            yield Waiting(
                one.batch,
                one.stage,
                what=f"the result of {name}",
                who="Batchproof",
                since=one.started_at,
                due=None,
                why=f"{name} was begun and has no result: it is being judged, or was interrupted; "
                "the next run for the batch ends it",
            )
        elif one in owing:
            yield Waiting(
                one.batch,
                one.stage,
                what=f"the package of {name}",
                who="Batchproof",
                since=one.result.judged_at,
                due=None,
                why=f"{name} has a result and no package: the time-stamp authority or the witness "
                "did not answer, or it was interrupted; the next run for the batch builds it",
            )


def _lacking(batch: str, finished: Sequence[Evaluation], rulebook: Rulebook) -> Iterator[Waiting]:
    if not finished or finished[-1].result.readiness.state is Ready.READY:
        return
    looks = [
        Looked(one.result.judged_at, tuple(each for each in one.result.exceptions if each.blocking))
        for one in finished
    ]
    if any(one.kind in ABSENCES or one.kind in RESULTS for one in looks[-1].blocking):
        names = {one.criterion for one in looks[-1].blocking if one.kind in RESULTS}
        rules = rulebook.of(finished[-1].record, names)
        yield from lacking(batch, finished[-1].stage, looks, rules)


def _never_judged(desk: Desk, batch: str) -> Situation:
    times = [one.captured_at for one in desk.ledger.captures(batch)]
    times += [one.at for one in desk.ledger.quarantines(batch)]
    why = "something was collected and nothing was judged yet"
    waiting = Waiting(
        batch, Stage.INITIAL, "the first evaluation", "Batchproof", min(times), None, why
    )
    return Situation(batch, Stage.INITIAL, None, None, (waiting,))
