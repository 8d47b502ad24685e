"""The whole road as a newcomer runs it: what the demo says, and that its packages prove it."""

import json
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXPECTED = {
    "CART-26-0001": "ready",
    "CART-26-0002": "not_ready",
    "CART-26-0003": "incomplete",
    "CART-26-0004": "not_ready",
    "AAV-26-0001": "ready",
    "AAV-26-0002": "not_ready",
}
SAID = ("DEMO KEY", "sealed before", "entry ", "the whole log was read: ")
UNLISTED = [
    f"whether the {what} is an approved one: the trust file names none"
    for what in ("code", "lock file")
]
"""The demo's trust file approves strategy and contracts; an installation is another matter."""
SEEN_BEFORE = "that the log is the one you saw before: give your last checkpoint (--checkpoint)"
PROGRAM = Path(sys.executable).with_name("batchproof")
BATCHES = pytest.mark.parametrize("batch", EXPECTED)


def verdicts_of(package):
    return {one["criterion"]: one for one in json.loads((package / "verdicts.json").read_bytes())}


def test_the_six_stories_come_out(demos):
    assert {one["batch"]: one["readiness"] for one in demos[0]} == EXPECTED
    assert {(one["stage"], one["evaluation"]) for one in demos[0]} == {("initial", 1)}


def test_the_same_plant_gives_the_same_roots_in_another_folder(demos):
    first, second = ({one["batch"]: one["root"] for one in demo} for demo in demos)
    assert first == second
    assert len(set(first.values())) == len(EXPECTED)


def test_a_ready_batch_has_only_its_final_result_pending(packages):
    outcomes = {one["outcome"] for one in verdicts_of(packages["CART-26-0001"]).values()}
    # the dose per kilogram is a criterion for children, and this batch is for an adult
    assert outcomes == {"met", "pending", "not_applicable"}


def test_a_failing_original_stands_beside_its_passing_retest(packages):
    failed = {
        name: one
        for name, one in verdicts_of(packages["CART-26-0002"]).items()
        if one["outcome"] == "not_met"
    }
    viability = next(one for one in failed.values() if one["as_written"] == "76.3")
    assert "A retest gave 84.1 %" in viability["message"]
    assert any("temperature" in one["message"].lower() for one in failed.values())


def test_a_test_never_done_is_missing_and_a_censored_result_is_judged(packages):
    verdicts = verdicts_of(packages["CART-26-0003"]).values()
    missing = [one for one in verdicts if one["outcome"] == "missing"]
    assert len(missing) == 1
    assert "eplication" in missing[0]["message"]
    censored = next(one for one in verdicts if one["as_written"] == "<0.5")
    assert (censored["outcome"], censored["value"]) == ("met", "<0.5")


def test_two_records_that_contradict_each_other_are_named(packages):
    failed = [
        one for one in verdicts_of(packages["CART-26-0004"]).values() if one["outcome"] == "not_met"
    ]
    assert failed
    assert all("COI-7K4M-0009" in one["message"] for one in failed)


@BATCHES
def test_every_criterion_in_force_was_judged(packages, batch):
    evaluation = json.loads((packages[batch] / "evaluation.json").read_bytes())
    assert evaluation["criteria_in_force"] == evaluation["criteria_judged"] >= 40
    assert len(verdicts_of(packages[batch])) == evaluation["criteria_judged"]


def test_a_package_says_which_layers_of_the_strategy_took_part(packages):
    package = packages["CART-26-0001"]
    strategy = json.loads((package / "strategy" / "strategy.json").read_bytes())
    (platform, site) = strategy["layers"]
    assert platform.startswith("platform car-t-autologous ")
    assert site.startswith("site demo-plant ")
    assert site in (package / "index.html").read_text(encoding="utf-8")
    assert (package / "strategy" / "files" / "overlays" / "demo_plant.yaml").is_file()
    door = verdicts_of(package)["GMP-DOR-001"]
    assert door["limit"] == "≤ 12"
    assert "CPP-CO2-901" in verdicts_of(package)


@BATCHES
def test_a_package_verifies(packages, batch, program, trust, written_log):
    """Sealed, stamped, logged, cosigned, the only evaluation; the whole log tells no other."""
    asked = ("verify", packages[batch], "--trust", trust, "--log", written_log, "--json")
    answer = json.loads(program(*asked).stdout)
    assert answer["findings"] == []
    assert answer["readiness"] == EXPECTED[batch]
    assert all(any(one in words for words in answer["said"]) for one in SAID)
    assert f"evaluation 1 of 1 of batch {batch}" in answer["said"]
    open_questions = [words for words in answer["not_checked"] if "index.html" not in words]
    assert open_questions == [*UNLISTED, SEEN_BEFORE]


@BATCHES
def test_a_package_verifies_by_its_own_copy_of_the_verifier(
    packages, batch, trust, written_log, bare_python
):
    """With Python and `cryptography` alone: no line of ours but the one file in the package."""
    code = "import runpy; sys.argv[:1] = []; runpy.run_path(sys.argv[0], run_name='__main__')"
    package = packages[batch]
    asked = (package / "verify.py", package, "--trust", trust, "--log", written_log, "--json")
    done = bare_python(code, *asked)
    assert done.returncode == 0, done.stdout + done.stderr
    answer = json.loads(done.stdout)
    assert answer["findings"] == []
    assert all(any(one in words for words in answer["said"]) for one in SAID)
    assert f"evaluation 1 of 1 of batch {batch}" in answer["said"]
    assert answer["not_checked"][:3] == [*UNLISTED, SEEN_BEFORE]
    assert not [words for words in answer["not_checked"] if "witness" in words or "time:" in words]


def test_without_a_trust_file_it_is_said_that_nobody_is_known_to_have_sealed_it(packages, program):
    answer = json.loads(program("verify", packages["CART-26-0001"], "--json").stdout)
    (words,) = [words for words in answer["not_checked"] if words.startswith("WHO SEALED IT")]
    assert "only what the package claims of itself" in words


@BATCHES
def test_every_verdict_traces_to_bytes_that_say_it(packages, batch):
    from flows.one_value import tracer_of

    package = packages[batch]
    tracer = tracer_of(package)
    for name, verdict in verdicts_of(package).items():
        record = tracer.trace(name).record()
        assert record["item"] == name
        assert [step["kind"] for step in record["steps"]][:2] == ["verdict", "criterion"]
        assert bool(record["bytes"]) is bool(verdict["observations"])
        for one in record["bytes"]:
            data = (package / "captures" / one["capture"]).read_bytes()
            quoted = data[one["offset"] : one["offset"] + one["length"]]
            assert quoted.hex() == one["hex"]
        if verdict["as_written"]:
            first = record["bytes"][0]
            data = (package / "captures" / first["capture"]).read_bytes()
            quoted = data[first["offset"] : first["offset"] + first["length"]]
            assert verdict["as_written"] in quoted.decode()


@BATCHES
def test_every_value_is_proved_by_itself(packages, batch):
    from contracts.proof import proof_from
    from flows.one_value import prover_of

    prover = prover_of(packages[batch])
    tables = {name: prover.proved.table(name).lines for name in ("observations", "verdicts")}
    proofs = [prover.record(name, at) for name, lines in tables.items() for at in range(len(lines))]
    proofs += [prover.reading(at) for at in range(0, prover.readings.count, 2_003)]
    assert {one.root() for one in proofs} == {manifest_root(packages[batch])}
    assert all(proof_from(one.to_bytes()) == one for one in proofs)


def manifest_root(package):
    return json.loads((package / "manifest.json").read_bytes())["root"]


def test_the_program_traces_a_verdict(packages, program):
    name = next(
        name
        for name, one in verdicts_of(packages["CART-26-0002"]).items()
        if one["as_written"] == "76.3"
    )
    told = program("trace", packages["CART-26-0002"], name).stdout
    assert ">>76.3<<" in told
    answer = json.loads(program("trace", packages["CART-26-0002"], name, "--json").stdout)
    assert {"capture", "offset", "length", "text"} <= set(answer["bytes"][0])


def test_the_program_traces_a_reading(packages, program):
    told = program("trace", packages["CART-26-0002"], "BR-102.TEMP@2026-03-08T12:00:00Z").stdout
    assert re.search(r"BR-102\.TEMP", told)
    assert "IEEE 754 double" in told


@pytest.mark.parametrize("item", ["CQA-NONE-1", "BR-102.TEMP@1999-01-01T00:00:00Z", "BR-9.X@now"])
def test_an_item_that_is_not_there_is_refused_in_words(packages, program, item):
    done = program("trace", packages["CART-26-0002"], item, expect=1)
    assert "Found: no" in done.stderr


def test_one_changed_byte_of_any_file_is_found(packages, program, trust, tmp_path):
    """Through the program for one member, through its function for the rest: one byte each."""
    from flows.verify import findings_in
    from tasks import verifier

    believed = verifier.Trust(trust.read_bytes(), given=True)

    copy = tmp_path / "package"
    shutil.copytree(packages["CART-26-0002"], copy)
    chance = random.Random(7)  # noqa: S311 (which byte is changed is no secret)
    for path in sorted(one for one in copy.rglob("*") if one.is_file()):
        data = path.read_bytes()
        if not data or path.name == "keys.json":
            continue  # an empty table has no byte; the keys are a claim that --trust stands above
        position = chance.randrange(len(data))
        path.chmod(0o644)
        path.write_bytes(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :])
        if path.parent.name == "seal":
            assert verifier.check_path(copy, believed).findings, path.name
        else:
            assert findings_in(copy), path.name
        path.write_bytes(data)
    assert verifier.check_path(copy, believed).findings == []
    (copy / "index.html").write_bytes((copy / "index.html").read_bytes() + b" ")
    answer = json.loads(program("verify", copy, "--json", expect=1).stdout)
    assert answer["ok"] is False
    assert answer["findings"][0]["member"] == "index.html"


@pytest.mark.parametrize("change", ["missing", "added", "link", "empty folder"])
def test_a_member_missing_or_added_is_found(packages, tmp_path, change):
    from flows.verify import findings_in

    copy = tmp_path / "package"
    shutil.copytree(packages["CART-26-0003"], copy)
    if change == "missing":
        (copy / "verdicts.json").unlink()
    elif change == "added":
        (copy / "captures" / "note.txt").write_text("x")
    elif change == "link":
        (copy / "captures" / "link").symlink_to(copy / "manifest.json")
    else:
        (copy / "notes").mkdir()
    assert len(findings_in(copy)) == 1


@pytest.mark.parametrize("way", ["../secret.txt", "captures/link", "/etc/hostname", "a\0b", ""])
def test_nothing_outside_the_folder_is_read(packages, tmp_path, way):
    from contracts.errors import NotFoundError
    from tasks.folder import reader_of

    (tmp_path / "secret.txt").write_text("secret")
    copy = tmp_path / "package"
    shutil.copytree(packages["CART-26-0003"], copy)
    (copy / "captures" / "link").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(NotFoundError):
        reader_of(copy)(way)


def test_a_terminal_that_knows_few_signs_is_written_to_all_the_same(packages):
    done = subprocess.run(
        [str(PROGRAM), "trace", str(packages["CART-26-0002"]), "CQA-VIA-001"],
        env={"PYTHONIOENCODING": "cp1252", "PATH": "/usr/bin"},
        capture_output=True,
        encoding="cp1252",
        check=True,
    )
    assert "76.3" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_tampered_package_is_not_taken_for_the_same(prepare, site_file):
    from contracts.errors import IntegrityError

    package = Path(prepare("CART-26-0003", site_file)["package"])
    (package / "index.html").write_text("<h1>Ready</h1>")
    with pytest.raises(IntegrityError, match=r"index\.html"):
        prepare("CART-26-0003", site_file)


def test_a_folder_that_is_no_package_is_refused_in_words(program, tmp_path):
    done = program("verify", tmp_path, expect=1)
    assert "Found: no manifest.json" in done.stderr


@BATCHES
def test_no_machine_and_no_secret_is_in_a_package(packages, batch):
    for path in packages[batch].rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"127.0.0.1" not in data, path.name
            assert b"Bearer" not in data, path.name


@BATCHES
def test_the_readings_are_all_there(packages, batch):
    import pyarrow.parquet as pq

    table = pq.read_table(packages[batch] / "tables" / "readings.parquet")
    assert table.num_rows >= (200_000 if batch.startswith("CART") else 90_000)
    statuses = set(table["status"].unique().to_pylist())
    assert len(statuses) > 1
