"""Brings to a question what the site has on record: the evaluation log as it is now, approvals."""

from collections.abc import Iterator
from dataclasses import replace

from contracts.asked import Answer
from contracts.changes import Changed
from flows.asked import Asking
from flows.office import open_office
from tasks.desk import Desk


def answer_at(site: str, asking: Asking, question: str) -> Answer:
    """Return the answer by the package and the site's evaluation log as it is now.

    Raises:
        NotFoundError, IntegrityError: as for `Asking.answer`, or the ledger has no such evaluation.
        SiteError: it is no site file.
    """
    package = asking.package
    with open_office(site) as desk:
        at_hand = replace(
            asking,
            entries=desk.ledger.log.of_batch(package.batch),
            approved=desk.ledger.log.of_kinds("approval"),
            later=tuple(_later(desk, asking)) if question == "known" else (),
        )
        return at_hand.answer(question)


def _later(desk: Desk, asking: Asking) -> Iterator[Changed]:
    """Yield what became of each value that the evaluation knew."""
    from tasks.known import known_for  # reading evidence again is loaded for this question alone

    found = known_for(desk, asking.package.batch, asking.package.number)
    for said in found.said:
        yield from (one.change for one in said.later)
