"""The commands as an inspector types them."""

import json
import subprocess
import sys

import pytest
from small_package import TAG
from typer.testing import CliRunner

from contracts.proof import proof_from
from flows import program
from flows.cli import app

READING = f"{TAG}@2026-03-10T06:20:39Z"


def run(*words, expect=0):
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == expect, done.output
    return done


def test_trace_prints_the_number_and_its_bytes(folder):
    told = run("trace", folder, READING).stdout
    assert "temperature was 38.07 °C" in told
    assert ">>38.07<<" in told
    assert "295c8fc2f5084340" in told


def test_trace_answers_a_machine(folder):
    answer = json.loads(run("trace", folder, "CQA-VIA-001", "--json").stdout)
    assert [one["kind"] for one in answer["steps"]][:2] == ["verdict", "criterion"]


def test_prove_prints_the_proof_and_nothing_else(folder, tracer):
    done = run("prove", folder, READING)
    assert proof_from(done.stdout.encode()).root() == tracer.proved.root
    assert "unsealed" in done.stderr


def test_prove_writes_the_proof(folder, tracer, tmp_path):
    done = run("prove", folder, "CQA-VIA-001", "--out", tmp_path / "one.proof")
    assert done.stdout == ""
    proof = proof_from((tmp_path / "one.proof").read_bytes())
    assert (proof.root(), proof.item["criterion"]) == (tracer.proved.root, "CQA-VIA-001")


def test_prove_answers_a_machine(folder):
    answer = json.loads(run("prove", folder, READING, "--json").stdout)
    assert (answer["table"], answer["index"], answer["records"]) == ("readings", 123, 540)
    assert (answer["sealed"], answer["logged"]) == (False, False)
    assert len(answer["proof"].encode()) == answer["bytes"]


@pytest.mark.parametrize("command", ["prove", "trace"])
def test_what_is_not_there_is_said_in_words(folder, command):
    assert "Found: no" in run(command, folder, "CQA-XXX-001", expect=1).stderr


def test_a_proof_that_cannot_be_written_is_said_in_words(folder, tmp_path):
    done = run("prove", folder, READING, "--out", tmp_path / "none" / "one.proof", expect=1)
    assert "could not be written" in done.stderr


@pytest.mark.parametrize("command", ["prove", "trace"])
def test_the_help_shows_an_example(command):
    assert f"Example: batchproof {command} demo/" in run(command, "--help").stdout


@pytest.mark.parametrize("command", ["prove", "trace"])
def test_the_quick_answer_is_the_same(folder, command, capsys):
    done = run(command, folder, READING)
    assert program.answered([command, str(folder), READING])
    told = capsys.readouterr()
    assert (told.out, told.err) == (done.stdout, done.stderr)


@pytest.mark.parametrize(
    "words",
    [[], ["trace"], ["verify", "a", "b"], ["trace", "--json", "a"], ["prove", "nowhere", READING]],
)
def test_what_is_not_simply_there_is_left_to_the_program(words, capsys):
    assert not program.answered(words)
    assert capsys.readouterr() == ("", "")


def test_a_plain_question_loads_no_toolbox(folder):
    script = (
        "import sys; from flows import program\n"
        f"assert program.answered(['trace', {str(folder)!r}, {READING!r}])\n"
        "sys.exit('typer' in sys.modules or 'pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"38.07" in done.stdout
