"""The flows against a real Prefect server: a late failure, a person's wish, news started once."""

from datetime import timedelta

import pyotp
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

from contracts.errors import SiteError
from contracts.log_act import Notice, Refusal, Request
from contracts.log_entry import Intent
from contracts.person import Act, Person, Role
from flows.office import open_office
from tasks.people import enrol

MOST_TASK_RUNS = 20


@pytest.fixture
def desk(home, plant, prefect_here, monkeypatch):
    monkeypatch.setenv("BATCHPROOF_SITE", str(plant.site))
    with open_office(None) as opened:
        yield opened


@pytest.fixture
def code(desk):
    """A reviewer's authenticator: the code of now, and of the half minute after it."""
    secret = enrol(
        desk, Person("r.viewer", "R. Viewer", frozenset({Role.ADMIN, Role.REVIEWER}))
    ).secret
    steps = iter(range(2))

    def show():
        from datetime import UTC, datetime

        now = datetime.now(UTC) + timedelta(seconds=30) * next(steps)
        return pyotp.TOTP(secret).at(now)

    return show


def runs_of(name):
    with get_client(sync_client=True) as client:
        return [one for one in client.read_flow_runs(limit=200) if one.name == name]


def task_runs(run):
    with get_client(sync_client=True) as client:
        chosen = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
        return client.read_task_runs(flow_run_filter=chosen)


def artifact(key):
    with get_client(sync_client=True) as client:
        found = [one for one in client.read_artifacts(limit=200) if one.key == key]
    return max(found, key=lambda one: one.created)


def test_a_batch_from_its_completion_to_a_late_failure(desk, plant, monkeypatch):
    from flows.prepare_review import prepare_review

    batch = plant.new_batch()
    packages = prepare_review(batch)
    assert [one.folder.name for one in packages] == [
        f"{batch}-initial-evaluation-1",
        f"{batch}-final-evaluation-2",
    ]
    (run,) = runs_of(f"prepare {batch} (due)")
    assert len(task_runs(run)) <= MOST_TASK_RUNS
    assert {f"batch:{batch}", "product:car-t-autologous", "readiness-initial:ready"} <= set(
        run.tags
    )
    assert float(artifact(f"progress-{batch.lower()}").data) == 100
    waiting = artifact(f"waiting-{batch.lower()}")
    assert "Sterility" in waiting.data
    assert "QC laboratory" in waiting.data
    plant.go_on(batch=batch, what="sterility-growth")
    prepare_review(batch)
    prepare_review(batch)  # a doubled event
    found = desk.ledger.evaluations(batch)
    assert [(one.stage, one.reason) for one in found] == [
        ("initial", "batch completed"),
        ("final", "batch completed"),
        ("initial", "new evidence"),
        ("final", "new evidence"),
    ]
    (notice,) = entries(desk, batch, Notice)
    assert (notice.what, notice.evaluation) == ("late failure", 3)
    late = artifact(f"late-failure-{batch.lower()}")
    assert "Growth" in late.data
    assert "is superseded" in late.data
    changes = artifact(f"changes-{batch.lower()}-initial")
    assert "CQA-STE-001" in changes.data


def entries(desk, batch, kind):
    return [one.entry for one in desk.ledger.log.of_batch(batch) if isinstance(one.entry, kind)]


@pytest.fixture
def asked(desk, plant):
    """What is asked for a batch that was judged once, and what asks the flow for it."""
    from flows.prepare_review import Due, prepare_review
    from flows.reevaluate import reevaluate

    batch = plant.new_batch()
    prepare_review(batch, Due.INITIAL)
    usual = {
        "batch": batch,
        "stage": "initial",
        "reason_code": "inspection question",
        "reason_text": "The inspector asks what it says today.",
        "user": "r.viewer",
    }

    def ask(**others):
        state = reevaluate(**(usual | others), return_state=True)
        return state, entries(desk, batch, Intent), entries(desk, batch, Request)

    return ask


def test_a_named_person_has_a_batch_judged_again(asked, code):
    state, intents, requests = asked(code=code(), collect_again=["lims"])
    assert state.is_completed(), state.message
    (request,) = requests
    assert (request.by, request.collect) == ("r.viewer", ("lims",))
    assert [one.by for one in intents] == ["batchproof", "r.viewer"]
    assert intents[-1].reason == "inspection question: The inspector asks what it says today."
    assert request.at <= intents[-1].at


def test_who_may_not_or_asks_the_impossible_is_refused_in_words(asked, code, desk):
    state, intents, requests = asked(code="000000")
    assert state.is_failed()
    assert "Found:" in state.message
    assert (len(intents), requests) == (1, [])
    used = code()
    state, intents, _ = asked(code=used, reason_text="short")
    assert state.is_failed()
    assert "reason" in state.message
    assert used not in state.message
    state, intents, requests = asked(code=used)  # it was refused for its words, and is used up
    assert state.is_failed()
    assert (len(intents), requests) == (1, [])
    used = code()
    state, _, _ = asked(code=used, site="/no/such/site.yaml")
    assert "site file" in state.message
    state, intents, _ = asked(code=used)  # it stood in what was sent
    assert state.is_failed()
    assert len(intents) == 1
    assert {one.entry.act for one in desk.ledger.log.of_kinds(Refusal.kind)} == {
        Act.REEVALUATE.words
    }


def test_the_server_is_asked_to_run_the_same_news_once(prefect_here):
    from prefect.states import Failed

    from flows.prepare_review import prepare_review
    from flows.start_review import DEPLOYMENT, is_deployed, start_all
    from tasks.look import News

    assert not is_deployed()
    prepare_review.to_deployment(name=DEPLOYMENT.partition("/")[2]).apply()
    try:
        assert is_deployed()
        news = (News("B-1", "it was never judged", "1" * 64), News("B-2", "new", "2" * 64))
        first = start_all.fn(news, None)
        assert first == start_all.fn(news, None)
        with get_client(sync_client=True) as client:
            own = [one for one in client.read_flow_runs() if one.parameters.get("batch") == "B-1"]
            assert len(own) == 1
            client.set_flow_run_state(own[0].id, Failed(), force=True)
        assert "ended without it" in start_all.fn(news, None)[0]  # a pause, then another one
        assert started_after(news[0], timedelta(minutes=2)) != own[0].id
    finally:
        with get_client(sync_client=True) as client:
            client.delete_deployment(client.read_deployment_by_name(DEPLOYMENT).id)


def started_after(news, later):
    """Start the news as if that much later, and return the id of the run that was started."""
    from datetime import UTC, datetime

    from flows.start_review import DEPLOYMENT, started

    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(DEPLOYMENT)
        made = []

        def ask(one, key):
            made.append(
                client.create_flow_run_from_deployment(
                    deployment.id, parameters={"batch": one.batch}, idempotency_key=key
                )
            )
            return made[-1]

        started(news, ask, datetime.now(UTC) + later)
        return made[-1].id


def test_a_file_of_another_site_is_refused(desk, plant, monkeypatch, tmp_path):
    """One ledger is one site's record."""
    monkeypatch.setenv("BATCHPROOF_SITE", str(plant.site))
    other = plant.site.with_name("other-site.yaml")
    other.write_text(plant.site.read_text().replace("site: demo-plant", "site: another-plant"))
    with (
        pytest.raises(SiteError, match="a file of the site another-plant"),
        open_office(str(other)),
    ):
        pass
