"""Every value of a package is proved by itself, and the proof holds for nothing else."""

import json
import struct
import zlib
from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_package import TAG

from contracts.errors import IntegrityError, NotFoundError
from contracts.manifest import RECORDS, TABLES
from contracts.proof import MOST, Proof, proof_from
from contracts.prover import Prover


def every_record(prover):
    return [
        prover.record(name, index)
        for name in RECORDS
        for index in range(len(prover.proved.table(name).lines))
    ]


def leads_to(data, root):
    """Tell whether a text is a proof that leads to a root; refused is no."""
    try:
        return proof_from(data).root() == root
    except IntegrityError:
        return False


def test_every_record_and_reading_leads_to_the_root(prover):
    readings = [prover.reading(index) for index in range(prover.readings.count)]
    proofs = [*every_record(prover), *readings]
    assert len(readings) == 540
    assert {one.table for one in proofs} == set(TABLES) - {"exceptions", "quarantines", "unread"}
    for one in proofs:
        assert proof_from(one.to_bytes()) == one
        assert one.root() == prover.proved.root


def test_an_item_is_asked_for_by_its_name(prover, package):
    verdict = prover.prove("CPP-TEM-001")
    observation = prover.prove(verdict.item["observations"][0])
    reading = prover.prove(f"{TAG}@2026-03-10T06:20:39Z")
    assert (verdict.table, verdict.item["outcome"]) == ("verdicts", "not_met")
    assert observation.item["value"]["number"] == "38.07"
    assert (reading.index, reading.item["number"]) == (123, "38.07")
    assert reading.quoted == struct.pack("<d", 38.07)
    assert package.read(f"captures/{reading.item['capture']}")[reading.item["offset"] :].startswith(
        reading.quoted
    )


def test_a_result_quotes_its_bytes_and_a_calculated_value_none(prover):
    quoted = [one for one in every_record(prover) if one.quoted]
    assert {one.quoted.decode() for one in quoted} >= {"79.96", "TNTC", "Zellen µ, “frisch”"}
    assert all(one.item["as_written"] for one in quoted)


@pytest.mark.parametrize("item", ["CQA-XXX-001", "O-00000000000000000000", "é"])
def test_what_is_not_there_is_not_proved(prover, item):
    with pytest.raises(NotFoundError, match="TAG@TIME"):
        prover.prove(item)


def test_a_reading_that_is_not_there_is_not_proved(prover):
    with pytest.raises(IndexError):
        prover.reading(540)
    with pytest.raises(IndexError):
        prover.record("verdicts", 9)


def test_a_proof_leads_to_no_other_package(prover, package, other):
    theirs = Prover(other.read, other.span)
    assert theirs.proved.root != prover.proved.root
    for one in every_record(prover):
        assert not leads_to(one.to_bytes(), theirs.proved.root)


ITEMS = ["CQA-VIA-001", "O-", f"{TAG}@2026-03-10T07:00:00Z", f"{TAG}@2026-03-10T06:08:15Z"]


def text_of(prover, item):
    if item == "O-":
        item = prover.prove("CQA-VIA-001").item["observations"][0]
    return prover.prove(item).to_bytes()


@pytest.mark.parametrize("item", ITEMS)
def test_a_changed_byte_anywhere_leads_nowhere(prover, item):
    data = text_of(prover, item)
    assert leads_to(data, prover.proved.root)
    for at in range(len(data)):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert not leads_to(changed, prover.proved.root), data[max(0, at - 20) : at + 20]
        assert not leads_to(data[:at] + data[at + 1 :], prover.proved.root)


@pytest.mark.parametrize("item", ITEMS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_change_of_a_member_leads_nowhere(prover, item, data):
    first, body, _ = text_of(prover, item).split(b"\n")
    said = json.loads(body)
    name = data.draw(st.sampled_from(sorted(said)))
    said[name] = data.draw(
        st.none() | st.integers(-2, 2**54) | st.text(max_size=60) | st.just([]) | st.just({})
    )
    if said != json.loads(body):
        again = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        changed = first + b"\n" + again.encode("utf-8", "surrogatepass") + b"\n"
        assert not leads_to(changed, prover.proved.root)


def test_a_proof_shows_nothing_of_its_neighbours(prover):
    for index in (0, 255, 256, 539):
        text = prover.reading(index).to_bytes().decode()
        own = proof_from(text.encode()).salt
        others = [prover.reading(n).salt for n in range(540) if n != index]
        assert own not in others
        assert prover.proved.manifest.salt not in text
        path = b"".join(prover.reading(index).path)
        assert not any(salt in path for salt in others)


def test_a_proof_is_at_most_sixteen_kilobytes(prover):
    long = prover.prove("CQA-VIA-001").to_bytes() + b"\n" * MOST
    with pytest.raises(IntegrityError, match="no proof"):
        proof_from(long)


def test_a_reading_among_ten_million_has_a_kilobyte():
    """24 hashes up to the head, 2 from there to the root, and a leaf of 86 bytes."""
    item = {
        "capture": "00" * 32,
        "characteristic": "temperature",
        "equipment": "BR-1",
        "length": 8,
        "number": "37.2",
        "offset": 5156,
        "status": 0,
        "tag": TAG,
        "time": "1772798393119000000",
        "unit": "Cel",
        "value": struct.pack(">d", 37.2).hex(),
    }
    path = (bytes(32),) * (24 + 2)
    proof = Proof("readings", 7, 10_000_000, item, struct.pack("<d", 37.2), bytes(16), path)
    assert proof.binary == 86 + 26 * 32 <= 1024
    assert proof.root()


def test_a_long_record_is_deflated_and_proves_the_same(prover):
    """Half of its text is left; it leads to the same root, and no byte of it may be another."""
    whole = max(
        (prover.record("observations", index) for index in range(len(observations(prover)))),
        key=lambda one: len(one.to_bytes()),
    )
    packed = whole.within(len(whole.to_bytes()) - 1)
    assert packed.packed
    assert len(packed.to_bytes()) < len(whole.to_bytes())
    assert packed.root() == whole.root()
    assert proof_from(packed.to_bytes()) == packed
    written = packed.to_bytes()
    at = written.index(packed.packed.encode())
    for place in range(at, at + len(packed.packed)):
        other = b"A" if written[place : place + 1] != b"A" else b"B"
        assert not leads_to(written[:place] + other + written[place + 1 :], whole.root())


def test_a_packed_record_may_not_burst(prover):
    """A bomb of zeros inflates to no more than a record may have."""
    whole = prover.record("observations", 0)
    bomb = b64encode(zlib.compress(b"[" + b" " * 10_000_000, 9)).rstrip(b"=").decode()
    with pytest.raises(IntegrityError):
        proof_from(replace(whole, packed=bomb).to_bytes())


def observations(prover):
    return prover.proved.table("observations").lines
