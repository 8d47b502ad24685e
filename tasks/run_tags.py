"""Tags and name of the running flow, so that a person finds a batch's runs in the Prefect UI."""

from contextlib import suppress

import httpx
from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext
from prefect.exceptions import PrefectException


def tag_run(**said: str) -> None:
    """Put what is said on the running flow as tags `name:value`, once each.

    A tag is a convenience of the UI: where the server does not take it, the run goes on without.
    """
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None:
        return
    tags = {*run.tags, *(f"{name}:{value}" for name, value in said.items() if value)}
    with suppress(PrefectException, httpx.HTTPError), get_client(sync_client=True) as client:
        client.update_flow_run(run.id, tags=sorted(tags))
        run.tags = sorted(tags)


def rename_run(name: str) -> None:
    """Give the running flow another name; where the server does not take it, it keeps its own."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is not None:
        with suppress(PrefectException, httpx.HTTPError), get_client(sync_client=True) as client:
            client.update_flow_run(run.id, name=name)
