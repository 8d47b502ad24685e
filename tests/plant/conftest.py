"""A running plant for the tests: two processes with one seed, asked over HTTP and OPC UA."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
import pytest
import yaml

from infra.plant.faults import LIMS, MES, chosen
from infra.plant.life import Life
from infra.plant.lims_server import lims
from infra.plant.mes_server import mes
from infra.plant.web import WebServer

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class RunningPlant:
    """A plant that runs in a process of its own."""

    process: subprocess.Popen
    directory: Path
    printed: str

    @property
    def site(self):
        return yaml.safe_load(self.printed)

    def url(self, source):
        return self.site["sources"][source]["url"]

    @property
    def token(self):
        return (self.directory / "lims-token").read_text().strip()

    def mes(self, path):
        return get(self.url("batch_record") + path)

    def record(self, batch):
        return self.mes(f"/batches/{batch}/record")[1]

    def lims_bytes(self, path, **query):
        return self.lims_answer(path, token=self.token, **query)[1]

    def lims(self, path, **query):
        return json.loads(self.lims_bytes(path, **query))

    def lims_answer(self, path, token, **query):
        address = f"{self.url('lims')}/@@API/senaite/v1/{path}"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return get(str(httpx.URL(address, params=query)), headers)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=10)
        self.process.stdout.close()
        return code


@cache
def _client():
    return httpx.Client(timeout=10, trust_env=False)


def get(address, headers=None):
    """Return status, body and headers of an answer."""
    answer = _client().get(address, headers=headers or {})
    return answer.status_code, answer.content, answer.headers


def begin(directory, *arguments):
    """Start a plant without waiting for it."""
    command = [sys.executable, "-m", "infra.plant", "--directory", str(directory)]
    return subprocess.Popen(
        [*command, "--parent", str(os.getpid()), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def ready(process, directory):
    """Return the plant once it has printed its site file."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("batches:"):
            break
    return RunningPlant(process, directory, "".join(lines))


@pytest.fixture(scope="session")
def plants(tmp_path_factory):
    """Two plants that were started at the same time, with the same seed."""
    directories = [tmp_path_factory.mktemp(name) for name in ("plant", "twin")]
    begun = [begin(directory) for directory in directories]
    running = [ready(*one) for one in zip(begun, directories, strict=True)]
    yield running
    for one in running:
        one.process.terminate()
    for one in running:
        one.stop()


@pytest.fixture(scope="session")
def plant(plants):
    return plants[0]


@pytest.fixture(scope="session")
def twin(plants):
    return plants[1]


@pytest.fixture
def launch(tmp_path):
    """Return what starts a plant with arguments of its own; it is stopped after the test."""
    started = []

    def start(*arguments):
        one = ready(begin(tmp_path, *arguments), tmp_path)
        started.append(one)
        return one

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def in_process():
    """Return what asks the MES or the LIMS with faults, over real HTTP but in this process."""

    def ask(names, path, *, known=True):
        return asyncio.run(_ask(names, path, "token" if known else "wrong"))

    return ask


@cache
def _mes():
    return mes(Life())


@cache
def _lims():
    return lims(Life().objects, "token")


async def _ask(names, path, token):
    """Return the raw answers to three equal questions."""
    source = names[0].partition("-")[0]
    handler = {MES: _mes, LIMS: _lims}[source]()
    server = WebServer(chosen(names).bent(source, handler))
    port = await server.start()
    answers = []
    for _ in range(3):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        lines = (f"GET {path} HTTP/1.1", "Host: plant", f"Authorization: Bearer {token}")
        writer.write("\r\n".join((*lines, "", "")).encode())
        answers.append(await _answer(reader))
        writer.close()
    await server.stop()
    return answers


async def _answer(reader):
    """Return status, headers and as much of the body as arrives in a short while."""
    try:
        async with asyncio.timeout(0.3):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except TimeoutError:
        return None
    status, *lines = head.strip().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    try:
        body = await reader.readexactly(int(headers["Content-Length"]))
    except asyncio.IncompleteReadError as short:
        body = short.partial
    return int(status.split()[1]), headers, body
