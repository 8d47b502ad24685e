"""Serves the door before Prefect's form, until it is stopped."""

import socket
from pathlib import Path
from typing import Annotated

import typer

from contracts.errors import SiteError
from flows.terminal import errors_in_words, say


def serve_door(
    upstream: Annotated[str, typer.Option(help="The Prefect server, such as http://prefect:4200.")],
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.")] = 4300,
    host: Annotated[
        str, typer.Option(help="The address; this machine only if none.")
    ] = "127.0.0.1",
    site: Annotated[Path | None, typer.Option(help="The site file.", dir_okay=False)] = None,
) -> None:
    """Serve the door for a proxy that asserts identity: `create_flow_run` goes through it.

    Example: batchproof door --upstream http://127.0.0.1:4200 --port 4300 --site site.yaml
    """
    import uvicorn
    from prefect.settings import get_current_settings

    from flows.door import client_of, door
    from flows.office import open_office
    from flows.settings import Settings

    with errors_in_words():
        if Settings().issuer() is None:
            from tasks.grants import no_provider

            raise no_provider()
        secret = get_current_settings().api.auth_string
        client = client_of(upstream, secret.get_secret_value() if secret else "")
        with open_office(None if site is None else str(site)) as desk, taken(host, port) as own:
            at = own.getsockname()[1]
            say(f"The door is at http://{host}:{at}, before {upstream}. Stop it with Ctrl-C.")
            uvicorn.Server(uvicorn.Config(door(desk, client), log_level="warning")).run([own])


def taken(host: str, port: int) -> socket.socket:
    """Return the open port.

    Raises:
        SiteError: it is somebody else's.
    """
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise SiteError(
            f"the address {host}:{port} cannot be taken ({error.strerror})",
            expected="a free port of this machine",
            move="name another one",
        ) from error
