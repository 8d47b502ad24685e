"""The command: written whole or not at all, never over something, never into the package."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from contracts.errors import IntegrityError, NotFoundError, StorageError
from flows.cli import app
from flows.export import Form, exported
from tasks.exports import in_toto


@pytest.fixture
def package(not_ready, tmp_path):
    """A copy that may be spoilt."""
    return shutil.copytree(not_ready.folder, tmp_path / "package")


@pytest.mark.parametrize("form", Form)
def test_no_export_changes_the_package(not_ready, tmp_path, snapshot, form):
    before = snapshot(not_ready.folder)
    exported(not_ready.folder, form, tmp_path / "out", "CQA-VIA-001" if form is Form.PROV else "")
    assert snapshot(not_ready.folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("form", Form)
def test_a_package_that_was_changed_gives_nothing(package, tmp_path, form):
    with (package / "tables" / "verdicts.jsonl").open("ab") as file:
        file.write(b"{}\n")
    with pytest.raises(IntegrityError):
        exported(package, form, tmp_path / "out", "CQA-VIA-001" if form is Form.PROV else "")
    assert [path.name for path in tmp_path.iterdir()] == ["package"]


@pytest.mark.parametrize("form", [Form.BAGIT, Form.RO_CRATE])
def test_a_file_that_nobody_named_is_not_copied(package, tmp_path, form):
    (package / "captures" / "stowaway").write_bytes(b"x")
    with pytest.raises(IntegrityError, match="stowaway"):
        exported(package, form, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_seal_is_copied_with_the_package(package, tmp_path, snapshot):
    exported(package, Form.BAGIT, tmp_path / "out")
    sealed = snapshot(package / "seal")
    assert "seal.json" in sealed
    assert snapshot(tmp_path / "out" / "data" / "seal") == sealed


def test_nothing_is_written_over_or_into_the_package(package, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(StorageError, match="something at"):
        exported(package, Form.IN_TOTO, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"
    with pytest.raises(StorageError, match="lies in the package"):
        exported(package, Form.IN_TOTO, package / "new" / "out")
    assert not (package / "new").exists()


def test_a_full_disk_leaves_nothing(package, tmp_path, monkeypatch):
    def full(_sound, place):
        place.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(in_toto, "write", full)
    with pytest.raises(StorageError, match="No space left"):
        exported(package, Form.IN_TOTO, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["package"]


def test_an_item_that_is_not_there_is_said(package, tmp_path):
    with pytest.raises(NotFoundError, match="CQA-NONE-001"):
        exported(package, Form.PROV, tmp_path / "out", "CQA-NONE-001")
    assert not (tmp_path / "out").exists()


def test_the_command_answers_in_words_and_in_json(package, tmp_path):
    run = CliRunner()
    asked = ["export", str(package), "--as", "in-toto", "--out", str(tmp_path / "out")]
    done = run.invoke(app, [*asked, "--json"])
    assert json.loads(done.stdout)["as"] == "in-toto"
    assert run.invoke(app, asked).exit_code == 1
    assert run.invoke(app, ["export", str(package), "--as", "prov", "--out", "x"]).exit_code == 2
    assert run.invoke(app, [*asked, "--item", "CQA-VIA-001"]).exit_code == 2
