"""Run flows on this machine with no server: Prefect keeps its own in a folder of ours meanwhile."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from contracts.errors import UnavailableError


def use_own_prefect(home: Path) -> None:
    """Let Prefect keep its database and settings in our home; must run before it is imported.

    Nothing changes where a Prefect server is already named (`PREFECT_API_URL`).
    """
    if "PREFECT_API_URL" not in os.environ:
        (home / "prefect").mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("PREFECT_HOME", str((home / "prefect").absolute()))
        os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")


@contextmanager
def quick_flows() -> Iterator[None]:
    """Run flows in this process without the heartbeat that makes each wait a second at its end.

    The heartbeat lets a server notice a worker that died. Whoever runs a command in a terminal
    notices without it; deployments keep it. It is switched off once the server answers: Prefect
    hands its settings to the server it starts, and that one would not start without.

    Raises:
        UnavailableError: Prefect's server does not answer, or did not start.
    """
    from prefect.client.orchestration import get_client
    from prefect.settings import get_current_settings

    from expectations import suite

    Thread(target=suite.warm_up, daemon=True).start()  # the wait for the server is long enough
    try:
        with get_client(sync_client=True) as client:
            fault = client.api_healthcheck()
    except RuntimeError as error:
        fault = error
    if fault is not None:
        raise UnavailableError(
            f"no answer from Prefect's server ({type(fault).__name__})",
            expected="a server at PREFECT_API_URL, or one that starts by itself",
            move="unset PREFECT_API_URL, or start the server that it names",
        )
    flows = get_current_settings().flows
    before = flows.heartbeat_frequency
    flows.heartbeat_frequency = None
    try:
        yield
    finally:
        flows.heartbeat_frequency = before
