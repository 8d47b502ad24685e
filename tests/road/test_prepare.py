"""Preparing one batch: once is once, a moved limit flips its verdict, a full disk harms nothing."""

import json
import re
import resource
import shutil
from pathlib import Path

import pytest
import yaml

from contracts.errors import JudgementError, StorageError, StrategyError
from expectations.strategy import folder_for

BATCH = "CART-26-0001"


def outcomes(answer):
    return {one["criterion"]: one["outcome"] for one in answer["verdicts"]}


def test_unchanged_evidence_is_one_evaluation_and_one_package(prepare, site_file, home):
    first, second = prepare(BATCH, site_file), prepare(BATCH, site_file)
    assert first == second
    assert first["evaluation"] == 1
    assert len(list((home / "packages").iterdir())) == 1
    captures = [path for path in (home / "captures").rglob("*") if path.is_file()]
    package = Path(first["package"])
    assert len(captures) == len(list((package / "captures").iterdir()))


def test_the_ledger_is_one_address_away_from_postgresql(
    prepare, site_file, home, new_database, monkeypatch
):
    monkeypatch.setenv("BATCHPROOF_LEDGER_URL", new_database())
    first, second = prepare("CART-26-0003", site_file), prepare("CART-26-0003", site_file)
    assert (first["readiness"], first["root"]) == ("incomplete", second["root"])
    assert not (home / "ledger.sqlite").exists()


def test_the_answer_has_what_a_machine_reads(program, site_file):
    done = program("prepare", "CART-26-0002", "--site", site_file, "--json", expect=3)
    answer = json.loads(done.stdout)
    named = {"batch", "evaluation", "stage", "readiness", "criteria", "verdicts", "exceptions"}
    assert named | {"package", "root"} <= set(answer)
    named = {"criterion", "outcome", "as_written", "value", "unit", "limit", "message"}
    assert all(named | {"observations"} <= set(one) for one in answer["verdicts"])
    assert len(answer["root"]) == 64


def test_the_exit_code_says_what_is_incomplete(program, site_file):
    done = program("prepare", BATCH, "--site", site_file, "--stage", "final", expect=4)
    assert f"{BATCH}  INCOMPLETE for its final stage" in done.stdout
    assert "sterility" in done.stdout.lower()


def test_a_person_is_told_that_a_source_was_silent(program, site_file, tmp_path):
    """Nobody is shown yesterday's READY as if the LIMS had been asked today."""
    home, silent = tmp_path / "home", site_file.with_name("silent.yaml")
    site = yaml.safe_load(site_file.read_text())
    site["sources"]["lims"] |= {"url": "http://127.0.0.1:9/senaite", "attempts": 1}
    silent.write_text(yaml.safe_dump(site))
    first = program("prepare", BATCH, "--site", site_file, home=home)
    done = program("prepare", BATCH, "--site", silent, home=home)
    assert done.stdout == first.stdout
    assert "The LIMS did not answer: no usable answer" in done.stderr
    assert "The evaluation on record stands." in done.stderr
    assert "stands" not in first.stderr


def test_the_stages_are_two_evaluations(prepare, site_file):
    from contracts.criterion import Stage

    assert prepare(BATCH, site_file)["readiness"] == "ready"
    final = prepare(BATCH, site_file, stage=Stage.FINAL)
    assert (final["evaluation"], final["readiness"]) == (2, "incomplete")


@pytest.fixture
def strategy_files(tmp_path, monkeypatch):
    """A copy of the strategy that may be changed, and that is judged by."""
    copy = tmp_path / "strategy"
    shutil.copytree(folder_for("car-t-autologous"), copy)
    monkeypatch.setenv("BATCHPROOF_STRATEGIES", str(copy))
    return copy


@pytest.fixture
def strategy(strategy_files):
    """Replace one passage of a strategy file by another."""

    def replace(file, before, after):
        text = (strategy_files / file).read_text()
        assert text.count(before) == 1
        (strategy_files / file).write_text(text.replace(before, after))

    return replace


def test_a_moved_limit_flips_exactly_its_verdict(prepare, site_file, strategy):
    before = prepare(BATCH, site_file)
    moved = "95.0"
    viability = next(one for one in before["verdicts"] if one["criterion"] == "CQA-VIA-001")
    assert float(viability["value"]) < float(moved)
    strategy(
        "release_testing.yaml",
        'low: "80.0", cites: "EXAMPLE: Blood 134 (Supplement 1), 594"',
        f'low: "{moved}", cites: "EXAMPLE: Blood 134 (Supplement 1), 594"',
    )
    strategy("release_testing.yaml", 'kind: alert, low: "85.0"', 'kind: alert, low: "97.0"')
    after = prepare(BATCH, site_file)
    flipped = {
        name: outcome
        for name, outcome in outcomes(after).items()
        if outcome != outcomes(before)[name]
    }
    assert flipped == {"CQA-VIA-001": "not_met"}
    assert after["readiness"] == "not_ready"
    assert after["evaluation"] == 2
    assert after["root"] != before["root"]


def test_judges_that_differ_stop_the_run_and_leave_their_intent(
    prepare, site_file, home, monkeypatch
):
    from contracts import reference
    from contracts.question import Answer
    from tasks.ledger.ledger import Ledger

    true = reference.judge
    monkeypatch.setattr(reference, "judge", lambda asked: dict.fromkeys(true(asked), Answer.MET))
    with pytest.raises(JudgementError, match="the two judges differ"):
        prepare("CART-26-0002", site_file)
    with Ledger.open(f"sqlite:///{home / 'ledger.sqlite'}") as ledger:
        (one,) = ledger.evaluations("CART-26-0002")
        assert "the two judges differ" in one.ending.reason
    assert not (home / "packages").exists()


@pytest.fixture
def small_files():
    """The operating system refuses files over 300 kB from here on, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_is_full_leaves_nothing_half_written(prepare, site_file, home, small_files):
    from flows.office import open_office
    from tasks.package import assemble_evaluation

    prepare(BATCH, site_file)
    shutil.rmtree(home / "packages")
    (home / "packages").mkdir()
    soft = resource.getrlimit(resource.RLIMIT_FSIZE)
    small_files()
    with (
        open_office(str(site_file)) as desk,
        pytest.raises(StorageError, match="the administrator makes room"),
    ):
        assemble_evaluation(desk, BATCH, 1)
    resource.setrlimit(resource.RLIMIT_FSIZE, soft)
    assert list((home / "packages").iterdir()) == []
    answer = prepare(BATCH, site_file)
    assert (answer["evaluation"], answer["readiness"]) == (1, "ready")


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("harvest.yaml", "criticality: critical", "criticalness: critical", "criticalness"),
        ("harvest.yaml", "effective: 2024-01-01, ", "", "effective"),
    ],
)
def test_a_strategy_file_that_is_wrong_stops_before_anything_is_judged(
    prepare, site_file, strategy_files, file, before, after, said
):
    path = strategy_files / file
    path.write_text(path.read_text().replace(before, after, 1))
    with pytest.raises(StrategyError, match=rf"{file}:\d+.*{said}"):
        prepare(BATCH, site_file)


def test_two_rules_for_one_id_stop_before_anything_is_judged(prepare, site_file, strategy_files):
    path = strategy_files / "harvest.yaml"
    text = path.read_text()
    ids = re.findall(r"- id: (\S+)", text)
    path.write_text(text.replace(f"- id: {ids[1]}", f"- id: {ids[0]}", 1))
    with pytest.raises(StrategyError, match=ids[0]):
        prepare(BATCH, site_file)
