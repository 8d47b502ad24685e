"""When a batch is collected: judge it by the control strategy in force."""

from prefect import flow

from contracts.criterion import Stage
from flows.office import BatchNumber, open_office
from tasks.steps import evaluate


@flow(name="Judge batch", flow_run_name="judge {batch} ({stage})", persist_result=False)
def judge_batch(
    batch: BatchNumber,
    collection: str,
    stage: Stage = Stage.INITIAL,
    reason: str = "batch completed",
    site: str | None = None,
) -> int:
    """Judge one collection of a batch under both judges, and return the evaluation's number.

    The same evidence, strategy, stage and reason are one evaluation: judged once, found again.
    """
    with open_office(site) as desk:
        return evaluate(desk, batch, collection, stage, reason).number
