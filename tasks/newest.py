"""The newest collection of a batch on record: what the watch and a re-evaluation start from."""

from datetime import datetime

from contracts.collection import Collection
from contracts.errors import NotFoundError
from contracts.evidence import Digest
from contracts.log_entry import Filed, Intent
from contracts.requested import looking_back
from contracts.times import written
from tasks.desk import Desk


def newest_collection(desk: Desk, batch: str) -> tuple[Digest, Collection] | None:
    """Return the collection that was filed or judged last, or None.

    The log files a collection once. Where a source goes back to what it said before, the older
    collection is judged again: that makes it the newest. Evaluations that look back do not.
    """
    entries = [one.entry for one in desk.ledger.log.of_batch(batch)]
    aside = looking_back(entries)
    digest = ""
    for one in entries:
        if isinstance(one, Filed) or (isinstance(one, Intent) and one.evaluation not in aside):
            digest = one.collection
    return (digest, desk.collection(digest)) if digest else None


def collection_at(desk: Desk, batch: str, at: datetime) -> Digest:
    """Return the newest collection that was filed at a time or before it.

    Raises:
        NotFoundError: there was none yet.
    """
    filed = [one.entry for one in desk.ledger.log.of_batch(batch) if isinstance(one.entry, Filed)]
    known = [one for one in filed if one.at <= at]
    if not known:
        first = f"; the first was filed at {written(filed[0].at)}" if filed else ""
        raise NotFoundError(
            f"no collection of {batch} that was filed by {written(at)}",
            expected=f"a time at which something of it was on record{first}",
            move="name a later time, or none",
        )
    return known[-1].collection
