"""An honest package of an honest site, and the forger's copy of it."""

import copy

import pytest
from verifier.sealed import Authority, World, built, in_folder, sealed

from tasks import verifier


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(scope="session")
def honest(authority):
    world = World(authority)
    world.log("intent", batch="CART-26-0099", evaluation=1)
    world.begin(1)
    world.end(1)
    package = sealed(world, built())
    return world, package


@pytest.fixture
def world(honest):
    found = copy.copy(honest[0])
    found.entries = list(found.entries)
    return found


@pytest.fixture
def package(honest):
    return copy.deepcopy(honest[1])


@pytest.fixture
def look(tmp_path):
    """Verify a package's files, by the keys of the honest world."""

    def verify(world, package, *, trust=None, seen=None, log=None):
        folder = in_folder(package.files, tmp_path / "package")
        given = verifier.Trust(trust or world.trust(), given=True)
        return verifier.check_path(folder, given, seen, log)

    return verify


@pytest.fixture
def caught(look):
    """Return which checks catch a forgery, and all their words."""

    def verify(*args, **options):
        findings = look(*args, **options).findings
        return {one.check for one in findings}, " ".join(one.words for one in findings)

    return verify
