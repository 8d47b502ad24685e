"""The process owner's commands: all problems at once, suites, and what holds where and why."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from expectations.checked import checked
from expectations.strategy import cases, folder_for, shipped
from expectations.tried import disagreements
from flows.cli import app

HERE = Path(__file__).parent
RICH, SMALL = HERE / "rich", HERE / "small"


@pytest.fixture
def run():
    def run(*arguments: object, expect: int = 0):
        done = CliRunner().invoke(app, ["strategy", *map(str, arguments)])
        assert done.exit_code == expect, done.output
        return done

    return run


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(RICH, tmp_path / "rich"))


def change(folder: Path, old: str, new: str) -> int:
    text = (folder / "release.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / "release.yaml").write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize("command", ["check", "compile", "show"])
def test_each_command_has_help_with_an_example(run, command):
    told = " ".join(run(command, "--help").output.split())
    assert f"Example: batchproof strategy {command}" in told


def test_a_whole_strategy_is_said_to_be_whole_with_what_was_counted(run):
    told = run("check", RICH).output
    assert "rich: whole." in told
    assert f"platform rich-example 0.1.0: 7 criteria, {len(cases(RICH))} examples" in told


def test_all_problems_are_told_at_once_with_file_and_line(run, folder):
    first = change(folder, 'low: "20", high: "200"', 'low: "20", high: "10"')
    second = change(folder, "method: M-2", "method: M-7")
    told = run("check", folder, expect=1).output
    assert f"{folder}/release.yaml:{first}: no number is from 20 to 10" in told
    assert f"{folder}/release.yaml:{second}: the method M-7" in told
    answer = json.loads(run("check", folder, "--json", expect=1).output)
    lines = [(one["file"], one["line"]) for one in answer[0]["problems"]]
    assert lines == [("release.yaml", first), ("release.yaml", second)]
    assert answer[0]["ok"] is False


def test_every_layer_of_a_folder_is_checked_unless_one_is_named(run, folder):
    (folder / "overlays").mkdir()
    (folder / "overlays" / "north.yaml").write_text(
        "layer: site\nname: north\ntitle: North\n"
        "overrides: [{ criterion: CQA-DOS-009, why: So. , owner: QA }]\n",
        encoding="utf-8",
    )
    told = run("check", folder, expect=1).output
    assert "overlays/north.yaml:4: an override of CQA-DOS-009, which is not there" in told
    assert "whole" in run("check", folder, "--site", "south").output


def test_without_a_folder_every_shipped_strategy_is_checked(run):
    answers = json.loads(run("check", "--json").output)
    assert [one["folder"] for one in answers] == [one.name for one in shipped()]
    assert all(one["ok"] for one in answers)
    layers = [tuple(one["layers"]) for one in answers[0]["checked"]]
    assert all(one[0].startswith("platform ") for one in layers)


@pytest.mark.parametrize("one", shipped(), ids=lambda one: one.name)
def test_both_judges_say_the_same_of_every_example_of_every_layer(one):
    found = checked(one, both=True)
    assert found.problems == ()
    assert found.both


def test_both_judges_say_the_same_of_every_kind_of_criterion():
    assert checked(RICH, both=True).problems == ()


def test_judges_that_differ_are_told_with_the_examples_line(monkeypatch):
    def deaf(questions):
        from contracts import reference
        from contracts.question import Answer

        return dict.fromkeys(reference.judge(questions), Answer.MET)

    monkeypatch.setattr("expectations.tried.suite.judge", deaf)
    examples = cases(SMALL)
    told = dict(disagreements(examples))
    refused = {
        one.where for one in examples if one.outcome.value == "not_met" and len(one.written) == 1
    }
    assert set(told) == refused
    assert all("the two judges differ on" in words for words in told.values())
    (problem, *_) = checked(SMALL, both=True).problems
    assert problem.file == "equipment.yaml"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "no-such-folder"), "does not exist"),
        (("show", "--product", "car-t-autologous", "--batch", "cohort"), "no"),
        (("show", "--folder", RICH, "--batch", "cohort=baby"), "cohort=adult"),
        (("show", "--folder", RICH, "--batch", "age"), "dimension=value"),
        (("show", "--folder", RICH, "--on", "yesterday"), "yesterday"),
        (("compile", RICH, "--site", "north"), "--out"),
    ],
)
def test_wrong_usage_is_2(run, arguments, words):
    assert words in " ".join(run(*arguments, expect=2).output.split())


def test_a_product_without_a_strategy_is_an_error_in_words(run):
    assert (
        "no control strategy for the product 'x'" in run("check", "--product", "x", expect=1).output
    )


def test_compile_writes_the_suites_of_a_folder(run, folder, tmp_path):
    run("compile", folder)
    assert [one.name for one in (folder / "suites").iterdir()] == ["release.json"]
    answer = json.loads(run("compile", folder, "--out", tmp_path / "out", "--json").output)
    assert answer[0]["suites"] == ["release.json"]
    own, other = folder / "suites" / "release.json", tmp_path / "out" / "release.json"
    assert own.read_bytes() == other.read_bytes()


def test_compile_writes_nothing_of_a_strategy_in_error(run, folder):
    change(folder, "method: M-2", "method: M-7")
    assert "release.yaml" in run("compile", folder, expect=1).output
    assert not (folder / "suites").exists()


def test_suites_that_cannot_be_written_are_told(run, tmp_path):
    (tmp_path / "file").write_text("x")
    assert (
        "could not be written" in run("compile", RICH, "--out", tmp_path / "file", expect=1).output
    )


def test_a_sites_suites_hold_its_own_limit(run, tmp_path):
    product = ("--product", "car-t-autologous")
    run("compile", *product, "--site", "demo-plant", "--out", tmp_path)
    limits = {
        one["meta"]["check"]: one["kwargs"]
        for one in json.loads((tmp_path / "expansion.json").read_text())["expectations"]
    }
    assert limits["GMP-DOR-001/limit"]["max_value"] == 12.0


def test_a_criterion_is_shown_with_where_each_part_comes_from(run):
    told = run(
        "show", "CQA-DOS-001", "--folder", RICH, "--on", "2026-03-02", "--batch", "cohort=child"
    )
    rows = told.output.splitlines()
    assert rows[0] == "CQA-DOS-001  Dose"
    said = " ".join(told.output.split()).replace("\N{MULTIPLICATION SIGN}", "x")
    for words in (
        "limits of 2026-03-02 for product rich-example, cohort child",
        "20 to 200 x 10⁶ from 2025-01-01, for cohort child (EXAMPLE: EX-1 v2); in force",
        "60 to 600 x 10⁶ from 2024-01-01 until 2024-12-31 (EXAMPLE: EX-1 v1) [release.yaml:16]",
        "half up, to the decimals of the limit [release.yaml:13]",
        "within 14 d of the end of harvest",
        "M-1; retests at most: 1; uncertainty 5 % of the result; “TNTC” stands for >300",
        "also taken in",
    ):
        assert words in said, words
    in_force = [row for row in rows if "in force" in row]
    assert [row.split()[0] for row in in_force] == ["specification", "alert"]


def test_what_cannot_be_told_of_a_batch_is_said(run):
    told = run("show", "CQA-DOS-001", "--folder", RICH, "--on", "2026-03-02").output
    assert "cannot be told: the cohort of this batch is not on record" in told
    told = run("show", "CQA-DOS-001", "--folder", RICH, "--on", "2023-03-02").output
    assert "none on 2023-03-02: the criterion does not hold yet" in told


def test_an_overridden_part_says_its_layer_and_why(run):
    arguments = ("--product", "car-t-autologous", "--site", "demo-plant", "--on", "2026-03-02")
    answer = json.loads(run("show", "GMP-DOR-001", *arguments, "--json").output)
    assert answer["layers"][1] == "site demo-plant 1.0.0"
    (held,) = [one for one in answer["parts"] if one["says"].endswith("in force")]
    assert held["says"].startswith("≤ 12 from 2025-11-03")
    assert held["where"].startswith("overlays/demo_plant.yaml:")
    assert held["why"].startswith("The plant's bioreactor samples through a port")
    (title,) = [one for one in answer["parts"] if one["part"] == "title"]
    assert (title["layer"], title["why"]) == ("platform", "")
    text = run("show", "GMP-DOR-001", *arguments).output
    assert "because: The plant's bioreactor samples through a port" in text


def test_without_a_criterion_all_are_in_a_table(run):
    arguments = ("--folder", RICH, "--on", "2026-03-02", "--batch", "weight_class=heavy")
    rows = {
        row["criterion"]: row
        for row in json.loads(run("show", *arguments, "--json").output)["criteria"]
    }
    assert len(rows) == 7
    assert rows["CQA-END-001"]["limit"] == "not applicable: weight class light only"
    assert rows["CQA-DOS-001"]["limit"] == "the cohort of this batch is not on record"
    assert rows["CQA-POT-003"]["home"] == "release.yaml:87"
    table = run("show", *arguments).output
    assert all(name in table for name in rows)


def test_a_criterion_that_is_not_there_is_told(run):
    said = run("show", "CQA-XX-001", "--folder", RICH, expect=1).output
    assert "no criterion CQA-XX-001" in said
    assert "CQA-DOS-001" in said


def test_the_commands_start_without_the_heavy_tools():
    code = (
        "import sys; from typer.testing import CliRunner; from flows.cli import app;"
        "done = CliRunner().invoke(app, ['strategy', 'check', sys.argv[1]]);"
        "heavy = {'prefect', 'great_expectations', 'sqlmodel', 'pyarrow', 'pandas', 'httpx'};"
        "print(done.exit_code, sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(SMALL)], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "0 []"


def test_the_folder_of_a_product_is_found_by_its_name():
    assert folder_for("car-t-autologous").name == "cart_manufacturing"
