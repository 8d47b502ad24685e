"""Behind the door Prefect keeps a grant that is worth one thing, once; never a token."""

import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Thread
from time import monotonic, sleep

import httpx
import pytest
import uvicorn
from people.conftest import House
from people.provider import DEPLOYMENT, NAME, US, Provider, upstream

from contracts.errors import RefusedError, SiteError
from contracts.person import Act, Person, Role
from flows.door import client_of, door
from flows.serve_door import taken
from tasks.grants import granted
from tasks.identity import Claim, asked_of, identify, machine_clock
from tasks.key_places import Issuer, KeyPlaces
from tasks.people import enrol, withdraw

ASKED = {"batch": "CART-26-0001", "reason": "late result"}
STORED = {"stage": "initial", **ASKED}


@pytest.fixture(scope="module")
def provider() -> Provider:
    return Provider()


@pytest.fixture
def house(open_house, tmp_path, provider) -> House:
    return with_provider(open_house, f"sqlite:///{tmp_path / 'ledger.sqlite'}", tmp_path, provider)


@pytest.fixture
def each_house(open_house, url, tmp_path, provider) -> House:
    """The same on SQLite and on PostgreSQL."""
    return with_provider(open_house, url, tmp_path, provider)


def with_provider(open_house, url, tmp_path, provider) -> House:
    (tmp_path / "jwks.json").write_bytes(provider.jwks())
    issuer = Issuer(NAME, US, str(tmp_path / "jwks.json"))
    house = open_house(url, KeyPlaces(issuer=issuer))
    enrol(house.desk, Person("ada", "Ada Example", frozenset({Role.ADMIN})))
    for user in ("rita", "rolf"):
        person = Person(user, f"{user.title()} Example", frozenset({Role.REVIEWER}))
        token = provider.token("ada", house.time.now, nonce=user)
        enrol(house.desk, person, Claim("ada", token), house.time)
    return house


@contextmanager
def open_door(house):
    """Serve the door on a free port, before a small upstream; both stop at the end."""
    with upstream() as (address, seen), taken("127.0.0.1", 0) as own:
        app = door(house.desk, client_of(address, "admin:pass"))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = Thread(target=server.run, args=([own],))
        thread.start()
        until = monotonic() + 10
        while not server.started and monotonic() < until:
            sleep(0.01)
        port = own.getsockname()[1]
        path = f"http://127.0.0.1:{port}/api/deployments/{DEPLOYMENT}/create_flow_run"
        yield path, seen
        server.should_exit = True
        thread.join()


def ask(path: str, token: str, parameters: dict, **headers: str) -> httpx.Response:
    named = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.post(path, json={"parameters": parameters}, headers=named | headers)


def test_the_form_goes_on_to_prefect_with_a_grant_for_the_person(house, provider):
    token = provider.token("rita", machine_clock())
    typed = ASKED | {"user": "ada", "code": "whatever was typed"}

    with open_door(house) as (path, seen):
        answer = ask(path, token, typed, **{"prefect-csrf-token": "t", "Cookie": "session=1"})
        assert (answer.status_code, answer.json()) == (201, {"id": "run-1"})
        again = ask(path, token, typed)
        assert again.status_code == 403
    ((where, headers, body),) = seen
    stored = body["parameters"]
    assert where == f"/api/deployments/{DEPLOYMENT}/create_flow_run"
    assert {name: stored[name] for name in STORED} == STORED
    assert stored["user"] == "rita"  # as the provider says, whatever was typed
    assert re.fullmatch(r"bpgrant-[A-Za-z0-9_-]{43}", stored["code"])
    assert headers["prefect-csrf-token"] == "t"
    assert headers["Authorization"].startswith("Basic ")  # Prefect's own, and no token
    assert "Cookie" not in headers
    assert token not in json.dumps([headers, body])

    claim = Claim(stored["user"], stored["code"], asked_of(stored))
    assert identify(house.desk, claim, Act.REEVALUATE).user == "rita"
    with pytest.raises(RefusedError):
        identify(house.desk, claim, Act.REEVALUATE)


def test_the_door_lets_nothing_through_that_does_not_hold(house, provider):
    now = machine_clock()
    with open_door(house) as (path, seen):
        for token in (
            "",
            "123456",
            provider.token("eve", now),
            provider.token("rita", now, aud="another"),
            provider.token("rita", now, exp=1),
        ):
            answer = ask(path, token, ASKED)
            assert answer.status_code == 403
            assert "a user id and a code that do not go together now" in answer.json()["detail"]
        token = provider.token("rita", now)
        assert ask(path, token, ASKED | {"limit": 0.5}).status_code == 422
        as_json = {"Content-Type": "application/json"}
        assert httpx.post(path, content=b"[]", headers=as_json).status_code == 422
        assert httpx.post(path, content=b"x" * 300_000, headers=as_json).status_code == 422
        # another page has the browser of somebody who is logged in send it
        from_afar = ask(path, token, ASKED, **{"Sec-Fetch-Site": "cross-site"})
        assert (from_afar.status_code, from_afar.text.count("another page")) == (403, 1)
        form = {"Content-Type": "text/plain", "X-Forwarded-Id-Token": token}
        assert httpx.post(path, content=b'{"parameters": {}}', headers=form).status_code == 403
        other = path.replace(DEPLOYMENT, DEPLOYMENT[::-1])
        assert ask(path.replace(DEPLOYMENT, "..%2fadmin"), token, ASKED).status_code in {404, 422}
        assert ask(other, token, ASKED).status_code in {422, 502}
        assert httpx.get(path.partition("/api")[0] + "/docs").status_code == 404
        assert seen == []
        header = {"X-Forwarded-Id-Token": token}  # none of the refusals used it up
        assert ask(path, "", ASKED, **header).status_code == 201


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("job_variables", {"command": "sh -c evil"}),
        ("job_variables", {"env": {"PYTHONPATH": "/evil"}}),
        ("job_variables", {"image": "evil"}),
        ("job_variables", ["evil"]),
        ("work_queue_name", "another"),
        ("infrastructure_document_id", DEPLOYMENT),
        ("parent_task_run_id", DEPLOYMENT),
        ("empirical_policy", {"retries": 9}),
        ("context", {"a": 1}),
        ("labels", {"a": "b"}),
        ("what_prefect_may_invent", False),
    ],
)
def test_nobody_says_at_the_door_how_or_where_a_run_runs(house, provider, name, value):
    token = provider.token("rita", machine_clock())
    headers = {"Authorization": f"Bearer {token}"}
    with open_door(house) as (path, seen):
        answer = httpx.post(path, json={"parameters": ASKED, name: value}, headers=headers)
        assert answer.status_code == 422
        assert f"Found: a request that sets {name}." in answer.json()["detail"]
        assert seen == []
        assert ask(path, token, ASKED).status_code == 201  # the refusal did not use it up


def test_what_the_form_repeats_of_the_deployment_is_left_out(house, provider):
    form = {
        "name": "a-run",
        "tags": ["qa"],
        "state": {"type": "SCHEDULED"},
        "idempotency_key": "once",
    }
    repeated = {
        "job_variables": {},
        "work_queue_name": "people",
        "enforce_parameter_schema": False,
        "empirical_policy": {"retries": None, "retry_delay": None},
        "context": None,
    }
    token = provider.token("rita", machine_clock())
    headers = {"Authorization": f"Bearer {token}"}
    with open_door(house) as (path, seen):
        body = {"parameters": ASKED} | form | repeated
        assert httpx.post(path, json=body, headers=headers).status_code == 201
    ((_, _, sent),) = seen
    assert {name: value for name, value in sent.items() if name != "parameters"} == form


def test_a_grant_is_for_one_person_and_one_thing(house, provider):
    time = house.time
    _, grant = granted(house.desk, provider.token("rita", time.now), asked_of(STORED), time)

    for claim, why in (
        (Claim("rita", grant, asked_of(STORED | {"batch": "CART-26-0002"})), "something else"),
        (Claim("rita", grant), "something else"),
        (Claim("rolf", grant, asked_of(STORED)), "nobody gave them"),
        (Claim("rita", grant[:-1], asked_of(STORED)), "nobody gave them"),
        (Claim("rita", "bpgrant-", asked_of(STORED)), "nobody gave them"),
    ):
        with pytest.raises(RefusedError, match="do not go together now"):
            identify(house.desk, claim, Act.REEVALUATE, clock=time)
        assert why in house.log("refusal")[-1].why
    time.passes(599)
    with_other_words = STORED | {"user": "rita", "code": grant}  # not part of what is asked
    claim = Claim("rita", grant, asked_of(with_other_words))
    assert identify(house.desk, claim, Act.REEVALUATE, clock=time).user == "rita"


def test_a_grant_ends_after_ten_minutes(house, provider):
    time = house.time
    _, grant = granted(house.desk, provider.token("rita", time.now), asked_of(STORED), time)
    time.passes(600)

    with pytest.raises(RefusedError):
        identify(house.desk, Claim("rita", grant, asked_of(STORED)), Act.REEVALUATE, clock=time)
    assert house.log("refusal")[-1].why == "a grant that is too old"


def test_a_grant_is_worth_nothing_once_its_owner_is_withdrawn(house, provider):
    time = house.time
    _, grant = granted(house.desk, provider.token("rita", time.now), asked_of(STORED), time)
    withdraw(house.desk, "rita", Claim("ada", provider.token("ada", time.now)), time)

    with pytest.raises(RefusedError):
        identify(house.desk, Claim("rita", grant, asked_of(STORED)), Act.REEVALUATE, clock=time)


def test_of_two_uses_of_a_token_at_once_one_gets_a_grant(each_house, provider):
    house = each_house
    token = provider.token("rita", house.time.now)

    def use(_) -> str:
        try:
            return granted(house.desk, token, asked_of(STORED), house.time)[1]
        except RefusedError:
            return "refused"

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(use, range(4))).count("refused") == 3


def test_the_grant_itself_is_kept_nowhere(each_house, provider, raw):
    house = each_house
    _, grant = granted(
        house.desk, provider.token("rita", house.time.now), asked_of(STORED), house.time
    )

    kept = {table: raw(f"SELECT * FROM {table}") for table in ("door_grant", "token_use")}  # noqa: S608 (our own names)
    assert grant not in str(kept)
    assert hashlib.sha256(grant.encode()).hexdigest() in str(kept["door_grant"])


def test_a_door_without_a_provider_does_not_open(open_house, tmp_path):
    house = open_house(f"sqlite:///{tmp_path / 'ledger.sqlite'}")

    with pytest.raises(SiteError, match="a door without an identity provider"):
        granted(house.desk, "a.b.c", asked_of({}), house.time)
