"""A forger with a keyboard and our source code: edits a real package and makes all of it fit.

Whatever can be computed without a key is computed again: digests, chunk trees, salts, heads of
tables, the readings' index, the root, the manifest's checksum.
"""

import json
from contextlib import suppress
from io import BytesIO

import pyarrow.parquet as pq

from contracts import restore
from contracts.again import reading_again
from contracts.canonical import canonical
from contracts.chunks import tree_of
from contracts.errors import BatchproofError, NotFoundError
from contracts.evidence import digest_of
from contracts.leaves import quoted_bytes
from contracts.manifest import (
    CAPTURES,
    EVALUATION,
    INDEX,
    MANIFEST,
    Head,
    Manifest,
    Member,
    heads_of,
    manifest_from,
    table_path,
)
from contracts.opened import opened
from contracts.reading_leaves import READINGS, readings_head
from contracts.salts import seed_of
from tasks.folder import findings_drawn_again
from tasks.parquet_checked import parquet_findings
from tasks.readings import ROW_GROUP, SHOWN, shown_table
from tasks.verifier import Container, Package

SEALED = "seal/"


class Forger:
    """The files of a package by their paths, to be changed and then made to fit."""

    def __init__(self, files):
        self.files = dict(files)

    # ------------------------------------------------------------------ what is changed

    def rows(self, table):
        return [json.loads(line) for line in self.files[table_path(table)].splitlines()]

    def put(self, table, rows):
        self.files[table_path(table)] = b"".join(canonical(row) + b"\n" for row in rows)

    def change(self, table, chosen, **members):
        """Give the chosen rows other members; at least one row must become another."""
        rows = [row | members if chosen(row) else row for row in self.rows(table)]
        assert rows != self.rows(table)
        self.put(table, rows)

    def change_file(self, path, **members):
        record = json.loads(self.files[path]) | members
        self.files[path] = canonical(record) + b"\n"

    def swap_capture(self, digest, data):
        """Put other bytes in the place of a capture, and its new name wherever the old one is.

        The ids of what was read from it follow, and the ids of what was calculated from that.
        """
        new = digest_of(data)
        del self.files[f"{CAPTURES}/{digest}"]
        self.files[f"{CAPTURES}/{new}"] = data
        self._rename({digest: new})
        rows = [row | {"size": len(data)} if row["digest"] == new else row for row in self._taken()]
        self.put("captures", rows)
        while moved := self._moved():
            self._rename(moved)
        return new

    def _moved(self):
        """The observations that stand under another id than their content gives."""
        rows = self.rows("observations")
        return {row["id"]: name for row in rows if (name := id_of(row)) != row["id"]}

    def _rename(self, names):
        for path, content in self.files.items():
            if path.startswith("tables/") and path.endswith(".jsonl"):
                for old, new in names.items():
                    content = content.replace(old.encode(), new.encode())  # noqa: PLW2901
                self.files[path] = content

    def parquet(self, name, change, **options):
        """Write a Parquet file again, with another table in it."""
        path = f"tables/{name}.parquet"
        written = BytesIO()
        table = pq.read_table(BytesIO(self.files[path]))
        options = {"row_group_size": ROW_GROUP} | options
        pq.write_table(change(table), written, compression="zstd", **options)
        self.files[path] = written.getvalue()

    def show_again(self):
        """Write the Parquet files of all records again, as the records now are."""
        for name in SHOWN:
            written = BytesIO()
            lines = self.files[table_path(name)].splitlines()
            pq.write_table(shown_table(lines), written, compression="zstd")
            self.files[f"tables/{name}.parquet"] = written.getvalue()

    # ------------------------------------------------------------------ how it is made to fit

    def closed(self, *, pages=None):
        """Make everything fit that needs no key, and return the forger."""
        before = manifest_from(self.files[MANIFEST])
        with suppress(BatchproofError, ValueError, KeyError):
            self.put("captures", [self._with_tree(row) for row in self._taken()])
        seed = self._seed(before)
        readings = before.head(READINGS)
        if seed != before.seed or pages is not None:
            readings = self._readings(seed, pages)
        try:
            tables = heads_of(self.files, seed, self._captured, readings)
        except (BatchproofError, LookupError, TypeError, ValueError):
            tables = before.tables  # what no table can be made of is left as it is
        members = tuple(
            Member(path, digest_of(data), len(data))
            for path, data in sorted(self.files.items())
            if path != MANIFEST and not path.startswith(SEALED)
        )
        batch = json.loads(self.files[EVALUATION])["batch"]
        self.files[MANIFEST] = Manifest(batch, seed.hex(), tables, members).to_bytes()
        return self

    def _taken(self):
        return self.rows("captures")

    def _with_tree(self, row):
        return row | {"tree": tree_of(self._captured(row["digest"]))}

    def _seed(self, before):
        try:
            return seed_of(self._captured(row["digest"]) for row in self._taken())
        except (BatchproofError, ValueError, KeyError):
            return before.seed

    def _readings(self, seed, pages):
        if pages is None:
            pages = reading_again(self.read, opened(self.read), "equipment").pages
        found = readings_head(seed, pages, self._captured)
        self.files[INDEX] = found.index
        return Head(READINGS, found.count, found.head.hex())

    def quoted(self, row):
        """The captured bytes that an observation's record quotes."""
        return quoted_bytes(row, self._captured)

    def _captured(self, digest):
        return self.read(f"{CAPTURES}/{digest}")

    # ------------------------------------------------------------------ what is found

    def read(self, path):
        if path not in self.files:
            raise NotFoundError(path)
        return self.files[path]

    def findings(self):
        """What is found in what the package says; who sealed it is another question."""
        held = Held(self.files)
        package = Package(held)
        package.check_whole()
        found = package.report.findings
        return (*found, *findings_drawn_again(held, found))

    def parquet_findings(self):
        return tuple(parquet_findings(self.read, frozenset(self.files)))

    def write(self, folder):
        """Lay the package into a folder."""
        for path, data in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return folder

    @property
    def root(self):
        return manifest_from(self.files[MANIFEST]).root


class Held(Container):
    """A package that lies nowhere but in memory."""

    def __init__(self, files):
        self.files, self.odd = files, []
        self.sizes = {path: len(data) for path, data in files.items()}

    def open(self, name):
        return BytesIO(self.files[name])


def of_folder(folder):
    """Return a forger with the files of a package's folder."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return Forger({path.relative_to(folder).as_posix(): path.read_bytes() for path in found})


def id_of(row):
    """The id that an observation's record must have, by everything else in it."""
    named = {name: row[name] for name in row if name not in ("captured_at", "id")}
    return "O-" + digest_of(canonical(named))[:20]


def renamed(row, **members):
    """An observation's record with other members, under the id that those members give."""
    content = row | members
    content["id"] = id_of(content)
    assert restore.observation(content).id == content["id"]
    return content


def told(findings):
    """The findings as (check, member), without doubles, in their order."""
    return list(dict.fromkeys((one.check, one.member) for one in findings))
