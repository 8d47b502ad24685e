"""An honest package of an honest site, and the forger's copy of it."""

import copy

import pytest
from verifier.sealed import Authority, World, built, sealed


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
