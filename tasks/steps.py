"""The verbs as Prefect shows them: each a thin decorator around one function, with its retries."""

from collections.abc import Sequence
from typing import Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from contracts.criterion import Stage
from contracts.errors import UnavailableError
from contracts.evidence import Capture, Digest
from contracts.plain import plain
from tasks.change import Tell, change_since, is_noticed, notice
from tasks.collect import collect_source
from tasks.desk import Desk
from tasks.evaluate import Evaluated, Why, evaluate_collection
from tasks.leftovers import end_begun, package_rest
from tasks.package import Package, assemble_evaluation
from tasks.present import present_package
from tasks.present_change import (
    present_change,
    present_late,
)
from tasks.sources.equipment import TagWindow
from tasks.windows import equipment_windows


async def asking_again_may_help(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Tell whether a failed task should be run again: only when the other side did not answer."""
    fault = await state.aresult(raise_on_failure=False)
    return isinstance(fault, UnavailableError)


@task(
    name="Collect from a source",
    task_run_name="collect the {source} of {batch}",
    retries=1,
    retry_delay_seconds=2,
    retry_condition_fn=asking_again_may_help,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def collect(
    desk: Desk, batch: str, source: str, windows: Sequence[TagWindow] = ()
) -> tuple[Capture, ...]:
    """Ask one source for the batch and keep every byte."""
    return collect_source(desk, batch, source, windows)


@task(
    name="Plan the equipment history",
    task_run_name="read from the record of {batch} when its equipment ran",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def plan(desk: Desk, batch: str, record: Sequence[Capture]) -> tuple[TagWindow, ...]:
    """Return which tags to ask for and over which time."""
    return equipment_windows(desk, batch, record)


@task(
    name="Judge under both judges",
    task_run_name="judge {batch} for its {stage} stage",
    retries=2,
    retry_delay_seconds=[2, 8],
    retry_condition_fn=asking_again_may_help,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def evaluate(
    desk: Desk, batch: str, collection: Digest, stage: Stage, reason: str | Why = ""
) -> Evaluated:
    """Judge a collection by the strategy in force, with the intent on record before the result.

    Where the ledger's database does not answer, it is asked again, a few times.
    """
    return evaluate_collection(desk, batch, collection, stage, reason)


@task(
    name="Hold it against the evaluation before",
    task_run_name="hold evaluation {number} of {batch} against the one before it",
    retries=2,
    retry_delay_seconds=[2, 8],
    retry_condition_fn=asking_again_may_help,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def compare(desk: Desk, batch: str, number: int, tell: Tell) -> None:
    """Show what a new evaluation changes; of a batch that was ready and is not, people are told."""
    change = change_since(desk, batch, number)
    if change is not None:
        present_change(change)
        if change.late is not None and not is_noticed(desk, change):
            present_late(change)
            notice(desk, change, tell)


@task(
    name="Assemble the package",
    task_run_name="assemble the package of {batch}, evaluation {number}",
    retries=2,
    retry_delay_seconds=[2, 8],
    retry_condition_fn=asking_again_may_help,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def assemble(desk: Desk, batch: str, number: int) -> Package:
    """Build the package of an evaluation, whole or not at all.

    Where the time-stamp authority or the witness does not answer, it is asked again, a few times.
    """
    return assemble_evaluation(desk, batch, number)


@task(
    name="Lay it before QA",
    task_run_name="show QA the exceptions of {batch}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def present(batch: str, package: Package) -> None:  # noqa: ARG001 (the run name shows it)
    """Write the exceptions and the package's place into the Prefect UI."""
    present_package(package)


@task(
    name="End what was left unfinished",
    task_run_name="end what an earlier run of {batch} left unfinished",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def end_leftovers(desk: Desk, batch: str) -> tuple[str, ...]:
    """Judge what was begun and never ended, and say what was done."""
    done = end_begun(desk, batch)
    for words in done:
        get_run_logger().warning("%s: %s", batch, plain(words))
    return done


@task(
    name="Build packages that are owed",
    task_run_name="build the packages that are owed for {batch}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def package_leftovers(desk: Desk, batch: str) -> tuple[str, ...]:
    """Build the packages of earlier results that have none, and say which still cannot be built."""
    failed = package_rest(desk, batch)
    for words in failed:
        get_run_logger().warning("%s: no package yet of %s", batch, plain(words))
    return failed
