"""Batches by the thousand: the demo plant's collected batches under other numbers, put on record.

What the plant's systems handed over is taken as it is, with the batch's number written anew
wherever it stands, in the bytes and in the askings; the new number has as many characters, so that
every place stays where it was. Each clone's record and laboratory answers are bytes of its own; the
equipment's history names no batch and is the same bytes for every clone of one origin. Everything
goes the way that collecting goes: kept, entered in the ledger, filed in the log.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from contracts.collection import Collection
from contracts.evidence import Capture, Digest
from tasks.collect import file_collection
from tasks.desk import Desk
from tasks.judge_again import collected_batches
from tasks.reevaluate import evidence_of

_ADDRESS = "clone.example:1"


def clones(origin: Desk, target: Desk, count: int) -> None:
    """Put so many clones of an origin's batches on a target's record, each batch in turn."""
    for collection, number in islice(_numbered(collections(origin)), count):
        cloned(origin, target, collection, number)


def collections(origin: Desk) -> list[Collection]:
    """Return the newest collection of each of an origin's batches."""
    return [origin.collection(evidence_of(origin, one, None)) for one in collected_batches(origin)]


def _numbered(collections: Sequence[Collection]) -> Iterator[tuple[Collection, str]]:
    """Yield collections in turn with numbers of the same length: `CART-26-0001`, `CART-27-0000`."""
    for number in range(10_000 * len(collections)):
        one = collections[number % len(collections)]
        product = one.batch.partition("-")[0]
        named = f"{product}-{27 + number // 10_000}-{number % 10_000:04d}"
        if len(named) != len(one.batch):
            raise ValueError(named)
        yield one, named


def cloned(origin: Desk, target: Desk, collection: Collection, number: str) -> Digest:
    """Put one batch on a target's record under another number of the same length."""
    old = collection.batch

    def capture(one: Capture) -> Capture:
        data = origin.store.get(one.digest).replace(old.encode(), number.encode())
        kept = target.store.put(data)
        asked = replace(one, digest=kept, request=one.request.replace(old, number))
        return target.ledger.record_capture(number, asked, _ADDRESS)

    captures = [capture(one) for one in collection.captures]
    sources = dict.fromkeys(one.source for one in captures)
    came = {name: tuple(one for one in captures if one.source == name) for name in sources}
    return file_collection(target, number, came)
