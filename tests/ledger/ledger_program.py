"""Programs that write to a ledger in processes of their own, and may be killed in the middle."""

import os
import signal
import sys

from ledger.ledger_nouns import AT, BELOW, CHANGED, COLLECTION, INPUTS, NOT_READY, RECORD
from sqlalchemy import Engine, event

from tasks.ledger.ledger import Ledger

EXCEPTIONS = (BELOW, CHANGED, BELOW)


def judge(ledger: Ledger, reason: str) -> None:
    begun = ledger.begin_evaluation(*INPUTS[:4], reason, COLLECTION, AT)
    ledger.finish_evaluation(begun, NOT_READY, EXCEPTIONS, RECORD, AT)


def write(url: str, writer: int, count: int) -> None:
    """Make `count` evaluations of our own, and one that all writers want to make."""
    with Ledger.open(url) as ledger:
        for number in range(count):
            judge(ledger, f"writer {writer}, evaluation {number}")
            if number == count // 2:
                judge(ledger, "wanted by all")


def writers(url: str, processes: int, count: int) -> None:
    """Start the writers at the same instant, on a database that may not have a table yet."""
    start, go = os.pipe()
    children = []
    for writer in range(processes):
        child = os.fork()
        if child == 0:
            os.close(go)
            os.read(start, 1)
            failed = 1
            try:
                write(url, writer, count)
                failed = 0
            finally:
                os._exit(failed)
        children.append(child)
    os.close(start)
    os.close(go)  # all of them read the end, at once
    failures = [os.waitpid(child, 0)[1] for child in children]
    sys.exit(1 if any(failures) else 0)


def killed(url: str, *tables: str) -> None:
    """Finish one evaluation, then for each table have a process killed that writes to it."""
    with Ledger.open(url) as ledger:
        judge(ledger, "finished before")
    for table in tables:
        child = os.fork()
        if child == 0:
            be_killed(url, table)
            os._exit(1)  # nobody killed us
        if os.waitpid(child, 0)[1] != signal.SIGKILL:
            sys.exit(f"the process that writes to {table} was not killed")


def be_killed(url: str, table: str) -> None:
    def kill(_connection, _cursor, statement, *_rest):
        if f"INTO {table} " in statement:
            os.kill(os.getpid(), signal.SIGKILL)

    with Ledger.open(url) as ledger:
        event.listen(Engine, "after_cursor_execute", kill)
        judge(ledger, f"interrupted in {table}")


if __name__ == "__main__":
    if sys.argv[1] == "writers":
        writers(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        killed(*sys.argv[2:])
