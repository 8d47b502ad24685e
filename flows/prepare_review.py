"""When a batch ends, or more is known of it: collect, judge, package it, and lay it before QA."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from prefect import flow, get_run_logger
from prefect.runtime import deployment

from contracts.criterion import Stage
from contracts.evidence import Digest
from contracts.readiness import Ready
from contracts.requested import may_look_back
from flows import form
from flows.notify import tell
from flows.office import open_office
from tasks.desk import Desk
from tasks.evaluate import Why
from tasks.ledger.records import Evaluation, Finished
from tasks.package import Package
from tasks.present_progress import Progress
from tasks.round import latest_round
from tasks.run_tags import rename_run, tag_run
from tasks.shown_text import artifact_key
from tasks.steps import (
    assemble,
    compare,
    end_leftovers,
    evaluate,
    package_leftovers,
    present,
)
from tasks.turn import next_turn
from tasks.watch_steps import show_waiting

_BEFORE: Final = {Stage.INITIAL: 40, Stage.FINAL: 70}
"""Percent of the work that is done when a stage is judged."""


class Due(StrEnum):
    """Which stages of a batch are prepared."""

    DUE = "due"
    """The initial one, and the final one too once the batch was ever ready for the initial one."""
    INITIAL = "initial"
    FINAL = "final"


Stages: TypeAlias = Annotated[
    Due,
    form.field(
        "Stage",
        "What to prepare. 'due': the initial stage, and the final one too once the batch was ever "
        "ready for the initial one.",
    ),
]


@flow(name="Prepare review", flow_run_name="prepare {batch} ({stage})", persist_result=False)
def prepare_review(
    batch: form.Batch, stage: Stages = Due.DUE, site: form.Site = ""
) -> tuple[Package, ...]:
    """Collect, judge and package one batch. Nothing here releases it: people do.

    Returns one package for each stage that was due. Runs for the same batch wait for each other;
    what an earlier run left unfinished is ended first. Where a source does not answer and nothing
    else is new, the evaluation on record stands. A deployed run ends at once where another one of
    the batch waits for its turn: that one begins later, and sees as much.
    """
    work = f"prepare {stage} at {site}" if deployment.id else ""
    with open_office(site) as desk, next_turn(desk, batch, work) as ours:
        if not ours:
            rename_run(f"left to the run that waits: {batch} ({stage})")
            get_run_logger().info("%s: another run waits for its turn, and does this too.", batch)
            return ()
        tag_run(batch=batch, product=desk.site.product_of(batch), site=desk.site.site)
        progress = Progress(artifact_key("progress", batch), f"{batch}: its sources are asked")
        end_leftovers(desk, batch)
        collection = latest_round(desk, batch)
        packages: list[Package] = []
        for one in stages_due(desk, batch, stage):
            progress.show(_BEFORE[one], f"{batch}: it is judged for its {one} stage")
            packages.append(prepare_stage(desk, batch, collection, one))
        package_leftovers(desk, batch)
        show_waiting(desk, batch)
        progress.show(100, f"{batch}: it is laid before QA")
        return tuple(packages)


def prepare_stage(
    desk: Desk, batch: str, collection: Digest, stage: Stage, why: Why | None = None
) -> Package:
    """Judge one collection for one stage, say what it changes, package it, and show it to QA."""
    done = evaluate(desk, batch, collection, stage, why or Why())
    compare(desk, batch, done.number, tell)
    package = assemble(desk, batch, done.number)
    present(batch, package)
    readiness = desk.ledger.evaluation(batch, done.number).result.readiness.state
    tag_run(**{f"readiness-{stage}": readiness})
    return package


def stages_due(desk: Desk, batch: str, wanted: Due) -> Iterator[Stage]:
    """Yield the stages to prepare; the final one is asked for after the initial one was judged."""
    if wanted is not Due.DUE:
        yield Stage(wanted.value)
        return
    yield Stage.INITIAL
    if any(_was_ready(one) for one in desk.ledger.evaluations(batch)):
        yield Stage.FINAL


def _was_ready(one: Evaluation) -> bool:
    return (
        one.stage is Stage.INITIAL
        and not may_look_back(one.reason)
        and isinstance(one.ending, Finished)
        and one.ending.readiness.state is Ready.READY
    )
