"""One `batchproof up --demo` for every test here, and a receiver of its notifications."""

import shutil
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import sync_playwright
from served.served_up import up


class Receiver(ThreadingHTTPServer):
    """Takes what a webhook posts; answers 503 as often as it is told to."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.received, self.busy = [], 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook/s3cret-in-the-address"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        busy = self.server.busy > 0
        self.server.busy -= busy
        if not busy:
            self.server.received.append(body.decode())
        self.send_response(503 if busy else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def receiver():
    server = Receiver()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """A plant on this machine: where it is (`url`, `api`, `pages`, `home`, `site`) and `curl`."""
    with up(tmp_path_factory.mktemp("up"), BATCHPROOF_NOTIFY="custom-webhook/qa") as (plant, _):
        yield plant


@pytest.fixture(scope="session")
def notified(served, receiver):
    """The receiver, once the block that the site names tells it: `subject: body` as its text."""
    message = {"text": "{{subject}}: {{body}}"}
    served.block("custom-webhook", "qa", name="qa", url=receiver.url, json_data=message)
    return receiver


@pytest.fixture(scope="session")
def prepared(served):
    """The run that an event of batch CART-26-0002 started, once it ended."""
    from served.served_up import event

    assert served.curl(event("CART-26-0002")) == 204
    (run,) = served.wait(lambda: served.runs(batch="CART-26-0002"))
    ended = served.ended(run["id"])
    assert ended["state_type"] == "COMPLETED", served.last_words()
    return ended


@pytest.fixture(scope="session")
def browser_path():
    """Debian's Chromium. `make test` installs it where there is none."""
    path = shutil.which("chromium")
    assert path, "no chromium on this machine: `make browser` installs Debian's"
    return path


@pytest.fixture(scope="module")
def page(browser_path):
    """A page of a browser, which remembers every address it asked."""
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1400, "height": 1000})
        opened.set_default_timeout(60_000)
        opened.asked, opened.stopped = [], []
        opened.context.on("request", lambda one: opened.asked.append(one.url))
        opened.context.on(
            "requestfailed", lambda one: opened.stopped.append((one.url, one.failure))
        )
        yield opened
        browser.close()


@pytest.fixture(scope="module")
def elsewhere(page):
    """Addresses that are not this machine's and that the page's policy did not stop."""
    own = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")

    def asked():
        stopped = {url for url, failure in page.stopped if failure == "csp"}
        return [url for url in page.asked if not url.startswith(own) and url not in stopped]

    return asked
