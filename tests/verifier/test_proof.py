"""The proof of one value: small, quick to check, and of this value only."""

import base64
import json
import struct
import subprocess
import sys
import time

import pytest
from verifier.sealed import (
    PAGE,
    RECORDS,
    STRIDE,
    TIMES,
    VALUES,
    World,
    b64,
    canon,
    path,
    quoted,
    salt,
)

from tasks import verifier


def bare(data):
    return b64(data).rstrip("=")


def proof_of(package, table, index, **changed):
    """Write a proof as the verifier's docstring defines it, from the writer's own leaves."""
    if table == "readings":
        value = struct.pack(">d", VALUES[index])
        item = PAGE | {
            "length": 8,
            "number": repr(VALUES[index]),
            "offset": 10 + index * STRIDE,
            "status": 0,
            "time": str(TIMES[index]),
            "value": value.hex(),
        }
        bytes_ = value
    else:
        where = "evaluation.json" if table == "evaluation" else f"tables/{table}.jsonl"
        item = json.loads(package.files[where].splitlines()[index])
        bytes_ = quoted(table, item)
    ordinal = (*RECORDS, "readings").index(table)
    way = path(index, package.leaves[table]) + path(ordinal, package.tops)
    envelope = json.loads(package.files["seal/seal.json"])
    statement = json.loads(base64.b64decode(envelope["payload"]))
    said = {
        "bytes": bare(bytes_),
        "index": index,
        "item": item,
        "path": bare(b"".join(way)),
        "records": len(package.leaves[table]),
        "salt": bare(salt(package.seed, table, index)),
        "seal": {
            "predicate": statement["predicate"],
            "signatures": envelope["signatures"],
            "subject": statement["subject"][0]["name"],
        },
        "table": table,
    } | changed
    return b"batchproof-proof/1\n%b\n%b" % (canon(said), package.files["seal/seal.tlog-proof"])


def checked(world, data):
    return verifier.check_proof(data, verifier.Trust(world.trust(), given=True))


ONES = [("readings", 0), ("readings", 256), ("readings", 599), ("verdicts", 3)] + [
    ("observations", n) for n in range(3)
] + [("evaluation", 0), ("captures", 1), ("series", 0)]  # fmt: skip


@pytest.mark.parametrize(("table", "index"), ONES)
def test_proof_of_any_record(world, package, table, index):
    report = checked(world, proof_of(package, table, index))
    assert report.findings == []
    assert package.root() in " ".join(report.said)


def edited(data, old, new):
    assert old in data
    return data.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"tag":"BR-101.TEMP"', b'"tag":"BR-102.TEMP"'),
        (b'"unit":"Cel"', b'"unit":"[degF]"'),
        (b'"number":"37.3"', b'"number":"37.4"'),
        (b'"status":0', b'"status":1'),
        (b'"offset":33010', b'"offset":33011'),
        (b'"index":300', b'"index":301'),
        (b'"records":600', b'"records":601'),
        (b'"table":"readings"', b'"table":"verdicts"'),
        (b'"subject":"CART-26-0001/', b'"subject":"CART-26-0002/'),
        (b'"demo":true,', b""),
        (b"index 4", b"index 3"),
        (b"batchproof-proof/1", b"batchproof-proof/2"),
        (b"batchproof-proof/1\n{", b"batchproof-proof/1\n{ "),
        (b'"bytes":"', b'"bytes":"AA'),
        (b'"index":300', b'"index":300,"index":300'),
        (b"batchproof/demo\n5", b"batchproof/demo\n6"),
    ],
)
def test_edited_proof(world, package, old, new):
    assert checked(world, edited(proof_of(package, "readings", 300), old, new)).findings


def test_salt_path_or_signature_of_another(world, package):
    one, other = (json.loads(proof_of(package, "readings", n).split(b"\n")[1]) for n in (300, 301))
    for name in ("salt", "path", "bytes", "item"):
        assert checked(world, proof_of(package, "readings", 300, **{name: other[name]})).findings
    cut = one["path"][:-43]
    assert checked(world, proof_of(package, "readings", 300, path=cut)).findings
    assert checked(world, proof_of(package, "readings", 300, salt="")).findings


def test_proof_by_people_whom_nobody_trusts(world, package, authority):
    checks = {
        one.check
        for one in verifier.check_proof(
            proof_of(package, "verdicts", 0), verifier.Trust(World(authority).trust(), given=True)
        ).findings
    }
    assert checks == {8, 10}
    assert verifier.check_proof_of(proof_of(package, "verdicts", 0), None).findings


def test_what_is_no_proof(world):
    first = b"batchproof-proof/1\n"
    for data in (b"", first, first + b"{}\n", first + b"\xff\n\n", first + b"x" * 20_000):
        assert checked(world, data).findings


def test_program_checks_a_proof_file(world, package, tmp_path):
    (tmp_path / "trust").write_bytes(world.trust())
    (tmp_path / "one.proof").write_bytes(proof_of(package, "readings", 7))
    command = [sys.executable, "-I", verifier.__file__, tmp_path / "one.proof"]
    command += ["--trust", tmp_path / "trust"]
    answer = subprocess.run(command, capture_output=True, check=False)
    assert answer.returncode == 0, answer.stdout
    assert b"37.007" in answer.stdout


def deep(package):
    """A proof as long as one of 10 million readings in a log of 1,000 entries."""
    data = proof_of(package, "readings", 300)
    said = json.loads(data.split(b"\n")[1])
    said |= {"index": 9_876_543, "records": 10_000_000}
    said["path"] = bare(bytes(32) * (verifier.steps(9_876_543, 10_000_000) + 2))
    text = package.files["seal/seal.tlog-proof"].decode().splitlines(keepends=True)
    text[2:2] = [f"{b64(bytes(32))}\n"] * (10 - text.index("\n") + 2)
    return b"batchproof-proof/1\n%b\n%b" % (canon(said), "".join(text).encode())


def test_proof_is_small(world, package):
    data = deep(package)
    assert len(data) <= 3 * 1024
    assert 32 * (verifier.steps(9_876_543, 10_000_000) + 2) <= 1024  # hashes alone


def test_proof_is_checked_in_about_a_millisecond(world, package):
    data, trust = proof_of(package, "readings", 300), verifier.Trust(world.trust(), given=True)
    took = []
    for _ in range(50):
        start = time.perf_counter()
        assert not verifier.check_proof(data, trust).findings
        took.append(time.perf_counter() - start)
    print(f"{len(deep(package))} bytes, {min(took) * 1000:.2f} ms")  # noqa: T201
    assert min(took) < 0.003  # a millisecond where nobody else is at work
