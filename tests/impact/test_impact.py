"""The index over packages: one answer however it came about, and nothing left out in silence."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from contracts.errors import NotFoundError
from contracts.touches import Kind
from flows.cli import app
from flows.impact import impact_of

LOT = "LV-25-2040"
ASKED = [
    (Kind.MATERIAL_LOT, LOT),
    (Kind.EQUIPMENT, "BR-101"),
    (Kind.PERSON, "P-014"),
    (Kind.METHOD, "QC-M-104"),
    (Kind.SOFTWARE, "batchproof"),
    (Kind.STRATEGY, "2.0.0"),
    (Kind.SAMPLE, "DP-0001"),
    (Kind.MATERIAL_LOT, "LV-NONE"),
]


@pytest.fixture
def shelf(two_packages, tmp_path):
    """A folder that packages can be put into."""
    folder = tmp_path / "packages"
    folder.mkdir()

    def put(batch):
        there = two_packages[batch]
        return shutil.copytree(there, folder / there.name)

    put.folder = folder
    return put


@pytest.fixture
def ask(shelf, tmp_path):
    def asked(kind, entity, *, rebuild=False, index="impact.sqlite"):
        return impact_of(kind, entity, shelf.folder, tmp_path / index, rebuild=rebuild)

    return asked


def test_a_lot_is_followed_to_every_batch_and_verdict(shelf, ask, two_packages):
    shelf("CART-26-0001")
    shelf("CART-26-0002")
    answer = ask(Kind.MATERIAL_LOT, LOT)
    assert answer["batches"] == ["CART-26-0001", "CART-26-0002"]
    assert answer["left_out"] == []
    root = json.loads((two_packages["CART-26-0001"] / "manifest.json").read_text())["root"]
    first, _ = answer["evaluations"]
    assert (first["root"], first["readiness"]) == (root, "ready")
    assert {"criterion": "CMA-TIT-001", "outcome": "met"} in first["verdicts"]


def test_the_strategy_touches_every_verdict(shelf, ask):
    shelf("CART-26-0002")
    (one,) = ask(Kind.STRATEGY, "2.0.0")["evaluations"]
    assert len(one["verdicts"]) == 142
    assert {"criterion": "CQA-VIA-001", "outcome": "not_met"} in one["verdicts"]


def test_added_step_by_step_or_made_anew_the_answers_are_the_same(shelf, ask):
    shelf("CART-26-0002")
    ask(*ASKED[0])
    there = shelf("CART-26-0001")
    grown = [ask(*one) for one in ASKED]
    assert grown == [ask(*one, index="another.sqlite") for one in ASKED]
    assert grown[0] == ask(*ASKED[0], rebuild=True)
    assert grown == [ask(*one) for one in ASKED]
    shutil.rmtree(there)
    shrunk = [ask(*one) for one in ASKED]
    assert shrunk[0]["batches"] == ["CART-26-0002"]
    assert shrunk == [ask(*one, index="a third.sqlite") for one in ASKED]


@pytest.mark.parametrize(
    "member", ["tables/observations.jsonl", "manifest.json", "evaluation.json"]
)
def test_a_package_that_was_changed_is_left_out_and_named(shelf, ask, member):
    shelf("CART-26-0001")
    there = shelf("CART-26-0002")
    assert ask(*ASKED[0])["indexed"] == 2
    data = (there / member).read_bytes()
    (there / member).write_bytes(data.replace(b"CART-26-0002", b"CART-26-0009", 1))
    for rebuild in (False, True):
        answer = ask(*ASKED[0], rebuild=rebuild)
        assert (answer["batches"], answer["indexed"]) == (["CART-26-0001"], 1)
        (left,) = answer["left_out"]
        assert left["package"] == there.name
        assert "Expected" in left["why"]


def test_a_table_whose_digest_was_made_to_match_does_not_follow_from_the_root(shelf, ask):
    """Whoever writes table, member and checksum anew must give the package another root."""
    from contracts.evidence import digest_of
    from contracts.manifest import Manifest, Member, manifest_from

    there = shelf("CART-26-0001")
    path = "tables/verdicts.jsonl"
    data = (there / path).read_bytes().replace(b'"met"', b'"pending"', 1)
    (there / path).write_bytes(data)
    before = manifest_from((there / "manifest.json").read_bytes())
    forged = Manifest(
        before.batch,
        before.salt,
        before.tables,
        tuple(
            Member(path, digest_of(data), len(data)) if one.path == path else one
            for one in before.members
        ),
    )
    (there / "manifest.json").write_bytes(forged.to_bytes())
    (left,) = ask(*ASKED[0])["left_out"]
    assert "verdicts" in left["why"]


def test_another_folder_s_packages_are_not_in_the_answer(shelf, ask, tmp_path):
    shelf("CART-26-0001")
    ask(*ASKED[0])
    (tmp_path / "empty").mkdir()
    answer = impact_of(*ASKED[0], tmp_path / "empty", tmp_path / "impact.sqlite")
    assert (answer["evaluations"], answer["indexed"]) == ([], 0)
    assert ask(*ASKED[0])["indexed"] == 1


def test_a_folder_that_is_not_there_is_said(ask, shelf):
    shelf.folder.rmdir()
    with pytest.raises(NotFoundError, match="no folder"):
        ask(*ASKED[0])


def test_the_command(shelf, tmp_path, monkeypatch):
    monkeypatch.setenv("BATCHPROOF_HOME", str(tmp_path / "home"))
    there = shelf("CART-26-0001")
    run, where = CliRunner(), ["--packages", str(shelf.folder)]
    done = run.invoke(app, ["impact", "--material-lot", LOT, *where])
    assert done.exit_code == 0
    assert "CART-26-0001" in done.stdout
    assert "CMA-TIT-001" in done.stdout
    assert run.invoke(app, ["impact", *where]).exit_code == 2
    two = ["--material-lot", LOT, "--person", "P-014"]
    assert run.invoke(app, ["impact", *two, *where]).exit_code == 2
    (there / "verdicts.json").write_bytes(b"{}")
    (there / "tables" / "verdicts.jsonl").write_bytes(b"{}\n")
    left = run.invoke(app, ["impact", "--material-lot", LOT, *where, "--json"])
    assert left.exit_code == 4
    assert json.loads(left.stdout)["left_out"]


def test_an_index_that_is_none_is_said_and_can_be_made_anew(shelf, ask, tmp_path):
    from contracts.errors import StorageError

    shelf("CART-26-0001")
    (tmp_path / "impact.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(StorageError, match="--rebuild"):
        ask(*ASKED[0])
    assert ask(*ASKED[0], rebuild=True)["indexed"] == 1
