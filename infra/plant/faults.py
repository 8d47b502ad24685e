"""The faults the plant can be told to have, each applied to the wire and nowhere else."""
from __future__ import annotations
from dataclasses import dataclass
@dataclass
class Faults:
    names: tuple[str, ...] = ()
    def tag_is_gone(self, tag: str) -> bool:
        return False
