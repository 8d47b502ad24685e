"""The texts are C2SP's: read and written again as its specifications and others' logs have them.

Examples of c2sp.org: signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof, tlog-tiles and
tlog-witness (CC BY 4.0); the first note is that of Go's package golang.org/x/mod/sumdb/note.
"""

import pytest

from contracts.errors import IntegrityError
from contracts.tlog_checkpoint import (
    Checkpoint,
    checkpoint_of,
    cosigned_message,
    time_and_signature,
)
from contracts.tlog_note import (
    COSIGNATURE,
    VerifierKey,
    parse_note,
    parse_signatures,
    read_key,
)
from contracts.tlog_proof import LogProof, parse_proof
from contracts.tlog_tiles import Tile, bundle, entries_in, tiles_of
from contracts.tlog_witness import AddCheckpoint, parse_request
from tasks.notes import verified

NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZ"
    "b6KE6RyyBwJnAM=\n"
)
SIGNATURE = (
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8="
)
COSIGNED = (
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIU"
    "BkBIfZ+qnA=="
)
BODY = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
CHECKPOINT = (
    f"{BODY}\n— example.com/behind-the-sofa {SIGNATURE}\n— witness.example.com/w1 {COSIGNED}\n"
)
# The example of tlog-checkpoint is a real head of Go's checksum database under another name.
SUM_DB_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUM_DB = (
    "go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    f"— sum.golang.org {SIGNATURE}\n"
)
REQUEST = (
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
    "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
    "\n"
    f"{BODY}\n"
    f"— example.com/behind-the-sofa {SIGNATURE}\n"
    "— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V62"
    "67UEjw6QUXTS5Rovnzv++qbSzm9Q=\n"
)
PROOF = (
    "c2sp.org/tlog-proof@v1\n"
    "index 73894\n"
    "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n"
    "B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n"
    "EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=\n"
    "\n"
    f"{CHECKPOINT}"
)


@pytest.mark.parametrize(("vkey", "note"), [(NEUMANN, GO_NOTE), (SUM_DB_KEY, SUM_DB)])
def test_what_others_signed_is_read_verified_and_written_the_same(vkey, note):
    key, read = read_key(vkey), parse_note(note)

    assert (str(key), str(read)) == (vkey, note)
    assert verified(read, key) == read.signatures[0]
    forged = parse_note(note.replace("20852163", "20852164").replace("answer", "answers"))
    with pytest.raises(IntegrityError, match="its key did not make"):
        verified(forged, key)


def test_a_signature_of_another_key_is_not_ours():
    assert verified(parse_note(CHECKPOINT), read_key(SUM_DB_KEY)) is None


def test_the_checkpoint_of_c2sp_is_read_and_written_the_same():
    read = parse_note(CHECKPOINT)
    checkpoint = checkpoint_of(read.text)

    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.body() == BODY
    assert str(read) == CHECKPOINT


def test_the_cosignature_of_c2sp_says_when_and_signs_these_lines():
    timestamp, signed = time_and_signature(parse_note(CHECKPOINT).signatures[1])

    assert (timestamp, len(signed)) == (1679315147, 64)
    message = cosigned_message(BODY, timestamp).decode()
    assert message == f"cosignature/v1\ntime 1679315147\n{BODY}"


def test_a_witness_key_has_another_id_than_a_log_key_of_the_same_bytes():
    log = read_key(NEUMANN)
    witness = VerifierKey(log.name, COSIGNATURE, log.public)

    assert witness.key_id != log.key_id
    assert read_key(str(witness)) == witness


def test_the_request_and_the_proof_of_c2sp_are_read_and_written_the_same():
    assert str(parse_request(REQUEST)) == REQUEST
    assert parse_request(REQUEST).old == 20852014
    assert str(parse_proof(PROOF)) == PROOF
    extra = PROOF.replace("index", "extra YWdl\nindex", 1)
    assert str(parse_proof(extra)) == extra
    assert parse_proof(extra).extra == b"age"


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (parse_note, GO_NOTE.replace("\n\n", "\n")),
        (parse_note, GO_NOTE[:-1]),
        (parse_note, GO_NOTE.replace("—", "-")),
        (parse_note, GO_NOTE.replace("x08go", "x08g\x07")),
        (parse_note, GO_NOTE.replace("nAM=", "nAN=")),  # the same bytes in another spelling
        (parse_note, GO_NOTE + "— a AAAAAA==\n" * 100),
        (parse_note, GO_NOTE + "— a AAAAAA==\n"),  # a key id and no signature
        (parse_signatures, ""),
        (parse_signatures, "hello\n"),
        (checkpoint_of, BODY[:-1]),
        (checkpoint_of, BODY.replace("20852163", "020852163")),
        (checkpoint_of, BODY.replace("20852163", "٢")),
        (checkpoint_of, BODY.replace("20852163", "9" * 20)),
        (checkpoint_of, BODY.replace("CsUY", "")),
        (checkpoint_of, BODY.replace("\n2", "\n\n2")),
        (parse_request, REQUEST.replace("old", "new")),
        (parse_request, REQUEST.replace("\n\n", "\nAAAA\n\n", 1)),
        (parse_proof, PROOF.replace("@v1", "@v2")),
        (parse_proof, PROOF.replace("index 73894\n", "")),
        (parse_proof, PROOF.replace("index 73894", "index -1")),
        (read_key, "PeterNeumann"),
        (read_key, NEUMANN.replace("c74f20a3", "c74f20a4")),
        (read_key, NEUMANN.replace("c74f20a3", "C74F20A3")),
        (read_key, NEUMANN.replace("Peter", "Peter ")),
        (read_key, NEUMANN[:-4]),
        (read_key, "a+00000000+"),
    ],
)
def test_any_other_spelling_is_refused(read, text):
    with pytest.raises(IntegrityError):
        read(text)


def test_the_tiles_of_c2sp():
    # tlog-tiles: "a tree of size 70,000 will be represented by 273 full level 0 tiles, one partial
    # level 0 tile of width 112, one full level 1 tile, one partial level 1 tile of width 17, and
    # one partial level 2 tile of width 1"; 256 by a full one and a partial one of width 1.
    tiles = list(tiles_of(70_000))
    assert [one for one in tiles if one.width < 256] == [
        Tile(0, 273, 112),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert len([one for one in tiles if one.width == 256]) == 273 + 1
    assert list(tiles_of(256)) == [Tile(0, 0, 256), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []
    # "index 1234067 will be encoded as x001/x234/067"
    assert Tile(0, 1234067, 256).path() == "tile/0/x001/x234/067"
    assert Tile(1, 5, 17).path() == "tile/1/005.p/17"
    assert Tile(0, 273, 112).bundle_path() == "tile/entries/273.p/112"


def test_a_bundle_gives_its_entries_back():
    entries = (b"one", b"", b"x" * 65_535)
    assert entries_in(bundle(entries)) == entries
    assert bundle([b"one"]) == b"\x00\x03one"
    for cut in (bundle(entries)[:-1], bundle(entries)[:1]):
        with pytest.raises(IntegrityError, match="ends within"):
            entries_in(cut)
    with pytest.raises(IntegrityError, match="at most 65535"):
        bundle([b"x" * 65_536])


def test_nouns_are_written_as_they_are_read():
    note = parse_note(CHECKPOINT)
    assert parse_proof(str(LogProof(0, (), note))) == LogProof(0, (), note)
    assert parse_request(str(AddCheckpoint(0, (), note))) == AddCheckpoint(0, (), note)
    extended = Checkpoint("o", 0, b"\0" * 32, ("an extension",))
    assert checkpoint_of(extended.body()) == extended
