"""The demo plant as it goes on living: its batches, and what happens to them while it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from infra.plant.batches import CLOCK, FOREIGN, SEED, STORIES
from infra.plant.chance import identifier
from infra.plant.laboratory import Sample, samples
from infra.plant.late import KINDS, Later, UnknownLaterError, lived
from infra.plant.lims_server import FILTERS, lims_objects, objects_of
from infra.plant.schedule import schedule
from infra.plant.senaite import CLIENT, Json, Stored
from infra.plant.story import Story

_REMEMBERED = 64
_MOST = 100_000
_FIRST_OF_MANY = 1001
PLANT_KINDS = ("begun", "many", "new-batch")
"""What can happen to the plant as a whole; what can happen to a result stands in `late.KINDS`."""


class Life:
    """What the MES and the LIMS of one plant hold at this moment. Not a value: it goes on.

    A batch that was added is made from its story whenever somebody asks for it, so thousands of
    them cost nothing until then.
    """

    def __init__(self, seed: int = SEED, set_at: datetime | None = None) -> None:
        self.seed = seed
        self._set_at = set_at
        self._stories: dict[str, Story] = {story.batch: story for story in STORIES}
        self._added: dict[str, Story] = {}
        self._begun: set[str] = set()
        self._later: dict[str, tuple[Later, ...]] = {}
        self._owner: dict[str, str] = {}
        self._first = self._first_objects()
        self._objects = lru_cache(_REMEMBERED)(self._make)
        self._end = lru_cache(_REMEMBERED)(lambda story: schedule(story, seed)[-1].run.end)

    def now(self) -> datetime:
        """Return the time at the plant: one moment for ever, or from there on if its clock runs."""
        return CLOCK if self._set_at is None else CLOCK + (datetime.now(UTC) - self._set_at)

    def listed(self) -> Iterator[tuple[Story, datetime | None]]:
        """Yield every batch of the MES, and when it was completed if it is."""
        now = self.now()
        for story in (*self._stories.values(), *self._added.values()):
            end = self._end(story.copied or story)
            yield story, end if end <= now and story.batch not in self._begun else None

    def recorded(self, batch: str) -> Story | None:
        """Return the batch whose record is complete, or nothing."""
        story = self._stories.get(batch) or self._added.get(batch)
        return None if story is None or batch in self._begun else story

    def objects(self, query: Iterable[tuple[str, str]]) -> tuple[Stored, ...]:
        """Return what the LIMS holds, as far as a question can be about it.

        Every batch that was added since is in it, unless the question names one of them.
        """
        named = [
            self._owner[value] for name, value in query if name in FILTERS and value in self._owner
        ]
        added = dict.fromkeys(named) if named else self._added
        return (*self._first, *(one for batch in added for one in self._objects(batch)))

    def go_on(self, asked: Mapping[str, object], at: datetime | None = None) -> Json:
        """Let one thing happen, now or at a time, and return what did, in words.

        Raises:
            UnknownLaterError: it cannot happen.
        """
        what, batch = str(asked.get("what", "")), str(asked.get("batch", ""))
        if what == "many":
            return {"what": what, "batches": self._many(asked)}
        if what in {"begun", "new-batch"}:
            self._new(batch, asked, begun=what == "begun")
            return {"what": what, "batches": [batch]}
        if what not in KINDS:
            known = ", ".join(sorted((*KINDS, *PLANT_KINDS)))
            raise UnknownLaterError(f"'{what}' is not one of {known}")
        self._happen(batch, what, asked, at or self.now())
        return {"what": what, "batches": [batch]}

    def _happen(self, batch: str, what: str, asked: Mapping[str, object], at: datetime) -> None:
        story = self.recorded(batch)
        if story is None:
            raise UnknownLaterError(f"the plant has no completed batch '{batch[:40]}'")
        told = (str(asked.get(name, "")) for name in ("keyword", "result", "reason"))
        keyword, result, reason = told
        later = (*self._later.get(batch, ()), Later(batch, what, keyword, result, reason, at))
        _lived(samples(story, self.seed), later)  # refuses what cannot happen before it did
        self._later[batch] = later
        self._objects.cache_clear()
        if batch in self._stories:
            self._first = self._first_objects()

    def _many(self, asked: Mapping[str, object]) -> list[str]:
        count = asked.get("count")
        if not isinstance(count, int) or not 0 < count <= _MOST:
            raise UnknownLaterError(f"count is {count!r}, not a number from 1 to {_MOST}")
        story = self._copied(asked)
        prefix = story.batch.rpartition("-")[0]
        first = _FIRST_OF_MANY
        while f"{prefix}-{first:04d}" in self._added:
            first += 1
        names = [f"{prefix}-{number:04d}" for number in range(first, first + count)]
        for name in names:
            self._add(name, story)
        return names

    def _new(self, batch: str, asked: Mapping[str, object], *, begun: bool) -> None:
        if batch in self._stories or (batch in self._added and batch not in self._begun):
            raise UnknownLaterError(f"the plant has a batch '{batch}' already")
        if batch not in self._added:
            self._add(batch, self._copied(asked))
        if begun:
            self._begun.add(batch)
        else:
            self._begun.discard(batch)

    def _copied(self, asked: Mapping[str, object]) -> Story:
        name = str(asked.get("copy_of", STORIES[0].batch))
        if name not in self._stories:
            raise UnknownLaterError(f"the plant has no batch '{name[:40]}' to copy")
        return self._stories[name]

    def _add(self, batch: str, story: Story) -> None:
        prefix, _, number = batch.rpartition("-")
        if (
            prefix != story.batch.rpartition("-")[0]
            or not number.isdecimal()
            or not number.isascii()
        ):
            expected = f"{story.batch.rpartition('-')[0]}-NUMBER"
            raise UnknownLaterError(f"'{batch[:40]}' is no number of a batch like {expected}")
        added = replace(story, batch=batch, number=int(number), copied=story)
        self._added[batch] = added
        self._owner[batch] = batch
        for name in (batch, *(f"{one.prefix}-{added.number:04d}" for one in story.product.panels)):
            self._owner[name] = batch
            self._owner[identifier(self.seed, "uid", f"{CLIENT}/{name}")] = batch

    def _first_objects(self) -> tuple[Stored, ...]:
        stories = (*self._stories.values(), FOREIGN)
        return lims_objects(tuple((story, self._samples(story)) for story in stories), self.seed)

    def _make(self, batch: str) -> tuple[Stored, ...]:
        story = self._added[batch]
        return objects_of(((story, self._samples(story)),), self.seed)

    def _samples(self, story: Story) -> tuple[Sample, ...]:
        return _lived(samples(story, self.seed), self._later.get(story.batch, ()))


def _lived(taken: tuple[Sample, ...], later: Iterable[Later]) -> tuple[Sample, ...]:
    """Return the samples of a batch after everything that happened to its release sample."""
    for one in later:
        taken = tuple(lived(each, one) if each.panel.release else each for each in taken)
    return taken
