"""A batch's completion is an event: posted with curl, it starts the flow; nothing else it does."""

import json
from uuid import uuid4

import httpx
from served.served_up import event

from flows.office import open_office
from flows.up_deployments import declared
from tasks.turn import turn_at

BATCH = "CART-26-0002"
REFUSED = [
    "{{ 7 * 7 }}",
    "{{ event.id }}",
    "{{ prefect.blocks.secret.lims }}",
    '{"__prefect_kind": "jinja", "template": "x"}',
    "../../etc/passwd",
    "<img src=x onerror=alert(1)>",
    "A" * 10_000,
    "",
    42,
    None,
    {"batch": BATCH},
    [BATCH],
]


def test_the_deployments_are_those_that_are_declared(served):
    deployed = served.ask("deployments/filter")
    assert {one["name"]: one["entrypoint"] for one in deployed} == {
        one.name: f"{one.flow.fn.__module__}.{one.flow.fn.__name__}" for one in declared()
    }
    automations = served.ask("automations/filter")
    expected = {one.name for each in declared() for one in each.triggers}
    assert expected
    assert {one["name"] for one in automations} == expected


def test_what_is_on_a_schedule_is_scheduled(served):
    """The scheduler writes its runs: with another SQLAlchemy it only wrote errors into its log."""

    def scheduled():
        return served.ask(
            "flow_runs/filter",
            deployments={"name": {"any_": ["nightly-verification"]}},
            flow_runs={"tags": {"all_": ["auto-scheduled"]}},
        )

    assert served.wait(scheduled)


def test_an_event_starts_the_flow(served, prepared):
    assert prepared["name"].startswith(f"prepare {BATCH}")
    assert prepared["parameters"]["batch"] == BATCH
    assert prepared["created_by"]["type"] == "AUTOMATION"
    told = {f"batch:{BATCH}", "product:car-t-autologous", "readiness-initial:not_ready"}
    assert told <= set(prepared["tags"])


def test_a_batch_costs_few_task_runs(served, prepared):
    tasks = served.ask("task_runs/filter", limit=200)
    assert 0 < len([one for one in tasks if BATCH in one["name"]]) <= 20


def test_the_same_event_again_starts_nothing_and_an_old_one_counts(served):
    """An event only says which batch to look at: it is looked at as it is now."""
    same = event("NOSUCH-1", "mes.batch.completed", uuid4())
    old = event("NOSUCH-2") | {"occurred": "2020-01-01T00:00:00Z"}
    assert served.curl(same, same) == 204
    assert served.curl(same, old) == 204
    (last,) = served.wait(lambda: served.runs(batch="NOSUCH-2"))
    (run,) = served.wait(lambda: served.runs(batch="NOSUCH-1"))
    for one in (run, last):
        ended = served.ended(one["id"])
        assert ended["state_type"] == "FAILED"
        assert f"{one['parameters']['batch']} fits no product" in ended["state"]["message"]
    assert len(served.runs(batch="NOSUCH-1")) == 1


def test_late_results_and_a_second_event_make_no_second_evaluation(served, prepared):
    """The evidence is the same, so the evaluation is found again."""
    assert served.curl(event(BATCH, "lims.results.arrived"), event(BATCH)) == 204
    both = served.wait(lambda: (runs := served.runs(batch=BATCH)) and len(runs) == 3 and runs)
    ended = [served.ended(one["id"]) for one in both]
    assert {one["state_type"] for one in ended} == {"COMPLETED"}
    made = [one.name for one in (served.home / "packages").iterdir() if BATCH in one.name]
    assert made == [f"{BATCH}-initial-evaluation-1"]


def test_a_batch_asked_for_often_keeps_no_place_from_another(served, prepared, monkeypatch):
    """There are four places. Six runs of a batch that somebody is at take one of them, not all."""
    monkeypatch.setenv("BATCHPROOF_HOME", str(served.home))
    before = {one["id"] for one in served.runs(batch=BATCH)}
    with open_office(str(served.site)) as desk, turn_at(desk, BATCH):
        assert served.curl(*(event(BATCH) for _ in range(6))) == 204

        def others_ended():
            mine = [one for one in served.runs(batch=BATCH) if one["id"] not in before]
            over = [one for one in mine if one["state_type"] == "COMPLETED"]
            return (mine, over) if (len(mine), len(over)) == (6, 5) else None

        mine, over = served.wait(others_ended)
        left = {one["name"] for one in over}  # nobody opens one of them for what the batch lacks
        assert left == {f"left to the run that waits: {BATCH} (due)"}
        assert served.curl(event("CART-26-0004")) == 204
        (other,) = served.wait(lambda: served.runs(batch="CART-26-0004"))
        assert served.ended(other["id"])["state_type"] == "COMPLETED"
    (waited,) = [one for one in mine if one not in over]
    assert served.ended(waited["id"])["state_type"] == "COMPLETED"
    with open_office(str(served.site)) as desk:
        assert len(desk.ledger.evaluations(BATCH)) == 1


def test_what_is_no_batch_number_is_refused_in_words(served, prepared):
    before, places = len(served.runs()), served.places()
    assert served.curl(*(event(one) for one in REFUSED)) == 204

    def told():
        found = served.ask(
            "events/filter", filter={"event": {"name": ["prefect.automation.action.failed"]}}
        )["events"]
        return found if len(found) >= len(REFUSED) else None

    reasons = [one["payload"]["reason"] for one in served.wait(told)]
    assert all("Validation failed for field 'batch'" in one for one in reasons)
    assert len(served.runs()) == before
    assert served.places() == places


def test_a_run_that_skips_the_servers_check_is_refused_by_the_flow(served, prepared):
    """The form has a box that switches the check off; the flow checks again."""
    name, places = "Prepare review/prepare-review", served.places()
    found = httpx.get(f"{served.api}/deployments/name/{name}", timeout=30).json()
    path = f"deployments/{found['id']}/create_flow_run"
    asked = ["{{ 7 * 7 }}", "../x", "A" * 10_000, "CART-26-0002\n", "<b>x</b>"]
    runs = [
        served.ask(path, parameters={"batch": one}, enforce_parameter_schema=False)["id"]
        for one in asked
    ]
    for run, batch in zip(runs, asked, strict=True):
        ended = served.ended(run)
        assert ended["state_type"] == "FAILED", batch
        assert "String should match pattern" in ended["state"]["message"]
        assert batch not in ended["name"]
    assert served.places() == places


def test_a_token_lies_in_a_secret_block_and_in_no_log(served, prepared):
    token = served.site.with_name("lims-token").read_text().strip()
    served.block("secret", "lims", value=token)
    other = served.site.with_name("blocks.yaml")
    other.write_text(served.site.read_text().replace("token_file: lims-token", "token_block: lims"))
    assert "token_block" in other.read_text()
    run = served.start("Prepare review/prepare-review", batch="CART-26-0003", site=str(other))
    assert served.ended(run)["state_type"] == "COMPLETED"
    logs = served.ask("logs/filter", limit=200)
    assert logs
    assert token not in json.dumps(logs) + served.last_words()
