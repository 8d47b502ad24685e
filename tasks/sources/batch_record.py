"""Asks the MES for the electronic batch record of one batch."""

from contracts.errors import UnreadableError
from tasks.site_source import SiteSource
from tasks.sources.fetched import Fetched, keeping
from tasks.sources.http import opened, segment


def fetch(source: SiteSource, batch: str) -> tuple[Fetched, ...]:
    """Return the batch record as the MES gives it, in one answer.

    Raises:
        FetchUnavailableError: the MES did not answer in time.
        FetchUnreadableError: it answered something else, or nothing.
        NotFoundError: nothing can have this batch number.
        SiteError: the token is not where the site file says.
    """
    path = f"/batches/{segment(batch)}/record"
    received: list[Fetched] = []
    with keeping(received), opened(source, "application/xml, text/xml;q=0.9") as door:
        answer = door.ask(path)
        received.append(answer)
        if not answer.body:
            raise UnreadableError(
                "an empty answer",
                expected="a batch record",
                where=f"{source.name}, {answer.request}",
                move=f"whoever runs the {source.name} system looks",
            )
    return tuple(received)
