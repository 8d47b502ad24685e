"""The verbs of the watch as Prefect shows them: one task a look, never one a batch."""

from datetime import timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.change import Tell
from tasks.desk import Desk
from tasks.look import Looked, completed_batches, look_around
from tasks.present_change import present_all_waiting, present_look, present_waiting
from tasks.steps import asking_again_may_help
from tasks.untold import tell_untold
from tasks.waiting import situations


@task(
    name="Ask the MES for its batches",
    task_run_name="ask the MES which batches completed",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def list_completed(desk: Desk) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the batches that completed, and what is wrong with the list, in words."""
    return completed_batches(desk)


@task(
    name="Look what is new",
    task_run_name="ask the sources what is new about batches that are not done",
    retries=1,
    retry_delay_seconds=2,
    retry_condition_fn=asking_again_may_help,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def look(desk: Desk, completed: tuple[str, ...], watched: timedelta) -> Looked:
    """Return the batches that something is new about, and what went wrong, in words."""
    return look_around(desk, completed, watched)


@task(
    name="Tell what nobody heard",
    task_run_name="tell of late failures that nobody was told of",
    retries=1,
    retry_delay_seconds=2,
    retry_condition_fn=asking_again_may_help,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def tell_again(desk: Desk, tell: Tell) -> tuple[str, ...]:
    """Tell of what is no longer ready and of which no message was taken; return what went wrong."""
    return tell_untold(desk, tell)


@task(
    name="Show what the site waits for",
    task_run_name="show what every batch is waiting for",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def show_site(desk: Desk, said: tuple[str, ...]) -> None:
    """Write what came of a look, and what the whole site is waiting for, into the Prefect UI."""
    present_look(said)
    present_all_waiting(situations(desk), desk.now())


@task(
    name="Show what is waited for",
    task_run_name="show what {batch} is waiting for",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def show_waiting(desk: Desk, batch: str) -> None:
    """Write what a batch, and the whole site, is waiting for into the Prefect UI."""
    found, now = situations(desk), desk.now()
    present_waiting(batch, [one for one in found if one.batch == batch], now)
    present_all_waiting(found, now)
