"""When a batch ends: collect it, judge it, package it, and lay it before QA."""

from prefect import flow

from contracts.criterion import Stage
from flows.build_package import build_package
from flows.collect_batch import collect_batch
from flows.judge_batch import judge_batch
from flows.office import BatchNumber
from tasks.package import Package


@flow(name="Prepare review", flow_run_name="prepare {batch} ({stage})", persist_result=False)
def prepare_review(
    batch: BatchNumber,
    stage: Stage = Stage.INITIAL,
    reason: str = "batch completed",
    site: str | None = None,
) -> Package:
    """Collect, judge and package one batch. Nothing here releases it: people do."""
    collection = collect_batch(batch, site)
    evaluation = judge_batch(batch, collection, stage, reason, site)
    return build_package(batch, evaluation, site)
