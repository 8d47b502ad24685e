"""The program as a newcomer meets it: help with examples, errors in words, the plant on request."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("batchproof")
COMMANDS = (
    *("demo", "plant", "prepare", "verify", "trace", "prove", "replay", "diff", "known"),
    *("export", "impact", "log", "keys", "witness", "strategy"),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(program, command):
    told = program(command, "--help").stdout
    assert f"batchproof {command}" in told.replace("\n", " ")


def test_without_a_command_it_says_what_it_is(program):
    told = " ".join(program(expect=2).stdout.split())
    assert "it never releases a batch" in told


@pytest.mark.parametrize("wrong", [("prepare",), ("verify",), ("trace", "x"), ("release", "x")])
def test_wrong_usage_is_2(program, wrong):
    assert program(*wrong, expect=2).stderr


SITE = """\
site: demo-plant
product: car-t-autologous
sources:
  batch_record: {kind: b2mml-http, url: "http://127.0.0.1:9", time_zone: UTC}
  lims: {kind: senaite, url: "http://127.0.0.1:9", time_zone: UTC}
  equipment: {kind: opcua-ha, url: "opc.tcp://127.0.0.1:9/", time_zone: UTC}
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "no site file"),
        ("site: [", "YAML"),
        (SITE.replace("product:", "produce:"), "produce"),
        (SITE + "token: secret-word\n", "token"),
        (SITE.replace("UTC", "Mars/Olympus"), "sources.batch_record.time_zone"),
    ],
)
def test_a_site_file_that_is_none_is_refused_in_words(program, tmp_path, text, said):
    chosen = []
    if text is not None:
        (tmp_path / "site.yaml").write_text(text)
        chosen = ["--site", tmp_path / "site.yaml"]
    told = program("prepare", "CART-26-0001", *chosen, expect=1).stderr
    assert said in told
    assert "Expected:" in told
    assert "secret-word" not in told


def test_a_ledger_that_does_not_answer_is_named_without_its_password(tmp_path, monkeypatch):
    (tmp_path / "site.yaml").write_text(SITE)
    url = "postgresql://qa:secret-word@127.0.0.1:9/ledger"
    monkeypatch.setenv("BATCHPROOF_LEDGER_URL", url)
    done = subprocess.run(
        [str(PROGRAM), "prepare", "CART-26-0001", "--site", "site.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "127.0.0.1:9" in done.stderr
    assert "secret-word" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_the_plant_serves_until_stopped_and_prints_its_site_file(tmp_path):
    plant = subprocess.Popen(
        [str(PROGRAM), "plant", "--directory", "here"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        lines = [plant.stdout.readline() for _ in range(3)]
        assert re.match(r"# Site file of the demo plant: /.*/here/site\.yaml", lines[0])
        assert "batchproof prepare CART-26-0001 --site" in lines[1]
        assert lines[2] == "site: demo-plant\n"
    finally:
        plant.send_signal(signal.SIGTERM)
        assert plant.wait(10) == 0
        plant.stdout.close()


def test_verify_and_trace_need_python_and_cryptography_alone(packages, bare_python):
    code = (
        "sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from flows.one_value import trace_in\n"
        "from flows.verify import findings_in\n"
        "package = Path(sys.argv[2])\n"
        "print(len(findings_in(package)), trace_in(package, 'CQA-VIA-001').quotes[0].text)\n"
    )
    done = bare_python(code, PROGRAM.parents[2], packages["CART-26-0002"])
    assert done.stdout == "0 76.3\n", done.stderr
