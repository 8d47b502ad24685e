"""One command that starts everything a plant needs on this machine, and stops it again."""

import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Annotated, Final

import typer

from contracts.errors import SiteError, UnavailableError
from flows.alone import alone
from flows.plant import Plant, running_plant
from flows.settings import Settings
from flows.terminal import errors_in_words, say
from flows.up_children import Child
from flows.up_settings import HOST, Place

_PATIENCE_SECONDS: Final = 180
_STEP_SECONDS: Final = 0.2
_SERVER_GRACE_SECONDS: Final = 8.0
_RESTARTS: Final = 3
"""How often what ended by itself is started again within ten minutes."""
_WINDOW_SECONDS: Final = 600
_DEMO_BATCH: Final = "CART-26-0002"


def up(
    site: Annotated[
        Path | None, typer.Option(help="The site file: where the three systems are.")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Serve the demo plant too.")] = False,
    port: Annotated[int, typer.Option(help="Port of the server.", min=1, max=65535)] = 4200,
) -> None:
    """Start Prefect's server, the deployments and their worker here, until Ctrl-C.

    Example: batchproof up --demo
    """
    with errors_in_words(), stopping() as stop:
        Up(_place(site, port, demo=demo), stop).run(demo=demo)


class Stop:
    """Whether somebody asked to stop, and whether they asked twice."""

    def __init__(self) -> None:
        self.asked = Event()
        self.hurry = Event()

    def on_signal(self, *_: object) -> None:
        """Take note of a signal."""
        if self.asked.is_set():
            self.hurry.set()
        self.asked.set()


@contextmanager
def stopping() -> Iterator[Stop]:
    """Let Ctrl-C, SIGTERM and a closed terminal be requests; the second one is in a hurry."""
    stop = Stop()
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {one: signal.signal(one, stop.on_signal) for one in signals}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


class StoppedError(Exception):
    """Somebody asked to stop before everything was up."""


class Up:
    """The server, the worker and perhaps the demo plant, as one thing."""

    def __init__(self, place: Place, stop: Stop) -> None:
        self._place = place
        self._stop = stop
        self._ready = place.own / "worker.ready"
        self._restarts: list[float] = []

    def run(self, *, demo: bool) -> None:
        """Start everything, say where it is, stay until told to stop, and stop everything.

        Raises:
            UnavailableError: something did not come up, or did not stay.
            SiteError: the port or the home folder is taken.
        """
        place = self._place
        place.own.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            # Two servers on one SQLite database would spoil each other's work.
            stack.enter_context(alone(place.own / "lock", "`batchproof up`"))
            _port_free(place.port)
            say("Starting: a Prefect server, a worker and the deployments, on this machine ...")
            plant = (
                stack.enter_context(running_plant(place.home / "plant", ("--remember",)))
                if demo
                else None
            )
            with suppress(StoppedError):
                self._serve(stack, plant)
            say("Stopping ...")
        say("Stopped. Nothing that was captured is lost; what ran begins again at the next start.")

    def _serve(self, stack: ExitStack, plant: Plant | None) -> None:
        environment = self._place.environment()
        asked = ["--with-parent", "--port", str(self._place.port)]
        server = Child("server", "flows.server", asked, environment)
        asked = ["--with-parent", "--ready", str(self._ready)]
        worker = Child("worker", "flows.worker", asked, environment)
        server.start(self._place.own)
        stack.callback(lambda: server.stop(_SERVER_GRACE_SECONDS, self._stop.hurry))
        self._start(worker)
        stack.callback(lambda: worker.stop(0, self._stop.hurry))
        self._wait(self._healthy, server, worker)
        self._wait(self._ready.exists, worker, server)
        if plant is not None:
            plant.site_file()
        self._tell(demo=plant is not None)
        while not self._stop.asked.wait(_STEP_SECONDS):
            if server.ended():
                self._again(server)
                worker.stop(0, self._stop.hurry)  # what it runs could report to nobody
                server.start(self._place.own)
                self._start(worker)
                self._wait(self._healthy, server, worker)
            elif worker.ended():
                self._again(worker)
                self._start(worker)

    def _start(self, worker: Child) -> None:
        self._ready.unlink(missing_ok=True)
        worker.start(self._place.own)

    def _again(self, ended: Child) -> None:
        """Allow that it is started again, a few times; what had begun begins again."""
        now = time.monotonic()
        recent = [one for one in self._restarts if now - one < _WINDOW_SECONDS]
        fault = ended.gone(f"a {ended.name} that stays; it was started again {_RESTARTS} times")
        ended.stop(0, self._stop.hurry)  # what it had started ends with it
        if len(recent) >= _RESTARTS:
            raise fault
        self._restarts = [*recent, now]
        say(f"The {ended.name} ended and is started again ({len(recent) + 1} of {_RESTARTS}).")

    def _wait(self, ready: Callable[[], bool], *children: Child) -> None:
        """Wait until something is ready, unless a child ends before, or somebody says stop."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while not ready():
            for one in children:
                if one.ended():
                    raise one.gone("that it starts and stays")
            if self._stop.asked.wait(_STEP_SECONDS):
                raise StoppedError
            if time.monotonic() > until:
                raise UnavailableError(
                    f"no sign of life from the {children[0].name}",
                    expected=f"one within {_PATIENCE_SECONDS} seconds",
                    where=str(children[0].log),
                    move="read that log",
                )

    def _healthy(self) -> bool:
        import httpx

        try:
            answer = httpx.get(f"{self._place.api}/health", timeout=5)
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK

    def _tell(self, *, demo: bool) -> None:
        """Say what is up, and what to click."""
        place = self._place
        lines = [
            f"Batchproof is up:  {place.url}",
            f"Packages:          {place.pages}/",
            "Deployments:",
            *(f"  {line}" for line in self._ready.read_text("utf-8").splitlines()),
            f"Logs:              {place.own}",
        ]
        if demo:
            lines += [
                "",
                f"Try it: open {place.url}/deployments, choose prepare-review, Run > Custom run,",
                f"and type the batch {_DEMO_BATCH}. The run's Artifacts then say what blocks it,",
                "and link its page.",
                "In another terminal, first:",
                f"  export BATCHPROOF_HOME={place.home} BATCHPROOF_SITE={place.site}",
            ]
        typer.echo("\n".join([*lines, "", "Stop: Ctrl-C"]))


def _place(site: Path | None, port: int, *, demo: bool) -> Place:
    settings = Settings()
    home = (settings.home / "demo" if demo else settings.home).absolute()
    packages = home / "packages" if demo else settings.packages_folder().absolute()
    chosen = home / "plant" / "site.yaml" if demo else site or settings.site
    if demo and site is not None:
        raise SiteError("--demo and --site", expected="one of the two", move="leave one out")
    if not demo and chosen is not None and not chosen.is_file():
        raise SiteError(
            "no readable file", expected="a site file", where=str(chosen), move="name the right one"
        )
    return Place(home, port, chosen.absolute() if chosen else None, packages)


def _port_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise SiteError(
                f"port {port}, which another program has",
                expected="a free port",
                move="stop the other program, or choose one with --port",
            ) from error
