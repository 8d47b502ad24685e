"""When a named person asks for it: judge a batch again, with their reason on record before it."""

from typing import Annotated, Final, Literal, TypeAlias

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Failed

from contracts.errors import BatchproofError
from contracts.requested import LONGEST, SHORTEST
from flows import form
from flows.form import field, read_form
from flows.office import open_office
from flows.prepare_review import prepare_stage
from flows.under_name import claim_here, name_of, refused_site
from tasks.desk import Desk
from tasks.evaluate import Why
from tasks.package import Package
from tasks.reevaluate import IN_FORCE, Checked, Wanted, evidence_for, reevaluation
from tasks.round import collect_round
from tasks.run_tags import tag_run
from tasks.steps import end_leftovers, package_leftovers
from tasks.turn import turn_at
from tasks.watch_steps import show_waiting

_STRATEGY: Final = rf"^({IN_FORCE}|[0-9a-f]{{12,64}})$"
Stage: TypeAlias = Annotated[
    Literal["initial", "final"], field("Stage", "The stage to judge the batch for.")
]
ReasonCode: TypeAlias = Annotated[
    Literal[
        "new result",
        "corrected result",
        "source repaired",
        "strategy changed",
        "investigation outcome",
        "inspection question",
        "other",
    ],
    field("Why: the kind of reason", "What made you ask. It is on record before any result is."),
]
ReasonText: TypeAlias = Annotated[
    str,
    field(
        "Why: in your own words",
        f"{SHORTEST} to {LONGEST} characters in one line. Write no patient's name: it is kept for "
        "ever.",
        min_length=SHORTEST,
        max_length=LONGEST,
    ),
]
CollectAgain: TypeAlias = Annotated[
    list[Literal["batch_record", "lims", "equipment"]],
    field(
        "Sources to ask again",
        "Which systems are asked anew; of the others, what is on record is taken. None: only the "
        "evidence on record is judged.",
    ),
]
Strategy: TypeAlias = Annotated[
    str,
    field(
        "Control strategy",
        f"'{IN_FORCE}', or the first 12 or more digits of the digest of one by which this site "
        "judged before. Then the evaluation says what would have been, and does not say how the "
        "batch stands.",
        pattern=_STRATEGY,
    ),
]
KnownAt: TypeAlias = Annotated[
    str,
    field(
        "As known at",
        "Judge only what was on record at this time (ISO 8601 with its zone, such as "
        "2026-03-20T12:00:00Z); no source can be asked again then. Empty: all that is on record.",
    ),
]


@flow(
    name="Re-evaluate",
    flow_run_name=name_of("re-evaluate"),
    validate_parameters=False,  # by ourselves, in words that repeat nothing: see flows.form
    persist_result=False,
)
def reevaluate(
    *,
    batch: form.Batch,
    stage: Stage,
    reason_code: ReasonCode,
    reason_text: ReasonText,
    collect_again: CollectAgain = [],  # noqa: B006 (a default that the form shows)
    strategy: Strategy = IN_FORCE,
    known_at: KnownAt = "",
    user: form.User,
    code: form.Code,
    site: form.Site = "",
) -> Package | State[None]:
    """Judge a batch again, as you ask, under your name. It releases nothing: people do.

    Who asks, why and when is on record before any result is known. Where something cannot be
    followed, or you may not ask, the run ends with the reason in words, and nothing is done. The
    code is used up in any case.
    """
    given: dict[str, object] = {"batch": batch, "stage": stage, "reason_code": reason_code}
    given |= {
        "reason": reason_text,
        "collect": collect_again,
        "strategy": strategy,
        "known_at": known_at,
    }
    claim = claim_here(user, code)
    refused = refused_site(site, claim)
    if refused:
        return Failed(message=refused)
    with open_office(site) as desk:
        try:
            asked, why = reevaluation(desk, lambda: read_form(_read, **given), claim)
        except BatchproofError as error:
            return Failed(message=error.in_words())
        with turn_at(desk, asked.batch):
            return judged_again(desk, asked, why)


def judged_again(desk: Desk, asked: Checked, why: Why) -> Package:
    """Do what was asked, in the batch's turn: collect what is asked again, judge, package, show."""
    batch = asked.batch
    tag_run(batch=batch, product=desk.site.product_of(batch), site=desk.site.site, by=why.by)
    end_leftovers(desk, batch)
    collection = evidence_for(
        desk, asked, lambda names, earlier: collect_round(desk, batch, names, earlier)
    )
    package = prepare_stage(desk, batch, collection, asked.stage, why)
    package_leftovers(desk, batch)
    show_waiting(desk, batch)
    return package


def _read(
    *,
    batch: form.Batch,
    stage: Stage,
    reason_code: ReasonCode,
    reason: ReasonText,
    collect: CollectAgain,
    strategy: Strategy,
    known_at: KnownAt,
) -> Wanted:
    return Wanted(batch, stage, reason_code, reason, tuple(collect), strategy, known_at)
