"""What `batchproof prepare` answers: the package's own records, gathered for a machine to read."""

from pathlib import Path

from contracts.canonical import Json
from contracts.manifest import manifest_from
from contracts.opened import Opened, opened
from flows.verify import reader_of


def answer_for(folder: Path) -> dict[str, Json]:
    """Return what a package says, read back from its folder and not from memory."""
    read = reader_of(folder)
    package = opened(read)
    return {
        "batch": package.batch,
        "criteria": {"in_force": package.in_force, "judged": package.judged},
        "evaluation": package.number,
        "exceptions": [one.record() for one in package.exceptions],
        "package": str(folder.absolute()),
        "readiness": package.readiness,
        "reasons": reasons_of(package),
        "root": manifest_from(read("manifest.json")).root,
        "stage": package.stage.value,
        "verdicts": [one.record() for one in package.verdicts.values()],
    }


def reasons_of(package: Opened) -> list[Json]:
    """Return why the batch is not ready, as the blocking exceptions say it."""
    return [one.message for one in package.exceptions if one.blocking]
