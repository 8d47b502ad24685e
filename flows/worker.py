"""Runs the flows of this machine's plant: takes them up within a second, several at once."""

import argparse
import asyncio
import multiprocessing
import multiprocessing.forkserver
import os
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Final

from prefect import flow_engine
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.runner import Runner
from prefect.states import AwaitingRetry, Cancelled, Crashed
from prefect.types.entrypoint import EntrypointType

from contracts.errors import SiteError
from flows.alone import alone
from flows.settings import Settings
from flows.terminal import say
from flows.up_deployments import Declared, declared
from flows.up_life import end_with_parent

AT_ONCE: Final = 4
"""Runs at the same time; of the plant's, `PREFECT_RUNNER_PROCESS_LIMIT` may say otherwise."""
_BEGUN_MOST: Final = 5
"""A run that was begun so often and never ended is not begun again."""
_LOOK_EVERY_SECONDS: Final = 0.5
_UNFINISHED: Final = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


def main() -> int:
    """Serve the declared deployments until told to stop, or until another one is found to."""
    parser = argparse.ArgumentParser(prog="python -m flows.worker", description=__doc__)
    parser.add_argument("--ready", type=Path, help="file made once it serves")
    parser.add_argument("--with-parent", action="store_true", help="end when the input closes")
    asked = parser.parse_args()
    if asked.with_parent:
        end_with_parent()
    try:
        # Two workers would each give back what the other one runs.
        with alone(Settings().home.absolute() / "up" / "worker.lock", "worker"):
            serve_all(asked.ready)
    except SiteError as error:
        say(error.in_words())
    return 1  # nobody asked it to end


def serve_all(ready: Path | None) -> None:
    """Register the declared deployments, give back what was left, and take up runs."""
    warming = threading.Thread(target=keep_one_warm)
    warming.start()
    limit = int(os.environ.get("PREFECT_RUNNER_PROCESS_LIMIT", AT_ONCE))
    deployments = declared()
    by_people = tuple(one for one in deployments if "code" in one.flow.parameters.properties)
    server_answers()
    runners = {
        runner_of("batchproof", limit): tuple(one for one in deployments if one not in by_people),
        runner_of("batchproof people", AT_ONCE): by_people,
    }
    for runner, own in runners.items():
        asyncio.run(register(runner, own))
    asyncio.run(give_back())
    warming.join()
    if ready is not None:
        tell(ready, deployments)
    # Not in the main thread: there it would answer SIGTERM by cancelling what runs.
    serving = threading.Thread(target=lambda: asyncio.run(serve(tuple(runners))))
    serving.start()
    serving.join()


def tell(ready: Path, deployments: tuple[Declared, ...]) -> None:
    """Say in a file that it serves, and what: whole, or not at all."""
    said = "".join(f"{one.full_name}: {one.description}\n" for one in deployments)
    beside = ready.with_suffix(".part")
    beside.write_text(said, "utf-8")
    beside.replace(ready)


def runner_of(name: str, limit: int) -> Runner:
    """Return what takes up runs, so many at once.

    What people ask for has places of its own: a one-time code counts for a minute, and does not
    wait until batches are prepared.
    """
    return Runner(
        name=name, query_seconds=_LOOK_EVERY_SECONDS, limit=limit, pause_on_shutdown=False
    )


async def serve(runners: tuple[Runner, ...]) -> None:
    """Take up runs until the process ends."""
    await asyncio.gather(*(one.start() for one in runners))


def keep_one_warm() -> None:
    """Let each run begin as a fork of a process that has loaded everything already.

    Loading Prefect, the flows and Great Expectations takes seconds, forking milliseconds. Prefect's
    engine asks for a process by `spawn`, a new interpreter; here it is given the other kind.
    """
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload(["flows.up_preload"])
    vars(flow_engine)["multiprocessing"] = SimpleNamespace(get_context=lambda _kind: forking)
    first = forking.Process(target=int)  # returns once everything is loaded
    first.start()
    first.join()


def server_answers() -> None:
    """Wait for the server, which starts at the same time; whoever started both loses patience."""
    with get_client(sync_client=True) as client:
        while client.api_healthcheck() is not None:
            time.sleep(_LOOK_EVERY_SECONDS / 4)


async def register(runner: Runner, deployments: tuple[Declared, ...]) -> None:
    """Register the deployments, with their schedules and the events that start them."""
    for one in deployments:
        await runner.aadd_flow(
            one.flow,
            name=one.name,
            description=one.description,
            tags=list(one.tags),
            parameters=dict(one.parameters),
            schedules=list(one.schedules),
            triggers=list(one.triggers),
            entrypoint_type=EntrypointType.MODULE_PATH,
        )


async def give_back() -> None:
    """Let what was running when the last worker ended be run again, from its beginning.

    Not what was being cancelled, nor what a person asked for with a one-time code. No process of
    that worker lives any more. Runs of a work pool belong to other workers.
    """
    async with get_client() as client:
        left = await client.read_flow_runs(
            flow_run_filter=FlowRunFilter.model_validate({"state": {"type": {"any_": _UNFINISHED}}})
        )
        for run in left:
            if run.work_pool_name is None:
                await client.set_flow_run_state(run.id, after(run), force=True)


def after(run: FlowRun) -> State[None]:
    """Return the state of a run whose worker ended before it did.

    A code counts once: begun again with it, a run would be refused under the person's name.
    """
    if run.state_type is StateType.CANCELLING:
        return Cancelled(message="The worker ended while this run was being cancelled.")
    if run.parent_task_run_id is not None:
        return Crashed(message="The worker ended before this run did.")
    if run.parameters.get("code"):
        return Crashed(
            message="The worker ended before this was done. See the review or the evaluation log "
            "for whether it is on record; send the form again with a new code."
        )
    if run.run_count >= _BEGUN_MOST:
        return Crashed(message=f"Begun {run.run_count} times, and the worker ended each time.")
    return AwaitingRetry(message="The worker ended before this run did: it begins again.")


if __name__ == "__main__":
    sys.exit(main())
