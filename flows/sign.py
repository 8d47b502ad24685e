"""When QA signs a review in the Prefect UI: name, time and meaning, on one package's root."""

from collections.abc import Callable

from prefect import flow
from prefect.client.schemas.objects import State

from contracts import criterion
from contracts.person import Act, Person
from contracts.review import MEANINGS, Review
from contracts.review_asked import Which
from flows import form
from flows.form import read_form
from flows.under_name import acted, claim_here, name_of
from tasks.desk import Desk
from tasks.review import review_trail, sign

_ACTS = {form.READ_TRAIL: Act.REVIEW_TRAIL, **MEANINGS}


@flow(
    name="Sign a review",
    flow_run_name=name_of("sign a review of"),
    validate_parameters=False,  # by ourselves, in words that repeat nothing: see flows.form
    persist_result=False,
)
def sign_review(
    *,
    batch: form.Batch,
    stage: form.Stage,
    evaluation: form.Evaluation,
    what: form.Signed,
    last: form.Last = 0,
    note: form.Note = "",
    user: form.User,
    code: form.Code,
) -> State[None]:
    """Sign what you did for the package you looked at. No signature here is a release.

    The order: every exception that must be is decided; the audit trail is reviewed; a reviewer
    signs as reviewed; a qualified person, who did none of that, signs as confirmed.
    """
    given: dict[str, object] = {"batch": batch, "stage": stage, "evaluation": evaluation}
    given |= {"what": what, "last": last, "note": note}

    def do(desk: Desk, person: Person) -> Review:
        return read_form(_read, **given)(desk, person)

    act = _ACTS.get(str(what), Act.SIGN_REVIEWED)
    return acted(act, claim_here(user, code), str(batch), do)


def _read(
    *,
    batch: form.Batch,
    stage: form.Stage,
    evaluation: form.Evaluation,
    what: form.Signed,
    last: form.Last,
    note: form.Note,
) -> Callable[[Desk, Person], Review]:
    which = Which(batch, criterion.Stage(stage), evaluation)
    if what == form.READ_TRAIL:
        return lambda desk, person: review_trail(desk, person, which, note, last or None)
    return lambda desk, person: sign(desk, person, which, what)
