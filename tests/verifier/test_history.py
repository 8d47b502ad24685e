"""What the log says of the batch: nothing is left out, rewritten, or told in another order."""

import json
from datetime import UTC, datetime

import pytest
from verifier.sealed import (
    BATCH,
    ORIGIN,
    b64,
    built,
    canon,
    hexed,
    in_folder,
    mth,
    note,
    path,
    relogged,
    sealed,
)

from contracts.log_act import Request
from contracts.requested import reason_of

AT = datetime(2026, 3, 24, 6, tzinfo=UTC)


def again(world, *evaluations, package=None):
    """A batch whose evaluations ended like this, in a log of its own; the last one is sealed."""
    world.entries = []
    for number, readiness in enumerate(evaluations, start=1):
        world.begin(number)
        if readiness:
            world.end(number, readiness)
    number = len(evaluations)
    return sealed(world, package or built(number, evaluations[-1] or "ready"))


def told(package):
    return json.loads(package.files["seal/history.json"])


def retold(package, history):
    package.files["seal/history.json"] = canon(history)
    return package


def test_second_of_two_is_said(world, look):
    report = look(world, again(world, "not_ready", "ready"))
    assert report.findings == []
    assert f"evaluation 2 of 2 of batch {BATCH}" in report.said


def test_later_evaluation_supersedes(world, package, look):
    world.begin(2)
    world.end(2, "not_ready")
    report = look(world, relogged(world, package))
    assert report.findings == []
    assert f"evaluation 1 of 2 of batch {BATCH}" in report.said
    assert any("evaluation 2 came later (not_ready)" in one for one in report.said)


def test_what_supersedes_nothing_is_not_said_to(world, package, look):
    asked = Request(
        AT, BATCH, "q.one", "Q. One", "initial", "other", "what if", (), hexed(b"old"), ""
    )
    world.log(**asked.record())
    world.begin(2, by="q.one", reason=reason_of(asked), strategy=hexed(b"old"))
    world.end(2, "ready")
    world.begin(3, stage="final")
    world.end(3, "incomplete")
    world.begin(4)
    world.log("result", evaluation=4, aborted="the judges differ")
    said = look(world, relogged(world, package)).said
    assert [one for one in said if "came later" in one] == [
        "not superseded, for it looks back: evaluation 2 came later (ready)",
        "not superseded: evaluation 4 came later (given up: the judges differ)",
    ]


@pytest.mark.parametrize("number", ["2", [2], None, {}])
def test_a_result_without_a_number_is_a_finding_and_the_rest_is_told(world, package, look, number):
    world.log("result", evaluation=number, readiness="ready", record=hexed(b"record"))
    report = look(world, relogged(world, package))
    words = [one.words for one in report.findings]
    assert any("never begun" in one for one in words)
    assert not any("no whole number" in one for one in words)  # which would end the check there
    assert f"evaluation 1 of 1 of batch {BATCH}" in report.said


def test_unfavourable_evaluation_left_out_of_the_history(world, caught):
    package = again(world, "not_ready", "ready")
    relogged(world, package, left_out={1, 2})  # its intent and its result
    checks, words = caught(world, package)
    assert checks == {11}
    assert "numbered [2]; expected 1 to 1" in words


def test_unfavourable_evaluation_taken_out_of_the_log(world, package, caught, look, tmp_path):
    """The insider rebuilds the log with all own keys: only who remembers its root can know."""
    world.begin(2)
    world.end(2, "not_ready")
    seen = world.checkpoint()
    forged = again(world, "ready")
    assert caught(world, forged)[0] == set()
    checks, words = caught(world, forged, seen=seen)
    assert checks == {12}
    assert "--log" in words
    checks, words = caught(world, forged, seen=seen, log=tiles(world, tmp_path / "log"))
    assert checks == {12}
    assert "were there before" in words
    while len(world.entries) < 9:
        world.log("intent", batch="CART-26-0050", evaluation=len(world.entries))
    checks, words = caught(world, forged, seen=seen, log=tiles(world, tmp_path / "longer"))
    assert checks == {12}


def test_two_roots_for_one_size(world, package, caught):
    seen = world.checkpoint()
    world.entries = [canon({"kind": "other"}), *world.entries[1:]]
    world.entries.pop()
    forged = sealed(world, built())
    checks, words = caught(world, forged, seen=seen)
    assert checks == {12}
    assert "Two roots" in words


def test_the_log_that_was_seen_is_continued(world, package, look, tmp_path):
    seen = world.checkpoint(2)
    report = look(world, package, seen=seen, log=tiles(world, tmp_path / "log"))
    assert report.findings == []
    assert "the log continues what you saw (2 entries)" in report.said
    assert look(world, package, seen=world.checkpoint()).findings == []


def test_seen_checkpoint_of_another_log_or_hand(world, package, caught):
    other = f"batchproof/other\n2\n{b64(mth(world.entries[:2]))}\n"
    assert caught(world, package, seen=note(other, world))[0] == {12}
    body = f"{ORIGIN}\n2\n{b64(mth(world.entries[:2]))}\n"
    assert caught(world, package, seen=note(body, world, keys=("witness",)))[0] == {12}


def test_entry_left_out_that_the_log_has(world, package, caught, tmp_path):
    world.begin(2)
    world.end(2, "not_ready")
    relogged(world, package, left_out={5, 6, 7})
    assert caught(world, package)[0] == set()  # nobody could know ...
    checks, words = caught(world, package, log=tiles(world, tmp_path / "log"))
    assert checks == {12}  # ... who has not the log itself
    assert "leaves out" in words


def test_evaluation_begun_and_never_ended(world, caught):
    checks, words = caught(world, again(world, "", "ready"))
    assert checks == {11}
    assert "Evaluation 1 was begun and never ended" in words


def test_evaluation_given_up_is_no_finding(world, look):
    world.entries = []
    world.begin(1)
    world.log("result", evaluation=1, aborted="power cut")
    world.begin(2)
    world.end(2)
    assert look(world, sealed(world, built(2))).findings == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"strategy": hexed(b"relaxed")}, "names strategy"),
        ({"evidence": hexed(b"other")}, "names evidence"),
        ({"stage": "final"}, "names stage"),
        ({"collection": hexed(b"other")}, "was not logged before"),
        ({"evaluation": 3}, "numbered [3]"),
    ],
)
def test_intent_of_something_else(world, caught, changed, words):
    """A swapped strategy, other evidence: what was declared before is not what was judged."""
    world.entries = []
    world.begin(1, **changed)
    world.end(1)
    checks, said = caught(world, sealed(world, built()))
    assert checks == {11}
    assert words in said


def test_other_readiness_than_the_log_says(world, caught):
    world.entries = []
    world.begin(1)
    world.end(1, "not_ready")
    checks, words = caught(world, sealed(world, built(readiness="ready")))
    assert checks == {11}
    assert "was not_ready; here is ready" in words


def test_result_before_its_intent_twice_or_of_nothing(world, caught):
    world.entries = []
    world.end(1)
    world.begin(1)
    assert caught(world, sealed(world, built()))[0] == {11}
    world.entries = []
    world.begin(1)
    world.end(1)
    world.end(1)
    assert caught(world, sealed(world, built()))[0] == {11}
    world.entries = []
    world.begin(1)
    world.end(1)
    world.end(2)
    assert caught(world, sealed(world, built()))[0] == {11}


def test_captures_filed_after_the_intent(world, caught):
    world.entries = []
    world.begin(1)
    world.entries.reverse()
    world.end(1)
    assert caught(world, sealed(world, built()))[0] == {11}


def test_captures_logged_are_others(world, caught):
    world.entries = []
    world.begin(1)
    world.entries[0] = world.entries[0].replace(b'"root":"', b'"root":"0')[:-2] + b'"}'
    root = json.loads(world.entries[0])
    world.entries[0] = canon(root | {"root": hexed(b"others")})
    world.end(1)
    checks, words = caught(world, sealed(world, built()))
    assert checks == {11}
    assert "others than those here" in words


def test_times_that_run_backwards(world, caught):
    world.entries = []
    world.begin(1)
    world.at = world.at.replace(year=2025)
    world.end(1)
    checks, words = caught(world, sealed(world, built()))
    assert checks == {11}
    assert "backwards" in words


def test_entry_from_the_future(world, caught):
    world.entries = []
    world.at = world.at.replace(year=2099)
    world.begin(1)
    world.end(1)
    assert caught(world, sealed(world, built()))[0] == {11}


def test_key_that_the_log_revoked(world, package, caught):
    trust = json.loads(world.trust())["keys"][0]
    world.entries.pop()
    world.log("key", by="qa", change="revoked", key=trust | {"reason": "lost"})
    forged = sealed(world, built())
    assert caught(world, forged)[0] == {11}
    assert "was revoked" in caught(world, forged)[1]


def test_key_that_the_whole_log_revoked(world, package, caught, tmp_path):
    trust = json.loads(world.trust())["keys"][0]
    world.entries.pop()
    world.log("key", batch=None, by="qa", change="revoked", key=trust | {"reason": "lost"})
    forged = sealed(world, built())
    checks, words = caught(world, forged, log=tiles(world, tmp_path / "log"))
    assert checks == {12}
    assert "was revoked" in words


def test_history_edited(world, package, caught):
    history = told(package)
    entries = history["entries"]
    changed = [dict(one) for one in entries]
    changed[1]["entry"] = changed[1]["entry"].replace('"by":"qa"', '"by":"qp"')
    for forged in (
        history | {"entries": changed},
        history | {"entries": entries[::-1]},
        history | {"entries": entries[:-1]},
        history | {"entries": [*entries, entries[-1]]},
        history | {"evaluations": 2},
        history | {"batch": "CART-26-0002"},
        history | {"checkpoint": world.checkpoint(2)},
        history | {"also": 1},
        {},
    ):
        assert caught(world, retold(package, forged))[0] == {11}


def test_seal_logged_before_the_result(world, caught):
    world.entries = []
    world.begin(1)
    package = built()
    sealed(world, package)
    world.end(1)
    checks, words = caught(world, relogged(world, package))
    assert checks == {11}
    assert "before the result" in words


def test_proof_of_another_place_or_tree(world, package, caught):
    proof = package.files["seal/seal.tlog-proof"]
    for old, new in ((b"index 4", b"index 3"), (b"\n5\n", b"\n6\n"), (b"@v1", b"@v2")):
        package.files["seal/seal.tlog-proof"] = proof.replace(old, new)
        assert 10 in caught(world, package)[0]


def test_split_view(world, package, caught, tmp_path):
    """One log to the inspector, another to QA: the same witness signs one of them only."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    trust, seen = world.trust(), world.checkpoint()
    world.witness_key = Ed25519PrivateKey.generate()  # the witness would not sign a second view
    forged = again(world, "ready")
    assert 10 in caught(world, forged, trust=trust, seen=seen)[0]


def tiles(world, folder):
    """Write the log as C2SP tlog-tiles; here with one level, for it has fewer than 256 entries."""
    entries, width = world.entries, len(world.entries)
    bundle = b"".join(len(one).to_bytes(2, "big") + one for one in entries)
    files = {
        "checkpoint": world.checkpoint().encode(),
        f"tile/0/000.p/{width}": b"".join(mth([one]) for one in entries),
        f"tile/entries/000.p/{width}": bundle,
    }
    return in_folder(files, folder)


def test_log_whose_tiles_differ(world, package, caught, tmp_path):
    folder = tiles(world, tmp_path / "log")
    tile = next((folder / "tile" / "0").glob("*/*"))
    tile.write_bytes(bytes(len(tile.read_bytes())))
    assert caught(world, package, log=folder)[0] == {12}


def test_log_of_several_tiles(world, package, look, tmp_path):
    """600 entries: two full tiles, a partial one, and a tile of the level above."""
    while len(world.entries) < 600:
        world.log("intent", batch="CART-26-0050", evaluation=len(world.entries))
    relogged(world, package)
    entries, files = world.entries, {"checkpoint": world.checkpoint().encode()}
    for at in range(0, 600, 256):
        some = entries[at : at + 256]
        name = f"00{at // 256}" + ("" if len(some) == 256 else f".p/{len(some)}")
        files[f"tile/0/{name}"] = b"".join(mth([one]) for one in some)
        files[f"tile/entries/{name}"] = b"".join(len(one).to_bytes(2, "big") + one for one in some)
    files["tile/1/000.p/2"] = mth(entries[:256]) + mth(entries[256:512])
    folder = in_folder(files, tmp_path / "log")
    assert look(world, package, log=folder).findings == []
    (folder / "tile/1/000.p/2").write_bytes(mth(entries[:256]) * 2)
    assert {one.check for one in look(world, package, log=folder).findings} == {12}


def test_names_of_tiles():
    """C2SP tlog-tiles' own example: tile 1234067 is x001/x234/067."""
    from tasks import verifier

    assert verifier.tile_path("0", 1234067, 256) == "tile/0/x001/x234/067"
    assert verifier.tile_path("entries", 5, 7) == "tile/entries/005.p/7"


def test_trees_against_the_plain_ones():
    from tasks import verifier

    leaves = [bytes([n]) for n in range(70)]
    for size in range(1, 71):
        some = leaves[:size]
        assert verifier.Tree([verifier.leaf(one) for one in some]).head() == mth(some)
        for index in range(size):
            way = path(index, some)
            assert verifier.steps(index, size) == len(way)
            assert verifier.climb(verifier.leaf(some[index]), index, size, way) == mth(some)
    assert verifier.Tree().head() == mth([])
