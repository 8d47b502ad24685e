"""The log shown to others: one head for a size, proofs that others can check, a folder of tiles."""

import json
import subprocess

import pytest
from log.log_nouns import BATCH, LATER, LogKey, change, envelope, judged, key_change

from contracts import merkle
from contracts.errors import IntegrityError, NotFoundError, StorageError, UnavailableError
from contracts.tlog_checkpoint import checkpoint_of, signed_message
from contracts.tlog_proof import parse_proof
from contracts.tlog_tiles import entries_in, tiles_of
from tasks.log import EvaluationLog
from tasks.log_tiles import write_tiles
from tasks.notes import verified, witnessed_at


def test_a_seal_is_proved_under_a_witnessed_checkpoint(ledger, key, witness):
    judged(ledger)
    log = EvaluationLog(ledger, key, witness)
    sealed = log.seal(BATCH, 1, envelope(), LATER)

    proof = parse_proof(sealed.proof.decode())
    checkpoint = checkpoint_of(proof.note.text)
    assert verified(proof.note, key.public) is not None
    assert witnessed_at(proof.note, witness.key) is not None
    leaf = merkle.leaf_hash(sealed.envelope)
    found = merkle.root_from_inclusion(leaf, proof.index, checkpoint.size, proof.path)
    assert found == checkpoint.root
    history = json.loads(sealed.history)
    assert history["checkpoint"] == str(proof.note)
    assert history["evaluations"] == 1
    assert history["entries"][-1]["entry"].encode() == sealed.envelope

    again = log.seal(BATCH, 1, envelope(signature="another"), LATER)
    assert again == sealed  # not even the witness is asked again
    judged(ledger, reason="late result")
    later = log.seal(BATCH, 1, envelope(signature="another"), LATER)
    assert later.envelope == sealed.envelope
    assert json.loads(later.history)["evaluations"] == 2
    assert checkpoint_of(parse_proof(later.proof.decode()).note.text).size == checkpoint.size + 2


def test_without_its_witness_nothing_is_sealed_and_nothing_lost(ledger, key, start_witness):
    door, process = start_witness()
    judged(ledger)
    process.kill()
    process.wait()
    with pytest.raises(UnavailableError, match="no answer from the witness"):
        EvaluationLog(ledger, key, door).seal(BATCH, 1, envelope(), LATER)
    door, _ = start_witness()
    sealed = EvaluationLog(ledger, key, door).seal(BATCH, 1, envelope(signature="2"), LATER)
    assert sealed.envelope == envelope()
    assert ledger.log.size() == 4


def test_two_heads_of_one_size_are_never_signed(on_file, key, tmp_path, witness):
    judged(on_file)
    log = EvaluationLog(on_file, key, witness)
    log.checkpoint()
    change(tmp_path, "UPDATE log_entry SET leaf = '" + "0" * 64 + "' WHERE position = 2")

    with pytest.raises(IntegrityError, match="the head that was signed for them"):
        log.checkpoint()


def test_an_insider_who_rewrites_the_ledger_too_meets_the_witness(on_file, key, tmp_path, witness):
    """Attacks 12, 13 and 16 of notes/lineage.md: the own database forgets, the witness does not."""
    judged(on_file)
    judged(on_file, reason="a second look")
    EvaluationLog(on_file, key, witness).checkpoint()
    change(
        tmp_path,
        "DELETE FROM log_signature",
        "DELETE FROM log_checkpoint",
        "DELETE FROM log_entry WHERE position > 2",
        "DELETE FROM log_node WHERE position > 0",
        "DELETE FROM log_node WHERE level > 1",
    )
    log = EvaluationLog(on_file, key, witness)
    with pytest.raises(IntegrityError, match="has seen 5 entries of this log, which now has 3"):
        log.checkpoint()
    for number in range(2):
        on_file.record_key(key_change(number))
    with pytest.raises(IntegrityError, match="another log under our name, with 5 entries"):
        log.checkpoint()


def test_a_new_key_of_the_log_signs_beside_the_old(on_file, key):
    judged(on_file)
    EvaluationLog(on_file, key).checkpoint()
    rotated = LogKey(seed=b"\x02" * 32)
    note = EvaluationLog(on_file, rotated).checkpoint()
    assert verified(note, key.public) is not None
    assert verified(note, rotated.public) is not None


def test_openssl_agrees_with_both_signatures(on_file, key, witness, tmp_path):
    judged(on_file)
    note = EvaluationLog(on_file, key, witness).checkpoint()

    for public in (key.public, witness.key):
        message, signature = signed_message(note, note.by(public)[0], public)
        (tmp_path / "message").write_bytes(message)
        (tmp_path / "signature").write_bytes(signature)
        # RFC 8410: the 12 bytes before the 32 of an Ed25519 key in SubjectPublicKeyInfo
        (tmp_path / "key.der").write_bytes(
            bytes.fromhex("302a300506032b6570032100") + public.public
        )
        subprocess.run(
            [
                *("openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"),
                *("-inkey", tmp_path / "key.der", "-in", tmp_path / "message"),
                *("-sigfile", tmp_path / "signature"),
            ],
            check=True,
            capture_output=True,
        )


def test_the_folder_of_tiles_says_the_same_log(on_file, key, tmp_path):
    with pytest.raises(NotFoundError, match="without a signed checkpoint"):
        write_tiles(on_file.log, tmp_path / "out")
    for number in range(260):
        on_file.record_key(key_change(number))
    note = EvaluationLog(on_file, key).checkpoint()
    on_file.record_key(key_change(260))  # not signed yet, not written

    write_tiles(on_file.log, tmp_path / "out")

    out = tmp_path / "out"
    size = checkpoint_of(note.text).size
    files = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert files == {
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/4",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/4",
    }
    assert (out / "checkpoint").read_text(encoding="utf-8") == str(note)
    bundles = [out / one.bundle_path() for one in tiles_of(size) if one.level == 0]
    entries = [one for path in bundles for one in entries_in(path.read_bytes())]
    assert entries == [one.text for one in on_file.log.entries()[:size]]
    hashes = list(map(merkle.leaf_hash, entries))
    assert merkle.head(hashes) == checkpoint_of(note.text).root
    assert (out / "tile/0/001.p/4").read_bytes() == b"".join(hashes[256:])
    assert (out / "tile/1/000.p/1").read_bytes() == merkle.head(hashes[:256])


def test_a_folder_that_cannot_be_written_is_said(on_file, key, tmp_path):
    judged(on_file)
    EvaluationLog(on_file, key).checkpoint()
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be written"):
        write_tiles(on_file.log, tmp_path / "file")
