"""Run flows on this machine with no server: Prefect keeps its own in a folder of ours meanwhile."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def use_own_prefect(home: Path) -> None:
    """Let Prefect keep its database and settings in our home; must run before it is imported.

    Nothing changes where a Prefect server is already named (`PREFECT_API_URL`).
    """
    if "PREFECT_API_URL" not in os.environ:
        os.environ.setdefault("PREFECT_HOME", str((home / "prefect").absolute()))
        os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
    os.environ.setdefault("PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW", "ignore")


@contextmanager
def quick_flows() -> Iterator[None]:
    """Run flows in this process without the heartbeat that makes each wait a second at its end.

    The heartbeat lets a server notice a worker that died. Whoever runs a command in a terminal
    notices without it; deployments keep it.
    """
    from prefect.context import SettingsContext, use_profile  # noqa: F401, PLC0415
    from prefect.settings import get_current_settings  # noqa: PLC0415

    settings = get_current_settings()
    before = settings.flows.heartbeat_frequency
    settings.flows.heartbeat_frequency = None
    logging.getLogger("prefect").setLevel(logging.ERROR)
    try:
        yield
    finally:
        settings.flows.heartbeat_frequency = before
