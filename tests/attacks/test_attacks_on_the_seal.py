"""Attacks 10 to 19: who sealed it, when, and which evaluations were left out.

The insider's package is whole in itself: other captures, judged by both judges, ready. What the
checks below find is therefore only what the seal, the log and the witness know.
"""

import base64
import json
import re
import shutil
import sqlite3

import pytest
from attacks.site import desk_at

from contracts.errors import UnavailableError
from contracts.manifest import MANIFEST, manifest_from
from contracts.opened import opened
from contracts.tlog_checkpoint import checkpoint_of
from contracts.tlog_note import parse_note
from flows.verify import Asked, answer_of, trusted
from tasks.folder import reader_of
from tasks.log_check import check_log
from tasks.sealing import seal_package
from tasks.verifier import check_path

SEAL, STAMP, PROOF, HISTORY = (
    f"seal/{name}" for name in ("seal.json", "timestamp.tsr", "seal.tlog-proof", "history.json")
)


@pytest.fixture
def look(site):
    """Verify a folder as an auditor does, by the site's trust file, and return (check, member)."""

    def verify(folder, *, trust="trust.json", seen=None, log=None):
        asked = Asked(
            trusted(site / trust) if trust else None,
            site / seen if seen else None,
            site / log if log else None,
        )
        return answer_of(folder, asked)

    return verify


@pytest.fixture
def sealed_only(site):
    """The same without what only draws the records again: checks 1 to 12, by the one module."""

    def verify(folder, *, trust="trust.json", seen=None, log=None):
        note = (site / seen).read_text() if seen else None
        report = check_path(folder, trusted(site / trust), note, site / log if log else None)
        return {"findings": [one.record() for one in report.findings], "said": report.said}

    return verify


def checks(answer):
    return {one["check"] for one in answer["findings"]}


def told_by(folder, trust):
    report = check_path(folder, trusted(trust))
    return {"findings": [one.record() for one in report.findings]}


def words(answer):
    return " ".join(one["words"] for one in answer["findings"])


# ------------------------------------------------------------------ what honest people see


def test_the_honest_package_is_sealed_stamped_logged_and_witnessed(genuine, look):
    answer = look(genuine, seen="seen", log="tiles")
    assert answer["findings"] == []
    assert answer["readiness"] == "not_ready"
    said = " ".join(answer["said"])
    assert "evaluation 1 of 1 of batch AAV-26-0002" in said
    assert "evaluations begun after this package: 2" in said


# ------------------------------------------------------------------ 10. signed by somebody else


def test_attack_10_the_statement_edited_under_its_signature(copy, sealed_only):
    envelope = json.loads((copy / SEAL).read_bytes())
    said = base64.b64decode(envelope["payload"]).replace(b"/initial/1", b"/initial/2")
    envelope["payload"] = base64.b64encode(said).decode()
    (copy / SEAL).write_text(json.dumps(envelope, sort_keys=True, separators=(",", ":")))
    assert {8, 9, 10} <= checks(sealed_only(copy))


def test_attack_10_sealed_again_with_an_own_key(site, copy, sealed_only, tmp_path):
    """A whole seal by another site's keys, and its own keys laid beside it as if known."""
    shutil.rmtree(copy / "seal")
    shutil.copytree(other_hands(site, tmp_path), copy / "seal")
    found = sealed_only(copy)
    assert 8 in checks(found)
    assert "not trusted for seals" in words(found)


def other_hands(site, folder):
    """Seal the genuine package at a site whose keys nobody knows."""
    home = folder / "elsewhere"
    home.mkdir()
    package = site / "honest" / "packages" / "AAV-26-0002-initial-evaluation-1"
    read = reader_of(package)
    shutil.copy(site / "insider" / "ledger.sqlite", home / "ledger.sqlite")
    with desk_at(silent_site(site, folder), home) as desk:
        files = seal_package(desk, opened(read), manifest_from(read(MANIFEST)))
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return folder / "seal"


def silent_site(site, folder):
    """The site's file without authority and witness: nobody answers there any more."""
    text = (site / "plant" / "site.yaml").read_text()
    text = re.sub(r"(?m)^timestamps:.*\n(?:  .*\n)*", "", text)
    path = folder / "site.yaml"
    path.write_text(text)
    shutil.copy(site / "plant" / "lims-token", folder / "lims-token")
    return path


# ------------------------------------------------------------------ 11. a stolen key


def test_attack_11_sealed_with_the_stolen_key_but_not_in_the_log(
    better, genuine, sealed_only, tmp_path
):
    """The thief has the seal's key alone: the signature holds, the log does not know it."""
    folder = tmp_path / "stolen"
    shutil.copytree(better, folder)
    for name in (PROOF, HISTORY):
        shutil.copy(genuine / name, folder / name)
    found = sealed_only(folder, trust="trust-without-witness.json")
    assert 8 not in checks(found)
    assert 10 in checks(found)


@pytest.mark.parametrize(("use", "check"), [("seal", 8), ("log", 10), ("witness", 10)])
def test_attack_11_a_key_revoked_before_it_signed(site, genuine, tmp_path, use, check):
    """The trust file says from when a key is not believed any more; others' clocks decide."""
    record = json.loads((site / "trust.json").read_bytes())
    for one in record["keys"]:
        if one["use"] == use:
            one["until"] = "2026-03-01T00:00:00.000000Z"
    (tmp_path / "trust.json").write_text(json.dumps(record))
    assert checks(told_by(genuine, tmp_path / "trust.json")) == {check}


# ------------------------------------------------------------------ 12. the insider with every key


def test_attack_12_13_the_insider_rewrites_all_and_is_not_found_without_a_witness(better, look):
    """Stated so that nobody relies on less: keys, log and captures in one hand prove anything.

    The insider's log is also attack 13: the unfavourable evaluation never was, and is not counted.
    """
    answer = look(better, trust="trust-without-witness.json")
    assert answer["findings"] == []
    assert answer["readiness"] == "ready"
    assert "evaluation 1 of 1 of batch AAV-26-0002" in " ".join(answer["said"])


def test_attack_12_13_the_insider_is_found_by_the_witness_that_did_not_sign(better, sealed_only):
    found = sealed_only(better)
    assert checks(found) == {10}
    assert "did not co-sign" in words(found)


def test_attack_12_the_insider_is_found_by_the_checkpoint_seen_last(better, sealed_only):
    answer = sealed_only(better, trust="trust-without-witness.json", seen="seen")
    assert checks(answer) == {12}


def test_attack_12_the_insider_is_found_by_a_copy_of_the_log(better, sealed_only):
    answer = sealed_only(better, trust="trust-without-witness.json", log="tiles")
    assert checks(answer) == {12}


# ------------------------------------------------------------------ 13. an unfavourable evaluation


def test_attack_13_the_history_without_the_unfavourable_evaluation(site, sealed_only, tmp_path):
    second = site / "honest" / "packages" / "AAV-26-0002-initial-evaluation-2"
    folder = tmp_path / "second"
    shutil.copytree(second, folder)
    history = json.loads((folder / HISTORY).read_bytes())
    kept = [one for one in history["entries"] if '"evaluation":1' not in one["entry"]]
    assert len(kept) < len(history["entries"])
    history |= {"entries": kept, "evaluations": 1}
    (folder / HISTORY).write_text(json.dumps(history, sort_keys=True, separators=(",", ":")))
    assert 11 in checks(sealed_only(folder))


# ------------------------------------------------------------------ 14. outside the system


def test_attack_14_the_log_tells_when_captures_came_and_when_they_were_judged(genuine):
    """Evaluations that never touch the system leave no trace; what it can tell is the time that
    passed between the first capture and the first intent. The captures are logged before it."""
    entries = [
        json.loads(one["entry"]) for one in json.loads((genuine / HISTORY).read_bytes())["entries"]
    ]
    kinds = [one.get("kind", "seal") for one in entries]
    assert kinds.index("capture") < kinds.index("intent") < kinds.index("result")
    assert {"at", "captures", "root"} <= set(entries[kinds.index("capture")])


# ------------------------------------------------------------------ 15. an intent without a result


def test_attack_15_an_intent_without_a_result_is_a_finding(site, sealed_only, tmp_path):
    """The result's entry is left out of the history: the intent stays open."""
    second = site / "honest" / "packages" / "AAV-26-0002-initial-evaluation-2"
    folder = tmp_path / "second"
    shutil.copytree(second, folder)
    history = json.loads((folder / HISTORY).read_bytes())
    kept = [
        one
        for one in history["entries"]
        if json.loads(one["entry"]).get("kind") != "result" or '"evaluation":2' in one["entry"]
    ]
    assert len(kept) == len(history["entries"]) - 1
    history["entries"] = kept
    (folder / HISTORY).write_text(json.dumps(history, sort_keys=True, separators=(",", ":")))
    assert 11 in checks(sealed_only(folder))


# ------------------------------------------------------------------ 16. a truncated log


@pytest.fixture
def ledger_copy(site, tmp_path):
    """A home whose ledger's administrator may do anything."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(site / "honest" / "ledger.sqlite", home / "ledger.sqlite")
    shutil.copytree(site / "honest" / "keys", home / "keys")
    return home


def as_administrator(home, *statements):
    connection = sqlite3.connect(home / "ledger.sqlite", isolation_level=None)
    connection.execute("PRAGMA foreign_keys = OFF")
    names = connection.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall()
    for (name,) in names:
        connection.execute(f"DROP TRIGGER {name}")
    for one in statements:
        connection.execute(one)
    connection.close()


def seen(site, name):
    return checkpoint_of(parse_note((site / name).read_text()).text)


def test_attack_16_the_end_of_the_log_cut_off(site, ledger_copy, tmp_path):
    """Entries, hashes and checkpoints after the first evaluation are gone, triggers too."""
    size = seen(site, "seen").size
    as_administrator(
        ledger_copy,
        f"DELETE FROM log_entry WHERE position >= {size}",  # noqa: S608 (our own number)
        f"DELETE FROM log_checkpoint WHERE size > {size}",  # noqa: S608
    )
    with desk_at(silent_site(site, tmp_path), ledger_copy) as desk:
        found = [one.words for one in check_log(desk.ledger, [seen(site, "seen-later")])]
    assert any("it was cut or an old copy was put in its place" in one for one in found)


def test_attack_16_an_old_backup_put_in_the_place_of_the_log(better, sealed_only):
    """A package sealed on a log that was rolled back does not continue what was seen."""
    assert 12 in checks(sealed_only(better, trust="trust-without-witness.json", seen="seen-later"))


# ------------------------------------------------------------------ 17. a split view


def test_attack_17_two_logs_of_one_size_cannot_both_be_witnessed(site, better, sealed_only):
    """Each is signed by the log's own key; the witness remembers one head for one size."""
    ours, theirs = seen(site, "seen"), insiders(better)
    assert ours.origin == theirs.origin
    assert ours.root != theirs.root
    assert checks(sealed_only(better)) == {10}


def insiders(better):
    note = json.loads((better / HISTORY).read_bytes())["checkpoint"]
    return checkpoint_of(parse_note(note).text)


# ------------------------------------------------------------------ 18. a clock set back


def test_attack_18_an_evaluation_dated_after_its_time_stamp(forger_of_all, sealed_only, tmp_path):
    """The stamp is by another's clock: what claims to be later than it cannot be in it."""
    forger_of_all.change_file("evaluation.json", judged_at="2036-03-24T06:00:00.000000Z")
    folder = forger_of_all.closed().write(tmp_path / "later")
    assert {8, 9} <= checks(sealed_only(folder))


# ------------------------------------------------------------------ 19. the time-stamp authority


@pytest.mark.parametrize("change", ["cut", "another", "text", "gone"])
def test_attack_19_an_answer_of_the_authority_that_cannot_be_believed(
    copy, better, sealed_only, change
):
    path = copy / STAMP
    data = path.read_bytes()
    if change == "another":
        data = (better / STAMP).read_bytes()
    elif change == "cut":
        data = data[:-7]
    elif change == "text":
        data = b"<html>granted</html>"
    path.write_bytes(data)
    if change == "gone":
        path.unlink()
    answer = sealed_only(copy)
    assert checks(answer) == {9}


def test_attack_19_an_authority_whose_root_nobody_trusts(site, genuine, tmp_path):
    record = json.loads((site / "trust.json").read_bytes()) | {"authorities": []}
    (tmp_path / "trust.json").write_text(json.dumps(record))
    answer = told_by(genuine, tmp_path / "trust.json")
    assert checks(answer) == {9}


def test_attack_19_an_authority_that_does_not_answer_leaves_no_package(site, ledger_copy, tmp_path):
    """Sealing fails closed: the evaluation stays on record, and nobody gets an unsealed package."""
    shutil.copytree(site / "plant", tmp_path / "plant")
    path = tmp_path / "plant" / "site.yaml"
    read = reader_of(site / "honest" / "packages" / "AAV-26-0002-initial-evaluation-1")
    with desk_at(path, ledger_copy) as desk, pytest.raises(UnavailableError):
        seal_package(desk, opened(read), manifest_from(read(MANIFEST)))
