"""Opens the desk that a flow works at, from the settings and the site file it was given."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import Field

from contracts.batch import BATCH_NUMBER
from contracts.errors import SiteError
from flows.settings import Settings
from tasks.desk import Desk, Folders, open_desk

BatchNumber: TypeAlias = Annotated[
    str, Field(pattern=BATCH_NUMBER, title="Batch", description="The batch, as the MES names it.")
]
"""A batch's number as a flow's parameter: Prefect's form and API refuse any other text."""


@contextmanager
def open_office(site: str | None) -> Iterator[Desk]:
    """Open the desk of a site, and close its ledger afterwards.

    Raises:
        SiteError: no site file was named, or it is not one.
    """
    settings = Settings()
    path = Path(site) if site else settings.site
    if path is None:
        raise SiteError(
            "no site file",
            expected="--site FILE, or BATCHPROOF_SITE",
            move="name the site file of your plant",
        )
    packages = settings.packages_folder()
    folders = Folders(settings.home, packages, settings.strategies, settings.store)
    desk = open_desk(path, settings.ledger(), folders, settings.key_places(), settings.log_origin)
    try:
        yield desk
    finally:
        desk.ledger.close()
