"""Which values were changed after entry, which were typed by hand, and who did what."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from asked.conftest import opened
from builders import observed

from contracts.asked import ASKED, Resting, resting_on
from contracts.asked_changed import changed_values
from contracts.asked_people import UNTRAINED, answer_people, people
from contracts.asked_since import answer_changed
from contracts.asked_typed import BY_HAND, answer_typed, shares, typed_values
from contracts.observation import Provenance, Status, Subject
from contracts.readiness import QualityException


def holding(package, *observations):
    return replace(package, observations={one.id: one for one in observations}, verdicts={})


# changed


def test_a_value_changed_in_the_batch_record_is_told_with_old_new_who_when_and_why(ready):
    volume, purity = changed_values(ready)
    assert (volume.how, volume.old, volume.new) == ("changed", "122 mL", "212 mL")
    assert (volume.who, volume.verified_by) == ("P-014", "P-033")
    assert volume.when == "2026-03-02T08:27:54.000000Z"
    assert volume.why.startswith("Digits transposed on entry")
    assert volume.note == "Changed by P-014, verified by P-033"
    assert "CMA-VOL-001" in volume.resting.ids
    assert volume.item in ready.observations
    # the laboratory retracted a result, and another stands in its place
    assert (purity.how, purity.old, purity.new) == ("set aside", "41.2 %", "95.1 %")
    assert (purity.why, purity.item) == ("", purity.now.id)
    assert "No reason given" in purity.words


def test_nothing_changed_is_said_and_not_left_open(not_ready):
    answer = answer_changed(not_ready)
    assert answer.lines == ()
    assert answer.summary.startswith("0 values were changed")


def chain(*written):
    """A value of the batch record that was changed again and again, oldest first."""
    found = []
    for place, text in enumerate(written):
        last = place == len(written) - 1
        found.append(
            observed(
                text,
                source="batch_record",
                source_key=f"entry-{place}" if not last else "entry",
                supersedes=f"entry-{place - 1}" if place else "",
                status=Status.CORRECTED if last else Status.INVALIDATED,
                reason="typing" if last else f"changed after entry: reason {place + 1}",
            )
        )
    return found


def test_each_change_of_a_value_has_its_own_line_oldest_first(ready):
    found = changed_values(holding(ready, *chain("1.0", "2.0", "3.0")))
    assert [(one.old, one.new, one.why) for one in found] == [
        ("1.0 %", "2.0 %", "reason 1"),
        ("2.0 %", "3.0 %", "reason 2"),
    ]


def test_a_change_whose_old_value_is_not_on_record_is_told_all_the_same(ready):
    last = replace(chain("1.0", "2.0")[-1])
    (found,) = changed_values(holding(ready, last))
    assert (found.old, found.new) == ("", "2.0 %")
    assert "another value was changed to 2.0 %" in found.words


def test_a_chain_that_closes_in_a_circle_ends(ready):
    one, two = chain("1.0", "2.0")
    circle = replace(one, supersedes="entry")
    (found,) = changed_values(holding(ready, circle, two))
    assert (found.old, found.new) == ("1.0 %", "2.0 %")


def test_html_in_a_reason_stays_text(ready):
    found = chain("1.0", "2.0")
    found[0] = replace(found[0], reason="changed after entry: <script>alert(1)</script>")
    (line,) = changed_values(holding(ready, *found))
    assert line.why == "<script>alert(1)</script>"


def test_what_the_evaluation_before_knew_otherwise_is_told(twice):
    first, second = opened(twice.first), opened(twice.second)
    answer = answer_changed(second, first)
    told = [one.words for one in answer.lines if "99.9" in one.words]
    assert len(told) == 1, [one.words for one in answer.lines]
    assert "96.2" in told[0]


def test_an_exception_of_earlier_evidence_is_part_of_the_answer(not_ready):
    vanished = QualityException(
        "X-900", "result that vanished", blocking=True, message="viability was 91.0 % and is gone"
    )
    answer = answer_changed(replace(not_ready, exceptions=(vanished,)))
    assert [one.words for one in answer.lines] == [
        "result that vanished (X-900, blocks): viability was 91.0 % and is gone"
    ]
    assert answer.record()["lines"][0]["exception"] == vanished.record()


# typed


def test_every_value_typed_by_hand_is_told_and_only_those(ready):
    ways = [one.provenance for one in ready.observations.values()]
    found = typed_values(ready)
    assert len(found) == sum(way in BY_HAND for way in ways)
    assert {one.item for one in found} == {
        one.id for one in ready.observations.values() if one.provenance in BY_HAND
    }
    counted = Counter(ways)
    assert {one.way: one.count for one in shares(ready)} == dict(counted)
    assert sum(float(one.percent) for one in shares(ready)) == pytest.approx(100, abs=0.5)
    recorded = len(ways) - counted[Provenance.CALCULATED]
    assert answer_typed(ready).summary.startswith(f"{len(found)} of {recorded} recorded values")


def test_the_decision_critical_ones_come_first(ready):
    critical = [one.resting.critical for one in typed_values(ready)]
    assert critical == sorted(critical, reverse=True)
    assert any(critical)


def test_who_verified_is_told_and_nobody_is_told_as_nobody(ready):
    alone = observed("1.0", provenance=Provenance.MANUAL_UNVERIFIED, recorded_by="")
    (line,) = typed_values(holding(ready, alone))
    assert "typed by nobody on record" in line.words
    assert "verified by nobody" in line.words
    second = replace(
        alone, provenance=Provenance.MANUAL_VERIFIED, qualifiers=(("verified_by", "P-2"),)
    )
    (line,) = typed_values(holding(ready, second))
    assert line.record()["verified_by"] == "P-2"


def test_an_input_of_a_calculation_weighs_what_its_criterion_weighs(ready):
    weights = resting_on(ready)
    inputs = [
        name
        for one in ready.observations.values()
        if one.provenance is Provenance.CALCULATED and one.id in weights
        for name in one.origin.derived_from
        if name in ready.observations
    ]
    assert inputs
    assert all(name in weights for name in inputs)
    assert Resting().weight > max(one.weight for one in weights.values())


# people


def test_everybody_on_record_is_told_with_what_they_did(ready):
    found = {one.person: one for one in people(ready)}
    named = {one.recorded_by for one in ready.observations.values()} - {"", "batchproof"}
    assert named <= set(found)
    taken = Counter(
        one.recorded_by
        for one in ready.observations.values()
        if one.provenance is not Provenance.CALCULATED
    )
    assert all(one.recorded == taken[name] for name, one in found.items())
    assert "batchproof" not in found
    operators = {one for one, did in found.items() if did.performed}
    assert operators == {
        one.as_written
        for one in ready.observations.values()
        if one.characteristic == "performed_by"
    }
    assert all(one.item in ready.observations for one in found.values())


def test_nobody_is_ever_said_to_be_trained(ready):
    answer = answer_people(ready)
    assert {one.training for one in answer.lines} == {UNTRAINED}
    assert all(one.words.endswith(UNTRAINED) for one in answer.lines)
    assert any("training" in words for words in answer.notes)


def test_a_step_inside_a_step_is_told_by_the_outer_one(ready):
    steps = ("harvest", "harvest/wash", "harvester")
    named = [
        observed(
            "P-1",
            characteristic="performed_by",
            step=step,
            subject=Subject("person", "P-1"),
            source_key=step,
            recorded_by="",
        )
        for step in steps
    ]
    (found,) = people(holding(ready, *named))
    assert found.performed == ["harvest", "harvester"]


def test_who_did_and_verified_the_same_alone_is_told(ready):
    alone = observed("1.0", recorded_by="P-1", qualifiers=(("verified_by", "P-1"),))
    done = [
        observed(
            "P-2",
            characteristic=name,
            step="harvest",
            subject=Subject("person", "P-2"),
            source_key=name,
            recorded_by="",
            occurred_at=datetime(2026, 3, 2, tzinfo=UTC),
        )
        for name in ("performed_by", "verified_by")
    ]
    answer = answer_people(holding(ready, alone, *done))
    assert [one.both for one in answer.lines] == [["viability at release testing"], ["harvest"]]
    assert answer.notes[-1] == "did and verified the same thing alone: P-1, P-2"


def test_every_line_of_every_answer_is_a_record(ready):
    for answer in (answer_changed(ready), answer_typed(ready), answer_people(ready)):
        told = answer.record()
        assert told["question"] in ASKED
        assert all({"item", "words"} <= set(one) for one in told["lines"])
        assert all(one["item"] in ready.observations for one in told["lines"])
