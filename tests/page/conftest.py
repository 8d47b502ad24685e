import shutil

import pytest
from page.page_batches import INCOMPLETE, MIXED_UP, NOT_READY, READY, SET_ASIDE, documents
from page.page_reader import read

from tasks.page.render import render

STORIES = {
    "ready": READY,
    "not_ready": NOT_READY,
    "incomplete": INCOMPLETE,
    "mixed_up": MIXED_UP,
    "set_aside": SET_ASIDE,
}


@pytest.fixture(scope="session")
def pages():
    """The pages of five batches as bytes."""
    return {name: render(documents(story)) for name, story in STORIES.items()}


@pytest.fixture
def page(pages):
    """Read the page of a story."""
    return lambda name: read(pages[name])


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium")
    assert path, "no chromium on this machine: apt-get install chromium"
    return path
