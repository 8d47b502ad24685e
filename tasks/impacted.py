"""Asks the index over many packages what one thing touched: evaluations, and verdicts in them."""

import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from contracts.canonical import Json
from contracts.touches import BATCH, EVERY, Kind

_TOUCHED: Final = """
SELECT p.number, p.folder, p.batch, p.stage, p.evaluation, p.root, p.readiness, e.verdict, v.outcome
FROM edge e JOIN package p ON p.number = e.package
LEFT JOIN verdict v ON v.package = e.package AND v.criterion = e.verdict
WHERE e.kind = ? AND e.entity = ? AND p.directory = ?
ORDER BY p.batch, p.evaluation, p.root, p.folder, e.verdict
"""


@dataclass(frozen=True, slots=True)
class Touched:
    """One evaluation that a thing touched, and the verdicts that rest on it with their outcomes."""

    folder: str
    batch: str
    stage: str
    evaluation: int
    root: str
    readiness: str
    verdicts: tuple[tuple[str, str], ...]

    def record(self) -> dict[str, Json]:
        """Return the evaluation as a record."""
        return {
            "batch": self.batch,
            "evaluation": self.evaluation,
            "package": self.folder,
            "readiness": self.readiness,
            "root": self.root,
            "stage": self.stage,
            "verdicts": [{"criterion": name, "outcome": how} for name, how in self.verdicts],
        }


def touched(
    connection: sqlite3.Connection, directory: Path, kind: Kind, entity: str
) -> tuple[Touched, ...]:
    """Return every evaluation that a thing touched, by batch and number of the evaluation."""
    rows = connection.execute(_TOUCHED, (kind.value, entity, str(directory.resolve())))
    found: dict[int, Touched] = {}
    verdicts: dict[int, list[tuple[str, str]]] = {}
    for number, folder, batch, stage, evaluation, root, readiness, verdict, outcome in rows:
        found[number] = Touched(folder, batch, stage, evaluation, root, readiness, ())
        own = verdicts.setdefault(number, [])
        if verdict == EVERY:
            own += connection.execute(
                "SELECT criterion, outcome FROM verdict WHERE package = ? ORDER BY criterion",
                (number,),
            )
        elif verdict != BATCH:
            own.append((verdict, outcome))
    return tuple(replace(one, verdicts=tuple(verdicts[number])) for number, one in found.items())


def count(connection: sqlite3.Connection, directory: Path) -> int:
    """Return how many packages of a directory are in the index."""
    where = (str(directory.resolve()),)
    asked = connection.execute("SELECT count(*) FROM package WHERE directory = ?", where)
    return int(asked.fetchone()[0])
