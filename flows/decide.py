"""When QA decides about an exception in the Prefect UI: it is on record, under a person's name."""

from prefect import flow
from prefect.client.schemas.objects import State

from contracts import criterion
from contracts.person import Act, Person
from contracts.review import Review
from contracts.review_asked import Choice, Which
from flows import form
from flows.form import read_form
from flows.under_name import acted, claim_here, name_of
from tasks.desk import Desk
from tasks.review import decide

_WORDS = {form.ACCEPT: "accepted", form.REFER: "referred", form.REJECT: "rejected"}


@flow(
    name="Decide about an exception",
    flow_run_name=name_of("decide about an exception of"),
    validate_parameters=False,  # by ourselves, in words that repeat nothing: see flows.form
    persist_result=False,
)
def decide_exception(
    *,
    batch: form.Batch,
    stage: form.Stage,
    evaluation: form.Evaluation,
    exception: form.Exception_,
    decision: form.Decision,
    reason: form.Reason,
    reference: form.Reference = "",
    user: form.User,
    code: form.Code,
) -> State[None]:
    """Record what you decide about one exception of the package you looked at: no release.

    Open the package's page first, and say which evaluation it is of. The decision counts for
    exactly that package, and is void when a later one supersedes it. Signatures given before it
    are void and must be given again.
    """
    given: dict[str, object] = {"batch": batch, "stage": stage, "evaluation": evaluation}
    given |= {"exception": exception, "decision": decision}
    given |= {"reason": reason, "reference": reference}

    def do(desk: Desk, person: Person) -> Review:
        which, choice = read_form(_read, **given)
        return decide(desk, person, which, choice)

    return acted(Act.DECIDE, claim_here(user, code), str(batch), do)


def _read(
    *,
    batch: form.Batch,
    stage: form.Stage,
    evaluation: form.Evaluation,
    exception: form.Exception_,
    decision: form.Decision,
    reason: form.Reason,
    reference: form.Reference,
) -> tuple[Which, Choice]:
    choice = Choice(exception, _WORDS[decision], reason, reference)
    return Which(batch, criterion.Stage(stage), evaluation), choice
