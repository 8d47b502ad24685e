"""The time-stamp authority and the witnesses: the plant's and ours, behind one door of HTTP.

Each room has a witness with a memory of its own, because each is a log that another history has.
"""

import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from infra.plant.authority import ROOT_FILE, Authority
from tasks.witness import Witness
from tasks.witness_memory import Memory


class Outsiders:
    def __init__(self, folder):
        self.authority = Authority(folder / "authority")
        self.rooms = {}
        self.silent = set()
        """Rooms whose witness answers 503."""

    def __enter__(self):
        self.authority.start()
        outsiders = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.say(*outsiders.answer(self.path.split("/")[1], body))

            def say(self, status, text):
                self.send_response(status)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.authority.stop()
        for name in list(self.rooms):
            self.leave(name)

    def answer(self, name, body):
        if name in self.silent:
            return HTTPStatus.SERVICE_UNAVAILABLE, "asleep\n"
        answer = self.rooms[name][0].add_checkpoint(body)
        return answer.status, answer.text

    def enter(self, name, state, log):
        """Serve a witness of a log, and return its key (a C2SP vkey)."""
        memory = Memory.open(state)
        self.rooms[name] = (
            Witness("crash-witness", memory, (log,), lambda: int(time.time())),
            memory,
        )
        return self.rooms[name][0].key

    def leave(self, name):
        if name in self.rooms:
            self.rooms.pop(name)[1].close()

    def sections(self, name, key, port=None):
        """The site file's sections that name the authority and the room's witness."""
        return (
            f'timestamps:\n  url: "http://127.0.0.1:{port or self.authority.port}/"\n'
            f"  roots_file: {self.authority.folder / ROOT_FILE}\n"
            f'witness:\n  url: "http://127.0.0.1:{self.server.server_port}/{name}"\n'
            f"  key: {key}\n"
        )
