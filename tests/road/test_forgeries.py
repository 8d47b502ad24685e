"""A forger changes a real package and makes its manifest fit; its evidence contradicts that.

Every forgery is of the second batch, which is not ready, and most try to make it so.
"""

import json
from io import BytesIO

import pytest

from contracts import restore
from contracts.canonical import canonical
from contracts.errors import BatchproofError
from contracts.evidence import digest_of
from contracts.manifest import (
    MANIFEST,
    RECORDS,
    Manifest,
    Member,
    heads_of,
    manifest_from,
    table_path,
)
from contracts.reading_leaves import READINGS
from tasks.folder import findings_drawn_again
from tasks.verifier import Container, Package, Trust

BATCH = "CART-26-0002"


@pytest.fixture(scope="module")
def genuine(packages):
    folder = packages[BATCH]
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


class Forgery:
    """A package's files, to be changed table by table."""

    def __init__(self, files):
        self.files = dict(files)

    def rows(self, table):
        return [json.loads(line) for line in self.files[f"tables/{table}.jsonl"].splitlines()]

    def put(self, table, rows):
        self.files[f"tables/{table}.jsonl"] = b"".join(canonical(row) + b"\n" for row in rows)

    def change(self, table, chosen, **members):
        rows = [row | members if chosen(row) else row for row in self.rows(table)]
        assert rows != self.rows(table)
        self.put(table, rows)

    def change_file(self, path, **members):
        record = json.loads(self.files[path]) | members
        self.files[path] = canonical(record) + b"\n"

    def checks(self):
        """The numbers of the checks that find something, once the manifest was made to fit."""
        return {finding.check for finding in self.findings()}

    def findings(self, trust=None):
        """What is found, once the manifest was made to fit; in the seal too, if one is trusted."""
        was = manifest_from(self.files[MANIFEST])
        rest = {path: data for path, data in self.files.items() if path != MANIFEST}
        lines = {table_path(name): rest[table_path(name)] for name in RECORDS}
        try:
            made = heads_of(lines, was.seed, self.captured, was.head(READINGS))
        except (BatchproofError, LookupError):  # a table that has no head: the old ones stay
            made = was.tables
        members = [
            Member(path, digest_of(data), len(data))
            for path, data in sorted(rest.items())
            if not path.startswith("seal/")
        ]
        manifest = Manifest(BATCH, was.salt, made, tuple(members))
        held = Held(rest | {MANIFEST: manifest.to_bytes()})
        package = Package(held, trust)
        package.check_whole()
        if trust is not None:
            package.check_sealed(None, None)
        found = package.report.findings
        return (*found, *findings_drawn_again(held, found))

    def captured(self, digest):
        return self.files[f"captures/{digest}"]


class Held(Container):
    """A package that lies nowhere but in memory."""

    def __init__(self, files):
        self.files, self.odd = files, []
        self.sizes = {path: len(data) for path, data in files.items()}

    def open(self, name):
        return BytesIO(self.files[name])


@pytest.fixture(scope="module")
def believed(trust):
    return Trust(trust.read_bytes(), given=True)


@pytest.fixture
def forgery(genuine):
    return Forgery(genuine)


def renamed(row, **members):
    """The row with other members, under the id that those members give."""
    content = row | members
    named = {name: content[name] for name in content if name not in ("captured_at", "id")}
    content["id"] = "O-" + digest_of(canonical(named))[:20]
    assert restore.observation(content).id == content["id"]
    return content


def failing(row):
    return row.get("as_written") == "76.3" and row["characteristic"] == "viability"


def test_a_package_made_again_as_it_was_has_no_findings(forgery, believed):
    assert forgery.findings(believed) == ()


@pytest.mark.parametrize("member", ["index.html", "tables/verdicts.jsonl", "environment.json"])
def test_whoever_makes_the_manifest_fit_breaks_the_seal(forgery, believed, member):
    forgery.files[member] += b"\n"
    assert 8 in {finding.check for finding in forgery.findings(believed)}


NUMBER = {"bound": "=", "kind": "number", "number": "88.0"}
OBSERVATIONS = {
    "another value": {"value": NUMBER},
    "another text": {"as_written": "88.0"},
    "invalidated": {"status": "invalidated", "reason": "air bubble"},
    "calculated": {"provenance": "calculated", "as_written": "", "value": NUMBER},
    "another step": {"step": "expansion"},
    "another unit": {"unit": "1"},
}


@pytest.mark.parametrize("change", OBSERVATIONS)
def test_a_changed_observation_is_found(forgery, change):
    """Its id is made to fit too, so that only its captured bytes contradict it."""
    rows = [
        renamed(row, **OBSERVATIONS[change]) if failing(row) else row
        for row in forgery.rows("observations")
    ]
    forgery.put("observations", rows)
    assert 19 in forgery.checks()


def test_an_observation_left_out_is_found(forgery):
    rows = [row for row in forgery.rows("observations") if not failing(row)]
    forgery.put("observations", rows)
    assert 19 in forgery.checks()


def test_an_observation_twice_is_found(forgery):
    rows = forgery.rows("observations")
    forgery.put("observations", [*rows, rows[0]])
    assert forgery.checks() == {14}


@pytest.mark.parametrize("criterion", ["CPP-TEM-002", "CPP-HLD-002", "IPC-CNT-001"])
def test_an_altered_calculated_value_is_found(forgery, criterion):
    rows = [
        renamed(row, value=NUMBER | {"number": "1"}) if row["source_key"] == criterion else row
        for row in forgery.rows("observations")
    ]
    assert rows != forgery.rows("observations")
    forgery.put("observations", rows)
    said = [finding.words for finding in forgery.findings() if finding.check == 20]
    assert any(f"The calculated value of {criterion} comes out as" in words for words in said)


@pytest.mark.parametrize(
    ("table", "check"),
    [("exceptions", 20), ("lineage", 20), ("unread", 19), ("series", 19), ("verdicts", 16)],
)
def test_an_emptied_table_is_found(forgery, table, check):
    forgery.put(table, [])
    assert check in forgery.checks()


def test_an_exception_that_nobody_drew_is_found(forgery):
    rows = forgery.rows("exceptions")
    made_up = rows[-1] | {"id": "X-999", "message": "QA has looked at everything."}
    forgery.put("exceptions", [*rows, made_up])
    assert 20 in forgery.checks()


def test_a_quarantine_that_nobody_made_is_found(forgery):
    aside = {"expected": "", "found": "x", "move": "", "source": "lims", "where": ""}
    forgery.put("quarantines", [aside])
    assert {17, 19} & forgery.checks()


@pytest.mark.parametrize(
    "members", [{"outcome": "met"}, {"value": "86.3"}, {"message": "All is well."}, {"note": "x"}]
)
def test_a_changed_verdict_is_found(forgery, members):
    forgery.change("verdicts", lambda row: row["criterion"] == "CQA-VIA-001", **members)
    assert {14, 17} & forgery.checks()


def test_a_relaxed_limit_is_found(forgery):
    rows = forgery.rows("criteria")
    for row in rows:
        if row["id"] == "CQA-VIA-001":
            row["limits"][0]["rule"]["low"] = "70.0"
    forgery.put("criteria", rows)
    assert 16 in forgery.checks()


def test_a_swapped_strategy_is_found(forgery):
    forgery.change_file("strategy/strategy.json", title="Another")
    assert 16 in forgery.checks()
    relaxed = json.loads(forgery.files["strategy/strategy.json"])
    relaxed["criteria"] = relaxed["criteria"][1:]
    forgery.files["strategy/strategy.json"] = canonical(relaxed) + b"\n"
    digest = digest_of(canonical(relaxed))
    forgery.change_file("evaluation.json", strategy=digest)
    assert 16 in forgery.checks()


@pytest.mark.parametrize(
    "members",
    [
        {"in_force_on": "2025-09-14"},
        {"criteria_judged": 1},
        {"readiness": "ready"},
        {"batch": "CART-26-9999"},
        {"released_by": "somebody"},
        {"doubts": ["a doubt"]},
    ],
)
def test_a_changed_evaluation_is_found(forgery, members):
    forgery.change_file("evaluation.json", **members)
    assert forgery.checks()


def test_another_readiness_is_found(forgery):
    forgery.change_file("readiness.json", readiness="ready", reasons=[])
    assert 18 in forgery.checks()


@pytest.mark.parametrize(
    "member", ["APPROVED.txt", "captures/" + "0" * 63, "../x", "/etc/x", "tables/extra.jsonl"]
)
def test_a_member_that_no_package_holds_is_found(forgery, member):
    forgery.files[member] = b"x"
    assert 4 in forgery.checks()


@pytest.mark.parametrize("member", ["strategy/strategy.json", "contracts/lims.json"])
def test_a_member_that_every_package_has_is_missed(forgery, member):
    del forgery.files[member]
    assert 3 in forgery.checks()


def test_a_changed_capture_is_found(forgery):
    """Its name no longer fits; under a new name, the table and the places do not."""
    rows = [row for row in forgery.rows("captures") if row["source"] == "lims"]
    path = next(
        path
        for path in (f"captures/{row['digest']}" for row in rows)
        if b'"76.3"' in forgery.files[path]
    )
    forgery.files[path] = forgery.files[path].replace(b'"76.3"', b'"86.3"')
    assert 3 in forgery.checks()


def test_a_way_out_of_the_folder_in_a_capture_is_refused(forgery):
    rows = forgery.rows("captures")
    rows[0]["digest"] = "../../../etc/passwd"
    forgery.put("captures", rows)
    assert {6, 7} <= forgery.checks()
