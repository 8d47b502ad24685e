"""The strategy at a glance says what the files say, and is checked against them."""

from dataclasses import replace

from expectations.effective import effective
from expectations.overview import main, overview, page, pages
from expectations.strategy import cases, folder_for, load, shipped

FOLDER = folder_for("car-t-autologous")


def test_the_committed_overview_is_what_the_files_say(capsys):
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_every_criterion_has_a_row_with_its_limit_and_its_citation():
    strategy = load(FOLDER)
    text = overview(strategy, len(cases(FOLDER)))
    for one in strategy.criteria:
        (row,) = [line for line in text.splitlines() if line.startswith(f"| {one.id} ")]
        assert one.title in row
        assert one.limits[-1].cites in row
        for limit in one.limits:
            assert str(limit.effective) in row
    row = next(line for line in text.splitlines() if line.startswith("| CQA-VIA-001 "))
    assert "≥ 80.0 % since 2025-09-15" in row
    assert "≥ 70.0 % since 2024-01-01" in row


def test_a_changed_strategy_has_another_overview():
    strategy = load(FOLDER)
    assert overview(strategy, 1) != overview(replace(strategy, criteria=strategy.criteria[:-1]), 1)


def test_an_overview_that_was_edited_or_lost_is_noticed_and_written_again(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("expectations.overview._ROOT", tmp_path)
    monkeypatch.setattr("expectations.overview.shipped", lambda: (FOLDER,))
    assert main(["--check"]) == 1
    assert "run python -m expectations.overview" in capsys.readouterr().err
    assert main([]) == 0
    assert main(["--check"]) == 0
    readme = tmp_path / "cart_manufacturing" / "README.md"
    readme.write_text(readme.read_text(encoding="utf-8").replace("≥ 80.0 %", "≥ 8.0 %"))
    assert main(["--check"]) == 1


def test_a_refused_strategy_is_told_and_nothing_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("expectations.overview._ROOT", tmp_path / "there")
    monkeypatch.setattr("expectations.overview.shipped", lambda: (tmp_path / "nowhere",))
    assert main([]) == 1
    assert "strategy.yaml:1: the file is missing" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_every_strategy_that_is_shipped_has_a_page_and_a_row():
    written = pages()
    for folder in shipped():
        name = f"{folder.name}/README.md"
        assert f"]({name})" in written["README.md"]
        assert f"product `{load(folder).product}`" in written[name]


def test_a_page_says_what_each_layer_changes_and_why():
    text = page(effective(FOLDER))
    row = next(line for line in text.splitlines() if line.startswith("| overrides | GMP-DOR-001 "))
    assert "limits, examples" in row
    assert "its door is opened for feeding only" in row
    assert "| adds | CPP-CO2-901 |" in text


def test_wrong_usage_is_told(capsys):
    assert main(["--chek"]) == 2
    assert "Usage:" in capsys.readouterr().err
