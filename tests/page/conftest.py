import shutil
from contextlib import contextmanager

import pytest
from page.page_batches import INCOMPLETE, MIXED_UP, NOT_READY, READY, SET_ASIDE, documents
from page.page_reader import read
from playwright.sync_api import sync_playwright

from tasks.page.render import render

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CAPTURE = b"<!doctype html><title>x</title><script>document.title='owned'</script><b>76.3</b>"
LAPTOP = {"width": 1280, "height": 800}
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


@pytest.fixture(scope="module")  # its loop must not stay under the tests of other files
def browser(chromium):
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield running
        running.close()


@pytest.fixture(scope="session")
def folder(pages, tmp_path_factory):
    """A folder as a package is: the page, and the captures it links to."""
    made = tmp_path_factory.mktemp("package")
    (made / "captures").mkdir()
    for one in documents(NOT_READY).captures:
        (made / "captures" / one["digest"]).write_bytes(CAPTURE)
    for name, data in pages.items():
        (made / f"{name}.html").write_bytes(data)
    return made


@pytest.fixture
def open_page(browser, folder):
    """Open a story's page; fail on any request but file:, and on any word in the console."""

    @contextmanager
    def opened(name, **context):
        asked, said = [], []
        with browser.new_context(viewport=LAPTOP, **context) as inside:
            inside.set_default_timeout(10_000)
            page = inside.new_page()
            page.on("request", lambda request: asked.append(request.url))
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto((folder / f"{name}.html").as_uri())
            yield page
        assert not [one for one in asked if not one.startswith(("file:", "data:"))]
        assert said == []

    return opened
