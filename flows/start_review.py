"""Starts the preparation of a batch once: by the server's deployment, or in this process."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectNotFound

from tasks.look import News

DEPLOYMENT: Final = "Prepare review/prepare-review"
STUCK: Final = timedelta(hours=1)
"""A run that began so long ago and did not end has lost its worker: another one is started."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
_MOST_TRIES: Final = 1000


def is_deployed() -> bool:
    """Tell whether the Prefect server has the deployment that prepares a batch."""
    with get_client(sync_client=True) as client:
        try:
            client.read_deployment_by_name(DEPLOYMENT)
        except ObjectNotFound:
            return False
    return True


@task(
    name="Start what is to be prepared",
    task_run_name="start the preparation of batches that something is new about",
    retries=2,
    retry_delay_seconds=[2, 8],
    cache_policy=NO_CACHE,
    persist_result=False,
)
def start_all(news: tuple[News, ...], site: str | None) -> tuple[str, ...]:
    """Have the server run the deployment for each batch; return what was done, in words.

    The server makes one run of the same key, however often it is asked: a doubled event, or a
    second watch, starts nothing twice. Prefect's client asks again where the server is busy (503);
    what fails altogether is asked again by this task, by the same keys.
    """
    parameters = {"site": site} if site else {}
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(DEPLOYMENT)

        def ask(one: News, key: str) -> FlowRun:
            return client.create_flow_run_from_deployment(
                deployment.id,
                parameters={"batch": one.batch, **parameters},
                idempotency_key=key,
            )

        return tuple(started(one, ask, datetime.now(UTC)) for one in news)


def started(one: News, ask: Callable[[News, str], FlowRun], now: datetime) -> str:
    """Start a run for news, unless one is under way; return what was done, in words.

    A run that ended while the news is still news did not do it (its worker died, a source went
    silent again): another one is started, after a pause that doubles up to an hour.
    """
    for attempt in range(_MOST_TRIES):
        run = ask(one, f"{one.about}-{attempt}")
        if not _is_over(run, now):
            return f"{one.batch}: {one.why}; run {run.name}"
        ended = run.end_time or run.expected_start_time or now
        pause = min(_FIRST_PAUSE * 2 ** min(attempt, 10), _LONGEST_PAUSE)
        if now < ended + pause:
            return f"{one.batch}: {one.why}; run {run.name} ended without it, the next one is due"
    return f"{one.batch}: {one.why}; no run of {_MOST_TRIES} did it, a person looks"


def _is_over(run: FlowRun, now: datetime) -> bool:
    if run.state is None or run.state.is_final():
        return run.state is not None
    return run.start_time is not None and run.start_time < now - STUCK
