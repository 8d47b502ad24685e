"""When the control strategy has a new version: judge a site's whole history again, on record."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from contracts.canonical import Json
from contracts.criterion import Stage
from contracts.errors import JudgementError, NotFoundError
from contracts.history import History, Known, Rejudged, fitting, portions
from contracts.person import Act
from flows import form
from flows.office import open_office
from flows.runners import runner_of
from flows.settings import Settings
from flows.under_name import claim_here
from tasks.desk import Desk
from tasks.identity import identify
from tasks.judge_again import Order, judge_again, newest_collections, strategies_of
from tasks.present_history import Progress, in_one_line, present_history

CODE = "strategy changed"
"""The reason's code, as a request to judge one batch again says it."""
_NAMED = 10
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


@flow(name="Judge a history again", flow_run_name="judge a history again", persist_result=False)
def rejudge(
    user: form.User,
    code: form.Code,
    reason: form.Reason,
    batches: Annotated[
        str,
        form.field(
            "Batches",
            "Numbers, or patterns with *, spaces between. '*': all of them.",
            min_length=1,
        ),
    ] = "*",
    stage: Annotated[
        Stage, form.field("Stage", "The stage to judge the batches for.")
    ] = Stage.INITIAL,
    packages: Annotated[
        bool, form.field("Packages", "Build and seal a package of each, too.")
    ] = False,
    site: form.Site = "",
) -> dict[str, Json]:
    """Judge every batch on record again by the strategy in force, each under a new number.

    Nothing is collected: each batch's newest collection on record is judged, by the same steps as
    ever. A batch that cannot be judged is named and does not stop the others.

    Raises:
        RefusedError: the person may not order it, or did not prove who they are.
        NotFoundError: nothing on record fits.
        JudgementError: some batches were not judged; the others were, and are on record.
    """
    with open_office(site) as desk:
        by = identify(desk, claim_here(user, code), Act.REEVALUATE)  # first, so that it is used up
        chosen = _chosen(desk, batches)
        strategies = strategies_of(desk, chosen)
        order = Order(desk.now(), by, stage, CODE, reason, strategies, packages)
        title = f"History of {desk.site.site}"
    history = judge_history(title, order, chosen, site)
    if history.faulty:
        named = ", ".join(one.batch for one in history.faulty[:_NAMED])
        raise JudgementError(
            f"{in_one_line(history)} Not judged: {named}; the first because: "
            f"{history.faulty[0].fault}",
            expected="every batch judged",
            where=f"the artifact of {title}",
            move="look at the reasons there; ordering it again finds what is judged already",
        )
    return history.record()


def _chosen(desk: Desk, batches: str) -> tuple[Known, ...]:
    """Return the batches of an order with their evidence; nothing is asked of anybody yet."""
    chosen = fitting(newest_collections(desk), batches.split())
    if not chosen:
        raise NotFoundError(
            f"no batch on record that fits '{batches[:80]}'",
            expected="numbers of batches that were collected, or patterns that they fit",
            move="see `batchproof log show` for what is on record",
        )
    return chosen


def judge_history(title: str, order: Order, batches: Sequence[Known], site: str | None) -> History:
    """Judge the batches on the task runner of the settings, and lay before people what changed.

    Only numbers and digests go to the workers; each reads the evidence itself.
    """
    progress = Progress(title, len(batches))
    with _one_server(), runner_of(Settings()) as runner:
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


@contextmanager
def _one_server() -> Iterator[None]:
    """Tell workers in other processes which Prefect server is ours, where none is named.

    Each of them would start one of its own.
    """
    if PREFECT_API_URL.value():
        yield
        return
    with get_client(sync_client=True) as client:
        url = str(client.api_url)
        with temporary_settings({PREFECT_API_URL: url}):
            yield


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
