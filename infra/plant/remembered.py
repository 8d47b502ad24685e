"""What happened in a demo plant, kept in a file: started again, the plant goes on from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from infra.plant.life import Life
from infra.plant.senaite import Json

FILE = "life.jsonl"


class Remembered:
    """The life of a plant whose clock runs: one JSON line for the clock, and one for each event."""

    def __init__(self, path: Path, seed: int) -> None:
        """Go on from a file, or begin one."""
        self._path = path
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        known = [json.loads(line) for line in lines]
        self.set_at = datetime.fromisoformat(known[0]["set_at"]) if known else datetime.now(UTC)
        self.life = Life(seed, self.set_at)
        if not known:
            self._keep({"set_at": self.set_at.isoformat()})
        for one in known[1:]:
            self.life.go_on(one["asked"], datetime.fromisoformat(one["at"]))

    def go_on(self, asked: Mapping[str, object]) -> Json:
        """Let one thing happen, and keep that it did.

        Raises:
            UnknownLaterError: it cannot happen.
        """
        at = self.life.now()
        said = self.life.go_on(asked, at)
        self._keep({"asked": dict(asked), "at": at.isoformat()})
        return said

    def _keep(self, record: Mapping[str, object]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
