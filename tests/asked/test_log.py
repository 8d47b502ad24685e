"""Which evaluations there are and why, what was known when it was signed, and who approved."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from review.review_nouns import envelope

from contracts.asked_history import answer_evaluations, evaluations
from contracts.asked_known import answer_known, heard, unknown
from contracts.asked_strategy import answer_strategy, approvals
from contracts.canonical import canonical
from contracts.changes import How, changes
from contracts.criterion import Stage
from contracts.environment import Fact
from contracts.errors import IntegrityError
from contracts.evidence import digest_of
from contracts.log_act import Approval, Decision, Notice, Request, Signature
from contracts.log_entry import Filed, GivenUp, Intent, Result
from contracts.log_seal import sealed
from contracts.log_text import Logged, text_of
from contracts.merkle import leaf_hash
from contracts.observation import Number
from contracts.requested import reason_of
from contracts.told_history import told_history
from contracts.trust import Trust
from contracts.verdict import Outcome

BATCH = "CART-26-0002"
AT = datetime(2026, 3, 24, 6, tzinfo=UTC)
ROOT = digest_of(b"root of evaluation 1")
OTHER = digest_of(b"another root")


def digest(word):
    return digest_of(word.encode())


class Told:
    """A trail of one batch, entry by entry."""

    def __init__(self):
        self.entries, self.at = [], AT

    def add(self, entry):
        self.entries.append(Logged(len(self.entries), text_of(entry)))
        self.at += timedelta(hours=1)
        return self

    def judged(self, number, readiness="ready", stage="initial", by="batchproof", **inputs):
        inputs = {
            "evidence": "evidence",
            "strategy": "strategy",
            "reason": "batch completed",
        } | inputs
        collection = digest(inputs["evidence"])
        self.add(Filed(self.at, BATCH, collection, 1, OTHER))
        self.add(
            Intent(
                at=self.at,
                batch=BATCH,
                by=by,
                collection=collection,
                evaluation=number,
                evidence=collection,
                reason=inputs["reason"],
                stage=stage,
                strategy=digest(inputs["strategy"]),
            )
        )
        if readiness:
            self.add(Result(self.at, BATCH, number, readiness, digest("record")))
        return self

    def sealed(self, number, root=ROOT, stage="initial"):
        return self.add(sealed(envelope(number, stage, root, BATCH)))

    def signed(self, root=ROOT, by="r.one", meaning="reviewed"):
        name = by.title()
        return self.add(Signature(self.at, BATCH, by, name, 1, root, "initial", meaning))


# evaluations


def test_each_evaluation_is_told_with_who_why_and_what_differs():
    told = Told().judged(1, "not_ready").sealed(1)
    told.add(
        Request(told.at, BATCH, "q.one", "Q. One", "initial", "late", "arrived", ("lims",), "", "")
    )
    told.judged(2, "ready", by="q.one", reason="late: arrived", evidence="more").sealed(2, OTHER)
    told.judged(3, "", stage="final")
    first, second, third = evaluations(BATCH, told.entries, 2)
    assert (first.reason, first.readiness, first.root) == ("batch completed", "not_ready", ROOT)
    assert (second.by, second.name, second.other) == ("q.one", "Q. One", ("evidence",))
    assert (second.this, first.this) == (True, False)
    assert (first.superseded, second.superseded) == (True, False)
    assert (third.readiness, third.other) == ("", ("evidence", "stage"))
    assert "Q. One (q.one): late: arrived, with other evidence than before" in second.words
    assert "without a result so far, not sealed" in third.words


def test_one_that_looks_back_supersedes_nothing():
    told = Told().judged(1, "not_ready").sealed(1)
    asked = Request(
        told.at, BATCH, "q.one", "Q. One", "initial", "other", "what if", (), digest("old"), ""
    )
    told.add(asked)
    told.judged(2, "ready", by="q.one", reason=reason_of(asked)).sealed(2, OTHER)
    assert [one.superseded for one in evaluations(BATCH, told.entries)] == [False, False]
    told.judged(3, "ready")
    assert [one.superseded for one in evaluations(BATCH, told.entries)] == [True, True, False]


def test_one_that_was_given_up_is_told_with_why():
    told = Told().judged(1, "")
    told.add(GivenUp(told.at, BATCH, 1, "the judges differ"))
    (found,) = evaluations(BATCH, told.entries)
    assert found.given_up == "the judges differ"
    assert "given up: the judges differ" in found.words


def test_entries_of_other_batches_are_not_this_ones(not_ready):
    told = Told().judged(1)
    assert evaluations("CART-26-0009", told.entries) == ()
    answer = answer_evaluations(replace(not_ready, batch="CART-26-0009"), (), whole=False)
    assert "no history" in answer.notes[0]


def test_a_package_tells_its_own_history_and_a_changed_entry_is_refused(folders):
    data = (folders[BATCH] / "seal" / "history.json").read_bytes()
    (found,) = evaluations(BATCH, told_history(data), 1)
    assert (found.number, found.readiness, found.this) == (1, "not_ready", True)
    record = json.loads(data)
    record["entries"][1]["entry"] = record["entries"][1]["entry"].replace("completed", "cOmpleted")
    with pytest.raises(IntegrityError, match="not in the log"):
        told_history(canonical(record))
    with pytest.raises(IntegrityError, match="another form"):
        told_history(b"{}")
    assert leaf_hash(b"") != b""


# known


def test_if_nobody_signed_that_is_said_and_what_was_known(not_ready):
    told = Told().judged(1, "not_ready").sealed(1)
    answer = answer_known(not_ready, ROOT, told.entries, whole=True)
    assert answer.summary.startswith(f"nobody has signed evaluation 1 of {BATCH}")
    sources = {one.source: one for one in heard(not_ready)}
    assert set(sources) == {"batch_record", "lims", "equipment"}
    assert sources["equipment"].readings == sum(one.count for one in not_ready.series)
    assert sources["lims"].observations == sum(
        one.source == "lims" for one in not_ready.evidence().observations
    )


def test_a_signature_is_told_with_what_had_been_decided(not_ready):
    told = Told().judged(1, "not_ready").sealed(1)
    told.add(
        Decision(told.at, BATCH, "r.one", "R. One", 1, ROOT, "X-001", "referred", "why", "DEV-1")
    )
    told.signed()
    answer = answer_known(not_ready, ROOT, told.entries, whole=True)
    line = answer.lines[0]
    assert (line.decided, line.exceptions) == (1, len(not_ready.exceptions))
    assert line.record()["signature"]["by"] == "r.one"
    # not all that blocks was decided and the trail was not reviewed: it does not count
    assert line.void
    assert "no signature counts" in answer.summary


def test_a_signature_on_another_root_is_void(not_ready):
    told = Told().judged(1, "not_ready").sealed(1).signed()
    (line, *_) = answer_known(not_ready, OTHER, told.entries, whole=True).lines
    assert line.void == "it names another root than this package's"


def test_what_came_since_is_told(not_ready):
    told = Told().judged(1, "not_ready").sealed(1)
    told.judged(2, "ready", reason="new evidence", evidence="more")
    told.add(Notice(told.at, BATCH, 2, "late failure", "sterility failed after it was ready"))
    one = next(iter(not_ready.evidence().observations))
    viability = next(
        one for one in not_ready.observations.values() if isinstance(one.value, Number)
    )
    moved = changes((viability,), (replace(viability, as_written="1", value=Number(Decimal(1))),))
    assert moved[0].how is How.CORRECTED
    answer = answer_known(not_ready, ROOT, told.entries, moved, whole=True)
    since = [one.words for one in answer.lines if one.words.startswith("since then")]
    assert since[0].startswith("since then: evaluation 2")
    assert since[1] == "since then: sterility failed after it was ready"
    assert since[2].startswith("since then: ")
    assert one.id not in since[2]


def test_what_was_not_known_is_named_by_its_criterion(ready):
    lacking = {
        name
        for name, one in ready.verdicts.items()
        if one.outcome in {Outcome.PENDING, Outcome.MISSING, Outcome.NOT_EVALUABLE}
    }
    assert {one.item for one in unknown(ready)} == lacking
    assert lacking


# strategy


APPROVAL = Approval(AT, "s.one", "S. One", digest("strategy"), "Small", "1.0.0", "reviewed")


def test_a_named_person_goes_before_a_list():
    log = (Logged(4, text_of(APPROVAL)),)
    listed = Trust((), approved=(Fact("strategy", "Small", digest("strategy")),))
    (found,) = approvals(digest("strategy"), log, listed)
    assert (found.by, found.name, found.entry) == ("s.one", "S. One", 4)
    (found,) = approvals(digest("other"), log, listed)
    assert found.words.startswith("nobody on record; it is not on the trust file's list")
    (found,) = approvals(digest("strategy"), (), listed)
    assert "names no person" in found.words
    (found,) = approvals(digest("strategy"), log[:0], Trust(()))
    assert found.words == "nobody on record"


def test_the_strategy_is_told_with_version_layers_and_day(not_ready):
    record = {"title": "Small", "version": "1.0.0", "layers": ["platform", "site"]}
    answer = answer_strategy(not_ready, record, None)
    assert answer.lines[0].record() == {
        "criteria": not_ready.in_force,
        "digest": not_ready.strategy,
        "in_force_on": not_ready.day.isoformat(),
        "kind": "strategy",
        "layers": ["platform", "site"],
        "title": "Small",
        "version": "1.0.0",
    }
    assert answer.lines[1].words == "nobody on record"
    assert any("--site" in words for words in answer.notes)
    assert Stage.INITIAL is not_ready.stage
