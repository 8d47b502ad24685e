"""An authority, a witness or a disk that does not do its part: no package, words, later one."""

import resource

import pytest
from seal_crash.rooms import BATCH, demand_one_sealed, opened

from contracts.errors import StorageError, UnavailableError
from tasks import package
from tasks.ledger.records import Finished
from tasks.package import assemble_evaluation

NOBODY = 9
"""A port of the loopback on which nobody answers."""


def sealed(room):
    with opened(room) as desk:
        return assemble_evaluation(desk, BATCH, 1)


def demand_nothing_but_the_evaluation(room):
    assert not room.packages.exists() or list(room.packages.iterdir()) == []
    with opened(room) as desk:
        (one,) = desk.ledger.evaluations(BATCH)
        assert isinstance(one.ending, Finished)
        assert desk.ledger.packages(BATCH) == ()


def test_an_authority_that_does_not_answer(room_from, template, undisturbed):
    room = room_from(template.judged)
    room.outsiders_at(NOBODY)
    with pytest.raises(UnavailableError, match="whoever runs the authority looks") as told:
        sealed(room)
    assert told.value.expected == "a time stamp"
    demand_nothing_but_the_evaluation(room)
    room.outsiders_at()
    sealed(room)
    demand_one_sealed(room, undisturbed.manifest)


def test_a_witness_that_does_not_answer(room_from, template, outsiders, undisturbed):
    room = room_from(template.judged)
    outsiders.silent.add(room.folder.name)
    with pytest.raises(UnavailableError, match="503: asleep") as told:
        sealed(room)
    assert told.value.expected == "a cosignature"
    demand_nothing_but_the_evaluation(room)
    outsiders.silent.clear()
    sealed(room)
    demand_one_sealed(room, undisturbed.manifest)


@pytest.fixture
def full_disk():
    """The operating system refuses files over so many bytes from here on, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("when", ["before the log grows", "while the seal's files are written"])
def test_a_disk_that_is_full(room_from, template, undisturbed, full_disk, monkeypatch, when):
    room, seal = room_from(template.judged), package.seal_package

    def short(*arguments):
        if when == "before the log grows":
            arguments[0].keys.seal()  # made at first use, which would be the first to find no room
            full_disk(100)
            return seal(*arguments)
        files = seal(*arguments)
        full_disk(100)
        return files

    monkeypatch.setattr(package, "seal_package", short)
    with pytest.raises(StorageError, match="Next: the administrator"):
        sealed(room)
    full_disk(resource.RLIM_INFINITY)
    demand_nothing_but_the_evaluation(room)
    monkeypatch.setattr(package, "seal_package", seal)
    sealed(room)
    demand_one_sealed(room, undisturbed.manifest)
