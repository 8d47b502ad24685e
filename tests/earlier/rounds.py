"""Rounds of collecting at a real plant that goes on living between them."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from contracts.criterion import Stage
from contracts.errors import UnavailableError
from contracts.opened import opened
from tasks.collect import collect_source, file_collection
from tasks.desk import Folders, open_desk
from tasks.evaluate import evaluate_collection
from tasks.evidence import read_evidence, shelf_of
from tasks.key_places import KeyPlaces
from tasks.package import assemble_evaluation
from tasks.windows import equipment_windows
from tasks.worksheet import kept

NOT_ASKED = UnavailableError("no answer", expected="one", where="the system")
"""What a source hands over that a test is not about."""


NUMBERS = count(5)


def further_batch(running, copy_of):
    """Let the plant complete one more batch, and return its number."""
    (batch,) = running.later("new-batch", batch=f"CART-26-{next(NUMBERS):04d}", copy_of=copy_of)
    return batch


@contextmanager
def desk_at(site_file, home):
    folders = Folders(home, home / "packages")
    ledger = f"sqlite:///{home / 'ledger.sqlite'}"
    desk = open_desk(site_file, ledger, folders, KeyPlaces())
    with desk.ledger:
        yield desk


@dataclass
class Rounds:
    """One batch at one desk, collected and judged again and again."""

    desk: object
    plant: object
    batch: str
    equipment: object = NOT_ASKED
    asked: dict = field(default_factory=dict)

    def later(self, what, **told):
        self.plant.later(what, batch=self.batch, **told)

    def with_equipment(self):
        """Ask the equipment once; what it said is handed over in every round from here on."""
        record = collect_source(self.desk, self.batch, "batch_record")
        windows = equipment_windows(self.desk, self.batch, record)
        self.equipment = collect_source(self.desk, self.batch, "equipment", windows)
        return self

    def collected(self, **instead):
        """Collect once more; `instead` is what a source hands over in this round."""
        outcomes = {"equipment": self.equipment} | instead
        for source in ("batch_record", "lims"):
            if source not in outcomes:
                outcomes[source] = collect_source(self.desk, self.batch, source)
        order = ("batch_record", "lims", "equipment")
        return file_collection(self.desk, self.batch, {name: outcomes[name] for name in order})

    def evidence(self, collection=None):
        """Collect the laboratory's answers, unless it was, and return what is read.

        Nothing is judged, and the batch record is not asked: that takes longer.
        """
        collection = self.desk.collection(collection or self.collected(batch_record=NOT_ASKED))
        return read_evidence(shelf_of(self.desk), collection)

    def judged(self, collection=None, reason="new evidence"):
        """Collect unless it was, judge, and return what the record of the evaluation says."""
        collection = collection or self.collected()
        done = evaluate_collection(self.desk, self.batch, collection, Stage.INITIAL, reason)
        files = kept(self.desk.records, done.record)
        return opened(lambda path: files[path])

    def package(self, evaluation):
        return assemble_evaluation(self.desk, self.batch, evaluation.number).folder


KINDS = (
    "result that vanished",
    "value changed without a trace",
    "value changed since it was captured",
    "failing result changed",
    "equipment history changed",
    "earlier evidence that cannot be read",
)


def told(evaluation):
    """Every exception that is drawn because a source said something else before."""
    found = [one for one in evaluation.exceptions if one.kind in KINDS]
    return [(one.kind, one.blocking, one.message) for one in found]


def otherwise(evidence):
    """What a source says otherwise than before: how, and in words."""
    return [(one.how.value, one.message) for one in evidence.otherwise]


def earlier(captures):
    return [one for one in captures if one.earlier]
