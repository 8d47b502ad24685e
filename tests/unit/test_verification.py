"""A small package made from nouns alone: every change of it is found, by the check that should."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from builders import capture, criterion, observed

from contracts import reference
from contracts.canonical import canonical
from contracts.conclude import conclude
from contracts.criterion import Range, Stage, Strategy
from contracts.errors import NotFoundError
from contracts.exceptions import Aside, exceptions
from contracts.lineage import edges, trace
from contracts.manifest import MANIFEST, manifest_of, table_bytes, table_path
from contracts.opened import opened
from contracts.question import Evidence, questions
from contracts.readiness import decide
from contracts.verification import verify

RAW = b'{"items":[{"Keyword":"VIAB","Result":"76.3"},{"Keyword":"VIAB","Result":"84.1"}]}'


def package(**changes):
    """The files of a package whose two results say 76.3 and 84.1 against at least 80.0."""
    original = observed("76.3", RAW)
    retest = observed("84.1", RAW, retest_of=original.source_key)
    observations = (original, retest)
    strategy = Strategy("car-t-autologous", "Example", "1", (criterion(),))
    asked = questions(strategy.in_force(date(2026, 3, 2)), Evidence(observations, {}))
    verdicts = conclude(asked, reference.judge(asked))
    drawn = exceptions(Stage.INITIAL, asked, verdicts, observations, Aside())
    readiness = decide(Stage.INITIAL, strategy.criteria, verdicts, drawn)
    tables = {
        "captures": [capture(RAW).record()],
        "criteria": [question.criterion.record() for question in asked],
        "exceptions": [one.record() for one in drawn],
        "lineage": list(edges(asked, verdicts, observations)),
        "observations": [one.record() for one in observations],
        "quarantines": [],
        "series": [],
        "unread": [],
        "verdicts": [one.record() for one in verdicts],
    } | changes.get("tables", {})
    evaluation = {
        "batch": "CART-26-0001",
        "criteria_in_force": 1,
        "criteria_judged": 1,
        "evaluation": 1,
        "in_force_on": "2026-03-02",
        "readiness": readiness.state.value,
        "stage": "initial",
        "strategy": strategy.digest,
    } | changes.get("evaluation", {})
    files = {table_path(name): table_bytes(records) for name, records in tables.items()} | {
        "captures/" + capture(RAW).digest: RAW,
        "evaluation.json": canonical(evaluation) + b"\n",
        "readiness.json": canonical(readiness.record()) + b"\n",
        "strategy/strategy.json": canonical(strategy.record()) + b"\n",
        "verdicts.json": canonical([one.record() for one in verdicts]) + b"\n",
        "index.html": b"<p>for people</p>",
    }
    return sealed(files | changes.get("files", {}))


def sealed(files):
    """The files with a manifest that fits them: what a forger would write, too."""
    rest = {path: data for path, data in files.items() if path != MANIFEST}
    manifest = manifest_of("CART-26-0001", rest, ())
    return rest | {MANIFEST: canonical(manifest.record()) + b"\n"}


def checks(files):
    """The numbers of the checks that found something."""

    def read(path):
        if path not in files:
            raise NotFoundError(path)
        return files[path]

    return {finding.check for finding in verify(read, frozenset(files))}


def test_a_whole_package_has_no_findings():
    assert checks(package()) == set()


def test_any_changed_byte_of_any_member_is_found():
    files = package()
    for path, data in files.items():
        for position in range(len(data)):
            changed = data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]
            assert checks(files | {path: changed}), (path, position)


def test_a_missing_and_an_added_member_are_found():
    files = package()
    for path in files:
        assert checks({name: data for name, data in files.items() if name != path}) <= {1, 2}
        assert checks({name: data for name, data in files.items() if name != path})
    assert checks(files | {"extra.txt": b"x"}) == {3}


@pytest.mark.parametrize("cut", [1, 10])
def test_a_longer_or_shorter_member_is_found(cut):
    files = package()
    for path, data in files.items():
        assert not data or checks(files | {path: data[:-cut]}), path
        assert checks(files | {path: data + b" " * cut})


def forged(table, **changes):
    """A package with its first record of a table changed, and its manifest made to fit."""
    files = package()
    first, *rest = files[table_path(table)].splitlines()
    record = json.loads(first) | changes
    lines = [canonical(record), *rest]
    return sealed(files | {table_path(table): b"\n".join(lines) + b"\n"})


def test_a_flipped_verdict_is_found_by_judging_again():
    files = forged("verdicts", outcome="met")
    assert 7 in checks(files)


def test_a_word_of_a_verdict_is_found_by_judging_again():
    assert 7 in checks(forged("verdicts", message="All is well."))


def test_a_changed_value_is_found_by_its_id():
    value = {"bound": "=", "kind": "number", "number": "86.3"}
    assert checks(forged("observations", value=value)) == {4}


def test_a_value_that_its_bytes_do_not_say_is_found():
    """The id fits, the judge agrees, only the quoted bytes say 76.3."""
    lie = replace(observed("76.3", RAW), as_written="86.3")
    tables = {"observations": [lie.record(), observed("84.1", RAW).record()]}
    assert 5 in checks(package(tables=tables))


def test_a_place_outside_its_capture_is_found():
    one = observed("84.1", RAW)
    beyond = replace(one.origin.places[0], offset=len(RAW))
    outside = replace(one, origin=replace(one.origin, places=(beyond,)))
    tables = {"observations": [observed("76.3", RAW).record(), outside.record()]}
    assert 5 in checks(package(tables=tables))


def test_a_relaxed_limit_is_found_by_the_strategy():
    relaxed = criterion(Range(low=Decimal("70.0")))
    assert 6 in checks(package(tables={"criteria": [relaxed.record()]}))


def test_a_swapped_strategy_is_found():
    other = Strategy("car-t-autologous", "Example", "1", (criterion(Range(low=Decimal(70))),))
    swapped = {"strategy/strategy.json": canonical(other.record()) + b"\n"}
    assert 6 in checks(package(files=swapped))
    assert 6 in checks(package(files=swapped, evaluation={"strategy": other.digest}))


@pytest.mark.parametrize("count", [{"criteria_in_force": 2}, {"criteria_judged": 0}])
def test_a_criterion_too_many_or_too_few_is_found(count):
    assert 6 in checks(package(evaluation=count))


def test_a_verdict_left_out_is_found():
    assert {6} <= checks(package(tables={"verdicts": []}))


def test_another_readiness_is_found():
    assert 8 in checks(package(evaluation={"readiness": "ready"}))
    ready = {"readiness.json": canonical({"readiness": "ready", "reasons": [], "stage": "initial"})}
    assert 8 in checks(package(files=ready))


def test_duplicate_members_of_json_are_found():
    files = package()
    doubled = files["evaluation.json"].replace(b'"batch":', b'"batch":"X","batch":')
    assert 4 in checks(sealed(files | {"evaluation.json": doubled}))


def test_a_trace_of_a_verdict_ends_in_its_bytes():
    files = package()
    traced = trace(opened(files.__getitem__), files.__getitem__, "CQA-VIA-001")
    assert [one.text for one in traced.quotes] == ["76.3", "84.1"]
    assert [step.kind for step in traced.steps] == [
        *("verdict", "criterion", "strategy", "judgement"),
        *("observation", "observation", "capture", "request"),
    ]
    offset = traced.quotes[0].place.offset
    assert RAW[offset : offset + 4] == b"76.3"


def test_a_trace_of_nothing_known_is_refused_in_words():
    files = package()
    with pytest.raises(NotFoundError, match="no verdict or observation called 'CQA-X'"):
        trace(opened(files.__getitem__), files.__getitem__, "CQA-X")
