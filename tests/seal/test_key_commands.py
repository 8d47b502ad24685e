"""`batchproof keys`: what its keeper sees, gives out and changes."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contracts.trust import Use
from contracts.trust_file import parse_trust
from flows.cli import app
from flows.keys import keys_of
from flows.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("BATCHPROOF_HOME", str(tmp_path))
    return Settings()


def said(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["keys", *arguments])
    assert done.exit_code == code, done.output
    return done.output


def test_before_the_first_seal_there_are_no_keys(home: Settings):
    assert "No keys yet" in said("show")
    assert json.loads(said("show", "--json")) == []
    assert "no seal key yet" in said("rotate", "--use", "seal", "--reason", "why", code=1)
    assert not home.home.joinpath("keys").exists() or not list(home.home.glob("keys/*.pem"))


def test_keys_are_shown_rotated_and_revoked(home: Settings):
    keys = keys_of(home, "batchproof/plant")
    old, log = keys.seal().trusted, keys.log().trusted
    assert "a demo key, which nobody vouches for" in said("show")
    new = json.loads(said("rotate", "--use", "seal", "--reason", "yearly", "--json"))
    assert (new["name"], new["until"]) == ("batchproof/plant", None)
    at = str(old.record()["from"])
    revoke = ("revoke", log.keyid, "--reason", "lost", "--at", at)
    assert f"is revoked since {at}" in said(*revoke)
    assert "a revocation at" in said(*revoke, code=1)
    assert "ISO 8601" in said("revoke", old.keyid, "--reason", "x", "--at", "today", code=1)
    assert "no key 00" in said("revoke", "00", "--reason", "x", code=1)
    shown = json.loads(said("show", "--json"))
    assert [(one["keyid"], one["until"] is None, one["demo"]) for one in shown] == [
        (old.keyid, False, True),
        (log.keyid, False, True),
        (new["keyid"], True, True),
    ]
    trust = parse_trust(said("trust").encode())
    assert trust == keys.trust()
    assert [one.keyid for one in trust.named(Use.SEAL, "batchproof/plant")] == [
        old.keyid,
        new["keyid"],
    ]


SITE = """\
site: plant
products: {car-t-autologous: "CART-*", aav-hek293: "AAV-*", nobody-knows: "X-*"}
sources:
  batch_record: {kind: b2mml-http, url: "http://h", time_zone: UTC}
  lims: {kind: senaite, url: "http://h", time_zone: UTC}
  equipment: {kind: opcua-ha, url: "opc.tcp://h", time_zone: UTC}
"""


def approved(*arguments: str) -> list[tuple[str, str]]:
    trust = parse_trust(said("trust", *arguments).encode())
    return [(one.kind, one.name) for one in trust.approved]


def test_the_trust_file_of_a_site_says_what_is_approved(home: Settings, tmp_path: Path):
    site = tmp_path / "site.yaml"
    site.write_text(SITE)
    named = ("--site", str(site))
    strategies = [("strategy", "car-t-autologous"), ("strategy", "aav-hek293")]
    contracts = [("contract", f"{one}.json") for one in ("batch_record", "equipment", "lims")]
    made_of = [("code", "batchproof"), ("lock", "requirements.lock")]
    usual = approved(*named)
    assert sorted(usual) == sorted(strategies + contracts)
    every = approved(*named, "--approve", "strategy,contract,code,lock")
    assert sorted(every) == sorted(strategies + contracts + made_of)
    assert sorted(approved(*named, "--approve", "code, lock")) == made_of
    assert approved(*named, "--approve", "") == approved() == []
    assert "nothing of the kind 'suite'" in said("trust", *named, "--approve", "suite", code=1)


def test_what_is_approved_is_read_from_the_strategies_that_are_judged_by(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    site, own = tmp_path / "site.yaml", tmp_path / "own"
    site.write_text(SITE)
    shutil.copytree(ROOT / "expectations" / "aav_manufacturing", own)
    head = own / "strategy.yaml"
    asked = ("trust", "--site", str(site), "--approve", "strategy")
    shipped = parse_trust(said(*asked).encode()).approved
    version = next(one.version for one in shipped if one.name == "aav-hek293")
    head.write_text(head.read_text().replace(version, "9.9.9"))
    monkeypatch.setenv("BATCHPROOF_STRATEGIES", str(own))
    (ours,) = parse_trust(said(*asked).encode()).approved
    assert (ours.name, ours.version) == ("aav-hek293", "9.9.9")
    assert ours.sha256 not in {one.sha256 for one in shipped}


def test_the_settings_name_the_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BATCHPROOF_SEAL_KEY", "file2:/nowhere/key.pem")
    monkeypatch.setenv("BATCHPROOF_LOG_ORIGIN", "plant.example/log")
    monkeypatch.setenv("BATCHPROOF_HOME", str(tmp_path))
    keys = keys_of(Settings(), "batchproof/plant")
    assert keys.places.seal == "file2:/nowhere/key.pem"
    assert keys.log().name == "plant.example/log"
