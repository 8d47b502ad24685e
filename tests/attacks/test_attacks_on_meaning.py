"""Attacks 9, 20 to 24, 26 and 27: what the package says it was judged by, and with."""

import json
import struct
from itertools import product

import pytest
from attacks.forger import renamed, told

from contracts import merkle, salts
from contracts.again import Again, pages_of
from contracts.canonical import canonical
from contracts.evidence import digest_of
from contracts.leaves import record_leaf
from contracts.manifest import EVALUATION, MANIFEST, RECORDS, STRATEGY, manifest_from, table_path
from contracts.opened import opened
from contracts.reading_leaves import ReadingLeaf, page_digest
from tasks.folder import findings_in

# ------------------------------------------------------------------ 9. a relaxed limit


def relaxed(record):
    for one in record["criteria"]:
        if one["id"] in ("CQA-FUL-001", "IPC-FUL-001"):
            one["limits"][1]["rule"]["low"] = "60.0"
    return record


def test_attack_09_a_limit_relaxed_in_the_strategy_of_the_package(forger):
    """The strategy's digest is in the evaluation and in the environment: both stay behind."""
    record = relaxed(json.loads(forger.files[STRATEGY]))
    forger.files[STRATEGY] = canonical(record) + b"\n"
    assert told(forger.closed().findings())[0] == (16, STRATEGY)


def test_attack_09_a_limit_relaxed_and_its_digest_swapped_everywhere(forger):
    """The criteria, verdicts and exceptions that follow from it are others than those here."""
    record = relaxed(json.loads(forger.files[STRATEGY]))
    forger.files[STRATEGY] = canonical(record) + b"\n"
    digest = digest_of(canonical(record))
    forger.change_file(EVALUATION, strategy=digest)
    forger.change("environment", lambda row: row["kind"] == "strategy", sha256=digest)
    found = {check for check, _ in told(forger.closed().findings())}
    assert {16} <= found


# ------------------------------------------------------------------ 20. another library or code


def test_attack_20_the_environment_names_code_libraries_strategy_suites_and_contracts(forger):
    kinds = {row["kind"] for row in forger.rows("environment")}
    assert kinds == {"code", "contract", "lock", "strategy", "suite"}


def test_attack_20_code_and_libraries_left_out_of_the_environment(forger):
    """That another code was run cannot be seen in a package: the seal's maker swears to its name.

    Here the reference judge of whoever verifies judges again, from the captures: code that judged
    otherwise is found by what it said (attack 3).
    """
    rows = [row for row in forger.rows("environment") if row["kind"] not in ("code", "lock")]
    forger.put("environment", rows)
    assert told(forger.closed().findings()) == [(22, table_path("environment"))]


@pytest.mark.parametrize(
    "members",
    [
        {"evidence": "0" * 64},
        {"judges": ["great_expectations"]},
        {"strategy_version": "9.0.0"},
        {"judged_at": "2026-03-01T06:00:00.000000Z"},
        {"wording": "1"},
    ],
    ids=str,
)
def test_attack_20_an_evaluation_that_says_something_else_of_itself(forger, members):
    forger.change_file(EVALUATION, **members)
    assert told(forger.closed().findings()) == [(24, EVALUATION)]


def test_attack_20_exceptions_of_an_older_wording_must_follow_all_the_same(forger):
    """An older wording is no way to leave out what speaks against the batch."""
    forger.change_file(EVALUATION, wording="1")
    forger.put("exceptions", [row for row in forger.rows("exceptions") if not row["blocking"]])
    assert (20, "tables/exceptions.jsonl") in told(forger.closed().findings())


# ------------------------------------------------------------------ 21. "it never comes out alike"


def test_attack_21_the_same_records_always_make_the_same_root(forger):
    """Nothing that differs from run to run is in the root: it is no excuse."""
    before = forger.root
    forger.files["environment.json"] = b'{"libraries":{"pyarrow":"1.0"},"machine":"other"}\n'
    forger.files["index.html"] += b" "
    forger.parquet("verdicts", lambda table: table, compression_level=1)
    assert forger.closed().root == before


# ------------------------------------------------------------------ 22. guessing neighbours


def test_attack_22_a_sibling_hash_does_not_tell_its_value(forger_of_all):
    """With every other member of a reading known, 600 values are tried: without a salt it is found.

    A proof shows the hash of the reading beside it. Its salt follows from all captured bytes, and
    from nothing less.
    """
    again = Again(forger_of_all.read, opened(forger_of_all.read))
    manifest = manifest_from(forger_of_all.files[MANIFEST])
    page = pages_of(again)[0]
    named = page_digest(page.record())
    own, neighbour = 0, 1
    salt = salts.salt_of(manifest.seed, "readings", neighbour)

    def leaf(value, with_salt):
        at = page.offsets[neighbour]
        fixed = (page.times[neighbour], value, page.statuses[neighbour], at)
        return merkle.leaf_hash(ReadingLeaf(*fixed, as_opcua(value)).data(with_salt, named))

    value = page.values[neighbour]
    guesses = [round(value - 3 + step / 100, 2) for step in range(600)]
    assert value in guesses
    sibling = leaf(value, salt)
    known = salts.salt_of(manifest.seed, "readings", own)
    assert [one for one in guesses if leaf(one, salt) == sibling] == [value]
    for tried in (b"", bytes(16), known):
        assert not [one for one in guesses if leaf(one, tried) == sibling]


def as_opcua(value):
    """A double as OPC UA writes it: little-endian (Part 6, 5.2.2.3)."""
    return struct.pack("<d", value)


def test_attack_22_no_two_tables_share_salts(forger):
    seed = manifest_from(forger.files[MANIFEST]).seed
    drawn = [
        salts.salts(seed, name, block) for name, block in product((*RECORDS, "readings"), (0, 1))
    ]
    parts = [one[at : at + 16] for one in drawn for at in range(0, len(one), 16)]
    assert len(set(parts)) == len(parts) == 13 * 2 * 256
    assert salts.seed_of([b"ab", b"c"]) == salts.seed_of([b"a", b"bc"])  # captures have their heads


# ------------------------------------------------------------------ 23. an inner node as a leaf


def test_attack_23_an_inner_node_offered_as_a_record(forger):
    """Two leaves of a table become one, whose data are their hashes: the head stays only in a
    tree without prefixes, and no such line is a record."""
    seed = manifest_from(forger.files[MANIFEST]).seed
    lines = forger.files[table_path("answers")].splitlines()[:2]
    hashes = [
        merkle.leaf_hash(record_leaf(salts.salt_of(seed, "answers", number), line))
        for number, line in enumerate(lines)
    ]
    head = merkle.head(hashes)
    assert merkle.leaf_hash(hashes[0] + hashes[1]) != head
    assert merkle.leaf_hash(b"\x01" + hashes[0] + hashes[1]) != head
    forger.files[table_path("answers")] = hashes[0] + hashes[1] + b"\n"
    assert told(forger.closed().findings())[0][0] == 5


# ------------------------------------------------------------------ 24. a helpful hand repairs


def reformatted(data):
    return json.dumps(json.loads(data), indent=2).encode() + b"\n"


@pytest.mark.parametrize("path", ["readiness.json", EVALUATION, "verdicts.json", STRATEGY])
def test_attack_24_a_file_saved_again_by_an_editor(copy, path):
    (copy / path).write_bytes(reformatted((copy / path).read_bytes()))
    assert (3, path) in told(findings_in(copy))


def test_attack_24_line_ends_of_another_system_and_the_manifest_repaired(forger):
    path = table_path("verdicts")
    forger.files[path] = forger.files[path].replace(b"\n", b"\r\n")
    assert (5, path) in told(forger.closed().findings())


def test_attack_24_there_is_no_command_that_repairs():
    """A wrong package stays wrong: what helps is another evaluation, with its reason."""
    from flows.cli import app

    names = {one.name or one.callback.__name__ for one in app.registered_commands}
    for word in ("repair", "fix", "reseal", "rehash", "update", "compact", "vacuum", "delete"):
        assert not {name for name in names if word in name}


# ------------------------------------------------------------------ 26. two readings of one text


@pytest.mark.parametrize(
    ("path", "check"),
    [(MANIFEST, 2), (EVALUATION, 5), ("tables/verdicts.jsonl", 5), (STRATEGY, 16)],
)
def test_attack_26_a_name_twice_in_one_object(forger, path, check):
    """One program takes the first, another the last: nobody takes either here."""
    first = forger.files[path].index(b'{"') + 1
    name = forger.files[path][first:].partition(b":")[0]
    doubled = forger.files[path][:first] + name + b":1," + forger.files[path][first:]
    if path == MANIFEST:
        forger.files[path] = doubled
        assert told(forger.findings())[0][0] == check
    else:
        forger.files[path] = doubled
        assert check in {number for number, _ in told(forger.closed().findings())}


@pytest.mark.parametrize("text", [b'{"a":1.0}', b'{"a":"\\u0041"}', b'\xef\xbb\xbf{"a":1}'])
def test_attack_26_another_spelling_of_the_same(forger, text):
    forger.files[table_path("quarantines")] += text + b"\n"
    assert {check for check, _ in told(forger.closed().findings())} & {5, 14}


# ------------------------------------------------------------------ 27. another unit


def test_attack_27_the_unit_of_an_observation_relabelled(forger):
    rows = forger.rows("observations")
    failing = next(row for row in rows if row["as_written"] == "64.8")
    changed = renamed(failing, unit="1")
    forger.put("observations", [changed if row is failing else row for row in rows])
    assert (19, "tables/observations.jsonl") in told(forger.closed().findings())


def test_attack_27_the_unit_of_a_series_relabelled(forger_of_all):
    """From bar to millibar: 2.1 would be far below the limit."""
    forger_of_all.change("series", lambda row: row["tag"] == "TFF-21.TMP", unit="mbar")
    found = told(forger_of_all.closed().findings())
    assert (19, "tables/series.jsonl") in found


def test_attack_27_the_unit_relabelled_in_the_contract_too(forger_of_all):
    """The contract is named by its digest, and the page's digest is in every reading's leaf."""
    path = "contracts/equipment.json"
    data = forger_of_all.files[path]
    assert data.count(b'"value":"bar"') >= 1
    forger_of_all.files[path] = data.replace(b'"value":"bar"', b'"value":"mbar"')
    digest = digest_of(forger_of_all.files[path])
    forger_of_all.change("environment", lambda row: row["name"] == "equipment.json", sha256=digest)
    forger_of_all.change("series", lambda row: row["unit"] == "bar", unit="mbar")
    found = {check for check, _ in told(forger_of_all.closed().findings())}
    assert found & {20, 23, 24}
