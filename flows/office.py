"""Opens the desk that a flow works at, from the settings and the site file it was given."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.errors import SiteError, UnavailableError
from flows.settings import Settings
from tasks.desk import Desk, Folders, open_desk
from tasks.site import load_site


@contextmanager
def open_office(site: str | None) -> Iterator[Desk]:
    """Open the desk of a site, and close its ledger afterwards.

    Raises:
        SiteError: no site file was named, it is not one, or it is another site's than
            `BATCHPROOF_SITE` names: one ledger is one site's record.
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
    folders = Folders(
        settings.home, packages, settings.strategies, settings.store, settings.pages_url
    )
    read = load_site(path, secret_in_block)
    if settings.site is not None and path != settings.site:
        _same_site(read.site, load_site(settings.site, secret_in_block).site)
    desk = open_desk(read, settings.ledger(), folders, settings.key_places(), settings.log_origin)
    desk.patience_seconds = settings.turn_seconds
    try:
        yield desk
    finally:
        desk.ledger.close()


def _same_site(asked: str, own: str) -> None:
    if asked != own:
        raise SiteError(
            f"a file of the site {asked}",
            expected=f"one of {own}, whose ledger this is",
            move="name none, and work where that site's ledger is",
        )


def secret_in_block(name: str) -> str:
    """Return the secret in a Prefect Secret block, or nothing if there is no such block.

    It is asked for whenever it is needed and kept nowhere; a changed one holds at once.

    Raises:
        UnavailableError: Prefect's server does not answer.
    """
    from httpx import HTTPError
    from prefect.blocks.system import Secret  # takes seconds, and few sites need it
    from prefect.utilities.asyncutils import run_coro_as_sync

    try:
        kept: Secret[str] = run_coro_as_sync(Secret.aload(name))
    except ValueError:
        return ""
    except HTTPError as error:
        raise UnavailableError(
            f"no answer from Prefect's server ({type(error).__name__})",
            expected=f"its Secret block {name}",
            move="whoever runs the server looks at it",
        ) from error
    return str(kept.get())
