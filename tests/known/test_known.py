"""As known at a time: what the evidence said then, and what superseded it since."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from twice import BATCH, desk_of
from typer.testing import CliRunner

from contracts.errors import IntegrityError, NotFoundError
from flows.cli import app
from flows.known import known, words_of


@pytest.fixture
def asked(twice, monkeypatch):
    monkeypatch.setenv("BATCHPROOF_HOME", str(twice.home))
    return lambda number=None, at=None: known(BATCH, str(twice.site), number, at)


def of(found, characteristic):
    (one,) = [
        one
        for one in found.said
        if one.observation.characteristic == characteristic
        and one.observation.subject.identifier == "DP-0001"
    ]
    return one


def test_evaluation_one_knew_no_viability_and_what_came_later_stands_beside_it(asked):
    found = asked(1)
    viability = of(found, "viability")
    assert str(viability.observation.value) == "unassigned"
    (later,) = viability.later
    assert (later.evaluation, later.change.how, str(later.change.now.value)) == (
        2,
        "arrived",
        "87.4",
    )
    assert later.change.now.recorded_at == datetime(2026, 3, 22, 10, tzinfo=UTC)
    assert later.change.now.captured_at == datetime(2026, 3, 24, 6, tzinfo=UTC)


def test_a_corrected_result_supersedes_and_never_overwrites(asked):
    purity = of(asked(1), "cd3_purity")
    assert str(purity.observation.value) == "99.9"
    assert [str(one.change.now.value) for one in purity.later] == ["96.2"]
    assert str(of(asked(2), "cd3_purity").observation.value) == "96.2"
    assert of(asked(2), "cd3_purity").later == ()


def test_known_to_us_is_what_was_captured_not_what_was_recorded(asked):
    # on 23 March the laboratory had recorded the viability, and nobody had asked for it yet
    found = asked(at="2026-03-23T00:00:00Z")
    assert found.evaluation.number == 1
    assert str(of(found, "viability").observation.value) == "unassigned"
    late = {one.change.one.characteristic for one in found.unknown}
    assert "viability" in late
    assert "viability" not in {
        one.change.one.characteristic for one in asked(at="2026-03-22T09:00:00Z").unknown
    }
    told = "\n".join(words_of(found))
    assert "Recorded by the source before that time, and not known to us then:" in told


def test_at_a_later_time_everything_is_known(asked):
    found = asked(at="2026-03-24T06:00:00Z")
    assert found.evaluation.number == 3
    assert sum(one.count for one in found.evidence.readings) > 200_000
    assert not found.unknown
    assert all(not one.later for one in found.said)


def test_what_was_captured_and_not_judged_yet_is_known_too(asked, twice):
    from dataclasses import replace

    later = datetime(2026, 3, 25, 6, tzinfo=UTC)
    with desk_of(twice.site, twice.home) as desk:
        old = next(
            one
            for one in reversed(desk.ledger.captures(BATCH))
            if one.source == "lims"
            and b'"96.2"' in desk.store.get(one.digest)
            and b'"Keyword": "CD3"' in desk.store.get(one.digest)
        )
        body = desk.store.get(old.digest).replace(b'"96.2"', b'"96.3"')
        capture = replace(old, digest=desk.store.put(body), size=len(body), captured_at=later)
        desk.ledger.record_capture(BATCH, capture, "127.0.0.1")
    found = asked(at="2026-03-25T06:00:00Z")
    assert found.evaluation is None
    assert not found.evidence.read_then
    assert str(of(found, "cd3_purity").observation.value) == "96.3"
    assert str(of(asked(at="2026-03-25T05:59:00Z"), "cd3_purity").observation.value) == "96.2"


@pytest.mark.parametrize(
    ("number", "at", "words"),
    [
        (9, None, "no evaluation 9 of the batch"),
        (1, "2026-03-24T06:00:00Z", "an evaluation and a time"),
        (None, "2026-03-19T06:00:00Z", "nothing of the batch CART-26-0001 that was captured by"),
        (None, "2026-03-24T06:00:00", "without a zone"),
    ],
)
def test_what_nobody_can_know_is_refused_in_words(asked, number, at, words):
    with pytest.raises(NotFoundError, match=words):
        asked(number, at)


@pytest.fixture
def damaged(twice, tmp_path, monkeypatch):
    """A copy of the home whose store may be harmed, and one of its captures."""
    home = Path(shutil.copytree(twice.home, tmp_path / "home"))
    monkeypatch.setenv("BATCHPROOF_HOME", str(home))
    capture = next(path for path in sorted((home / "captures").rglob("*")) if path.is_file())
    capture.chmod(0o644)
    return capture


def test_a_store_that_lacks_what_was_captured_says_so(twice, damaged):
    damaged.unlink()
    with pytest.raises(NotFoundError, match="no bytes with the digest"):
        known(BATCH, str(twice.site), 2, None)


def test_a_store_that_holds_something_else_says_so(twice, damaged):
    damaged.write_bytes(b"something else")
    with pytest.raises(IntegrityError, match="bytes with the digest"):
        known(BATCH, str(twice.site), 2, None)


def test_a_machine_reads_both_times(twice, monkeypatch):
    monkeypatch.setenv("BATCHPROOF_HOME", str(twice.home))
    done = CliRunner().invoke(
        app, ["known", BATCH, "--evaluation", "1", "--site", str(twice.site), "--json"]
    )
    assert done.exit_code == 0, done.output
    answer = json.loads(done.output)
    (one,) = [
        one
        for one in answer["observations"]
        if (one["characteristic"], one["subject"]["identifier"]) == ("cd3_purity", "DP-0001")
    ]
    assert one["recorded_at"].startswith("2026-03-14")
    assert one["known_at"] == "2026-03-20T06:00:00.000000Z"
    assert one["superseded_by"][0]["now"]["captured_at"] == "2026-03-24T06:00:00.000000Z"
