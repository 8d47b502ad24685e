"""Reads the laboratory's answers (SENAITE JSON API) about a batch into observations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from contracts.errors import UnreadableError
from contracts.evidence import Capture
from contracts.observation import Observation, Provenance, Status, Subject
from contracts.reading import SAMPLE, Reading
from contracts.sources.contract import SourceContract, Term
from contracts.sources.json_spans import JsonValue
from contracts.sources.lims_analyses import analysis
from contracts.sources.lims_pages import READ, Page, page, reconciled, telling
from contracts.sources.lims_samples import Sample
from contracts.sources.observing import Asked, qualified
from contracts.sources.record import Record
from contracts.sources.rest import Leftover, gathered

_OF_A_SAMPLE = "Analysis"
_NOT_TAKEN = "cancelled"


def read(
    captured: Sequence[tuple[Capture, bytes]], contract: SourceContract, batch: str, zone: str
) -> Reading:
    """Return everything that the laboratory says about the batch.

    Raises:
        UnreadableError: an answer breaks the contract. Nothing of any of them is read then.
    """
    asked = Asked(contract, batch, zone)
    pages: list[Page] = []
    for capture, data in captured:
        with telling(capture):
            pages.append(page(asked, capture, data))
    answers = [one for one in pages if one.resource in READ]
    reconciled(answers)
    things = [*_of_batch(batch, answers), *_others(pages)]
    return Reading(
        observations=tuple(one for one in things if isinstance(one, Observation)),
        unread=gathered(
            [one for one in things if isinstance(one, Leftover)]
            + [left for one in answers for left in one.rest()]
        ),
    )


def _others(pages: Sequence[Page]) -> Iterator[Leftover]:
    for one in pages:
        if one.resource not in READ:
            why = f"{len(one.items())} objects of the kind '{one.resource}' are kept, not read"
            yield Leftover(one.resource, one.place(one.root), why)


def _of_batch(batch: str, pages: Sequence[Page]) -> Iterator[Observation | Leftover]:
    uid = _batch_uid(batch, pages)
    samples = {one.uid: one for one in _samples(batch, uid, pages)}
    for sample in samples.values():
        with telling(sample.page.capture):
            yield from list(_identity(sample))
    received: dict[str, str] = {}
    for one, item in _items(pages, "analysis"):
        with telling(one.capture):
            yield from list(_analysis(one, item, samples, received))
    for sample in samples.values():
        with telling(sample.page.capture):
            _all_received(sample, received)


def _analysis(
    one: Page, item: JsonValue, samples: Mapping[str, Sample], received: dict[str, str]
) -> Iterator[Observation | Leftover]:
    kind = one.member(item, "portal_type")
    if kind is not None and kind.text and kind.text != _OF_A_SAMPLE:
        yield _control(one, item, kind)
        return
    record = one.record(item, "analysis")
    owner = samples.get(record.need("sample_uid").text)
    key = record.need("uid").text
    if owner is None:
        raise _foreign(record, one, f"an analysis of a sample that is not of {one.asked.batch}")
    if key in received:
        raise record.breach(f"the analysis '{key[:80]}' in two lists", "each analysis once")
    received[key] = owner.uid
    yield from analysis(one, item, owner)


def _control(one: Page, item: JsonValue, kind: JsonValue) -> Leftover:
    """Account for the laboratory's own control of a test: its duplicates and reference samples."""
    for name in item.members:
        one.member(item, name)
    why = f"a {kind.text[:80]} is the laboratory's control, no result of the batch"
    return Leftover(kind.text[:80], one.place(kind), why)


def _items(pages: Sequence[Page], resource: str) -> Iterator[tuple[Page, JsonValue]]:
    return ((one, item) for one in pages if one.resource == resource for item in one.items())


def _batch_uid(batch: str, pages: Sequence[Page]) -> str:
    found = []
    for one, item in _items(pages, "batch"):
        with telling(one.capture):
            record = one.record(item, "batch")
            named = record.need("batch_id")
            if named.text != batch:
                raise _foreign(record, one, f"the batch '{named.text[:80]}'")
            found.append(record.need("uid").text)
    if len(found) != 1:
        raise _nothing(f"{len(found)} batches called {batch}", pages)
    return found[0]


def _samples(batch: str, batch_uid: str, pages: Sequence[Page]) -> list[Sample]:
    found: dict[str, Sample] = {}
    for one, item in _items(pages, "analysisrequest"):
        with telling(one.capture):
            sample = _sample(one, item, batch_uid)
            if sample.number in found:
                words = f"the sample '{sample.number[:80]}' twice"
                raise sample.record.breach(words, "each sample once")
        found[sample.number] = sample
    if not found:
        raise _nothing(f"no sample of {batch}", pages)
    return list(found.values())


def _sample(one: Page, item: JsonValue, batch_uid: str) -> Sample:
    record = one.record(item, "sample")
    if record.need("batch_uid").text != batch_uid:
        raise _foreign(record, one, "a sample of another batch")
    return Sample(
        page=one,
        item=item,
        record=record,
        uid=record.need("uid").text,
        number=record.need("sample_id").text,
        kind=_kind(one.asked.contract, record.need("sample_type").text),
        state=record.need("state"),
        sampled_at=record.time("sampled_at"),
    )


def _kind(contract: SourceContract, code: str) -> Term | None:
    term = contract.term(code)
    return term if term is not None and term.step else None


def _identity(sample: Sample) -> Iterator[Observation | Leftover]:
    written = sample.record.get("client_sample_id")
    if sample.kind is None:
        kind = sample.record.need("sample_type")
        why = (
            f"the sample {sample.number[:80]} is of the type '{kind.text[:80]}', which is not in "
            f"the contract; its analyses are not read"
        )
        yield Leftover(f"sample of type {kind.text[:80]}", kind.place, why, SAMPLE)
        return
    if written is None:
        why = f"the sample {sample.number[:80]} carries no chain-of-identity code"
        yield Leftover(
            "sample without identity", sample.record.need("sample_id").place, why, SAMPLE
        )
        return
    gone = sample.set_aside or sample.state.text == _NOT_TAKEN
    about = (Subject("sample", sample.number), sample.kind.step)
    found = sample.page.asked.observe(sample.page.capture, written, sample.kind, about)
    yield replace(
        found,
        occurred_at=sample.sampled_at,
        recorded_at=sample.record.time("received_at"),
        recorded_by=sample.record.text("received_by"),
        provenance=Provenance.TRANSCRIBED,
        status=Status.INVALIDATED if gone else Status.FINAL,
        reason=sample.remarks if gone else "",
        source_key=sample.uid,
        supersedes=sample.record.text("replaces"),
        qualifiers=qualified(("sample_state", sample.state.text)),
    )


def _all_received(sample: Sample, received: Mapping[str, str]) -> None:
    """Check that every analysis a sample names was among the answers."""
    path = sample.record.wire.field("analyses").path
    named = sample.page.member(sample.item, path)
    single = () if named is None or named.is_empty else (named,)
    for one in named.items if named is not None and named.items else single:
        uid = one.members.get("uid")
        if uid is None or received.get(uid.text) != sample.uid:
            raise sample.record.breach(
                f"an analysis of the sample {sample.number[:80]} that no page brought",
                "every analysis that the sample names",
            )


def _foreign(record: Record, one: Page, found: str) -> UnreadableError:
    return UnreadableError(
        found,
        expected=f"only what belongs to {one.asked.batch}",
        where=record.where,
        move="the LIMS ignored the filter it was asked with; its owner looks at the request",
    )


def _nothing(found: str, pages: Sequence[Page]) -> UnreadableError:
    return UnreadableError(
        found,
        expected="one batch with its samples",
        where=pages[0].capture.request if pages else "no answer at all",
        move=(
            "either the LIMS has no such batch, or it does not accept our token (it then answers "
            "200 with a count of 0): the LIMS' owner says which"
        ),
    )
