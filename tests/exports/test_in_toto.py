"""A package as an in-toto test result: what the predicate asks, and what no tool may read."""

import json
from dataclasses import replace

import pytest
import rfc8785

from contracts.readiness import QualityException
from contracts.verdict import Outcome
from tasks.exports import in_toto
from tasks.sound import Sound


def changed(sound, **changes):
    package = replace(sound.opened(), **changes)

    class Changed(Sound):
        def opened(self):
            return package

    return in_toto.statement(Changed(sound.folder, sound.manifest, sound.read))["predicate"]


def outcomes(sound, **named):
    verdicts = dict(sound.opened().verdicts)
    return {
        name: replace(one, outcome=named.get("all", one.outcome)) for name, one in verdicts.items()
    }


def test_it_is_what_the_predicate_asks_for(not_ready, tmp_path):
    in_toto.write(not_ready, tmp_path / "out")
    said = (tmp_path / "out").read_bytes()
    statement = json.loads(said)
    assert said == rfc8785.dumps(statement)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    (subject,) = statement["subject"]
    assert subject["digest"] == {"sha256": not_ready.manifest.root}
    predicate = statement["predicate"]
    assert predicate["result"] in {"PASSED", "WARNED", "FAILED"}
    (configuration,) = predicate["configuration"]
    assert configuration["digest"] == {"sha256": not_ready.opened().strategy}
    lists = [predicate[name] for name in ("passedTests", "warnedTests", "failedTests")]
    assert all(isinstance(name, str) for one in lists for name in one)
    assert len(set().union(*lists)) == sum(map(len, lists))


def test_not_ready_failed_and_names_what_failed(not_ready):
    predicate = in_toto.statement(not_ready)["predicate"]
    assert predicate["result"] == "FAILED"
    assert "CQA-VIA-001" in predicate["failedTests"]


def test_ready_with_results_still_awaited_is_no_more_than_warned(ready):
    predicate = in_toto.statement(ready)["predicate"]
    assert predicate["result"] == "WARNED"
    assert predicate["failedTests"] == []
    pending = predicate[in_toto.OUTCOMES]["pending"]
    assert pending
    assert not set(pending) & {*predicate["passedTests"], *predicate["warnedTests"]}


def test_only_all_met_with_nothing_to_look_at_passed(ready):
    all_met = outcomes(ready, all=Outcome.MET)
    assert changed(ready, verdicts=all_met, exceptions=())["result"] == "PASSED"
    note = QualityException("X-001", "comment", blocking=False, message="Look here.")
    assert changed(ready, verdicts=all_met, exceptions=(note,))["result"] == "WARNED"


@pytest.mark.parametrize("outcome", [Outcome.MISSING, Outcome.PENDING, Outcome.NOT_EVALUABLE])
def test_incomplete_is_never_passed(ready, outcome):
    predicate = changed(ready, verdicts=outcomes(ready, all=outcome), readiness="incomplete")
    assert predicate["result"] == "FAILED"
    assert predicate["passedTests"] == []
    assert predicate["failedTests"]


def test_a_met_criterion_with_a_concern_is_warned(ready):
    name = next(iter(ready.opened().verdicts))
    note = QualityException("X-001", "alert limit", blocking=False, message="m", criterion=name)
    predicate = changed(ready, exceptions=(note,))
    assert predicate["warnedTests"] == [name]
    assert name not in predicate["passedTests"]


def test_no_word_of_a_disposition(ready):
    said = json.dumps(in_toto.statement(ready)).lower()
    assert not [word for word in ("release", "approve", "accept", "reject") if f'"{word}' in said]
