"""Keys: made once, for their owner's eyes, rotated and revoked on the record, never forgotten."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from contracts.canonical import canonical
from contracts.errors import NotFoundError, SealError
from contracts.trust import Change, KeyChange, Use
from contracts.trust_file import parse_trust
from tasks.key_folder import KeyFolder, read_private
from tasks.key_places import KeyPlaces
from tasks.keys import Keys

ROOT = Path(__file__).parents[2]


def key_file(path: Path, private=None, encryption=None) -> Path:
    made = private or ed25519.Ed25519PrivateKey.generate()
    pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())
    path.touch(mode=0o600)
    path.write_bytes(pem)
    return path


def refused(ask, words: str) -> SealError:
    with pytest.raises(SealError, match=words) as caught:
        ask()
    assert caught.value.expected
    assert caught.value.move
    return caught.value


def test_keys_are_made_at_first_use_for_their_owners_eyes(keys: Keys, entered: list[KeyChange]):
    seal, log = keys.seal(), keys.log()
    assert (seal.demo, log.demo) == (True, True)
    assert keys.folder.stat().st_mode & 0o777 == 0o700
    assert {one.stat().st_mode & 0o777 for one in keys.folder.iterdir()} == {0o600}
    assert (keys.seal().trusted, keys.log().trusted) == (seal.trusted, log.trusted)
    changes = [(one.change, one.key) for one in entered]
    assert changes == [(Change.ADDED, seal.trusted), (Change.ADDED, log.trusted)]
    trust = keys.trust()
    assert parse_trust(trust.encode()) == trust
    assert [one.use for one in trust.keys] == [Use.SEAL, Use.LOG]
    private = (keys.folder / keys.all()[0].file).read_text()
    assert private.splitlines()[1] not in trust.encode().decode()


def test_the_log_key_signs_notes_as_c2sp_says(keys: Keys):
    log = keys.log()
    # C2SP signed-note: key ID = SHA-256(key name || 0x0A || 0x01 || public key)[:4]
    assert log.name == "batchproof/test-plant"
    assert len(log.key_hash) == 4
    key = ed25519.Ed25519PublicKey.from_public_bytes(log.public)
    key.verify(log.sign(b"batchproof/test-plant\n0\n\n"), b"batchproof/test-plant\n0\n\n")
    assert log.trusted.key.public == log.public.hex()


def test_two_processes_at_once_make_one_key(tmp_path: Path):
    program = (
        "import sys; from pathlib import Path; from tasks.keys import Keys; sys.stdin.read(1); "
        "keys = Keys(Path(sys.argv[1]), 'o'); print(keys.seal().trusted.keyid, keys.log().name)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "keys")]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    for one in started:
        one.stdin.write(b"x")
        one.stdin.flush()
    said = [one.communicate()[0] for one in started]
    assert len(set(said)) == 1
    assert len(Keys(tmp_path / "keys", "o").all()) == 2
    assert len(list((tmp_path / "keys").glob("*.pem"))) == 2


def test_a_rotation_ends_the_old_key_and_begins_a_new_one(keys: Keys, entered: list[KeyChange]):
    old = keys.seal().trusted
    new = keys.rotate(Use.SEAL, "keeper", "yearly change")
    assert keys.seal().trusted == new
    assert new.keyid != old.keyid
    ended, begun = keys.trust().keys
    assert (ended.keyid, begun) == (old.keyid, new)
    later = datetime.now(UTC) + timedelta(seconds=1)
    assert ended.until is not None
    assert ended.valid_at(ended.until)
    assert not ended.valid_at(later)
    assert begun.valid_at(later)
    words = [(one.change, one.by, one.reason) for one in entered[1:]]
    assert words == [
        (Change.ROTATED, "keeper", "yearly change"),
        (Change.ADDED, "keeper", "yearly change"),
    ]
    assert entered[1].record()["key"] == {**ended.record(), "reason": "yearly change"}


def test_a_revoked_key_signs_no_more_until_another_begins(keys: Keys, entered: list[KeyChange]):
    key = keys.seal().trusted
    assert key.begins is not None
    revoked = keys.revoke(key.keyid, "keeper", "the laptop was lost", key.begins)
    assert revoked.until == key.begins
    assert keys.trust().key(Use.SEAL, key.keyid) == revoked
    found = refused(keys.seal, "the last one was revoked")
    assert "keys rotate --use seal" in found.move
    assert keys.rotate(Use.SEAL, "keeper", "a new laptop") == keys.seal().trusted
    assert [one.change for one in entered] == [Change.ADDED, Change.REVOKED, Change.ADDED]


def test_a_keys_time_only_ever_becomes_shorter(keys: Keys):
    key = keys.seal().trusted
    keys.rotate(Use.SEAL, "keeper", "change")
    now, day = datetime.now(UTC), timedelta(days=1)
    for moment in (now + day, now - day, now):
        refused(lambda at=moment: keys.revoke(key.keyid, "keeper", "late", at), "a revocation at")
    assert keys.revoke(key.keyid, "keeper", "it was read", key.begins).until == key.begins
    with pytest.raises(NotFoundError, match="no key 00"):
        keys.revoke("00", "keeper", "what")


def test_there_is_nothing_to_rotate_before_the_first_use(keys: Keys):
    with pytest.raises(NotFoundError, match="no log key yet"):
        keys.rotate(Use.LOG, "keeper", "why")


def test_a_change_is_entered_again_after_a_crash(keys: Keys, entered: list[KeyChange]):
    def crash(_: KeyChange) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(keys, entered=crash).seal()
    assert not entered
    replace(keys, entered=None).log()
    assert not entered
    keys.seal()
    keys.seal()
    assert [one.key.use for one in entered] == [Use.SEAL, Use.LOG]


def test_a_key_that_others_may_read_signs_nothing(keys: Keys):
    keys.seal()
    path = keys.folder / keys.all()[0].file
    path.chmod(0o640)
    assert refused(keys.seal, "mode 0640").where == str(path)
    path.chmod(0o600)
    keys.folder.chmod(0o755)
    assert refused(keys.seal, "mode 0755").where == str(keys.folder)


@pytest.mark.parametrize("content", [None, b"", b"no key", b"x" * 1_048_577])
def test_a_key_that_is_gone_or_none_signs_nothing(keys: Keys, content: bytes | None):
    keys.seal()
    path = keys.folder / keys.all()[0].file
    path.unlink() if content is None else path.write_bytes(content)
    refused(keys.seal, "no readable key file|no private key|too long")


def test_an_exchanged_key_signs_nothing(keys: Keys):
    keys.seal()
    key_file(keys.folder / keys.all()[0].file)
    refused(keys.seal, "in the place of")


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"{}",
        b'{"format":"batchproof-keys/2","keys":[],"pending":[]}',
        canonical({"format": "batchproof-keys/1", "keys": [{}], "pending": []}),
    ],
)
def test_an_unreadable_list_of_keys_makes_no_new_key(keys: Keys, state: bytes):
    keys.seal()
    (keys.folder / "keys.json").write_bytes(state)
    refused(keys.seal, ".")
    assert len(list(keys.folder.glob("*.pem"))) == 1


def test_a_home_that_cannot_be_written_makes_no_key(tmp_path: Path):
    (tmp_path / "file").write_text("")
    refused(Keys(tmp_path / "file" / "keys", "o").seal, "could not be kept")


def test_named_keys_are_met_and_are_no_demo_keys(tmp_path: Path, keys: Keys):
    places = KeyPlaces(
        seal=f"file2:{key_file(tmp_path / 'seal.pem')}", log=key_file(tmp_path / "log.pem")
    )
    named = replace(keys, places=places)
    assert (named.seal().demo, named.log().demo) == (False, False)
    assert not list(keys.folder.glob("*.pem"))
    refused(keys.seal, "BATCHPROOF_SEAL_KEY names no key")
    refused(keys.log, "BATCHPROOF_LOG_KEY names no key")


def test_another_named_key_needs_a_rotation(tmp_path: Path, keys: Keys):
    old = keys.seal().trusted
    named = replace(keys, places=KeyPlaces(seal=f"file2:{key_file(tmp_path / 'seal.pem')}"))
    found = refused(named.seal, "BATCHPROOF_SEAL_KEY names the key")
    assert old.keyid in found.found
    assert "keys rotate" in found.move
    new = named.rotate(Use.SEAL, "keeper", "a key of our own")
    assert (named.seal().trusted, named.seal().demo) == (new, False)
    refused(lambda: named.rotate(Use.SEAL, "keeper", "again"), "which we know already")


def test_one_key_has_one_use(tmp_path: Path, keys: Keys):
    path = key_file(tmp_path / "both.pem")
    named = replace(keys, places=KeyPlaces(seal=f"file2:{path}", log=path))
    named.seal()
    refused(named.log, "which we know already")


def bad_places(folder: Path) -> dict[str, tuple[KeyPlaces, str]]:
    key = key_file(folder / "key.pem")
    shown = key_file(folder / "shown.pem")
    shown.chmod(0o644)
    locked = key_file(folder / "locked.pem", None, BestAvailableEncryption(b"word"))
    curve = key_file(folder / "curve.pem", ec.generate_private_key(ec.SECP256K1()))
    return {
        "unknown scheme": (KeyPlaces("floppy:/a"), "the signer scheme 'floppy'"),
        "no scheme": (KeyPlaces(str(key)), "the signer scheme ''"),
        "absent": (KeyPlaces(f"file2:{folder}/none"), "no readable key file"),
        "a folder": (KeyPlaces(f"file2:{folder}"), "mode|no readable"),
        "others read it": (KeyPlaces(f"file2:{shown}"), "mode 0644"),
        "a password": (KeyPlaces(f"file2:{locked}"), "behind a password"),
        "another curve": (KeyPlaces(f"file2:{curve}"), "a key of another kind"),
        "no public part": (KeyPlaces("hsm:2"), "without its public part"),
        "no public key": (KeyPlaces("hsm:2", seal_public=folder / "none"), "no public key"),
    }


FAULTS = [
    "unknown scheme",
    "no scheme",
    "absent",
    "a folder",
    "others read it",
    "a password",
    "another curve",
    "no public part",
    "no public key",
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_named_key_that_is_not_to_be_had_signs_nothing(tmp_path: Path, keys: Keys, fault: str):
    faults = bad_places(tmp_path)
    assert list(faults) == FAULTS
    places, words = faults[fault]
    refused(replace(keys, places=places).seal, words)
    assert not list(keys.folder.glob("*.pem"))


def test_the_log_takes_ed25519_alone(tmp_path: Path, keys: Keys):
    path = key_file(tmp_path / "log.pem", ec.generate_private_key(ec.SECP256R1()))
    refused(replace(keys, places=KeyPlaces(log=path)).log, "a log key of another kind")


def test_nobody_sees_a_part_of_a_key_under_its_name(tmp_path, monkeypatch):
    folder, seen = KeyFolder(tmp_path / "keys"), []
    settle = os.fsync

    def watched(handle: int) -> None:
        seen.append((folder.path / "some.key").exists())
        settle(handle)

    monkeypatch.setattr(os, "fsync", watched)
    with folder.locked():
        folder.keep_private("some.key", b"whole")
        refused(lambda: folder.keep_private("some.key", b"other"), "File exists")

    assert seen[:2] == [False, True]  # its bytes were on the disk before it had the name
    assert sorted(one.name for one in folder.path.iterdir()) == [".lock", "some.key"]
    assert read_private(folder.path / "some.key") == b"whole"
