"""What happens under a name in a flow: the code is used up first, then everything else is asked."""

from collections.abc import Callable
from contextlib import suppress

from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from contracts.batch import batch_number
from contracts.errors import BatchproofError
from contracts.person import Act, Person
from contracts.review import Review
from flows.office import open_office
from flows.vouched import asked_here
from tasks.desk import Desk
from tasks.identity import Claim, identify
from tasks.present_review import present_review
from tasks.reevaluate import use_up


def acted(act: Act, claim: Claim, batch: str, do: Callable[[Desk, Person], Review]) -> State[None]:
    """Identify the person, do what they ask, show the review; a refusal ends the run in words.

    A form's parameters stay on Prefect's server, for all to read. So the code in them is used up
    before anything else is looked at, whatever may be refused after that: a run that has begun has
    no usable code.
    """
    try:
        with open_office(None) as desk:
            person = identify(desk, claim, act, batch)
            review = do(desk, person)
    except BatchproofError as error:
        return Failed(message=error.in_words())
    present_review(review)
    which = f"evaluation {review.evaluation} for its {review.stage} stage"
    read = [one.act.last for one in review.trail_reviews if one.in_force]
    what = f", audit trail up to entry {max(read)}" if read and act is Act.REVIEW_TRAIL else ""
    told = f"On record for {which}{what}, under the name of {person.name}. {review.state()}"
    return Completed(message=told)


def refused_site(site: str | None, claim: Claim) -> str:
    """Return why a site cannot be opened, in words, with the code used up; or nothing, if it can.

    Who is who stands in this plant's own ledger, whatever site file was typed.
    """
    try:
        with open_office(site):
            return ""
    except BatchproofError as error:
        with suppress(BatchproofError), open_office(None) as desk:
            use_up(desk, claim)
        return error.in_words()


def claim_here(user: object, code: object) -> Claim:
    """Return who says they ask for this flow run, whatever was typed."""
    return Claim(str(user), str(code), asked_here())


def name_of(what: str) -> Callable[[], str]:
    """Return what names a run by its batch, if that is one: nothing else typed stands in a name."""

    def name() -> str:
        batch = flow_run.parameters.get("batch")
        return f"{what} {batch}" if _is_batch(batch) else what

    return name


def _is_batch(text: object) -> bool:
    try:
        return isinstance(text, str) and bool(batch_number(text))
    except BatchproofError:
        return False
