"""Seals in children that may be killed at any instant, by themselves or by the test.

Run as a program it imports everything once and then forks: a child begins at once, and a kill
takes it alone. A child that is asked to dies by SIGKILL right after a step that is named, in the
middle of whatever surrounds that step: a transaction, a package half written.
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from pathlib import Path

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL
SEALING = b"sealing\n"
STEPS = {
    "the seal is entered, its transaction is open": ("tasks.ledger.log_entries", "append", 1),
    "the seal is in the log": ("tasks.ledger.ledger.Ledger", "record_seal", 1),
    "the checkpoint is remembered": ("tasks.ledger.logbook.LogBook", "remember", 1),
    "the log signed the checkpoint": ("tasks.ledger.logbook.LogBook", "add_signatures", 1),
    "the witness cosigned": ("tasks.log", "cosigned", 1),
    "the cosignature is kept": ("tasks.ledger.logbook.LogBook", "add_signatures", 2),
    "the history is drawn": ("tasks.log.EvaluationLog", "seal", 1),
    "the seal is stamped": ("tasks.sealing", "_stamped", 1),
    "everything is sealed, nothing written": ("tasks.package", "seal_package", 1),
    "the package is in its place": ("tasks.package", "appears", 1),
    "the package is on record": ("tasks.ledger.ledger.Ledger", "record_package", 1),
}
JUDGING = {
    "the intent is on record": ("tasks.ledger.ledger.Ledger", "begin_evaluation", 1),
    "the witness knows of the intent": ("tasks.evaluate", "show_intent", 1),
    "the files are kept": ("tasks.evaluate", "keep", 1),
    "the result is on record": ("tasks.ledger.ledger.Ledger", "finish_evaluation", 1),
}


class Sealer:
    """The program that forks; one line in asks for a child, lines out say how it goes."""

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        assert self.process.wait(10) == 0
        self.process.stdout.close()

    def start(self, room, *, judge=False, dies_after=None):
        """Start a child and return its process id."""
        asked = {"folder": str(room.folder), "judge": judge, "dies_after": dies_after}
        self.process.stdin.write(json.dumps(asked).encode() + b"\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def warm(self, room):
        """Seal once in the program itself, so that no child spends its time on first things."""
        self.process.stdin.write(json.dumps({"folder": str(room.folder), "warm": True}).encode())
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == b"warm\n"

    def ended(self):
        """Wait for the child; return its exit code, negative for a signal."""
        while (line := self.process.stdout.readline()) == SEALING:
            pass
        return int(line)

    def wait_until_sealing(self):
        assert self.process.stdout.readline() == SEALING


def child(asked):
    from seal_crash.rooms import BATCH, Room, evaluated, opened

    from tasks import package

    tell_before(package, "seal_package")
    if asked["dies_after"]:
        die_after(*asked["dies_after"])
    with opened(Room(Path(asked["folder"]), None)) as desk:
        number = evaluated(desk).number if asked["judge"] else 1
        package.assemble_evaluation(desk, BATCH, number)


def tell_before(owner, name):
    true = getattr(owner, name)

    def told(*arguments):
        os.write(1, SEALING)
        return true(*arguments)

    setattr(owner, name, told)


def die_after(place, name, times):
    owner = found(place)
    true, left = getattr(owner, name), [times]

    def last(*arguments, **named):
        result = true(*arguments, **named)
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, last)


def found(place):
    import importlib

    try:
        return importlib.import_module(place)
    except ModuleNotFoundError:
        module, _, name = place.rpartition(".")
        return getattr(importlib.import_module(module), name)


def main():
    import pandas  # noqa: F401, ICN001 (what a child would import at its first need)
    from seal_crash.rooms import BATCH, Room, opened

    import tasks.evaluate
    import tasks.package

    for line in sys.stdin.buffer:
        if "warm" in json.loads(line):
            with opened(Room(Path(json.loads(line)["folder"]), None)) as desk:
                tasks.package.assemble_evaluation(desk, BATCH, 1)
            os.write(1, b"warm\n")
            continue
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                child(json.loads(line))
                code = 0
            except BaseException:  # noqa: BLE001 (a child never comes back to the loop)
                traceback.print_exc()
            os._exit(code)
        os.write(1, b"%d\n" % pid)
        _, status = os.waitpid(pid, 0)
        os.write(1, b"%d\n" % os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
