"""The attack: a failing result is deleted in the LIMS between two evaluations of the batch.

Without what was captured before, the batch would be ready (promise 8: a failed result is never
averaged, retested or re-run away).
"""

import json
import struct
from dataclasses import replace

import pytest
from attacks.forger import Held, of_folder
from earlier.rounds import Rounds, desk_at, earlier, further_batch, otherwise, told

from contracts.again import READERS
from contracts.canonical import canonical
from contracts.manifest import EVALUATION, READINESS
from contracts.opened import opened
from contracts.sources.odcs import source_contract
from tasks import reading
from tasks.approving import approved_facts
from tasks.folder import findings_in, reader_of
from tasks.replay import replay
from tasks.verifier import Package, Trust


def test_the_failing_result_still_blocks(rounds):
    one = rounds().with_equipment()
    one.later("retested", keyword="VIAB", result="61.0")
    one.evidence()
    one.later("vanished")
    second = one.judged()
    ((kind, blocking, message),) = told(second)
    assert kind == "result that vanished"
    assert "was 61.0 % when it was captured" in message
    assert blocking
    assert [each.message for each in second.exceptions if each.blocking] == [message]
    assert second.readiness == "not_ready"


def changed_reading(one, capture):
    """The same page with one degree more in its tenth reading."""
    body = bytearray(one.desk.store.get(capture.digest))
    contract = source_contract(reading.contract_document("equipment"))
    (page,) = READERS["equipment"]([(capture, bytes(body))], contract, one.batch, "UTC").pages
    struct.pack_into("<d", body, page.offsets[9], page.values[9] + 1)
    other = replace(capture, digest=one.desk.store.put(bytes(body)))
    return one.desk.ledger.record_capture(one.batch, other, "127.0.0.1:1")


def test_equipment_history_that_is_served_otherwise_is_told_by_tag_and_first_reading(rounds):
    one = rounds().with_equipment()
    pages = [each for each in one.equipment if "CRF-201" in each.request]
    one.equipment = tuple(pages)
    first = one.evidence()
    one.equipment = tuple(changed_reading(one, each) for each in pages)
    second = one.evidence()
    ((how, message),) = otherwise(second)
    assert how == "readings changed"
    assert message.startswith("The history of CRF-201.TEMP was captured at 2026-03-24 06:00 UTC")
    assert "is served otherwise now: reading 10 was " in message
    assert second.fingerprint != first.fingerprint


@pytest.fixture(scope="module")
def packages(plant, tmp_path_factory):
    """The packages of a batch before and after its failing result was deleted."""
    running, site = plant
    home = tmp_path_factory.mktemp("home")
    with desk_at(site, home) as desk:
        one = Rounds(desk, running, further_batch(running, "CART-26-0002"))
        first = one.package(one.judged())
        one.later("vanished")
        second = one.package(one.judged())
        trust = desk.keys.trust((), (), approved_facts(desk.site)).encode()
    return first, second, Trust(trust, given=True)


def test_both_packages_hold_and_come_out_again(packages):
    for folder in packages[:2]:
        assert findings_in(folder) == ()
        assert replay(folder).same


def test_the_package_holds_what_was_captured_before(packages):
    before, after = (of_folder(folder) for folder in packages[:2])
    kept = earlier_rows(after)
    assert not earlier_rows(before)
    assert {row["source"] for row in kept} == {"lims"}
    assert {row["digest"] for row in kept} == {
        row["digest"] for row in before.rows("captures") if row["source"] == "lims"
    }
    assert all(f"captures/{row['digest']}" in after.files for row in kept)


def earlier_rows(forger):
    return [row for row in forger.rows("captures") if "earlier" in row]


@pytest.fixture
def forger(packages):
    return of_folder(packages[1])


def vanished(row):
    return row["kind"] == "result that vanished"


def without_exception(forger):
    rows = [row for row in forger.rows("exceptions") if not vanished(row)]
    assert len(rows) < len(forger.rows("exceptions"))
    numbered = [row | {"id": f"X-{place:03d}"} for place, row in enumerate(rows, start=1)]
    forger.put("exceptions", numbered)


def without_earlier(forger):
    """Leave out the earlier captures, and their bytes where nothing else has the same."""
    rows = [row for row in forger.rows("captures") if "earlier" not in row]
    names = {row["digest"] for row in rows}
    for row in earlier_rows(forger):
        if row["digest"] not in names:
            forger.files.pop(f"captures/{row['digest']}", None)
    forger.put("captures", rows)


def checks(findings):
    return {one.check for one in findings}


def test_the_exception_left_out_is_found(forger):
    without_exception(forger)
    assert 20 in checks(forger.closed().findings())


def test_the_earlier_captures_left_out_are_found(forger):
    without_earlier(forger)
    assert {20, 24} <= checks(forger.closed().findings())


def test_an_earlier_capture_with_other_bytes_is_found(forger):
    row = next(row for row in earlier_rows(forger) if b'"76.3"' in captured(forger, row))
    forger.swap_capture(row["digest"], captured(forger, row).replace(b'"76.3"', b'"86.3"'))
    assert {20, 24} <= checks(forger.closed().findings())


def captured(forger, row):
    return forger.files[f"captures/{row['digest']}"]


def test_whoever_leaves_out_everything_contradicts_the_seal_and_the_log(forger, packages):
    """All that can be computed without a key fits again: what the log was told does not."""
    gone = [row["message"] for row in forger.rows("exceptions") if vanished(row)]
    without_exception(forger)
    without_earlier(forger)
    readiness = json.loads(forger.files[READINESS])
    readiness["reasons"] = [one for one in readiness["reasons"] if one not in gone]
    readiness["readiness"] = "incomplete"  # the equipment was not asked; no failure is left
    forger.files[READINESS] = canonical(readiness) + b"\n"
    named = [one.words for one in forger.closed().findings() if "evidence" in one.words]
    evidence = json.loads(forger.files[EVALUATION])["evidence"]
    (follows,) = [words.split("'")[-2] for words in named if evidence in words]
    forger.change_file(EVALUATION, evidence=follows, readiness="incomplete")
    forger.show_again()
    assert forger.closed().findings() == ()
    sealed = Package(Held(forger.files), packages[2])
    sealed.check_whole()
    sealed.check_sealed(None, None)
    assert 8 in checks(sealed.report.findings)
    assert any("captures logged for evaluation 2" in one.words for one in sealed.report.findings)


def test_earlier_captures_are_not_judged(packages):
    package = opened(reader_of(packages[1]))
    quoted = {place.capture for one in package.observations.values() for place in one.origin.places}
    assert quoted <= {one.digest for one in package.captured if not one.earlier}
    assert len(earlier(package.captured)) > 5
