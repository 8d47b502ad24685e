"""When the control strategy has a new version: judge a site's whole history again, on record."""

from collections.abc import Iterator, Sequence

from prefect import task
from prefect.cache_policies import NO_CACHE

from contracts.history import History, Known, Rejudged, portions
from flows.office import open_office
from flows.runners import runner_of
from flows.settings import Settings
from tasks.judge_again import Order, judge_again
from tasks.present_history import Progress, present_history

MOST_TASKS = 100
"""Task runs of one order at most: Prefect's server needs some 40 ms for each."""


@task(
    name="Judge a portion of a history",
    task_run_name="judge {count} batches again, from {first}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def judge_portion(
    order: Order,
    batches: Sequence[Known],
    site: str | None,
    first: str,  # noqa: ARG001 (the run name shows it)
    count: int,  # noqa: ARG001 (as `first`)
) -> tuple[Rejudged, ...]:
    """Judge some batches of a history, one after the other, at a desk of this worker's own."""
    with open_office(site) as desk:
        return tuple(judge_again(desk, order, one) for one in batches)


def judge_history(title: str, order: Order, batches: Sequence[Known], site: str | None) -> History:
    """Judge the batches on the task runner of the settings, and lay before people what changed.

    Only numbers and digests go to the workers; each reads the evidence itself.
    """
    progress = Progress(title, len(batches))
    with runner_of(Settings()) as runner:
        asked = [
            (part, runner.submit(judge_portion, _parameters(order, part, site)))
            for part in portions(batches, MOST_TASKS)
        ]
        done: list[Rejudged] = []
        for part, future in asked:
            done += _came_of(part, future.result(raise_on_failure=False))
            progress.add(len(part))
    history = History(tuple(done))
    present_history(title, history)
    return history


def _parameters(order: Order, part: Sequence[Known], site: str | None) -> dict[str, object]:
    first = part[0][0]
    return {"order": order, "batches": part, "site": site, "first": first, "count": len(part)}


def _came_of(part: Sequence[Known], outcome: object) -> Iterator[Rejudged]:
    """Yield what came of a portion; of one whose worker died, each batch by its name."""
    if isinstance(outcome, tuple):
        yield from outcome
        return
    words = f"The worker that had it ended ({type(outcome).__name__}: {outcome}); order it again."
    yield from (Rejudged(batch, fault=words) for batch, _ in part)
