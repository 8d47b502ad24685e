"""Something about a criterion's results that a reviewer must look at, whatever its verdict says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Concern:
    """What was noticed beside the verdict of one criterion; it becomes an exception."""

    kind: str
    message: str
    blocking: bool
    criterion: str
    about: tuple[str, ...]
    """Ids of the observations it is about."""
