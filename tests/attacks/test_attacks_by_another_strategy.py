"""Attack 9 by an insider: the whole road, every key and the witness, by a strategy of their own.

Everything in the package follows from everything else in it. Which strategy is the approved one
can be known from outside only: the trust file says it.
"""

import json

import pytest

from flows.verify import Asked, answer_of, trusted
from tasks.verifier import check_path

RELAXED = "CQA-FUL-001"


def outcome(folder):
    lines = (folder / "tables" / "verdicts.jsonl").read_text().splitlines()
    return {one["outcome"] for one in map(json.loads, lines) if one["criterion"] == RELAXED}


@pytest.fixture
def silent_on_strategies(site, tmp_path):
    """The site's trust file as it would be if it approved nothing."""
    record = json.loads((site / "trust.json").read_bytes())
    assert {one["kind"] for one in record["approved"]} == {"contract", "strategy"}
    path = tmp_path / "trust.json"
    path.write_text(json.dumps(record | {"approved": []}))
    return trusted(path)


def test_attack_09_a_relaxed_strategy_is_not_found_by_who_does_not_say_which_is_approved(
    genuine, lenient, silent_on_strategies
):
    """Stated so that nobody relies on less: logged, witnessed, stamped, and every record right."""
    assert (outcome(genuine), outcome(lenient)) == ({"not_met"}, {"met"})
    answer = answer_of(lenient, Asked(silent_on_strategies))
    assert answer["findings"] == []
    assert "evaluation 3 of 3 of batch AAV-26-0002" in " ".join(answer["said"])
    assert (
        "whether the control strategy is an approved one: the trust file names none"
        in answer["not_checked"]
    )


def test_attack_09_a_relaxed_strategy_is_found_by_the_list_of_approved_ones(site, lenient):
    report = check_path(lenient, trusted(site / "trust.json"))
    assert [(one.check, one.member) for one in report.findings] == [(8, "tables/environment.jsonl")]
    words = report.findings[0].words
    assert words.startswith("The control strategy aav-hek293 ")
    assert "is not one that the trust file approves: " in words
    assert "source contract equipment.json" in " ".join(report.said)  # these are the approved ones


def test_the_honest_package_is_by_the_approved_strategy_and_contracts(site, genuine):
    report = check_path(genuine, trusted(site / "trust.json"))
    assert report.findings == []
    assert "approved by the trust file: control strategy aav-hek293" in " ".join(report.said)
    asked = [one for one in report.not_checked if "an approved one" in one]
    assert [one.split(" is an")[0] for one in asked] == [
        "whether the code",
        "whether the lock file",
    ]
