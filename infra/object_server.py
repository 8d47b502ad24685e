"""A real object store on this machine: SeaweedFS from its wheel, for tests and benchmarks.

One process with master, volume, filer and S3 gateway, on free ports of the loopback; it starts in
some three seconds and keeps its data in the folder it is given.
"""

import json
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from obstore.exceptions import BaseError
from obstore.store import S3Store

BUCKET: Final = "evidence"
_PORTS: Final = (
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port",
    "s3.port.grpc",
)
_FIXED: Final = {
    "ip": "127.0.0.1",
    "ip.bind": "127.0.0.1",
    "filer": "true",
    "filer.localSocket": "",
    "s3": "true",
    "s3.iam": "false",
    "s3.localSocket": "",
    "s3.port.iceberg": "0",
    "s3.port.lance": "0",
    "master.telemetry": "false",
    "master.volumeSizeLimitMB": "1024",
    "volume.max": "8",
    "volume.preStopSeconds": "0",
}
_SOCKETS: Final = Path("/tmp")  # noqa: S108 (SeaweedFS's choice)
_START_SECONDS: Final = 60
_GRACE_SECONDS: Final = 10
_PAUSE_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Account:
    """Keys of the object store: made for one run, on this machine only."""

    key: str
    secret: str

    @classmethod
    def new(cls) -> "Account":
        """Make an account."""
        return cls(secrets.token_hex(8), secrets.token_hex(16))


@dataclass(frozen=True, slots=True)
class ObjectServer:
    """A running object store with one bucket, an account that may use it, and its owner's."""

    endpoint: str
    user: Account
    owner: Account
    process: "subprocess.Popen[bytes]"

    @property
    def address(self) -> str:
        """The bucket, as BATCHPROOF_STORE names it."""
        return f"s3://{BUCKET}/demo-plant"

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables with which Batchproof, or any other program, finds and opens the bucket."""
        return {
            "AWS_ACCESS_KEY_ID": self.user.key,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_SECRET_ACCESS_KEY": self.user.secret,
        }

    def as_owner(self, bucket: str = BUCKET) -> S3Store:
        """Return a bucket as its owner sees it, who may do anything."""
        return S3Store(
            bucket,
            endpoint=self.endpoint,
            access_key_id=self.owner.key,
            secret_access_key=self.owner.secret,
            region="us-east-1",
            client_options={"allow_http": True},
            retry_config={"max_retries": 0},
        )


@contextmanager
def running_object_server(folder: Path) -> Iterator[ObjectServer]:
    """Serve a bucket while the block runs.

    Raises:
        SystemExit: the server did not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    user, owner = Account.new(), Account.new()
    accounts = folder / "accounts.json"
    accounts.write_text(_accounts(user, owner))
    ports = dict(zip(_PORTS, free_ports(len(_PORTS)), strict=True))
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 (from our own environment)
            _command(folder, ports, accounts),
            stdout=log,
            stderr=log,
        )
    server = ObjectServer(f"http://127.0.0.1:{ports['s3.port']}", user, owner, process)
    try:
        _make_bucket(server, folder)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for port in ports.values():  # it leaves its local sockets behind
            for socket_file in _SOCKETS.glob(f"seaweedfs-*-{port}.sock"):
                socket_file.unlink(missing_ok=True)


def _command(folder: Path, ports: Mapping[str, int], accounts: Path) -> list[str]:
    """Return the command; it ends with us also when we are killed, where Linux offers that."""
    program = Path(sys.executable).with_name("weed")
    leash = shutil.which("setpriv")
    data = folder / "data"
    data.mkdir(exist_ok=True)
    options = {**_FIXED, **ports, "dir": data, "s3.config": accounts}
    return [
        *([leash, "--pdeathsig", "TERM", "--"] if leash else []),
        str(program),
        f"-logdir={folder}",
        "server",
        *(f"-{name}={value}" for name, value in options.items()),
    ]


def _accounts(user: Account, owner: Account) -> str:
    """Return who may do what: the user puts and gets objects of the one bucket, no more."""
    may = {"user": ["Read", "Write"], "owner": ["Admin"]}
    keys = {"user": user, "owner": owner}
    return json.dumps(
        {
            "identities": [
                {
                    "name": name,
                    "credentials": [{"accessKey": keys[name].key, "secretKey": keys[name].secret}],
                    "actions": [one if one == "Admin" else f"{one}:{BUCKET}" for one in actions],
                }
                for name, actions in may.items()
            ]
        }
    )


def free_ports(count: int) -> list[int]:
    """Return so many different ports of the loopback that nobody has."""
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in taken]


def _make_bucket(server: ObjectServer, folder: Path) -> None:
    """Wait until the server keeps an object: the first one of its owner makes the bucket."""
    until = time.monotonic() + _START_SECONDS
    bucket = server.as_owner()
    while time.monotonic() < until and server.process.poll() is None:
        try:
            bucket.put("first", b"")
            bucket.delete("first")
        except (BaseError, OSError):
            time.sleep(_PAUSE_SECONDS)
        else:
            return
    raise SystemExit(f"The object store did not start; its log is {folder / 'server.log'}.")
