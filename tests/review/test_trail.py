"""The audit trail written out: checked offline, and every entry altered or taken out is named."""

import json

import pytest
from review.conftest import BATCH, copied

from contracts.canonical import canonical
from contracts.errors import IntegrityError, NotFoundError
from contracts.review_asked import Choice, Which
from contracts.trail_extent import Extent, extent_of
from flows.office import open_office
from tasks.review import decide, review_trail
from tasks.trail import trail_of, written_out
from tasks.trail_check import Trail
from tasks.verifier import Trust


@pytest.fixture(scope="module")
def decided(two_packages, people, tmp_path_factory):
    """A desk at which a batch's trail got a decision and a review of its own."""
    with pytest.MonkeyPatch.context() as patch:
        copied(two_packages, tmp_path_factory.mktemp("trail"), patch)
        with open_office(None) as desk:
            reason = "<b>Nothing</b> of it touches the product."
            choice = Choice("X-001", "accepted", reason)
            decide(desk, people["r.viewer"], Which(BATCH), choice)
            review_trail(desk, people["r.viewer"], Which(BATCH), "All of it.")
            yield desk


@pytest.fixture(scope="module")
def written(decided):
    return written_out(decided, BATCH)


@pytest.fixture(scope="module")
def trust(decided):
    return Trust(canonical(decided.keys.trust().record()), given=True)


def told(data, trust=None):
    report = Trail(data).check(trust)
    return [f"{one.member}: {one.words}" for one in report.findings]


def retold(data, change):
    """The file after somebody changed what it says, in its one spelling."""
    said = json.loads(data)
    change(said)
    return canonical(said) + b"\n"


def test_a_trail_is_whole_and_read_in_words(written, trust, decided):
    trail = Trail(written)
    report = trail.check(trust)
    assert report.findings == []
    words = [one.words for one in trail.words()]
    assert len(words) == len(trail_of(decided.ledger, BATCH))
    assert "R. Viewer (r.viewer) decided about X-001" in words[-2]
    assert f"{len(words)} entries of {BATCH} among the first" in report.said[-1]


def test_without_trust_it_is_said_that_nobody_vouches(written):
    report = Trail(written).check(None)
    assert report.findings == []
    assert report.not_checked[0].startswith("WHOSE LOG IT IS")


@pytest.mark.parametrize("position", range(6))
def test_an_entry_taken_out_is_named(written, trust, position):
    index = json.loads(written)["entries"][position]["index"]
    found = told(retold(written, lambda said: said["entries"].pop(position)), trust)
    assert found == [f"entry {index}: missing: the log says that it is of this batch"]


def test_an_altered_entry_is_named(written, trust):
    def change(said):
        said["entries"][-2]["entry"] = said["entries"][-2]["entry"].replace("accepted", "rejected")

    index = json.loads(written)["entries"][-2]["index"]
    (found,) = told(retold(written, change), trust)
    assert found == f"entry {index}: altered: it is not what stands there in the log"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda said: said["entries"][1].update(index=10**6), "entry 1000000: altered"),
        (lambda said: said["entries"][1].update(proof=[]), "altered"),
        (lambda said: said["entries"][1].pop("proof"), "it cannot be read"),
        (lambda said: said["entries"].append("nothing"), "it cannot be read"),
        (lambda said: said["entries"].append(said["entries"][0]), "Out of the log's order"),
        (lambda said: said.update(evaluations=7), "It tells of 7 evaluations"),
        (lambda said: said.update(batch="CART-26-0001"), "said of another"),
    ],
)
def test_whatever_is_changed_is_found(written, trust, change, words):
    assert any(words in one for one in told(retold(written, change), trust))


def test_what_is_all_is_signed_by_the_log(written, trust):
    """Who takes an entry out of the list too would have to sign it."""

    def change(said):
        gone = said["entries"].pop(-1)["index"]
        said["extent"] = said["extent"].replace(f" {gone}\n", "\n")

    found = told(retold(written, change), trust)
    assert any("not signed by a known key" in one for one in found)


def test_another_log_is_not_trusted(written, tmp_path):
    from tasks.keys import Keys

    other = Keys(tmp_path / "other", "batchproof/another-plant")
    trust = Trust(canonical(other.trust().record()), given=True)
    assert any("is none of" in one for one in told(written, trust))


@pytest.mark.parametrize("data", [b"", b"{}\n", b"[]\n", b"\xff\n", b'{"format":"other"}\n'])
def test_a_file_that_is_none_is_refused(data):
    with pytest.raises(IntegrityError, match="no written-out audit trail"):
        Trail(data)


def test_an_extent_is_read_as_it_is_written():
    extent = Extent("batchproof/demo", BATCH, 12, (1, 5, 11), "ab" * 32)
    assert extent_of(extent.body()) == extent
    for words in ("", "other\n", extent.body() + "\n", extent.body().replace("1 5", "01 5")):
        with pytest.raises(IntegrityError):
            extent_of(words)


def test_a_batch_without_entries_is_said(decided):
    with pytest.raises(NotFoundError, match="no entry about"):
        written_out(decided, "CART-99")
