"""A decision whose person an identity provider vouches for: form, door, Prefect and run, for real.

The same road as with a code, but what Prefect keeps is a grant for this one form.
"""

import asyncio
import os
import subprocess
import sys
from threading import Thread

import httpx
import pytest
import uvicorn
from people.provider import NAME, US, Provider
from prefect.runner import Runner
from prefect.settings import PREFECT_API_URL
from review import conftest as review

from contracts.person import Person, Role
from flows.door import client_of, door
from flows.office import open_office
from flows.serve_door import taken
from flows.up_deployments import declared
from flows.worker import register
from tasks.identity import Claim, machine_clock
from tasks.people import enrol
from tasks.review import reviews_of

home = review.home
FORM = {
    "batch": review.BATCH,
    "stage": "initial",
    "evaluation": 1,
    "exception": "X-001",
    "decision": "accept with justification",
    "reason": "It was looked into.",
    "user": "",
    "code": "",
}


@pytest.fixture
def provider(home, tmp_path, monkeypatch):
    made = Provider()
    (tmp_path / "jwks.json").write_bytes(made.jwks())
    for name, value in (("ISSUER", NAME), ("AUDIENCE", US), ("KEYS", tmp_path / "jwks.json")):
        monkeypatch.setenv(f"BATCHPROOF_OIDC_{name}", str(value))
    with open_office(None) as desk:
        enrol(desk, Person("adam.admin", "Adam Admin", frozenset({Role.ADMIN})))
        by = Claim("adam.admin", made.token("adam.admin", machine_clock()))
        enrol(desk, Person("r.viewer", "R. Viewer", frozenset({Role.REVIEWER})), by)
    return made


@pytest.fixture
def at_the_door(prefect_here, provider, tmp_path, monkeypatch):
    """Where the form for a decision is posted, behind the door; and Prefect's own address."""
    monkeypatch.chdir(tmp_path)  # Prefect copies the folder in which a flow was registered
    upstream = PREFECT_API_URL.value()
    chosen = tuple(one for one in declared() if one.name == "decide")
    asyncio.run(register(Runner(name="decide"), chosen))
    named = httpx.get(f"{upstream}/deployments/name/{chosen[0].full_name}").json()["id"]
    with open_office(None) as desk, taken("127.0.0.1", 0) as own:
        app = door(desk, client_of(upstream))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = Thread(target=server.run, args=([own],))
        thread.start()
        port = own.getsockname()[1]
        yield f"http://127.0.0.1:{port}/api/deployments/{named}/create_flow_run", upstream, desk
        server.should_exit = True
        thread.join()


def executed(upstream, created):
    """Run it as a worker does, in a process of its own, and return how Prefect says it ended."""
    run = created.json()["id"]
    command = [sys.executable, "-m", "prefect", "flow-run", "execute", run]
    variables = os.environ | {"PREFECT_API_URL": upstream}
    subprocess.run(command, env=variables, check=False, capture_output=True, timeout=120)
    return httpx.get(f"{upstream}/flow_runs/{run}").json()["state"]


def test_who_the_provider_vouches_for_decides_and_the_form_is_worth_nothing_afterwards(
    at_the_door, provider
):
    form, upstream, desk = at_the_door
    token = provider.token("r.viewer", machine_clock())
    headers = {"Authorization": f"Bearer {token}"}
    created = httpx.post(form, json={"parameters": FORM}, headers=headers, timeout=30)
    assert created.status_code == 201, created.text

    state = executed(upstream, created)
    assert state["type"] == "COMPLETED", state["message"]
    assert "under the name of R. Viewer" in state["message"]
    (found,) = reviews_of(desk.ledger, review.BATCH)
    assert found.decided["X-001"].act.by == "r.viewer"

    # whoever reads the run's parameters has a grant that was used
    kept = httpx.get(f"{upstream}/flow_runs/{created.json()['id']}").json()["parameters"]
    assert token not in str(kept)
    direct = f"{upstream}{form.partition('/api')[2]}"
    state = executed(upstream, httpx.post(direct, json={"parameters": kept}, timeout=30))
    assert state["type"] == "FAILED"
    assert "do not go together" in state["message"]


def test_a_form_that_names_no_evaluation_starts_nothing(at_the_door, provider):
    form, _, desk = at_the_door
    headers = {"Authorization": f"Bearer {provider.token('r.viewer', machine_clock())}"}
    unnamed = {name: FORM[name] for name in FORM if name != "evaluation"}
    answer = httpx.post(form, json={"parameters": unnamed}, headers=headers, timeout=30)
    assert answer.status_code in {409, 422}, answer.text
    assert "evaluation" in answer.text
    assert reviews_of(desk.ledger, review.BATCH)[0].decisions == ()


def test_a_code_is_not_taken_where_a_provider_vouches(at_the_door):
    form, upstream, desk = at_the_door
    direct = f"{upstream}{form.partition('/api')[2]}"
    typed = FORM | {"user": "r.viewer", "code": "123456"}
    state = executed(upstream, httpx.post(direct, json={"parameters": typed}, timeout=30))
    assert state["type"] == "FAILED"
    assert reviews_of(desk.ledger, review.BATCH)[0].decisions == ()
