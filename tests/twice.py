"""One demo batch that is evaluated three times: first nobody answers for the equipment, and the
laboratory is late and tells a result that it corrects; then all is there; then a limit is moved.
"""

import json
import shutil
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from shared import made_once

BATCH = "CART-26-0001"
FIRST, LATER = "2026-03-20T06:00:00+00:00", "2026-03-24T06:00:00+00:00"
RECORDED = "2026-03-22T10:00:00+00:00"
"""When the laboratory says that it took down what comes late."""


def late(item):
    """The viability of the drug product is not measured yet."""
    if (item.get("Keyword"), item.get("getRequestID")) == ("VIAB", "DP-0001"):
        item.update(
            Result=None,
            getResult="",
            ResultCaptureDate=None,
            getResultCaptureDate=None,
            getSubmittedBy=None,
            getVerificators=[],
            review_state="unassigned",
        )


def before_correction(item):
    """The purity of the drug product is told as another number than later."""
    if (item.get("Keyword"), item.get("getRequestID")) == ("CD3", "DP-0001"):
        item.update(Result="99.9", getResult="99.9")


def arrived(item):
    """The viability is there, recorded in between."""
    if (item.get("Keyword"), item.get("getRequestID")) == ("VIAB", "DP-0001"):
        item.update(ResultCaptureDate=RECORDED, getResultCaptureDate=RECORDED)


def traced(item):
    """The LIMS' audit trail tells who corrected the purity, when and why."""
    if item.get("action") == "verify" and item.get("object_path", "").endswith("/DP-0001/CD3"):
        item.update(diff={"Result": ["99.9", "96.2"]}, comments="Gated again.", modified=RECORDED)


@dataclass
class Bent:
    """A door in front of the plant's LIMS that may say its analyses otherwise, while it runs."""

    behind: str = ""
    url: str = ""
    bends: tuple = ()
    asked: list = field(default_factory=list)

    def answer(self, path, headers):
        self.asked.append(path)
        request = urllib.request.Request(self.behind + path, headers=headers)  # noqa: S310
        with urllib.request.urlopen(request) as got:  # noqa: S310 (the plant on the loopback)
            body, kind = got.read(), got.headers["Content-Type"]
        said = json.loads(body)
        for item in said.get("items", ()):
            for bend in self.bends:
                bend(item)
        return json.dumps(said).encode(), kind


@contextmanager
def bent_lims(behind):
    door = Bent(behind)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            told = {"Authorization", "Cookie", "X-Api-Key", "Accept"}
            headers = {name: value for name, value in self.headers.items() if name in told}
            try:
                body, kind = door.answer(self.path, headers)
            except urllib.error.HTTPError as error:
                self.send_error(error.code)
                return
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    door.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield door
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def desk_of(site, home, strategies=None):
    from tasks.desk import Folders, open_desk
    from tasks.key_places import KeyPlaces

    ledger = f"sqlite:///{home / 'ledger.sqlite'}"
    desk = open_desk(site, ledger, Folders(home, home / "packages", strategies), KeyPlaces())
    with desk.ledger:
        yield desk


def collected(site, home):
    """Ask the three systems and file what they hand over, as the flow does, without Prefect."""
    from contracts.errors import SourceError
    from tasks.collect import collect_source, file_collection
    from tasks.windows import equipment_windows

    with desk_of(site, home) as desk:

        def collect(source, *windows):
            try:
                return collect_source(desk, BATCH, source, *windows)
            except SourceError as error:
                return error

        record = collect("batch_record")
        windows = equipment_windows(desk, BATCH, record)
        outcomes = {"batch_record": record, "lims": collect("lims")}
        outcomes["equipment"] = collect("equipment", windows)
        return file_collection(desk, BATCH, outcomes)


def judged(site, home, collection, reason, strategies=None):
    """Judge a collection and build its package, as the flows do, without Prefect."""
    from contracts.criterion import Stage
    from tasks.evaluate import evaluate_collection
    from tasks.package import assemble_evaluation

    with desk_of(site, home, strategies) as desk:
        done = evaluate_collection(desk, BATCH, collection, Stage.INITIAL, reason)
        return assemble_evaluation(desk, BATCH, done.number).folder


@dataclass(frozen=True)
class Twice:
    """Where the packages lie: in the order of the evaluations, each with its own story."""

    home: Path
    site: Path
    first: Path
    second: Path
    moved: Path

    def told(self):
        return {name: str(path) for name, path in vars(self).items()}


def moved_strategy(folder):
    """Copy the shipped strategy with the viability asked higher than the batch has it."""
    from expectations.strategy import folder_for

    shutil.copytree(folder_for("car-t-autologous"), folder)
    file = folder / "release_testing.yaml"
    text = file.read_text()
    for old, new in (
        (
            'low: "80.0", cites: "EXAMPLE: Blood 134 (Supplement 1), 594"',
            'low: "99.0", cites: "CC-1"',
        ),
        ('kind: alert, low: "85.0"', 'kind: alert, low: "99.5"'),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    file.write_text(text)
    return folder


def _at(site, clock, lims, equipment):
    """Rewrite the site file: what time it is, and which doors are asked."""
    lines = site.read_text().splitlines(keepends=True)

    for number, line in enumerate(lines):
        if line.startswith("clock:"):
            lines[number] = f'clock: "{clock}"\n'
        elif "url:" in line and "/senaite" in line:
            lines[number] = f'    url: "{lims}/senaite"\n'
        elif "url:" in line and "opc.tcp:" in line:
            lines[number] = f'    url: "{equipment}"\n'
    site.write_text("".join(lines))


@pytest.fixture(scope="session")
def twice(tmp_path_factory):
    def make(folder):
        return judged_twice(Path(folder)).told()

    paths = made_once(tmp_path_factory, "twice", make)
    return Twice(**{name: Path(path) for name, path in paths.items()})


def judged_twice(home):
    from flows.plant import running_plant
    from tasks.site import load_site

    with running_plant(home / "plant") as plant:
        site = plant.site_file()
        sources = load_site(site).sources
        behind = sources["lims"].url.removesuffix("/senaite")
        equipment = sources["equipment"].url
        with bent_lims(behind) as lims:
            _at(site, FIRST, lims.url, "opc.tcp://127.0.0.1:9/nobody")
            lims.bends = (late, before_correction)
            first = judged(site, home, collected(site, home), "batch completed")
            _at(site, LATER, lims.url, equipment)
            lims.bends = (arrived, traced)
            whole = collected(site, home)
        second = judged(site, home, whole, "a late result came")
        moved = judged(site, home, whole, "a limit moved", moved_strategy(home / "strategy"))
    return Twice(home, site, first, second, moved)
