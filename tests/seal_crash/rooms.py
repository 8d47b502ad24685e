"""One site of its own: its home, its site file, its packages, and what its witness remembers."""

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from contracts.criterion import Stage
from tasks import verifier
from tasks.desk import Folders, open_desk
from tasks.evaluate import evaluate_collection
from tasks.key_places import KeyPlaces
from tasks.log_check import check_log
from tasks.outsiders import trusted_outside

BATCH = "CART-26-0001"
NAME = f"{BATCH}-initial-evaluation-1"
SITE = """\
site: crash-plant
product: car-t-autologous
clock: "2026-03-24T06:00:00+00:00"
sources:
  batch_record: {kind: b2mml-http, url: "http://127.0.0.1:9", time_zone: Europe/Amsterdam}
  lims: {kind: senaite, url: "http://127.0.0.1:9/senaite", time_zone: UTC}
  equipment: {kind: opcua-ha, url: "opc.tcp://127.0.0.1:9/", time_zone: UTC}
"""


@dataclass(frozen=True)
class Room:
    folder: Path
    outsiders: object

    @property
    def home(self):
        return self.folder / "home"

    @property
    def packages(self):
        return self.folder / "packages"

    @property
    def package(self):
        return self.packages / NAME

    @property
    def site(self):
        return self.folder / "site.yaml"

    def make(self, origin=None):
        """Copy a room, or begin one; its witness goes on from what it remembered."""
        if origin is None:
            self.folder.mkdir()
        else:
            shutil.copytree(origin, self.folder, symlinks=True)
        self.site.write_text(SITE)
        with opened(self) as desk:
            log = desk.keys.log().verifier_key
        key = self.outsiders.enter(self.folder.name, self.folder / "witness.json", log)
        (self.folder / "witness.key.txt").write_text(str(key))
        self.outsiders_at()

    def outsiders_at(self, authority_port=None):
        """Write the site file: where the authority is asked."""
        key = (self.folder / "witness.key.txt").read_text()
        name = self.folder.name
        self.site.write_text(SITE + self.outsiders.sections(name, key, authority_port))


@contextmanager
def opened(room):
    folders = Folders(room.home, room.packages)
    ledger = f"sqlite:///{room.home / 'ledger.sqlite'}"
    desk = open_desk(room.site, ledger, folders, KeyPlaces())
    with desk.ledger:
        yield desk


def filed_small(desk, package):
    """File the evidence of a batch that was collected before, with one window of its equipment."""
    there = package.parents[1]
    (desk.home / "captures").symlink_to(there / "captures")
    with _ledger(there) as ledger:
        captures = ledger.captures(BATCH)
    small = [one for one in captures if one.source != "equipment"]
    windows = {}
    for one in captures:
        if one.source == "equipment":
            windows.setdefault(one.request.partition(" page ")[0], []).append(one)
    small += min(windows.values(), key=lambda pages: sum(one.size for one in pages))
    for one in small:
        desk.ledger.record_capture(BATCH, one, "http://127.0.0.1:9")
    from tasks.collect import file_collection

    by_source = {name: tuple(one for one in small if one.source == name) for name in _SOURCES}
    (desk.home / "collection").write_text(file_collection(desk, BATCH, by_source))


_SOURCES = ("batch_record", "lims", "equipment")


@contextmanager
def _ledger(home):
    from tasks.ledger.ledger import Ledger

    with Ledger.open(f"sqlite:///{home / 'ledger.sqlite'}") as ledger:
        yield ledger


def evaluated(desk):
    """Judge the evidence on file."""
    collection = (desk.home / "collection").read_text()
    return evaluate_collection(desk, BATCH, collection, Stage.INITIAL, "batch completed")


def demand_one_sealed(room, manifest, evaluation=1):
    """Demand exactly one package, whole and sealed; one seal in a log that is whole."""
    assert [one.name for one in room.packages.iterdir()] == [NAME]
    assert (room.package / "manifest.json").read_bytes() == manifest
    with opened(room) as desk:
        outside = trusted_outside(desk.site.timestamps, desk.site.witness)
        trust = verifier.Trust(desk.keys.trust(*outside).encode(), given=True)
        report = verifier.check_path(room.package, trust)
        assert report.findings == []
        assert f"evaluation {evaluation} of {evaluation} of batch {BATCH}" in report.said
        assert not [words for words in report.not_checked if "witness" in words or "time" in words]
        entries = desk.ledger.log.entries()
        assert [one.entry.kind for one in entries].count("seal") == 1
        assert tuple(check_log(desk.ledger)) == ()
        (one,) = desk.ledger.packages(BATCH)
        assert one.location == str(room.package)
        demand_next(desk, evaluation + 1)


def demand_next(desk, number):
    """Demand that the next evaluation that anybody begins has this number."""
    (first, *_) = desk.ledger.evaluations(BATCH)
    inputs = (BATCH, "initial", first.evidence, first.strategy, "looked at again")
    begun = desk.ledger.begin_evaluation(
        *inputs, collection=first.collection, started_at=desk.now()
    )
    assert begun.number == number
