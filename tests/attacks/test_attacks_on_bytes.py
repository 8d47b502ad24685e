"""Attacks 1 to 7: somebody edits what lies in the package, without and with making it fit."""

import json
import os
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from attacks.forger import renamed, told

from contracts.manifest import MANIFEST, Manifest, manifest_from
from tasks.folder import findings_in

CAPTURE_OF_FULL = "analysis?getRequestID=VP-0002"
OBSERVED, SHOWN = "tables/observations.parquet", "tables/readings.parquet"


def capture(forger, asked):
    return next(row["digest"] for row in forger.rows("captures") if asked in row["request"])


def swap(path, old, new):
    """Change bytes in place: same size, same time of change."""
    data, times = path.read_bytes(), path.stat()
    assert data.count(old) >= 1
    assert len(old) == len(new)
    path.write_bytes(data.replace(old, new))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


# ------------------------------------------------------------------ 1. raw bytes


def test_attack_01_same_size_edit_of_raw_bytes_with_its_time_kept(copy, forger):
    digest = capture(forger, CAPTURE_OF_FULL)
    swap(copy / "captures" / digest, b'"64.8"', b'"84.8"')
    assert (3, f"captures/{digest}") in told(findings_in(copy))


def test_attack_01_raw_bytes_edited_and_every_digest_made_to_fit(forger):
    """Its new name stands everywhere; what the tables quote no longer stands in it."""
    before = forger.root
    digest = capture(forger, CAPTURE_OF_FULL)
    data = forger.files[f"captures/{digest}"].replace(b'"64.8"', b'"84.8"')
    forger.swap_capture(digest, data)
    found = told(forger.closed().findings())
    assert {(15, "tables/observations.jsonl"), (19, "tables/observations.jsonl")} <= set(found)
    assert forger.root != before


# ------------------------------------------------------------------ 2. a value in Parquet


def test_attack_02_same_size_edit_of_a_value_in_parquet(copy):
    path = copy / OBSERVED
    data = path.read_bytes()
    path.write_bytes(data[:900] + bytes([data[900] ^ 1]) + data[901:])
    assert told(findings_in(copy)) == [(3, OBSERVED)]


def set_cell(row, column, value):
    def change(table):
        cells = table.column(column).to_pylist()
        cells[row] = value(cells[row]) if callable(value) else value
        array = pa.array(cells, table.schema.field(column).type)
        return table.set_column(table.column_names.index(column), column, array)

    return change


def test_attack_02_a_value_in_parquet_edited_and_the_manifest_made_to_fit(forger):
    rows = forger.rows("observations")
    row = next(number for number, one in enumerate(rows) if one["as_written"] == "64.8")
    forger.parquet("observations", set_cell(row, "value_number", "73.1"))
    forger.closed()
    assert forger.findings() == ()  # the records are what they were: they decide
    (found,) = forger.parquet_findings()
    assert (found.check, found.member) == (25, OBSERVED)
    words = f"Column value_number: row {row + 1} says 73.1; the records say 64.8."
    assert found.words == words


def test_attack_02_one_reading_of_a_hundred_thousand_edited_in_parquet(forger_of_all):
    forger_of_all.parquet("readings", set_cell(70_000, "value", lambda value: value + 0.1))
    (found,) = forger_of_all.closed().parquet_findings()
    assert (found.check, found.member) == (25, SHOWN)
    assert found.words.startswith("Column value: row 70001 says ")


# ------------------------------------------------------------------ 3. one verdict


def test_attack_03_flip_one_verdict(copy):
    path = copy / "tables" / "verdicts.jsonl"
    swap(path, b'"outcome":"not_met"', b'"outcome":"met    "')
    assert (3, "tables/verdicts.jsonl") in told(findings_in(copy))


def test_attack_03_flip_verdicts_and_readiness_and_make_all_fit(forger):
    forger.change("verdicts", lambda row: row["outcome"] == "not_met", outcome="met")
    forger.files["verdicts.json"] = (
        b"[" + b",".join(forger.files["tables/verdicts.jsonl"].splitlines()) + b"]\n"
    )
    gone = [row for row in forger.rows("exceptions") if not row["blocking"]]
    forger.put("exceptions", gone)
    forger.change_file("evaluation.json", readiness="ready")
    forger.change_file("readiness.json", readiness="ready", reasons=[])
    forger.show_again()
    found = told(forger.closed().findings())
    assert (17, "tables/verdicts.jsonl") in found
    assert (20, "tables/exceptions.jsonl") in found


# ------------------------------------------------------------------ 4. a column that is in no leaf


def test_attack_04_a_column_that_no_leaf_holds_in_parquet(forger):
    def approved(table):
        return table.append_column("approved_by", pa.array(["QA"] * len(table)))

    forger.parquet("verdicts", approved)
    found = forger.closed().parquet_findings()
    assert told(found) == [(25, "tables/verdicts.parquet")]
    assert "Column approved_by stands there and the records have none." in found[0].words


def test_attack_04_a_note_in_the_footer_of_parquet(forger):
    def noted(table):
        return table.replace_schema_metadata({"approved": "yes"})

    forger.parquet("verdicts", noted)
    assert told(forger.closed().parquet_findings()) == [(25, "tables/verdicts.parquet")]


@pytest.mark.parametrize(("table", "check"), [("verdicts", 14), ("unread", 19)])
def test_attack_04_a_member_that_no_record_of_the_format_has(forger, table, check):
    """It would be inside the leaf: the format refuses it all the same."""
    rows = forger.rows(table)
    rows[0]["approved_by"] = "QA"
    forger.put(table, rows)
    assert check in {one.check for one in forger.closed().findings()}


def test_attack_04_a_file_that_no_record_stands_behind(forger):
    forger.files["tables/approvals.parquet"] = forger.files["tables/verdicts.parquet"]
    found = told(forger.closed().parquet_findings())
    assert found == [(25, "tables/approvals.parquet")]


# ------------------------------------------------------------------ 5. dictionaries


def test_attack_05_a_name_in_the_dictionary_of_a_parquet_column(forger_of_all):
    """The codes stay as they are: every reading of the tag is now another tag's."""

    def renamed_tag(table):
        column = table.column("tag").combine_chunks()
        names = [one.replace("TFF-21.TMP", "TFF-99.TMP") for one in column.dictionary.to_pylist()]
        changed = pa.DictionaryArray.from_arrays(column.indices, pa.array(names))
        return table.set_column(0, "tag", changed)

    forger_of_all.parquet("readings", renamed_tag)
    found = forger_of_all.closed().parquet_findings()
    assert told(found) == [(25, SHOWN)]
    assert "its dictionary holds 'TFF-99.TMP', which no record says" in found[0].words


def test_attack_05_an_entry_of_a_dictionary_that_stands_in_no_row(forger_of_all):
    def longer(table):
        column = table.column("unit").combine_chunks()
        names = [*column.dictionary.to_pylist(), "QA approved"]
        changed = pa.DictionaryArray.from_arrays(column.indices, pa.array(names))
        return table.set_column(table.column_names.index("unit"), "unit", changed)

    forger_of_all.parquet("readings", longer)
    assert told(forger_of_all.closed().parquet_findings()) == [(25, SHOWN)]


def test_attack_05_the_text_of_a_compiled_suite(forger):
    path = "suites/release_testing.json"
    forger.files[path] = forger.files[path].replace(b"70.0", b"60.0")
    assert told(forger.closed().findings()) == [(22, path)]


def test_attack_05_a_contract_that_calls_a_code_something_else(forger):
    """The environment names the contract's digest; read by it, the captures say something else."""
    path = "contracts/lims.json"
    forger.files[path] = forger.files[path].replace(
        b"full_capsid_fraction", b"empty_capsid_share__"
    )
    found = {check for check, _ in told(forger.closed().findings())}
    assert {19, 22} <= found


# ------------------------------------------------------------------ 6. forged statistics


def lowered(data, group):
    """Lower the largest value that the footer claims of a group: its bytes, in place."""
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    chunk = pq.ParquetFile(BytesIO(data)).metadata.row_group(group).column(5)
    claimed = pa.array([chunk.statistics.max]).buffers()[1].to_pybytes()[:8]
    lower = pa.array([1.2]).buffers()[1].to_pybytes()[:8]
    return data[:footer] + data[footer:].replace(claimed, lower)


def test_attack_06_forged_parquet_statistics(forger_of_all):
    """Who asks for pressures above 1.5 bar is told that there are none; the rows are there."""
    where = [("tag", "=", "TFF-21.TMP"), ("value", ">", 1.5)]
    sound = forger_of_all.files[SHOWN]
    crossed = len(pq.read_table(BytesIO(sound), filters=where))
    assert crossed > 0
    data = sound
    for group in range(pq.ParquetFile(BytesIO(sound)).metadata.num_row_groups):
        data = lowered(data, group)
    forger_of_all.files[SHOWN] = data
    assert len(pq.read_table(BytesIO(data), filters=where)) == 0  # what makes it an attack
    forger_of_all.closed()
    assert forger_of_all.findings() == ()
    found = forger_of_all.parquet_findings()
    assert told(found) == [(25, SHOWN)]
    assert "are forged: they claim the largest value 1.2, it is 126.0" in found[0].words


def test_attack_06_statistics_edited_by_a_careless_hand(copy):
    path = copy / SHOWN
    path.write_bytes(lowered(path.read_bytes(), 0))
    assert told(findings_in(copy)) == [(3, SHOWN)]


@pytest.mark.parametrize("option", [{"write_page_index": True}, {"compression_level": 3}])
def test_attack_06_a_page_index_could_skip_rows_and_another_compression_could_not(
    forger_of_all, option
):
    forger_of_all.parquet("readings", lambda table: table, row_group_size=65_536, **option)
    found = told(forger_of_all.closed().parquet_findings())
    assert found == ([(25, SHOWN)] if "write_page_index" in option else [])


# ------------------------------------------------------------------ 7. order and number of rows


def reordered(rows):
    return [rows[1], rows[0], *rows[2:]]


def dropped(rows):
    return [row for row in rows if row.get("as_written") != "64.8"]


def doubled(rows):
    return [*rows, rows[0]]


@pytest.mark.parametrize("change", [reordered, dropped])
def test_attack_07_records_reordered_or_dropped(forger_of_all, change):
    """In every table at once: each of them is found, by the check that draws it again."""
    tables = {"observations": 19, "series": 19, "unread": 19, "lineage": 20, "exceptions": 20}
    for table in (*tables, "answers"):
        rows = forger_of_all.rows(table)
        forger_of_all.put(table, rows[1:] if change is dropped else change(rows))
    found = told(forger_of_all.closed().findings())
    expected = {(check, f"tables/{table}.jsonl") for table, check in tables.items()}
    assert expected | {(21, "tables/answers.jsonl")} <= set(found)


def test_attack_07_a_record_doubled(forger):
    forger.put("observations", doubled(forger.rows("observations")))
    assert {one.check for one in forger.closed().findings()} == {14}


@pytest.mark.parametrize("kept", ["all but the first", "first twice", "reversed"])
def test_attack_07_rows_of_parquet_reordered_dropped_or_doubled(forger, kept):
    def change(table):
        if kept == "all but the first":
            return table.slice(1)
        if kept == "reversed":
            return table.take(list(range(len(table)))[::-1])
        return pa.concat_tables([table.slice(0, 1), table])

    forger.parquet("verdicts", change)
    found = forger.closed().parquet_findings()
    assert told(found) == [(25, "tables/verdicts.parquet")]


def test_attack_07_another_number_of_records_in_the_manifest(forger):
    """The head and the number of a table are hashed together."""
    manifest = manifest_from(forger.files[MANIFEST])
    record = json.loads(forger.files[MANIFEST])
    record["tables"][0]["records"] -= 1
    forger.files[MANIFEST] = json.dumps(record, separators=(",", ":"), sort_keys=True).encode()
    assert told(forger.findings()) == [(2, MANIFEST)]
    fewer = tuple(
        type(one)(one.name, one.count - 1, one.root) if one.name == "answers" else one
        for one in manifest.tables
    )
    again = Manifest(manifest.batch, manifest.salt, fewer, manifest.members)
    forger.files[MANIFEST] = again.to_bytes()
    assert told(forger.findings()) == [(5, "tables/answers.jsonl")]
    assert again.root != manifest.root


# ------------------------------------------------------------------ 8. another span


def test_attack_08_a_value_pointed_at_another_span_of_the_raw_bytes(forger):
    """The failing result now quotes its retest: the text stands there, but not as this."""
    rows = forger.rows("observations")
    failing, retest = (
        next(row for row in rows if row["as_written"] == said) for said in ("64.8", "73.1")
    )
    assert forger.quoted(failing) == b"64.8"
    moved = renamed(failing, as_written="73.1", value=retest["value"], origin=retest["origin"])
    forger.put("observations", [moved if row is failing else row for row in rows])
    found = {check for check, _ in told(forger.closed().findings())}
    assert 19 in found


def test_attack_08_a_span_that_does_not_say_the_value(forger):
    rows = forger.rows("observations")
    failing = next(row for row in rows if row["as_written"] == "64.8")
    (place,) = failing["origin"]["places"]
    origin = failing["origin"] | {"places": [place | {"offset": place["offset"] + 1}]}
    moved = renamed(failing, origin=origin)
    forger.put("observations", [moved if row is failing else row for row in rows])
    assert (15, "tables/observations.jsonl") in told(forger.closed().findings())


def test_attack_08_lineage_that_names_another_observation(forger):
    rows = forger.rows("lineage")
    other = next(row["id"] for row in forger.rows("observations") if row["as_written"] == "73.1")
    derived = next(
        row
        for row in rows
        if row["from"] == "verdict:CQA-FUL-001" and row["relation"] == "wasDerivedFrom"
    )
    forger.put("lineage", [row | {"to": other} if row is derived else row for row in rows])
    assert told(forger.closed().findings()) == [(20, "tables/lineage.jsonl")]
