"""Answers what else used a package's lots, machines and people, from the packages beside it."""

from pathlib import Path
from typing import Final

from contracts.asked import Answer
from contracts.asked_elsewhere import answer_elsewhere, asked_for, asked_of
from contracts.errors import NotFoundError
from contracts.manifest import table_path
from contracts.tracer import Tracer
from tasks.elsewhere import INDEX, records_of, used_in

_AT_ONCE: Final = 5000
"""Packages that are entered in the index while somebody waits for the answer."""


def elsewhere_in(tracer: Tracer, packages: Path, home: Path, of: str) -> Answer:
    """Return the uses in other batches of one thing, or of what the exceptions rest on.

    Raises:
        NotFoundError: the package has no lot, equipment or person of that name.
        StorageError: the index in `home` cannot be used.
    """
    package = tracer.package
    observed = records_of(tracer.proved.read(table_path("observations")))
    series = records_of(tracer.proved.read(table_path("series")))
    asked = (
        asked_for(of, observed, series) if of else asked_of(package.exceptions, observed, series)
    )
    if of and not asked:
        raise NotFoundError(
            f"no lot, equipment or person '{of[:80]}' in this package",
            expected="a name as the record writes it",
            move="ask without --of for those of its exceptions",
        )
    found = used_in(packages, home / INDEX, package.batch, asked, most=_AT_ONCE)
    return answer_elsewhere(found.things, found.looked_at, found.left_out)
