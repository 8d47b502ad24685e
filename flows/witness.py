"""The witness's door: a small HTTP server for another trust domain, which remembers our log.

Runs as `batchproof witness`, or alone as `python -m flows.witness` where nothing is installed but
Python, `cryptography` and this program's own files.
"""

import argparse
import sys
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from contracts.errors import BatchproofError, SiteError
from tasks.witness import Answer, Witness, known_logs
from tasks.witness_memory import Memory

_PATH = "/add-checkpoint"
_LARGEST_REQUEST = 256 * 1024
_PATIENCE_SECONDS = 20


class _Door(BaseHTTPRequestHandler):
    """One connection. The class of each server knows its witness."""

    protocol_version = "HTTP/1.1"
    server_version = "batchproof-witness"
    sys_version = ""
    timeout = _PATIENCE_SECONDS
    witness: ClassVar[Witness]

    def do_POST(self) -> None:
        """Answer `add-checkpoint`; anything else is not here."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > _LARGEST_REQUEST:
            self.close_connection = True
            words = f"a request of at most {_LARGEST_REQUEST} bytes, with its length\n"
            return self._say(Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words))
        body = self.rfile.read(int(length))
        if self.path.rstrip("/") != _PATH:
            return self._say(Answer(HTTPStatus.NOT_FOUND, f"this witness answers {_PATH} only\n"))
        return self._say(self.witness.add_checkpoint(body))

    def _say(self, answer: Answer) -> None:
        data = answer.text.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        if answer.status != HTTPStatus.OK:
            self.log_message("%s", answer.text.strip())


def serve(keys: Path, state: Path, port: int, *, host: str, name: str) -> None:
    """Serve until stopped; the first line printed is the witness's key (a C2SP vkey).

    `host` is this machine only unless it is told another. `port` 0 takes a free one; the second
    line printed is the address.

    Raises:
        SiteError: no key of a log, another witness holds the state, or the port is taken.
        StorageError: the state cannot be kept.
    """
    try:
        logs = known_logs(keys.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise SiteError(
            "a file of log keys that cannot be read", expected="text", where=str(keys)
        ) from error
    memory = Memory.open(state)
    try:
        witness = Witness(name, memory, logs, lambda: int(time.time()))
        door = type("Door", (_Door,), {"witness": witness})
        with _server(host, port, door) as server:
            print(witness.key, flush=True)  # noqa: T201 (for whoever writes the site file)
            print(f"http://{host}:{server.server_port}", flush=True)  # noqa: T201 (as above)
            server.serve_forever()
    finally:
        memory.close()


def _server(host: str, port: int, door: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    try:
        return ThreadingHTTPServer((host, port), door)
    except OSError as error:
        raise SiteError(
            f"the address {host}:{port} cannot be taken ({error.strerror})",
            expected="a free port of this machine",
            move="the witness's operator names another",
        ) from error


def main(arguments: list[str]) -> int:
    """Run the witness without the rest of the program."""
    parser = argparse.ArgumentParser(prog="python -m flows.witness", description=__doc__)
    parser.add_argument("--keys", type=Path, required=True, help="the logs' vkeys, one a line")
    parser.add_argument("--state", type=Path, required=True, help="what the witness remembers")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--name", default="batchproof-witness", help="as in its key")
    asked = parser.parse_args(arguments)
    try:
        serve(asked.keys, asked.state, asked.port, host=asked.host, name=asked.name)
    except BatchproofError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
