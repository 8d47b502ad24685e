"""The audit trail as a member of the package: the verifier compares it with the log's history."""

import json
import shutil

import pytest
from review.conftest import BATCH

from contracts.canonical import canonical
from tasks.verifier import Package, container_of

MEMBER = "audit-trail.json"


@pytest.fixture(scope="module")
def sealed(two_packages, tmp_path_factory):
    folder = tmp_path_factory.mktemp("member") / "package"
    shutil.copytree(two_packages[BATCH], folder)
    return folder


def found(folder):
    """What checks 1 to 12 find, beside the digest that the manifest names."""
    package = Package(container_of(folder))
    report = package.check()
    return [one.words for one in report.findings if one.check == 11 and one.member == MEMBER]


def test_an_honest_trail_is_the_history_up_to_the_result(sealed):
    assert found(sealed) == []
    history = json.loads((sealed / "seal" / "history.json").read_bytes())["entries"]
    entries = json.loads((sealed / MEMBER).read_bytes())["entries"]
    assert [one["entry"] for one in entries] == [one["entry"] for one in history[: len(entries)]]
    assert MEMBER in (sealed / "README.txt").read_text()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda said: said["entries"].pop(0), "stands here otherwise"),
        (lambda said: said["entries"].pop(), "entries; the log has"),
        (lambda said: said["entries"].append(said["entries"][0]), "entries; the log has"),
        (lambda said: said["entries"][0].update(entry="{}"), "stands here otherwise"),
        (lambda said: said["entries"][0].update(kind="result"), "misnamed"),
        (lambda said: said["entries"][0].update(at="2026-01-01T00:00:00Z"), "Another time"),
        (lambda said: said.update(batch="CART-26-0001"), "of another batch"),
    ],
)
def test_a_trail_that_says_otherwise_is_found(sealed, change, words):
    """Whoever writes packages could write another trail and seal it; the log says what happened."""
    path = sealed / MEMBER
    before = path.read_bytes()
    said = json.loads(before)
    change(said)
    path.write_bytes(canonical(said) + b"\n")
    try:
        assert any(words in one for one in found(sealed))
    finally:
        path.write_bytes(before)
