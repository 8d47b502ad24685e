"""Deciding and signing in the Prefect UI: the code first, refused in words, never repeated."""

import json
from datetime import UTC, datetime

import httpx
import pyotp
import pytest
from prefect.settings import PREFECT_API_URL
from prefect.states import StateType
from review import conftest as review

from contracts.log_act import Decision
from contracts.person import Person, Role
from flows.up_deployments import declared
from tasks.identity import Claim
from tasks.people import enrol
from tasks.review import reviews_of

BATCH = review.BATCH
home, desk, apps = review.home, review.desk, review.apps
NASTY = "<script>alert(1)</script> **It** was [looked](javascript:x) into."
FORM = {
    "batch": BATCH,
    "stage": "initial",
    "evaluation": 1,
    "exception": "X-001",
    "decision": "accept with justification",
    "reason": NASTY,
}


@pytest.fixture
def run(prefect_here, home, caplog):
    """Run a form's flow: its state, its name, and all else that Prefect tells of it."""

    def run(flow, **parameters):
        caplog.clear()
        state = flow(**parameters, return_state=True)
        run_id = str(state.state_details.flow_run_id)
        api = PREFECT_API_URL.value()
        asked = {"flow_runs": {"id": {"any_": [run_id]}}}
        artifacts = httpx.post(f"{api}/artifacts/filter", json=asked).json()
        kept = httpx.get(f"{api}/flow_runs/{run_id}").json()
        told = [artifacts, kept["name"], kept["tags"], kept["state"], caplog.text]
        return state, kept["name"], json.dumps(told)

    return run


def flows():
    from flows.decide import decide_exception
    from flows.sign import sign_review

    return decide_exception, sign_review


def test_a_decision_from_the_form_is_on_record_and_shown(run, desk, apps):
    decide_exception, _ = flows()
    code = apps.code("r.viewer")
    state, name, said = run(decide_exception, **FORM, user="r.viewer", code=code)
    assert state.type is StateType.COMPLETED, state.message
    assert name == f"decide about an exception of {BATCH}"
    assert code not in said
    assert "<script>" not in said
    assert "R. Viewer" in said
    (found,) = reviews_of(desk.ledger, BATCH)
    assert found.decided["X-001"].act.reason == NASTY

    again, _, said = run(decide_exception, **FORM, user="r.viewer", code=code)  # the form replayed
    assert again.type is StateType.FAILED
    assert "do not go together" in again.message
    assert "Traceback" not in said
    assert len(reviews_of(desk.ledger, BATCH)[0].decisions) == 1


REFUSED = (
    ({"batch": "../../etc"}, "batch: String should match pattern"),
    ({"evaluation": None}, "evaluation: Input should be a valid integer"),
    ({"evaluation": 0}, "evaluation: Input should be greater than or equal to 1"),
    ({"evaluation": 2}, "no sealed evaluation 2"),
    ({"exception": "X-1; DROP"}, "exception: String should match pattern"),
    ({"exception": "X-998"}, "no exception 'X-998'"),
    ({"decision": "release"}, "decision: Input should be"),
    ({"reason": "fine"}, "reason: String should have at least 10 characters"),
    ({"reason": None}, "reason: Input should be a valid string"),
    ({"stage": "final"}, "for its final stage"),
    ({"decision": "refer to a deviation"}, "a referral without its reference"),
)


def test_whatever_a_run_was_created_with_is_looked_at_again_and_its_code_is_used_up(
    run, desk, apps
):
    """A run can be created around the form, with `enforce_parameter_schema=false`."""
    decide_exception, _ = flows()
    for number, (changes, words) in enumerate(REFUSED):
        user, code = f"viewer.{number}", enrolled(desk, apps, number)
        state, name, said = run(decide_exception, **(FORM | changes), user=user, code=code)
        assert state.type is StateType.FAILED
        assert words in state.message
        assert code not in said
        assert "DROP" not in said
        assert "etc" not in name
        assert "Traceback" not in said
    again, _, _ = run(decide_exception, **FORM, user=user, code=code)
    assert again.type is StateType.FAILED  # who read the code in the run's parameters has nothing
    assert not [one for one in desk.ledger.log.of_batch(BATCH) if isinstance(one.entry, Decision)]


def enrolled(desk, apps, number):
    """Enrol one more reviewer, and return their code."""
    at = datetime(2026, 1, 2, 12, number, tzinfo=UTC)
    by = Claim("adam.admin", pyotp.TOTP(apps.secrets["adam.admin"]).at(at))
    person = Person(f"viewer.{number}", f"Viewer No. {number}", frozenset({Role.REVIEWER}))
    apps.secrets[person.user] = enrol(desk, person, by, lambda: at).secret
    return apps.code(person.user)


def test_who_proves_nothing_decides_nothing(run, desk, apps):
    decide_exception, _ = flows()
    for user in ("nobody", "", {"a": 1}, None):
        state, _, _ = run(decide_exception, **FORM, user=user, code="123456")
        assert state.type is StateType.FAILED
        assert "do not go together" in state.message


def test_signing_from_the_form(run, desk, apps):
    _, sign_review = flows()
    asked = {"batch": BATCH, "stage": "initial", "evaluation": 1}

    def signing(user, what, **more):
        return run(sign_review, **asked, what=what, user=user, code=apps.code(user), **more)

    state, _, _ = signing("r.viewer", "reviewed")
    assert "not decided" in state.message
    state, _, said = signing("second.viewer", "I reviewed the audit trail", note="<b>all</b>")
    assert state.type is StateType.COMPLETED, state.message
    assert "<b>" not in said
    (found,) = reviews_of(desk.ledger, BATCH)
    assert "On record for evaluation 1 for its initial stage, audit trail up" in state.message
    assert f"up to entry {found.trail_reviews[-1].act.last}, under the name" in state.message
    state, _, _ = signing("q.person", "released")
    assert state.type is StateType.FAILED


def test_an_evaluation_that_a_later_one_superseded_is_nobodys_to_decide_or_sign(run, desk, apps):
    """They looked at the page of 1; meanwhile 2 was sealed, whose X-001 may be another."""
    decide_exception, sign_review = flows()
    assert review.judged_again(desk) == 2
    what = {"batch": BATCH, "stage": "initial", "evaluation": 1}
    acts = (
        (decide_exception, "r.viewer", FORM),
        (sign_review, "second.viewer", what | {"what": "I reviewed the audit trail"}),
        (sign_review, "q.person", what | {"what": "confirmed"}),
    )
    for flow, user, form in acts:
        state, _, _ = run(flow, **form, user=user, code=apps.code(user))
        assert state.type is StateType.FAILED
        assert "Found: evaluation 1 of" in state.message
        assert "Expected: evaluation 2 (the latest of the initial stage)" in state.message
        assert "open its page and look again" in state.message
    for found in reviews_of(desk.ledger, BATCH):
        assert (found.decisions, found.trail_reviews, found.signatures) == ((), (), ())
    state, _, _ = run(
        decide_exception, **(FORM | {"evaluation": 2}), user="r.viewer", code=apps.code("r.viewer")
    )
    assert "On record for evaluation 2" in state.message


def test_the_forms_require_the_evaluation():
    for flow in flows():
        assert "evaluation" in flow.parameters.required


def test_the_forms_explain_each_field():
    forms = [one.flow for one in declared() if "code" in one.flow.parameters.properties]
    assert len(forms) == 4
    for flow in forms:
        for name, field in flow.parameters.model_dump()["properties"].items():
            assert field["title"] != name
            assert len(field["description"]) > 20, name
