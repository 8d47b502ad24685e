"""A small evaluation, judged once, and as many sites as wanted in which it waits to be sealed."""

import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from seal_crash.outsiders import Outsiders
from seal_crash.rooms import BATCH, Room, demand_one_sealed, evaluated, filed_small, opened
from seal_crash.sealer import Sealer

from tasks.folder import findings_in

_NUMBERS = count(1)


@dataclass(frozen=True)
class Template:
    """What each room is a copy of."""

    filed: Path
    """The evidence is filed and nothing judged."""
    judged: Path
    """The evaluation is on record, and its package is not made."""


@dataclass(frozen=True)
class Undisturbed:
    manifest: bytes
    seconds: float
    """From the fork to the end of the child."""
    sealing: float
    """Of these, from the moment at which sealing begins."""


@pytest.fixture(scope="session")
def outsiders(tmp_path_factory):
    """A time-stamp authority, and a witness for each room, which answer for real."""
    with Outsiders(tmp_path_factory.mktemp("outsiders")) as running:
        yield running


@pytest.fixture(scope="session")
def template(two_packages, outsiders, tmp_path_factory):
    own = tmp_path_factory.mktemp("template")
    filed = Room(own / "filed", outsiders)
    filed.make()
    with opened(filed) as desk:
        filed_small(desk, two_packages[BATCH])
    judged = Room(own / "judged", outsiders)
    judged.make(filed.folder)
    with opened(judged) as desk:
        evaluated(desk)
    return Template(filed.folder, judged.folder)


@pytest.fixture
def room_from(outsiders, tmp_path):
    """Make a room that is a copy of a folder; it is closed at the end."""
    rooms = []

    def make(folder):
        rooms.append(Room(tmp_path / f"room-{next(_NUMBERS)}", outsiders))
        rooms[-1].make(folder)
        return rooms[-1]

    yield make
    for room in rooms:
        outsiders.leave(room.folder.name)


@pytest.fixture(scope="session")
def sealer():
    with Sealer() as running:
        yield running


@pytest.fixture(scope="session")
def undisturbed(template, outsiders, sealer, tmp_path_factory):
    """The manifest of the package that nobody disturbed, and how long its sealing took."""
    folder = tmp_path_factory.mktemp("undisturbed")
    warm = Room(folder / "room-warm", outsiders)
    warm.make(template.judged)
    sealer.warm(warm)
    outsiders.leave(warm.folder.name)
    room = Room(folder / "room-undisturbed", outsiders)
    room.make(template.judged)
    began = time.monotonic()
    sealer.start(room)
    sealer.wait_until_sealing()
    sealing = time.monotonic()
    assert sealer.ended() == 0
    ended = time.monotonic()
    assert findings_in(room.package) == ()
    manifest = (room.package / "manifest.json").read_bytes()
    demand_one_sealed(room, manifest)
    outsiders.leave(room.folder.name)
    return Undisturbed(manifest, ended - began, ended - sealing)


@pytest.fixture
def resumed(sealer, undisturbed):
    """Run it once more, and demand all that must be there, once."""

    def run(room, *, judge=False):
        sealer.start(room, judge=judge)
        assert sealer.ended() == 0
        demand_one_sealed(room, undisturbed.manifest)

    return run
