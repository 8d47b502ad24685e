"""The command: each answer in words and for a machine, quickly, and faults in words."""

import json
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from contracts.asked import ASKED
from flows import program
from flows.cli import app
from flows.home import home_folder
from flows.inspector import Question
from flows.settings import Settings


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("BATCHPROOF_HOME", str(tmp_path / "home"))


def run(*words, expect=0):
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == expect, done.output
    return done


def test_the_command_knows_every_question():
    assert {one.value for one in Question} == set(ASKED)


def test_the_home_folder_is_the_settings_one(monkeypatch):
    assert home_folder() == Settings().home
    monkeypatch.delenv("BATCHPROOF_HOME")
    assert home_folder() == Settings().home


@pytest.mark.parametrize("question", ASKED)
def test_every_question_is_answered_alike_by_the_quick_door_and_the_whole_program(
    folders, question, capsys
):
    folder = folders["CART-26-0002"]
    assert program.answered(["ask", question, str(folder)])
    told = capsys.readouterr().out
    assert told == run("ask", question, folder).stdout
    assert told.startswith(f"{ASKED[question]}\n")
    assert program.answered(["ask", question, str(folder), "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert answer == json.loads(run("ask", question, folder, "--json").stdout)
    assert answer["question"] == question
    for one in answer["lines"]:
        assert one["words"] in told.replace("\N{REPLACEMENT CHARACTER}", " ") or not one["words"]


@pytest.mark.parametrize("question", ASKED)
def test_every_item_of_an_answer_can_be_traced(folders, question):
    folder = folders["CART-26-0001"]
    answer = json.loads(run("ask", question, folder, "--json").stdout)
    items = [one["item"] for one in answer["lines"] if one["item"]]
    for item in items[:3]:
        assert program.answered(["trace", str(folder), item])


def test_the_quick_door_loads_no_toolbox(folders):
    code = (
        "import sys; from flows.program import answered;"
        "assert answered(sys.argv[1:]);"
        "heavy = {'typer', 'pydantic', 'sqlalchemy', 'prefect', 'cryptography', 'pandas'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    for question in ("known", "elsewhere"):
        run("ask", question, folders["CART-26-0002"])  # the index is there then
        words = [sys.executable, "-c", code, "ask", question, str(folders["CART-26-0002"])]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_fault_is_told_in_words(folders, tmp_path):
    assert "no manifest.json" in run("ask", "typed", tmp_path, expect=1).stderr
    run("ask", "nothing", folders["CART-26-0001"], expect=2)
    none = run("ask", "elsewhere", folders["CART-26-0001"], "--of", "nothing", expect=1)
    assert "no lot, equipment or person 'nothing'" in none.stderr
    trust = ("--trust", tmp_path / "none.json")
    assert (
        "no trust file" in run("ask", "strategy", folders["CART-26-0001"], *trust, expect=1).stderr
    )
    copy = shutil.copytree(folders["CART-26-0001"], tmp_path / "copy")
    with (copy / "tables" / "observations.jsonl").open("ab") as file:
        file.write(b"{}\n")
    assert "which the root is made of" in run("ask", "typed", copy, expect=1).stderr
    shutil.copy(folders["CART-26-0001"] / "tables/observations.jsonl", copy / "tables")
    (copy / "strategy" / "strategy.json").write_bytes(b"{}\n")
    assert "another strategy" in run("ask", "strategy", copy, expect=1).stderr


def test_a_package_without_a_history_says_so(folders, tmp_path):
    copy = shutil.copytree(folders["CART-26-0001"], tmp_path / "copy")
    shutil.rmtree(copy / "seal")
    assert "the package has no history" in run("ask", "evaluations", copy).stdout


def test_beside_an_earlier_package_the_change_since_is_told(twice):
    told = run("ask", "changed", twice.second).stdout
    assert "99.9" in told
    assert "differ from what evaluation 1 knew" in told
    alone = run("ask", "changed", twice.second, "--packages", twice.home)
    assert alone.exit_code == 0


def test_at_a_site_the_log_as_it_is_now_answers(twice, monkeypatch):
    monkeypatch.setenv("BATCHPROOF_HOME", str(twice.home))
    told = json.loads(run("ask", "evaluations", twice.first, "--site", twice.site, "--json").stdout)
    assert [one["evaluation"] for one in told["lines"]] == [1, 2, 3]
    assert [one["this"] for one in told["lines"]] == [True, False, False]
    known = run("ask", "known", twice.first, "--site", twice.site).stdout
    assert "nobody has signed evaluation 1" in known
    assert "since then: viability of DP-0001" in known
    by = run("ask", "strategy", twice.first, "--site", twice.site).stdout
    assert "nobody on record" in by
