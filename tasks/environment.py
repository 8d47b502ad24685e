"""What we are made of: the digest of our own code and of the lock file it is installed from."""

import platform
from functools import cache
from importlib import metadata
from pathlib import Path

from contracts.canonical import Json, canonical
from contracts.environment import Fact
from contracts.evidence import digest_of

_HOUSE = Path(__file__).resolve().parent.parent
_ROOMS = ("contracts", "expectations", "tasks", "flows")
_CODE = frozenset({".py", ".yaml", ".json", ".html", ".css", ".js", ".txt"})
_LOCKS = (_HOUSE / "requirements.lock", _HOUSE / "tasks" / "requirements.lock")
"""Where the lock file lies: beside the house in a clone, inside it in an installed wheel."""
_TAKING_PART = (
    "batchproof",
    "cryptography",
    "great-expectations",
    "lxml",
    "numpy",
    "pandas",
    "prefect",
    "pyarrow",
    "ucumvert",
)


@cache
def facts() -> tuple[Fact, ...]:
    """Return the facts of an evaluation's environment that this installation declares.

    The code's digest is over the path and digest of every file of the four rooms of the house, so
    that an edited installation is another one although it tells the same version.
    """
    found = {
        path.relative_to(_HOUSE).as_posix(): digest_of(path.read_bytes())
        for room in _ROOMS
        for path in (_HOUSE / room).rglob("*")
        if path.suffix in _CODE and path.name != "requirements.lock"
    }
    code = digest_of(canonical(dict(sorted(found.items()))))
    lock = next((path for path in _LOCKS if path.is_file()), None)
    locked = () if lock is None else (Fact("lock", lock.name, digest_of(lock.read_bytes())),)
    return (Fact("code", "batchproof", code, _version("batchproof")), *locked)


def installed() -> dict[str, Json]:
    """Return what is really installed here: for people, and for `replay` to tell a difference."""
    return {
        "libraries": {name: _version(name) for name in _TAKING_PART},
        "machine": platform.machine(),
        "python": platform.python_version(),
        "system": platform.system(),
    }


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
