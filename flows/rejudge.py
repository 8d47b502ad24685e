"""When the control strategy has a new version: judge a site's whole history again, on record."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Failed
from pydantic import Field

from contracts import criterion
from contracts.canonical import Json
from contracts.errors import BatchproofError, NotFoundError
from contracts.history import History, Rejudged, fitting, portions
from contracts.person import Act, Person
from contracts.requested import reason_said
from flows import form
from flows.form import read_form
from flows.notify import tell
from flows.office import open_office
from flows.reevaluate import ReasonText, Stage
from flows.runners import runner_of
from flows.settings import Settings
from flows.under_name import claim_here, refused_site
from tasks.desk import Desk
from tasks.identity import identify
from tasks.judge_again import Order, collected_batches, judge_again, strategies_of
from tasks.present_history import in_one_line, present_history
from tasks.present_progress import Progress
from tasks.shown_text import artifact_key

Batches: TypeAlias = Annotated[
    str,
    Field(
        json_schema_extra={
            "title": "Batches",
            "description": "Numbers, or patterns with * for any characters; spaces between them.",
        },
        pattern=r"^[A-Za-z0-9._*-]{1,64}( +[A-Za-z0-9._*-]{1,64}){0,999}$",
    ),
]
Packages: TypeAlias = Annotated[
    bool,
    Field(
        json_schema_extra={
            "title": "Packages too",
            "description": "Whether a package of each new evaluation is built and sealed.",
        }
    ),
]
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
    batches: Sequence[str],
    site: str | None,
    first: str,  # noqa: ARG001 (the run name shows it)
    count: int,  # noqa: ARG001 (as `first`)
) -> tuple[Rejudged, ...]:
    """Judge some batches of a history, one after the other, at a desk of this worker's own."""
    with open_office(site) as desk:
        return tuple(judge_again(desk, order, one, tell) for one in batches)


@flow(
    name="Judge a history again",
    flow_run_name="judge a history again",
    validate_parameters=False,  # by ourselves, in words that repeat nothing: see flows.form
    persist_result=False,
)
def rejudge(
    *,
    batches: Batches = "*",
    stage: Stage = "initial",
    reason_text: ReasonText,
    packages: Packages = False,
    user: form.User,
    code: form.Code,
    site: form.Site = "",
) -> dict[str, Json] | State[None]:
    """Judge every batch on record again by the strategy in force, under your name.

    Nothing is collected: each batch's newest evidence on record is judged, under a new number, by
    the same steps as ever. A batch that cannot be judged is named and does not stop the others;
    the run then fails, and the same order again finds what is judged already. It releases nothing.
    The code is used up in any case.
    """
    given: dict[str, object] = {"batches": batches, "stage": stage, "packages": packages}
    given |= {"reason": reason_text}
    claim = claim_here(user, code)
    refused = refused_site(site, claim)
    if refused:
        return Failed(message=refused)
    try:
        with open_office(site) as desk:
            by = identify(desk, claim, Act.REEVALUATE)
            wanted = read_form(_read, **given)
            chosen = _chosen(desk, wanted.batches)
            order = _order(desk, by, wanted, chosen)
            title = f"History of {desk.site.site}"
    except BatchproofError as error:
        return Failed(message=error.in_words())
    history = judge_history(title, order, chosen, site)
    if history.faulty:
        named = ", ".join(one.batch for one in history.faulty[:_NAMED])
        because = history.faulty[0].fault
        return Failed(message=f"{in_one_line(history)} Not judged: {named}. The first: {because}")
    return history.record()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person orders, each part within what it may hold."""

    batches: str
    stage: str
    packages: bool
    reason: str


def _read(*, batches: Batches, stage: Stage, packages: Packages, reason: ReasonText) -> Wanted:
    return Wanted(batches, stage, packages, reason)


def _order(desk: Desk, by: Person, wanted: Wanted, chosen: tuple[str, ...]) -> Order:
    return Order(
        at=desk.now(),
        by=by,
        stage=criterion.Stage(wanted.stage),
        reason=reason_said(wanted.reason),
        strategies=strategies_of(desk, chosen),
        packages=wanted.packages,
    )


def _chosen(desk: Desk, batches: str) -> tuple[str, ...]:
    """Return the batches of an order; nothing is asked of anybody yet."""
    chosen = fitting(collected_batches(desk), batches.split())
    if not chosen:
        raise NotFoundError(
            f"no batch on record that fits '{batches[:80]}'",
            expected="numbers of batches that were collected, or patterns that they fit",
            move="see `batchproof log show` for what is on record",
        )
    return chosen


def judge_history(title: str, order: Order, batches: Sequence[str], site: str | None) -> History:
    """Judge the batches on the task runner of the settings, and lay before people what changed.

    Only numbers go to the workers; each takes the newest evidence within the batch's turn.
    """
    progress = Progress(artifact_key("progress", title), f"{title}: {len(batches)} batches")
    with _one_server(), runner_of(Settings()) as runner:
        asked = [
            (part, runner.submit(judge_portion, _parameters(order, part, site)))
            for part in portions(batches, MOST_TASKS)
        ]
        done: list[Rejudged] = []
        for part, future in asked:
            done += _came_of(part, future.result(raise_on_failure=False))
            words = f"{title}: {len(done)} of {len(batches)}"
            progress.show(100 * len(done) / len(batches), words)
    history = History(tuple(done))
    present_history(title, history, packages=order.packages)
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


def _parameters(order: Order, part: Sequence[str], site: str | None) -> dict[str, object]:
    more = {"first": part[0], "count": len(part)}
    return {"order": order, "batches": part, "site": site, **more}


def _came_of(part: Sequence[str], outcome: object) -> Iterator[Rejudged]:
    """Yield what came of a portion; of one whose worker died, each batch by its name."""
    if isinstance(outcome, tuple):
        yield from outcome
        return
    words = f"The worker that had it ended ({type(outcome).__name__}: {outcome}); order it again."
    yield from (Rejudged(batch, fault=words) for batch in part)
