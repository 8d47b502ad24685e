"""The plant goes on living: late results, corrections, changes, and batches that are added."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from infra.plant.batches import CLOCK, SEED, STORIES
from infra.plant.late import KINDS, UnknownLaterError
from infra.plant.life import Life
from infra.plant.lims_server import BASE, lims
from infra.plant.mes_server import mes
from infra.plant.record import batch_record
from infra.plant.web import Request

READY, RETESTED = "CART-26-0001", "CART-26-0002"


def listed(life, resource, **query):
    headers = {"authorization": "Bearer token"}
    asked = {"complete": "yes", "limit": "50", **query}
    request = Request("", BASE + resource, tuple(asked.items()), headers)
    return json.loads(lims(life.objects, "token")(request).body)["items"]


def analyses(life, batch):
    (found,) = listed(life, "batch", title=batch)
    samples = listed(life, "analysisrequest", getBatchUID=found["uid"])
    release = samples[-1]
    items = listed(life, "analysis", getRequestID=release["id"])
    assert {one["uid"] for one in items} == {one["uid"] for one in release["Analyses"]}
    return {one["id"]: one for one in items}, listed(life, "auditlog", uid=release["uid"])


def entries(trail, one):
    return [entry for entry in trail if entry["object_uid"] == one["uid"]]


def lived(what, batch=READY, **told):
    life = Life()
    before = analyses(life, batch)
    life.go_on({"what": what, "batch": batch, **told})
    return before, analyses(life, batch)


@pytest.mark.parametrize(
    ("what", "words"), [("sterility-final", "No growth"), ("sterility-growth", "Growth")]
)
def test_the_sterility_test_is_read_at_its_end(what, words):
    (then, _), (now, trail) = lived(what)
    assert then["STER"]["Result"] == "Negative to date, day 10"
    assert now["STER"]["Result"] == words
    assert now["STER"]["uid"] == then["STER"]["uid"]
    told = entries(trail, now["STER"])
    assert [one["action"] for one in told] == ["create", "submit", "verify", "submit", "verify"]
    assert told[-2]["diff"] == {"Result": ["Negative to date, day 10", words]}


def test_a_correction_retracts_a_result_and_adds_the_one_that_counts():
    (then, _), (now, trail) = lived(
        "corrected-result", keyword="VIAB", result="88.8", reason="Why."
    )
    old, new = now["VIAB"], now["VIAB-1"]
    assert (old["Result"], old["review_state"]) == (then["VIAB"]["Result"], "retracted")
    assert (new["Result"], new["review_state"]) == ("88.8", "verified")
    assert new["getRetestOfUID"] == old["uid"]
    assert [one["action"] for one in entries(trail, old)] == [
        "create",
        "submit",
        "verify",
        "retract",
    ]
    assert entries(trail, old)[-1]["comments"] == "Why."


def test_a_change_in_place_is_in_the_audit_trail():
    (then, _), (now, trail) = lived("changed-in-place", keyword="VIAB")
    was, comes = then["VIAB"]["Result"], now["VIAB"]["Result"]
    assert was != comes
    assert entries(trail, now["VIAB"])[-1]["diff"] == {"Result": [was, comes]}


def test_a_change_without_trace_leaves_the_audit_trail_as_it_was():
    (then, before), (now, after) = lived("changed-without-trace", keyword="VIAB")
    assert now["VIAB"]["Result"] != then["VIAB"]["Result"]
    assert before == after


def test_a_failing_result_vanishes_with_its_audit_trail():
    (then, _), (now, trail) = lived("vanished", RETESTED)
    assert then["VIAB"]["Result"] == "76.3"
    assert "VIAB" not in now
    assert now["VIAB-1"]["RetestOf"] == {}
    assert not entries(trail, then["VIAB"])


def test_a_retest_keeps_what_failed():
    _, (now, _) = lived("retested", keyword="VIAB", result="61.0")
    assert now["VIAB"]["Result"] == "61.0"
    assert now["VIAB-1"]["getRetestOfUID"] == now["VIAB"]["uid"]


@pytest.mark.parametrize("what", KINDS)
def test_the_same_goes_on_the_same_way(what):
    batch = RETESTED if what == "vanished" else READY
    assert lived(what, batch) == lived(what, batch)


@pytest.mark.parametrize(
    "asked",
    [
        {"what": "vanished", "batch": READY},
        {"what": "vanished", "batch": READY, "keyword": "NONE"},
        {"what": "sterility-final", "batch": "CART-26-0099"},
        {"what": "exploded", "batch": READY},
        {"what": "changed-in-place", "batch": READY, "keyword": "STER"},
        {"what": "many", "count": 0},
        {"what": "new-batch", "batch": READY},
        {"what": "new-batch", "batch": "AAV-26-0009"},
        {"what": "new-batch", "batch": "CART-26-0005", "copy_of": "CART-26-0077"},
    ],
    ids=lambda asked: "-".join(map(str, asked.values())),
)
def test_what_cannot_happen_is_refused_and_changes_nothing(asked):
    life = Life()
    before = life.objects(())
    with pytest.raises(UnknownLaterError):
        life.go_on(asked)
    assert life.objects(()) == before


def states(life):
    answer = mes(life)(Request("", "/batches", (), {}))
    return {one["batch"]: (one["state"], one["completed_at"]) for one in json.loads(answer.body)}


def test_a_batch_is_completed_only_when_it_is():
    life = Life()
    life.go_on({"what": "begun", "batch": "CART-26-0005"})
    assert states(life)["CART-26-0005"] == ("Running", None)
    record = Request("", "/batches/CART-26-0005/record", (), {})
    assert mes(life)(record).status == 404
    life.go_on({"what": "new-batch", "batch": "CART-26-0005"})
    assert states(life)["CART-26-0005"] == states(life)[READY]
    assert mes(life)(record).status == 200


def test_an_added_batch_is_the_copied_one_under_its_own_number():
    life = Life()
    life.go_on({"what": "new-batch", "batch": "CART-26-0005", "copy_of": READY})
    theirs = batch_record(STORIES[0], SEED).decode()
    ours = batch_record(life.recorded("CART-26-0005"), SEED).decode()
    assert READY not in ours
    assert "COI-7K4M-0005" in ours
    assert "BR-101" in ours
    assert len(ours) == pytest.approx(len(theirs), abs=20)
    results = [
        {key: one["Result"] for key, one in analyses(life, batch)[0].items()}
        for batch in (READY, "CART-26-0005")
    ]
    assert results[0] == results[1]


def test_a_thousand_batches_are_there_at_once_and_made_when_they_are_asked_for():
    life = Life()
    first = life.go_on({"what": "many", "count": 999})["batches"]
    assert [first[0], first[-1]] == ["CART-26-1001", "CART-26-1999"]
    assert life.go_on({"what": "many", "count": 1})["batches"] == ["CART-26-2000"]
    assert len(states(life)) == len(STORIES) + 1000
    assert analyses(life, "CART-26-1500")[0]["STER"]["Result"] == "Negative to date, day 10"


def test_the_clock_of_the_plant_stands_still_or_runs():
    assert Life().now() == CLOCK
    set_at = datetime.now(UTC) - timedelta(hours=1)
    assert CLOCK + timedelta(minutes=59) < Life(set_at=set_at).now() < CLOCK + timedelta(minutes=61)
