"""When a named person asks for it: judge a batch again, with their reason on record before it."""

from typing import Annotated, Any

from prefect import flow
from prefect.context import FlowRunContext
from pydantic import BaseModel, ConfigDict, Field

from contracts.criterion import Stage
from contracts.manifest import SOURCES
from contracts.requested import LONGEST, SHORTEST, ReasonCode
from flows.office import open_office
from flows.prepare_review import prepare_stage
from tasks.identity import Claim, asked_of
from tasks.package import Package
from tasks.reevaluate import IN_FORCE, Wanted, evidence_for
from tasks.request_steps import record_request
from tasks.round import collect_round
from tasks.run_tags import tag_run
from tasks.steps import end_leftovers, package_leftovers
from tasks.turn import turn_at
from tasks.watch_steps import show_waiting

_DIGITS = r"^(in force|[0-9a-f]{12,64})$"


class ReEvaluation(BaseModel):
    """What is asked for. The form says what may stand in it, and the flow looks again by itself:
    a run can be made without the form, and is refused in words then.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    batch: str = Field(
        title="Batch", description="The batch, as the MES names it, for example CART-26-0001."
    )
    stage: str = Field(
        title="Stage",
        description="The stage to judge the batch for.",
        json_schema_extra={"enum": [one.value for one in Stage]},
    )
    reason_code: str = Field(
        title="Why: the kind of reason",
        description="What made you ask. It stands in the audit trail before any result is known.",
        json_schema_extra={"enum": [one.value for one in ReasonCode]},
    )
    reason_text: str = Field(
        title="Why: in your own words",
        description=f"{SHORTEST} to {LONGEST} characters. No patient's name or data.",
        json_schema_extra={"minLength": SHORTEST, "maxLength": LONGEST},
    )
    collect_again: list[str] = Field(
        default_factory=list,
        title="Sources to ask again",
        description="Which systems are asked anew; of the others, what is on record is taken. "
        "None: only the evidence on record is judged.",
        json_schema_extra={"items": {"type": "string", "enum": list(SOURCES)}},
    )
    strategy: str = Field(
        default=IN_FORCE,
        title="Control strategy",
        description=f"'{IN_FORCE}', or the first 12 or more digits of the digest of one by which "
        "this site judged before: then the evaluation says what would have been, and does not say "
        "how the batch stands.",
        json_schema_extra={"pattern": _DIGITS},
    )
    known_at: str | None = Field(
        default=None,
        title="As known at",
        description="Judge only what was on record at this time. None: all that is on record.",
        json_schema_extra={"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
    )

    def wanted(self) -> Wanted:
        """Return what is asked for, as it was written."""
        return Wanted(
            batch=self.batch,
            stage=self.stage,
            reason_code=self.reason_code,
            reason=self.reason_text,
            collect=tuple(self.collect_again),
            strategy=self.strategy,
            known_at=self.known_at or "",
        )


User = Annotated[
    str, Field(title="User id", description="Your user id at this site, as you were enrolled.")
]
Code = Annotated[
    str,
    Field(
        title="One-time code",
        description="The code that your authenticator shows now. It counts once, here.",
        repr=False,
    ),
]


@flow(name="Re-evaluate", flow_run_name="re-evaluate at a person's wish", persist_result=False)
def reevaluate(request: ReEvaluation, user: User, code: Code, site: str | None = None) -> Package:
    """Judge a batch again, as a named person asks. A refusal is the run's message; nothing is done.

    Who asks, why and when stands in the log before the result is known. Nothing here releases a
    batch: people do.
    """
    wanted = request.wanted()
    claim = Claim(user, code, asked_of(_parameters()))
    with open_office(site) as desk, turn_at(desk, wanted.batch):
        asked, why = record_request(desk, wanted, claim)
        tag_run(batch=asked.batch, product=desk.site.product_of(asked.batch), by=why.by)
        end_leftovers(desk, asked.batch)
        collection = evidence_for(
            desk, asked, lambda names, earlier: collect_round(desk, asked.batch, names, earlier)
        )
        package = prepare_stage(desk, asked.batch, collection, asked.stage, why)
        package_leftovers(desk, asked.batch)
        show_waiting(desk, asked.batch)
        return package


def _parameters() -> dict[str, Any]:
    """Return the run's parameters as they were sent: what a grant of the door speaks about."""
    context = FlowRunContext.get()
    return dict(context.flow_run.parameters) if context and context.flow_run else {}
