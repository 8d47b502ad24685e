"""From nothing but its package an evaluation comes out again, or the first difference is told."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contracts.evidence import digest_of
from contracts.manifest import manifest_from
from flows.cli import app
from flows.replay import words_of

PROGRAM = Path(sys.executable).with_name("batchproof")
MACHINES = (
    {
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
        "OPENBLAS_CORETYPE": "Haswell",
        "OMP_NUM_THREADS": "1",
        "ARROW_USER_SIMD_LEVEL": "AVX2",
        "PYTHONHASHSEED": "1",
    },
    {"OMP_NUM_THREADS": "2", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "2"},
)
"""A machine without AVX-512 and one thread, and another with two: the same root on each."""


@pytest.fixture
def copied(twice, tmp_path):
    """A package alone, in a folder of another name, that may be changed."""

    def copy(package):
        folder = tmp_path / "elsewhere"
        shutil.copytree(package, folder, copy_function=shutil.copyfile)
        return folder

    return copy


def replayed(folder):
    from tasks.replay import replay

    return replay(folder)


def told(found):
    return "\n".join(words_of(found))


def root_of(folder):
    return manifest_from((folder / "manifest.json").read_bytes()).root


def test_the_same_root_comes_out_on_other_machines(twice, copied):
    folder = copied(twice.second)

    def run(number):
        only = {"preexec_fn": lambda: os.sched_setaffinity(0, {0})} if number == 0 else {}
        done = subprocess.run(
            [str(PROGRAM), "replay", str(folder), "--json"],
            env=os.environ | MACHINES[number],
            capture_output=True,
            text=True,
            check=False,
            **only,
        )
        assert done.returncode == 0, done.stderr + done.stdout[:2000]
        return json.loads(done.stdout)

    with ThreadPoolExecutor() as both:
        answers = list(both.map(run, range(len(MACHINES))))
    for one in answers:
        assert one["same"]
        assert one["root"] == {"now": root_of(folder), "then": root_of(folder)}
        assert one["records"]["readings"] > 200_000
        assert one["first_difference"] is None


def test_a_source_that_did_not_answer_stays_a_fact_of_then(twice):
    found = replayed(twice.first)
    assert found.same
    assert told(found).startswith("The same root comes out again: CART-26-0001, evaluation 1")
    assert not any(one.kind == "evidence" for one in found.since)


def test_older_code_and_other_libraries_are_named_and_change_nothing(copied, twice):
    folder = copied(twice.first)
    environment = folder / "environment.json"
    environment.write_bytes(environment.read_bytes().replace(b'"pyarrow":"', b'"pyarrow":"1'))
    found = replayed(folder)
    assert found.same
    (library,) = found.since
    assert (library.kind, library.name) == ("library", "pyarrow")
    assert "nothing comes out otherwise" in told(found)


def test_another_byte_of_the_evidence_is_named_with_the_value_then_and_now(copied, twice):
    folder = copied(twice.first)
    (place,) = {
        path
        for path in (folder / "captures").iterdir()
        if b'"Keyword": "CD3"' in path.read_bytes() and b'"99.9"' in path.read_bytes()
    }
    place.write_bytes(place.read_bytes().replace(b'"99.9"', b'"79.9"'))
    found = replayed(folder)
    assert not found.same
    assert found.altered[0].table == "observations"
    members = {name: (was, now) for name, was, now in found.altered[0].members()}
    assert members["as_written"] == ("99.9", "79.9")
    assert "as written was 99.9, is 79.9" in told(found).replace("as_written", "as written")
    (evidence,) = [one for one in found.since if one.kind == "evidence"]
    assert (evidence.then, evidence.now) == (place.name, digest_of(place.read_bytes()))
    assert "no longer those that the LIMS handed over" in evidence.words


def test_a_table_that_its_evidence_does_not_say_is_told(copied, twice):
    folder = copied(twice.first)
    table = folder / "tables" / "verdicts.jsonl"
    assert table.read_bytes().count(b'"outcome":"pending"') >= 1
    table.write_bytes(table.read_bytes().replace(b'"outcome":"pending"', b'"outcome":"met"', 1))
    found = replayed(folder)
    assert not found.same
    assert (found.altered[0].table, len(found.altered)) == ("verdicts", 1)
    assert "outcome was met, is pending" in told(found)
    assert "do not follow from its own evidence" in told(found)


def test_another_strategy_in_the_package_is_named(copied, twice):
    folder = copied(twice.first)
    file = folder / "strategy" / "strategy.json"
    file.write_bytes(file.read_bytes().replace(b'"low":"80.0"', b'"low":"81.0"'))
    found = replayed(folder)
    assert not found.same
    assert found.altered[0].table == "criteria"
    assert [one.kind for one in found.since] == ["strategy"]


def test_what_is_no_package_is_refused_in_words(tmp_path):
    done = CliRunner().invoke(app, ["replay", str(tmp_path)])
    assert done.exit_code == 1
    assert "no manifest.json" in done.output


def test_what_another_strategy_would_say_is_shown_and_never_written(twice, copied):
    folder = copied(twice.first)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = CliRunner().invoke(
        app, ["replay", str(folder), "--strategy", str(twice.home / "strategy"), "--json"]
    )
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert [one["criterion"] for one in answer["criteria"]] == ["CQA-VIA-001"]
    assert answer["flipped"] == []  # the result that the limit speaks of had not come
    assert answer["then"]["evaluation"] == answer["now"]["evaluation"] == 1
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
