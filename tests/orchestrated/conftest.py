"""A demo plant that goes on living, and desks at it whose home is empty at first."""

from contextlib import contextmanager
from itertools import count

import httpx
import pytest
import yaml

from flows.office import open_office
from flows.plant import running_plant

_NUMBERS = count(2001)


class LivingPlant:
    """The plant's site file, and what lets things happen in it."""

    def __init__(self, folder, site):
        self.site = site
        self.later = (folder / "later-address").read_text().strip()

    def go_on(self, **asked):
        return httpx.post(self.later, json=asked).raise_for_status().json()

    def new_batch(self, like="CART-26-0001"):
        """Return the number of a batch that just completed, with a record like another one's."""
        batch = f"CART-26-{next(_NUMBERS)}"
        self.go_on(batch=batch, what="new-batch", copy_of=like)
        return batch


@pytest.fixture(scope="session")
def plant(tmp_path_factory):
    folder = tmp_path_factory.mktemp("living")
    with running_plant(folder) as running:
        yield LivingPlant(folder, running.site_file())


@pytest.fixture(scope="session")
def without(plant):
    """Write a site file of the same plant, one source of which is elsewhere: nobody answers."""

    def site_file(source, url=""):
        site = yaml.safe_load(plant.site.read_text())
        nobody = site["sources"][source]["url"].partition("://")[0] + "://127.0.0.1:9/"
        site["sources"][source] |= {"url": url or nobody, "attempts": 1}
        path = plant.site.with_name(f"without-{source}-{len(url)}.yaml")
        path.write_text(yaml.safe_dump(site))
        return path

    return site_file


@pytest.fixture(scope="session")
def without_lims(without):
    """A site file of the same plant whose LIMS does not answer."""
    return without("lims")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own: ledger, store and packages start empty."""
    monkeypatch.setenv("BATCHPROOF_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def at(tmp_path, plant):
    """Open a desk at the plant at another time than the site file's; None: at the file's own."""
    text = plant.site.read_text()
    (clock,) = [line for line in text.splitlines() if line.startswith("clock:")]

    @contextmanager
    def opened(time=None):
        with open_office(str(site_at(time))) as desk:
            yield desk

    def site_at(time):
        """Return a site file of the same plant with another clock."""
        if time is None:
            return plant.site
        path = plant.site.with_name(f"site-{time.replace(':', '')}.yaml")
        path.write_text(text.replace(clock, f'clock: "{time}"'))
        return path

    opened.site = site_at
    return opened
