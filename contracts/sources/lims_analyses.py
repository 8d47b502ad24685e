"""One analysis of a sample: its result as written, where it stands, what it repeats."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from contracts.evidence import Place
from contracts.observation import (
    Awaited,
    Number,
    Observation,
    Origin,
    Provenance,
    Status,
    Subject,
    Text,
    Value,
)
from contracts.reading import RESULT
from contracts.sources.contract import Term
from contracts.sources.json_spans import JsonValue
from contracts.sources.lims_pages import Page
from contracts.sources.lims_samples import Sample, remarks
from contracts.sources.observing import qualified
from contracts.sources.record import Record, Written
from contracts.sources.rest import Leftover
from contracts.sources.results import read_number, read_result, require_unit

_DONE = ("verified", "published")
_SUBMITTED = "to_be_verified"
_SET_ASIDE = ("retracted", "rejected", "cancelled")


def analysis(page: Page, item: JsonValue, sample: Sample) -> Iterator[Observation | Leftover]:
    """Yield the observation that an analysis is, or why it is not read.

    Raises:
        UnreadableError: it breaks the contract.
    """
    record = page.record(item, "analysis")
    keyword = record.need("keyword")
    term = page.asked.contract.term(keyword.text)
    if sample.kind is None:
        why = "an analysis of a sample whose type is not in the contract"
        yield Leftover(f"analysis of {sample.number[:80]}", keyword.place, why)
        return
    if term is None:
        why = f"the keyword '{keyword.text[:80]}' is not in the contract; {_outside(record)}"
        yield Leftover(f"analysis {keyword.text[:80]}", keyword.place, why, RESULT)
        return
    require_unit(record, term, record.get("unit"))
    names = _names(page, item, record)
    said = remarks(page, item, record.wire.field("remarks").path)
    yield _Analysis(page, record, term, sample, names, said).observation()


def _outside(record: Record) -> str:
    result, state = record.get("result"), record.need("state").text
    if result is None:
        return f"there is no result ({state})"
    return f"its result is “{record.text('operand')}{result.text[:80]}” ({state})"


def _names(page: Page, item: JsonValue, record: Record) -> str:
    listed = page.member(item, record.wire.field("verifiers").path)
    if listed is None or listed.is_empty:
        return ""
    if listed.kind != "array" or any(one.kind != "string" for one in listed.items):
        raise record.breach("verifiers that are no list of names", "a list of pseudonyms")
    return ", ".join(one.text for one in listed.items)


@dataclass(frozen=True, slots=True)
class _Analysis:
    """An analysis whose keyword and sample the contract knows."""

    page: Page
    record: Record
    term: Term
    sample: Sample
    verifiers: str
    remarks: str

    def observation(self) -> Observation:
        """Return the analysis as an observation of its sample."""
        record, state = self.record, self.record.need("state")
        result = record.get("result")
        if state.text in (*_DONE, _SUBMITTED) and result is None:
            raise record.breach(f"{state.text} without a result", "a result")
        status, reason = self._standing(state.text)
        written, value, places = self._said(state, result)
        about = (Subject("sample", self.sample.number), self.sample.step)
        found = self.page.asked.observe(
            self.page.capture, written, replace(self.term, kind="text"), about
        )
        instrument = record.text("instrument").rstrip("/").rpartition("/")[2]
        return replace(
            found,
            value=value,
            origin=Origin(places),
            status=status,
            reason=reason,
            occurred_at=self.sample.sampled_at,
            recorded_at=record.time("result_at"),
            recorded_by=record.text("submitted_by") or record.text("analyst"),
            instrument=instrument,
            provenance=self._provenance(instrument, state.text),
            source_key=record.need("uid").text,
            retest_of=record.text("retest_of"),
            qualifiers=self._qualifiers(state.text, result, written),
        )

    def _standing(self, state: str) -> tuple[Status, str]:
        """Return what the result is worth, and the laboratory's reason if it is set aside.

        Only a remark is a reason; that something was set aside is its state.
        """
        own = self.remarks if state in _SET_ASIDE else ""
        if self.sample.set_aside:
            return Status.INVALIDATED, own or self.sample.remarks
        if state in _SET_ASIDE:
            return Status.INVALIDATED, own
        done = state in _DONE and self.sample.is_received and not self._is_provisional
        return (Status.FINAL if done else Status.PRELIMINARY), ""

    def _said(
        self, state: Written, result: Written | None
    ) -> tuple[Written, Value, tuple[Place, ...]]:
        """Return what the analysis says: its result, or that the result is awaited.

        A result that nobody has verified is awaited, whatever it says: an invalidated sample's copy
        carries its old results while it is unassigned. So is every result of a sample that the
        laboratory has not received, whatever the analysis says of itself. Only words that its test
        declares as provisional are handed on before the end: they say themselves that they are.
        """
        if not (self._of_whole_sample or state.text in _SET_ASIDE):
            also = () if result is None else (result.place,)
            standing = self.sample.state
            return standing, Awaited(standing.text), (standing.place, state.place, *also)
        told = (*_DONE, *_SET_ASIDE, *([_SUBMITTED] if self._is_provisional else []))
        if result is None or state.text not in told:
            also = () if result is None else (result.place,)
            return state, Awaited(state.text), (state.place, *also)
        operand = self.record.get("operand")
        if operand is None or self.term.kind != "number":
            return result, read_result(result, self.term, self.page.asked.zone), (result.place,)
        censored = read_number(f"{operand.text}{result.text}")
        value: Number | Text = censored or Text(f"{operand.text}{result.text}")
        return result, value, (result.place, operand.place)

    @property
    def _is_provisional(self) -> bool:
        """Whether the result says of itself that the test still runs: `negative to date, day 10`.

        No sign of a number can stand beside such words.
        """
        said = self.record.text("result").strip().casefold()
        return any(said.startswith(words.casefold()) for words in self.term.provisional)

    @property
    def _of_whole_sample(self) -> bool:
        return self.sample.is_received or self.sample.set_aside

    def _provenance(self, instrument: str, state: str) -> Provenance:
        if instrument:
            return Provenance.INSTRUMENT
        verified = state in _DONE
        return Provenance.MANUAL_VERIFIED if verified else Provenance.MANUAL_UNVERIFIED

    def _qualifiers(
        self, state: str, result: Written | None, written: Written
    ) -> tuple[tuple[str, str], ...]:
        unverified = result is not None and result is not written
        return qualified(
            ("analyst", self.record.text("analyst")),
            ("method", self.record.text("method")),
            ("remarks", self.remarks),
            ("replicate", self.term.replicate),
            ("sample_state", "" if self.sample.is_received else self.sample.state.text),
            ("state", state),
            ("unverified_result", result.text if unverified and result else ""),
            ("verified_by", self.verifiers),
        )
