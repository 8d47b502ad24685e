"""`batchproof keys`: what its keeper sees, gives out and changes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contracts.trust import Use
from contracts.trust_file import parse_trust
from flows.cli import app
from flows.keys import keys_of
from flows.settings import Settings


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


def test_the_settings_name_the_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BATCHPROOF_SEAL_KEY", "file2:/nowhere/key.pem")
    monkeypatch.setenv("BATCHPROOF_LOG_ORIGIN", "plant.example/log")
    monkeypatch.setenv("BATCHPROOF_HOME", str(tmp_path))
    keys = keys_of(Settings(), "batchproof/plant")
    assert keys.places.seal == "file2:/nowhere/key.pem"
    assert keys.log().name == "plant.example/log"
