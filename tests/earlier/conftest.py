"""One running plant for each module; each test has a batch and a desk of its own."""

import pytest
from earlier.rounds import Rounds, desk_at, further_batch

from flows.plant import running_plant


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    with running_plant(tmp_path_factory.mktemp("plant")) as running:
        yield running, running.site_file()


@pytest.fixture
def rounds(plant, tmp_path):
    """Return what begins with a further batch of the plant, the copy of one of its first."""
    running, site = plant
    with desk_at(site, tmp_path) as desk:
        yield lambda copy_of="CART-26-0001": Rounds(desk, running, further_batch(running, copy_of))
