"""A person at Prefect's own pages: finds the batch, asks for it again, decides, signs."""

import json
import re
import subprocess
from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest
from served.prefect_pages import Form, People, picture, read_run
from served.served_up import PROGRAM, event, own_environment

from contracts.criterion import Stage
from contracts.log_act import Refusal, Request
from contracts.log_entry import Intent
from contracts.person import Person, Role
from contracts.review_asked import Choice, Which
from flows.office import open_office
from tasks.identity import Claim
from tasks.people import enrol
from tasks.review import decide

BATCH = "CART-26-0002"
REASON = "The laboratory looked into the low viability."
JUSTIFIED = "Assessed in DEV-26-0815; without effect on this batch."
ROB = Person("rob", "Rob Reviewer", frozenset({Role.REVIEWER, Role.QUALIFIED_PERSON}))
NASTY = ["../../etc", "{{ 7*7 }}", "A" * 10_240, "<img src=x onerror=document.title='owned'>"]


@pytest.fixture(scope="module")
def program(served):
    """Run `batchproof` at the served plant's home."""
    environment = own_environment(served.home, BATCHPROOF_SITE=str(served.site))

    def run(*arguments, expect=0):
        done = subprocess.run(
            [str(PROGRAM), *arguments], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == expect, done.stderr + done.stdout
        return done.stdout

    return run


@pytest.fixture(scope="module")
def desk(served):
    """The served plant's own desk, at which a test sees what is on record."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BATCHPROOF_HOME", str(served.home))
        patch.setenv("BATCHPROOF_SITE", str(served.site))
        with open_office(None) as opened:
            yield opened


@pytest.fixture(scope="module")
def people(served, program, desk):
    """An administrator enrols the others; each secret is read where it is printed, once."""
    found = People({}, {})

    def at_terminal(user, name, role, *by):
        printed = program("user", "enrol", user, "--name", name, "--role", role, *by)
        (found.secrets[user],) = re.findall(r"secret +([A-Z2-7]{32})\b", printed)

    at_terminal("ada", "Ada Admin", "admin")
    found.secrets["rob"] = an_hour_ago(desk, found.secrets["ada"], ROB)
    for user, name, role in (
        ("rita", "Rita Reviewer", "reviewer"),
        ("quinn", "Quinn Person", "qualified_person"),
    ):
        at_terminal(user, name, role, "--by", "ada", "--code", found.code(served, "ada"))
    return found


def an_hour_ago(desk, secret, person):
    """Enrol one more with an older code: the administrator has two of now, and time passes."""
    at = datetime.now(UTC) - timedelta(hours=1)
    return enrol(desk, person, Claim("ada", pyotp.TOTP(secret).at(at)), lambda: at).secret


def fill_reevaluation(page, served, code):
    form = Form.open(page, served, "re-evaluate")
    form.write("Batch", BATCH)
    form.choose("Stage", "initial")
    form.choose("Why: the kind of reason", "investigation outcome")
    form.write("Why: in your own words", REASON)
    form.write("Your user id", "rita")
    form.write("One-time code", code)
    return form


def told_of(served, *runs):
    """All that Prefect's server tells of runs, but the parameters that were typed into the form."""
    asked = {"flow_runs": {"id": {"any_": [one["id"] for one in runs]}}}
    logs = served.ask(
        "logs/filter", logs={"flow_run_id": {"any_": [one["id"] for one in runs]}}, limit=200
    )
    tasks = served.ask("task_runs/filter", **asked)
    kept = [{name: one[name] for name in one if name != "parameters"} for one in runs]
    return json.dumps([kept, logs, tasks, served.ask("artifacts/filter", **asked)])


def test_the_batch_is_found_in_three_clicks(served, prepared, page):
    """The list of runs, the run, its artifacts: readiness and its first reason are read there."""
    page.goto(f"{served.url}/dashboard")
    page.get_by_text("Runs", exact=True).first.click()
    page.get_by_role("link", name=prepared["name"], exact=True).first.click()
    page.get_by_role("listitem").filter(has_text="Artifacts").click()
    card = page.get_by_role("link").filter(has_text="readiness-cart-26-0002-initial")
    card.wait_for(timeout=60_000)
    assert f"{BATCH}: Not ready" in card.inner_text()
    assert "76.3 % against ≥ 80.0 %" in card.inner_text()
    picture(page, "browser-1-run")
    card.click()
    page.get_by_role("heading", name=f"{BATCH}: Not ready").wait_for(timeout=60_000)
    assert "X-001" in page.inner_text("body")  # which is what one decides about
    picture(page, "browser-1-readiness")


def test_a_value_is_two_clicks_from_its_bytes(served, prepared, page):
    artifact = served.artifacts()["readiness-cart-26-0002-initial"]
    page.goto(f"{served.url}/artifacts/artifact/{artifact['latest_id']}")
    page.get_by_role("link", name="package's page").click()

    def opened():
        page.wait_for_timeout(100)
        return [one for one in page.context.pages if "/packages/" in one.url]

    (page,) = served.wait(opened, 60)
    picture(page, "browser-2-page")
    page.locator(".why a.value").first.click()
    assert page.locator(":target mark").inner_text() == "76.3"
    picture(page, "browser-2-value")
    page.locator(":target a[href^='captures/']").click()
    page.wait_for_url("**/captures/*")
    name = page.url.rsplit("/", 1)[1].partition("#")[0]
    folder = served.home / "packages" / f"{BATCH}-initial-evaluation-1"
    assert page.inner_text("body") == (folder / "captures" / name).read_text()


def test_a_form_with_a_wrong_code_is_refused_and_nothing_is_judged(
    served, prepared, people, desk, page
):
    judged, collected = desk.ledger.evaluations(BATCH), desk.ledger.captures(BATCH)
    wrong = people.wrong("rita")
    form = fill_reevaluation(page, served, wrong)
    picture(page, "browser-3-form")
    run = form.run()
    assert run["state_type"] == "FAILED"
    read_run(page, served, run, "Logs", "a user id and a code that do not go together")
    picture(page, "browser-3-refused")
    assert wrong not in told_of(served, run)
    assert (desk.ledger.evaluations(BATCH), desk.ledger.captures(BATCH)) == (judged, collected)
    last = desk.ledger.log.of_batch(BATCH)[-1].entry
    assert isinstance(last, Refusal)
    assert (last.user, last.act) == ("rita", "have a batch judged again")


def test_a_form_with_a_right_code_is_followed_once(served, prepared, people, desk, page):
    form = fill_reevaluation(page, served, "")
    code = people.code(served, "rita")  # typed last, as it counts for a minute
    form.write("One-time code", code)
    run = form.run()
    assert run["state_type"] == "COMPLETED", run["state"]["message"]
    read_run(page, served, run, "Artifacts", "readiness-cart-26-0002-initial")
    picture(page, "browser-4-reevaluated")
    *_, last = desk.ledger.evaluations(BATCH)
    assert last.number == 2
    assert last.reason == f"investigation outcome: {REASON}"
    entries = [one.entry for one in desk.ledger.log.of_batch(BATCH)]
    (request,) = [one for one in entries if isinstance(one, Request)]
    (intent,) = [one for one in entries if isinstance(one, Intent) and one.evaluation == 2]
    assert (request.by, request.reason, intent.by) == ("rita", REASON, "rita")
    assert entries.index(request) < entries.index(intent)

    again = served.start(
        "Re-evaluate/re-evaluate", **run["parameters"]
    )  # Prefect's database stolen
    ended = served.ended(again)
    assert ended["state_type"] == "FAILED"
    assert "do not go together" in ended["state"]["message"]
    assert len(desk.ledger.evaluations(BATCH)) == 2
    assert code not in told_of(served, run, ended) + served.last_words()


def decide_in_form(page, served, people, exception):
    form = Form.open(page, served, "decide")
    form.write("Batch", BATCH)
    form.choose("Stage", "initial")
    form.number("Evaluation", 2)
    form.write("Exception", exception)
    form.choose("Decision", "accept with justification")
    form.write("Reason", JUSTIFIED)
    form.write("Your user id", "rita")
    form.write("One-time code", people.code(served, "rita"))
    picture(page, "browser-5-decide")
    return form.run()


def sign_in_form(page, served, people, user, what):
    form = Form.open(page, served, "sign-review")
    form.write("Batch", BATCH)
    form.choose("Stage", "initial")
    form.number("Evaluation", 2)
    form.choose("What you sign", what)
    form.write("Your user id", user)
    form.write("One-time code", people.code(served, user))
    return form.run()


def test_exceptions_are_resolved_and_two_persons_sign(served, people, program, desk, page):
    def signed(user, what):
        run = sign_in_form(page, served, people, user, what)
        assert run["state_type"] == "COMPLETED", run["state"]["message"]

    run = decide_in_form(page, served, people, "X-001")
    assert run["state_type"] == "COMPLETED", run["state"]["message"]
    read_run(page, served, run, "Logs", "under the name of Rita Reviewer")
    picture(page, "browser-5-decided")
    for exception in ("X-002", "X-003"):
        decide(
            desk, ROB, Which(BATCH, Stage.INITIAL, 2), Choice(exception, "accepted", JUSTIFIED, "")
        )
    signed("rita", "I reviewed the audit trail")
    signed("rob", "reviewed")
    run = sign_in_form(page, served, people, "rob", "confirmed")
    assert run["state_type"] == "FAILED"
    read_run(page, served, run, "Logs", "rob signed it as reviewed")
    picture(page, "browser-5-segregated")
    program("review", "show", BATCH, expect=4)
    signed("quinn", "confirmed")
    artifact = served.artifacts()["review-cart-26-0002-initial"]
    page.goto(f"{served.url}/artifacts/artifact/{artifact['latest_id']}")
    page.get_by_role("heading", name="review of evaluation 2").wait_for()
    picture(page, "browser-5-review")
    shown = program("review", "show", BATCH)
    assert "Rob Reviewer" in shown
    assert "Quinn Person" in shown


def test_what_is_no_batch_is_refused_in_words(served, prepared, page):
    """In the form; where the form's own check is switched off, by the flow; as an event."""
    before, markup = served.places(), NASTY[-1]
    form = Form.open(page, served, "prepare-review")
    for batch in NASTY:
        form.write("Batch", batch)
        assert "Validation failed for field 'batch'" in form.refused()
    page.get_by_text("Validate parameters").click()
    run = form.run()
    assert run["state_type"] == "FAILED"
    assert markup not in run["name"]
    for tab, words in (("Parameters", markup), ("Details", "String should match pattern")):
        read_run(page, served, run, tab, words)
        assert page.locator("img[src=x]").count() == 0
        assert page.title() != "owned"
    picture(page, "browser-6-refused")
    assert served.curl(*map(event, NASTY)) == 204
    assert served.places() == before


def test_no_page_asks_anybody_else(page, elsewhere, served):
    assert len(page.asked) > 50
    assert elsewhere() == []
    assert httpx.get(f"{served.url}/v2").status_code == 404
