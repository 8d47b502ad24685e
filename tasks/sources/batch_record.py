"""Asks the MES for its list of batches, or for the electronic batch record of one."""

from contracts.errors import UnreadableError
from contracts.sources.batch_list import BatchList, read_batch_list
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


def batches(source: SiteSource) -> BatchList:
    """Return the batches that the MES calls completed. The list is no evidence and is not kept.

    Raises:
        UnavailableError: the MES did not answer in time.
        UnreadableError: it answered something else than a list of batches.
        SiteError: the token is not where the site file says.
    """
    with opened(source, "application/json") as door:
        answer = door.ask("/batches")
    try:
        return read_batch_list(answer.body)
    except UnreadableError as error:
        raise error.at(f"{source.name}, {answer.request}") from error
