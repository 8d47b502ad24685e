"""Have a batch judged again at a named person's wish: checked, identified, on record, then done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from contracts.batch import batch_number
from contracts.collection import Collection
from contracts.criterion import Stage
from contracts.errors import BatchproofError, NotFoundError, RefusedError, UnreadableError
from contracts.evidence import Digest
from contracts.log_act import Request
from contracts.manifest import SOURCES
from contracts.person import Act
from contracts.requested import ReasonCode, reason_of, reason_said
from contracts.times import in_utc, read_time, written
from contracts.words import source_in_words
from tasks.approved import Approved
from tasks.desk import Desk
from tasks.evaluate import Why
from tasks.identity import Claim, identify
from tasks.newest import collection_at, newest_collection
from tasks.strategies import strategy_named

IN_FORCE: Final = "in force"
Collect: TypeAlias = Callable[[tuple[str, ...], Collection], Digest]
"""Asks some sources again, takes the others from an earlier collection, and files it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for, as they wrote it: nothing of it is checked yet."""

    batch: str
    stage: str
    reason_code: str
    reason: str
    collect: tuple[str, ...] = ()
    """Sources to ask again; none: the evidence on record is judged."""
    strategy: str = IN_FORCE
    """`in force`, or the first digits of the digest of one that was judged by before."""
    known_at: str = ""
    """Judge what was on record at this time, in ISO 8601 with its zone; empty: all of it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a person asks for, once every part of it is known to be possible."""

    batch: str
    stage: Stage
    reason_code: ReasonCode
    reason: str
    collect: tuple[str, ...]
    strategy: Approved | None
    """None: the one in force."""
    known_at: datetime | None


def reevaluation(desk: Desk, read: Callable[[], Wanted], claim: Claim) -> tuple[Checked, Why]:
    """Read and check a request, make sure who asks, and enter it in the log: no result is known.

    Words that cannot be followed are refused before the person is asked for; the code that came
    with them is used up all the same, for it was written down.

    Raises:
        RefusedError: something cannot be followed, or the person may not, or did not prove who
            they are. Nothing was done.
        NotFoundError: the batch, the strategy or the time is not on record.
    """
    try:
        checked = check(desk, read())
    except Exception:  # whatever it is: the code was sent
        use_up(desk, claim)
        raise
    person = identify(desk, claim, Act.REEVALUATE, checked.batch)
    request = Request(
        at=desk.now(),
        batch=checked.batch,
        by=person.user,
        name=person.name,
        stage=checked.stage.value,
        reason_code=checked.reason_code.value,
        reason=checked.reason,
        collect=checked.collect,
        strategy=checked.strategy.strategy.digest if checked.strategy else "",
        known_at=written(checked.known_at) if checked.known_at else "",
    )
    desk.ledger.record_act(request)
    return checked, Why(reason_of(request), person.user, checked.strategy)


def use_up(desk: Desk, claim: Claim) -> None:
    """Make the code worthless: it stands in what was sent, and proves nobody any more."""
    try:
        identify(desk, claim, None)
    except BatchproofError:
        return


def check(desk: Desk, wanted: Wanted) -> Checked:
    """Return what is asked for, with every part of it read strictly.

    Raises:
        RefusedError, NotFoundError, SiteError: what is wrong with it, in words.
    """
    batch = batch_number(wanted.batch)
    desk.site.product_of(batch)
    stage = _one_of("stage", wanted.stage, [one.value for one in Stage])
    code = _one_of("reason code", wanted.reason_code, [one.value for one in ReasonCode])
    reason = reason_said(wanted.reason)
    collect = _sources(wanted.collect)
    known_at = _time(wanted.known_at)
    if known_at is not None and collect:
        raise RefusedError(
            "sources to ask again, and a time in the past to judge as",
            expected="one of them: what a source says now was not known then",
        )
    strategy = wanted.strategy.strip() or IN_FORCE
    if strategy != IN_FORCE and collect:
        raise RefusedError(
            "sources to ask again, and a named strategy to judge by",
            expected="one of them: what comes in now is judged by the strategy in force first",
        )
    evidence_of(desk, batch, known_at)
    return Checked(
        batch=batch,
        stage=Stage(stage),
        reason_code=ReasonCode(code),
        reason=reason,
        collect=collect,
        strategy=None if strategy == IN_FORCE else strategy_named(desk, batch, strategy),
        known_at=known_at,
    )


def _one_of(what: str, text: str, known: list[str]) -> str:
    if text not in known:
        raise RefusedError(f"the {what} '{text[:40]}'", expected=" or ".join(known))
    return text


def _sources(names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [one for one in names if one not in SOURCES]
    if unknown:
        told = ", ".join(f"{one} ({source_in_words(one)})" for one in SOURCES)
        raise RefusedError(
            f"the source '{unknown[0][:40]}' to ask again", expected=f"some of {told}, or none"
        )
    return tuple(one for one in SOURCES if one in names)


def _time(text: str) -> datetime | None:
    try:
        return in_utc(read_time(text.strip())) if text.strip() else None
    except UnreadableError as error:
        raise RefusedError(
            f"{error.found} to judge as known at", expected=error.expected
        ) from error


def evidence_of(desk: Desk, batch: str, known_at: datetime | None) -> Digest:
    """Return the collection on record to judge: the newest, or the newest at a time.

    Raises:
        NotFoundError: there is none.
    """
    if known_at is not None:
        return collection_at(desk, batch, known_at)
    newest = newest_collection(desk, batch)
    if newest is None:
        raise NotFoundError(
            f"no evidence of the batch {batch} on record",
            expected="a batch that was collected and judged before",
            move="prepare the batch first",
        )
    return newest[0]


def evidence_for(desk: Desk, asked: Checked, collect: Collect) -> Digest:
    """Return the collection to judge: as it is on record, or completed by what is asked again.

    Asked within the batch's turn: what is the newest is known only there.
    """
    on_record = evidence_of(desk, asked.batch, asked.known_at)
    return collect(asked.collect, desk.collection(on_record)) if asked.collect else on_record
