"""A history judged again: by any runner the same, one faulty batch named, under a person's name."""

import pytest
from scale.small_history import code_of, enrolled, fill, stricter
from typer.testing import CliRunner

from contracts.criterion import Stage
from contracts.log_act import Request
from contracts.log_entry import Intent
from flows.cli import app
from flows.office import open_office
from tasks.evaluate import evaluate_collection
from tasks.log_check import check_log

COUNT = 6
FLIP = {"criterion": "CQA-VIA-001", "before": "met", "after": "not_met"}
WHY = "Viability limit raised to 99.9 % by CC-1187."


@pytest.fixture
def history(site, origin, monkeypatch, tmp_path):
    """Batches judged by the first version; a second one is in force now. Return the secret."""
    with open_office(site) as desk:
        secret = enrolled(desk)
        for batch, collection in fill(origin, desk, COUNT).items():
            evaluate_collection(desk, batch, collection, Stage.INITIAL, "batch completed")
    monkeypatch.setenv("BATCHPROOF_STRATEGIES", str(stricter(tmp_path / "stricter")))
    return secret


@pytest.fixture
def ordered(prefect_here, history, site):
    from flows.rejudge import rejudge

    def order(**changes):
        asked = {"user": "r.meyer", "code": code_of(history), "reason_text": WHY, "site": site}
        state = rejudge(**asked | changes, return_state=True)
        return state.result() if state.is_completed() else state.message

    return order


def test_every_batch_gets_a_second_evaluation_and_the_flips_are_named(ordered, site):
    found = ordered()
    assert (found["judged"], found["faulty"]) == (COUNT, 0)
    with open_office(site) as desk:
        for one in found["batches"]:
            assert one["evaluation"] == 2
            odd = int(one["batch"][-1]) % 2  # its viability is not met by either version
            assert one["flips"] == ([] if odd else [FLIP])
            first, second = desk.ledger.evaluations(one["batch"])
            assert (first.evidence, first.collection) == (second.evidence, second.collection)
            assert first.strategy != second.strategy
            assert second.reason == f"strategy changed: {WHY}"
            request, intent = [
                entry.entry
                for entry in desk.ledger.log.of_batch(one["batch"])
                if isinstance(entry.entry, (Request, Intent))
            ][1:]
            assert (request.by, request.name, intent.evaluation) == ("r.meyer", "R. Meyer", 2)
        assert list(check_log(desk.ledger)) == []


def test_a_faulty_batch_is_named_and_does_not_stop_the_others(ordered, site, bucket, tmp_path):
    with open_office(site) as desk:
        lost = desk.collection(desk.ledger.evaluations("CART-27-0003")[0].collection).captures[0]
    key = f"demo-plant/{tmp_path.name}/captures/{lost.digest[:2]}/{lost.digest[2:]}"
    bucket.as_owner().delete(key)
    words = ordered()
    assert "5 of 6 batches judged again" in words
    assert "CART-27-0003" in words
    assert lost.digest in words
    with open_office(site) as desk:
        made = {one: len(desk.ledger.evaluations(one)) for one in desk.ledger.batches()}
    assert made.pop("CART-27-0003") == 1
    assert set(made.values()) == {2}


def test_a_pattern_chooses_and_what_fits_nothing_is_told(ordered):
    assert [one["batch"] for one in ordered(batches="CART-27-0001 *4")["batches"]] == [
        "CART-27-0001",
        "CART-27-0004",
    ]


def test_nobody_without_a_right_code_orders_anything(ordered, site):
    assert "each code counts once" in ordered(code="000000")
    with open_office(site) as desk:
        assert {len(desk.ledger.evaluations(one)) for one in desk.ledger.batches()} == {1}


def test_a_history_is_ordered_from_a_shell(prefect_here, history, site):
    words = ["rejudge", "CART-27-*", "--reason", WHY, "--user", "r.meyer", "--site", site]
    refused = CliRunner().invoke(app, words, input="000000\n")
    assert refused.exit_code == 1
    assert "each code counts once" in refused.output

    done = CliRunner().invoke(app, [*words, "--packages"], input=f"{code_of(history)}\n")
    assert done.exit_code == 0, done.output
    assert f"{COUNT} batches judged again, 3 with another readiness" in done.output
    assert (
        "CART-27-0002  incomplete before, not_ready now (evaluation 2): CQA-VIA-001" in done.output
    )
    with open_office(site) as desk:
        assert {len(desk.ledger.packages(one)) for one in desk.ledger.batches()} == {1}


def test_processes_of_dask_judge_to_the_same_bytes(
    prefect_here, site, origin, new_database, monkeypatch, tmp_path
):
    from flows.rejudge import rejudge

    monkeypatch.setenv("BATCHPROOF_WORKERS", "1")
    found = {}
    for runner in ("threads", "dask"):
        monkeypatch.setenv("BATCHPROOF_RUNNER", runner)
        monkeypatch.setenv("BATCHPROOF_LEDGER_URL", new_database())
        monkeypatch.setenv("BATCHPROOF_STORE", str(tmp_path / runner))
        with open_office(site) as desk:
            code = code_of(enrolled(desk))
            fill(origin, desk, COUNT)
        done = rejudge(user="r.meyer", code=code, reason_text=WHY, site=site)
        found[runner] = {one["batch"]: one["record"] for one in done["batches"]}
    assert found["dask"] == found["threads"]
    assert len(set(found["dask"].values())) == COUNT
