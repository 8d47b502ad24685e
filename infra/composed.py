"""The services of `compose/compose.yaml` without Docker: what their images and settings say, here.

Each service is a bubblewrap: its command, environment, volumes, secrets and names as the file has
them, a read-only file system but for what it mounts, user 1001, and of the checkout only what the
Dockerfile copies. All share one network of their own, so no port of this machine is taken; what
Docker alone keeps apart, its networks, is one here. PostgreSQL is Debian's, of whatever version is
here (the wheel's lacks the extension `pg_trgm`, which Prefect makes). Needs root, and of Debian
`bubblewrap`, `curl` and `postgresql`.
"""

import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from infra.plant.site import SITE_FILE

ROOT: Final = Path(__file__).resolve().parents[1]
COMPOSE: Final = ROOT / "infra" / "compose" / "compose.yaml"
DOCKERFILE: Final = COMPOSE.with_name("Dockerfile")
SERVER: Final = "http://127.0.0.1:4200"
"""Where Prefect's server is, as the compose file publishes it."""
_USER: Final = "1001"
_HERE: Final = "127.0.0.1"
_BEGIN_SECONDS: Final = 240
_END_SECONDS: Final = 30
_VARIABLE: Final = re.compile(r"\$\{(\w+):([-?])([^}]*)\}")


@dataclass
class Composed:
    """A plant by the compose file. Not a value: it runs."""

    folder: Path
    network: Sequence[str]
    """What a command begins with to be in the plant's network."""
    variables: Mapping[str, str]
    """What whoever starts it sets."""
    stack: ExitStack
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def file(self) -> dict[str, Any]:
        """The compose file, its variables filled in."""
        read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
        filled: dict[str, Any] = _filled(read, self.variables)
        return filled

    def start(self, name: str) -> None:
        """Start a service after those that it depends on, as their conditions say."""
        if name in self.running:
            return
        service = self.file["services"][name]
        for other, how in service.get("depends_on", {}).items():
            self.start(other)
            healthy = how["condition"] == "service_healthy"
            self._wait(other, self.healthy if healthy else self.done)
        command = service.get("command") or _postgresql(service["environment"])
        log = self.stack.enter_context((self.folder / f"{name}.log").open("wb"))
        process = subprocess.Popen(  # noqa: S603 (the file's own commands)
            [*self._contained(name, service), *command], stdout=log, stderr=log
        )
        self.running[name] = process
        self.stack.callback(_end, process)

    def stop(self, name: str) -> None:
        """Stop a service that runs; it can be started again, with what it had on its volumes."""
        _end(self.running.pop(name))

    def healthy(self, name: str) -> bool:
        """Tell what the service's own check says."""
        kind, *check = self.file["services"][name]["healthcheck"]["test"]
        return self.run(name, check if kind == "CMD" else ["sh", "-c", *check]).returncode == 0

    def done(self, name: str) -> bool:
        """Tell whether a service that ends by itself has ended well."""
        return self.running[name].poll() == 0

    def run(self, name: str, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a command beside a service, with all that the service has."""
        service = self.file["services"][name]
        return subprocess.run(  # noqa: S603 (as above)
            [*self._contained(name, service), *command],
            check=False,
            capture_output=True,
            text=True,
            timeout=_BEGIN_SECONDS,
        )

    def post(self, url: str, body: object, *headers: str) -> Any:  # noqa: ANN401 (JSON of any shape)
        """Post something to an address in the plant's network; return the answer, if there is one.

        Raises:
            CalledProcessError: it is refused.
        """
        told_with = ("Content-Type: application/json", *headers)
        options = [word for one in told_with for word in ("--header", one)]
        told = subprocess.run(  # noqa: S603 (as above)
            [*self.network, "curl", "--silent", "--fail", *options, "--data", "@-", url],
            input=json.dumps(body).encode(),
            check=True,
            capture_output=True,
        )
        return json.loads(told.stdout or "null")

    def get(self, path: str) -> str:
        """Return what the server answers, as text.

        Raises:
            CalledProcessError: it is refused.
        """
        command = [*self.network, "curl", "--silent", "--fail", SERVER + path]
        told = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        return told.stdout

    def _wait(self, name: str, what: Callable[[str], bool]) -> None:
        until = time.monotonic() + _BEGIN_SECONDS
        while not what(name):
            if time.monotonic() > until or (self.running[name].poll() or 0) > 0:
                told = (self.folder / f"{name}.log").read_text("utf-8", "replace")[-4000:]
                raise SystemExit(f"The service {name} did not come up: {told}")
            time.sleep(0.5)

    def _contained(self, name: str, service: Mapping[str, Any]) -> Iterator[str]:
        """Yield what comes before a service's command: its container."""
        yield from (*self.network, "bwrap", "--unshare-user", "--uid", _USER, "--gid", _USER)
        yield from ("--unshare-pid", "--die-with-parent", "--clearenv", "--hostname", name)
        yield from ("--unshare-uts", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp")  # noqa: S108
        for link in ("bin", "lib", "lib64", "sbin"):
            yield from ("--symlink", f"usr/{link}", f"/{link}")
        for seen in ("/usr", "/etc", sys.base_prefix, sys.prefix):
            yield from ("--ro-bind", seen, seen)
        for own in ("hosts", "passwd"):
            yield from ("--ro-bind", str(self.folder / own), f"/etc/{own}")
        variables = {"PATH": f"{sys.prefix}/bin:{postgresql()}:/usr/bin:/bin"}
        if "build" in service or service["image"].startswith("batchproof"):
            for path in _copied():
                yield from ("--ro-bind", str(path), str(path))
            yield from ("--chdir", str(ROOT))
            variables |= _image_variables()
        else:
            variables |= {"PGHOST": addresses()[name]}
        for volume in service.get("volumes", ()):
            yield from self._mounted(*str(volume).split(":"))
        for secret in service.get("secrets", ()):
            source = COMPOSE.parent / self.file["secrets"][secret]["file"]
            here = self.folder / "secrets" / source.name
            yield from ("--ro-bind", str(here), f"/run/secrets/{secret}")
        for key, value in (variables | service.get("environment", {})).items():
            yield from ("--setenv", key, str(value))
        yield from ("--remount-ro", "/", "--")

    def _mounted(self, source: str, target: str, how: str = "rw") -> Iterator[str]:
        own = Path(source) if source.startswith("/") else self.folder / "volumes" / source
        own.mkdir(parents=True, exist_ok=True)
        yield from ("--ro-bind" if how == "ro" else "--bind", str(own), target)


def postgresql() -> Path:
    """Return the folder of Debian's newest PostgreSQL's programs.

    Raises:
        SystemExit: there is none.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))
    if not found:
        raise SystemExit("no PostgreSQL of Debian's: install the package postgresql")
    return found[-1]


def addresses() -> dict[str, str]:
    """Return an address of the loopback for each service: what Docker's names lead to."""
    services = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
    return {name: f"127.0.0.{number}" for number, name in enumerate(services, start=2)}


@contextmanager
def composed(folder: Path, site: Path, **variables: str) -> Iterator[Composed]:
    """Give a plant by the compose file, nothing of it started yet, and end all of it afterwards.

    `variables` are what else whoever starts it sets, such as the identity provider.
    """
    (folder / "secrets").mkdir(parents=True)
    for name in yaml.safe_load(COMPOSE.read_text("utf-8"))["secrets"]:
        (folder / "secrets" / name).write_text(secrets.token_hex(24))
    names = {**addresses(), "localhost": _HERE}
    (folder / "hosts").write_text("".join(f"{ip} {name}\n" for name, ip in names.items()))
    (folder / "passwd").write_text(f"batchproof:x:{_USER}:{_USER}::/tmp:/bin/sh\n")
    with ExitStack() as stack:
        network = stack.enter_context(own_network())
        stack.enter_context(_demo_plant(site, network))
        yield Composed(folder, network, {**variables, "BATCHPROOF_SITE_FOLDER": str(site)}, stack)


@contextmanager
def own_network() -> Iterator[Sequence[str]]:
    """Give what a command begins with to run in a network that has nothing but a loopback."""
    inform, told = os.pipe()
    command = [
        "bwrap",
        "--unshare-net",
        "--die-with-parent",
        "--dev-bind",
        "/",
        "/",
        "--info-fd",
        str(told),
    ]
    holder = subprocess.Popen([*command, "sleep", "infinity"], pass_fds=[told])  # noqa: S603
    os.close(told)
    with os.fdopen(inform) as stream:
        child = json.load(stream)["child-pid"]
    try:
        yield ("nsenter", f"--net=/proc/{child}/ns/net", "--")
    finally:
        _end(holder)


@contextmanager
def _demo_plant(site: Path, network: Sequence[str]) -> Iterator[None]:
    site.mkdir(parents=True)
    own = ["--directory", str(site), "--parent", str(os.getpid())]
    command = [*network, sys.executable, "-m", "infra.plant", *own]
    plant = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603 (ours)
    try:
        until = time.monotonic() + _BEGIN_SECONDS
        while not (site / SITE_FILE).exists():
            if time.monotonic() > until or plant.poll() is not None:
                raise SystemExit("The demo plant did not come up.")
            time.sleep(0.1)
        yield
    finally:
        _end(plant)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _filled(node: Any, variables: Mapping[str, str]) -> Any:  # noqa: ANN401 (YAML of any shape)
    """Return the file with its variables filled in, as the Compose specification says."""
    if isinstance(node, dict):
        return {key: _filled(value, variables) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, variables) for value in node]
    if not isinstance(node, str):
        return node

    def value(found: re.Match[str]) -> str:
        name, kind, words = found.groups()
        if kind == "?" and name not in variables:
            raise SystemExit(f"{name} is not set: {words}")
        return variables.get(name, words)

    return _VARIABLE.sub(value, node).replace("$$", "$")


def _copied() -> Iterator[Path]:
    """Yield what the Dockerfile copies into the image."""
    for line in DOCKERFILE.read_text("utf-8").splitlines():
        if line.startswith("COPY "):
            yield from (ROOT / name for name in line.split()[1:-1])


def _image_variables() -> dict[str, str]:
    """Return the variables that the Dockerfile sets."""
    text = DOCKERFILE.read_text("utf-8").replace("\\\n", " ")
    lines = (line.split()[1:] for line in text.splitlines() if line.startswith("ENV "))
    return dict(one.split("=", 1) for line in lines for one in line)


def _postgresql(environment: Mapping[str, str]) -> list[str]:
    """Return what PostgreSQL's image does: make the database once, and serve it."""
    user, name = environment["POSTGRES_USER"], environment["POSTGRES_DB"]
    data, password = "/var/lib/postgresql/data/of-it", environment["POSTGRES_PASSWORD_FILE"]
    make = f"initdb -D {data} -U {user} --auth-host=scram-sha-256 --pwfile={password} -E UTF8"
    create = f"echo 'CREATE DATABASE {name}' | postgres --single -D {data} postgres"
    serve = f"exec postgres -D {data} -c listen_addresses=$PGHOST -c unix_socket_directories=/tmp"
    return ["sh", "-c", f"test -d {data} || {{ {make} && {create}; }} && {serve}"]
