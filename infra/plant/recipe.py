"""What a recipe is made of: unit procedures, operations, phases, parameters (ISA-88).

Minutes count from the start of the unit procedure, those of a unit procedure from the start of
manufacture.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that the batch record asks for."""

    code: str
    unit: str = ""
    typical: str = ""
    spread: str = "0"
    mode: str = "manual"
    data_type: str = "decimal"


def words(code: str, typical: str = "", mode: str = "manual") -> Parameter:
    """Return a parameter that is written in words."""
    return Parameter(code, typical=typical, mode=mode, data_type="string")


@dataclass(frozen=True, slots=True)
class Phase:
    """The smallest step: it starts some minutes into its unit procedure and takes some minutes."""

    name: str
    start: int
    minutes: int
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """A few phases with one purpose."""

    name: str
    phases: tuple[Phase, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """A material that a unit procedure consumes, and how much of it."""

    definition: str
    quantity: str
    unit: str
    lots: int = 1
    collected: str = ""
    """The code of its amount, for what was collected for this batch alone and is never released."""
    titre: tuple[str, str] = ("", "")
    """The titre of a vector lot: its typical number and the spread of it, in 10^8 TU/mL."""


@dataclass(frozen=True, slots=True)
class UnitProcedure:
    """A unit procedure (ISA-88): the step that an observation names."""

    name: str
    start: int
    minutes: int
    operations: tuple[Operation, ...]
    equipment: tuple[str, ...]
    materials: tuple[Material, ...] = ()
