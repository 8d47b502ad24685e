"""What a reviewer types: what is owed, deciding, signing, the trail, and the exit codes."""

import json

import pytest
from review.conftest import BATCH, judged_again
from typer.testing import CliRunner

from contracts.review_asked import Choice, Which
from flows.cli import app
from tasks.review import decide, review_trail, sign


def run(*words, code=0, typed=None):
    done = CliRunner().invoke(app, [*map(str, words)], input=typed)
    assert done.exit_code == code, done.output
    return done


def signed_whole(desk, people, word="accepted"):
    """Everything done but the last signature."""
    which = Which(BATCH)
    for one in json.loads(run("review", "show", BATCH, "--json", code=4).stdout)[0]["exceptions"]:
        if one["blocking"]:
            choice = Choice(one["id"], word, "It was looked into.")
            decide(desk, people["r.viewer"], which, choice)
    review_trail(desk, people["r.viewer"], which)
    sign(desk, people["r.viewer"], which, "reviewed")


def test_show_says_what_is_owed_by_whom(home):
    told = run("review", "show", BATCH, code=4).stdout
    assert "things owed" in told
    assert "X-001" in told
    assert "sign as confirmed: a qualified person" in told
    (answer,) = json.loads(
        run("review", "show", BATCH, "--stage", "initial", "--json", code=4).stdout
    )
    assert answer["owed"][-1]["role"] == "qualified_person"
    run("review", "show", BATCH, "--stage", "final", code=1)
    run("review", "show", "../etc", code=1)


def test_decide_with_a_code_typed_unseen(home, desk, apps):
    words = ("review", "decide", BATCH, "X-001", "--user", "r.viewer", "--refer", "DEV-1")
    run(*words, "--reason", "Too hot for ten minutes.", "--reject", code=2)
    run(*words, "--reason", "hot", code=1, typed="123456\n")
    code = apps.code("r.viewer")
    done = run(*words, "--reason", "Too hot for ten minutes.", typed=f"{code}\n")
    assert code not in done.output
    assert "referred to DEV-1 by R. Viewer (r.viewer): “Too hot for ten minutes.”" in done.stdout
    again = run(*words, "--reason", "Too hot for ten minutes.", "--code", code, code=1)
    assert "do not go together" in again.output


def test_the_terminal_tells_which_evaluation_it_was_and_refuses_an_older_one(home, desk, apps):
    judged_again(desk)
    words = ("review", "trail", BATCH, "--user", "r.viewer")
    older = run(*words, "--evaluation", 1, "--code", apps.code("r.viewer"), code=1)
    assert "evaluation 2 (the latest of the initial stage)" in " ".join(older.output.split())
    done = run(*words, "--code", apps.code("r.viewer"))
    assert f"{BATCH}  evaluation 2 for its initial stage" in done.stdout


def test_sign_and_nothing_is_owed(home, desk, apps, people):
    signed_whole(desk, people)
    sign_it = ("review", "sign", BATCH, "--meaning", "confirmed", "--user")
    refused = run(*sign_it, "r.viewer", "--code", apps.code("r.viewer"), code=1)
    assert "steps of two persons" in refused.output
    done = run(*sign_it, "q.person", "--code", apps.code("q.person"))
    assert "confirmed by Q. Person (q.person)" in done.stdout
    run("review", "show", BATCH)


def test_what_is_rejected_is_no_zero(home, desk, people):
    signed_whole(desk, people, "rejected")
    sign(desk, people["q.person"], Which(BATCH), "confirmed")
    assert "X-001 was rejected by" in run("review", "show", BATCH, code=3).stdout


def test_the_trail_shown_reviewed_written_out_and_checked(home, desk, apps, tmp_path):
    entries = json.loads(run("trail", BATCH, "--json").stdout)
    last = entries[-1]["index"]
    who = ("--user", "r.viewer", "--code", apps.code("r.viewer"))
    run("review", "trail", BATCH, *who, "--up-to", last, "--note", "<i>all</i>")
    told = run("trail", BATCH).stdout
    assert f"reviewed the audit trail up to entry {last}" in told
    file, trust = tmp_path / "trail.json", tmp_path / "trust.json"
    run("trail", BATCH, "--out", file)
    trust.write_text(run("keys", "trust").stdout)
    done = run("trail", "--check", file, "--trust", trust)
    assert "No findings." in done.stdout
    assert told in done.stdout
    file.write_bytes(file.read_bytes().replace(b"<i>all</i>", b"<i>ALL</i>"))
    answer = json.loads(run("trail", "--check", file, "--trust", trust, "--json", code=1).stdout)
    assert answer["findings"][0]["words"].startswith("altered")


@pytest.mark.parametrize("words", [(), (BATCH, "--check", "trail.json")])
def test_a_trail_is_of_a_batch_or_of_a_file(home, words):
    run("trail", *words, code=2)


def test_a_file_that_is_not_there_is_said(home, tmp_path):
    assert "no file" in run("trail", "--check", tmp_path / "none.json", code=1).output
    assert "cannot be written" in run("trail", BATCH, "--out", tmp_path, code=1).output
