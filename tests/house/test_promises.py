"""What the house promises about itself: layers, wheel, words, and that nothing here releases."""

import ast
import re
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("contracts", "expectations", "tasks", "flows")
SOURCES = sorted(path for room in (*ROOMS, "infra") for path in (ROOT / room).rglob("*.py"))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    assert built.returncode == 0
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        return frozenset(archive.namelist())


def test_the_wheel_holds_the_four_rooms_and_nothing_else(wheel):
    tops = {name.split("/")[0] for name in wheel}
    assert {name for name in tops if not name.endswith(".dist-info")} == set(ROOMS)


@pytest.mark.parametrize(
    "member",
    [
        "contracts/sources/lims.odcs.yaml",
        "contracts/sources/b2mml/BatchML-BatchProductionRecord.xsd",
        "expectations/schema.json",
        "expectations/cart_manufacturing/strategy.yaml",
        "tasks/site.schema.json",
    ],
)
def test_the_wheel_holds_what_runs(wheel, member):
    assert member in wheel


def test_the_names_of_the_rooms_are_ours_alone():
    """The names are generic: another distribution that brings one of them would mix with ours."""
    owners = packages_distributions()
    assert {room: set(owners.get(room, ())) - {"batchproof"} for room in ROOMS} == {
        room: set() for room in ROOMS
    }


def test_every_module_opens_with_a_sentence():
    trees = {path: ast.parse(path.read_text()) for path in SOURCES}
    silent = [
        path.relative_to(ROOT).as_posix()
        for path, tree in trees.items()
        if tree.body and not (ast.get_docstring(tree) or "").split("\n\n")[0].endswith((".", ":"))
    ]
    assert not silent


FORBIDDEN = re.compile(
    r"\b(set_disposition|release_batch|approve_batch|disposition_status)\b", re.IGNORECASE
)


def test_no_code_path_sets_a_disposition():
    names = [
        node.name if isinstance(node, ast.FunctionDef | ast.ClassDef) else node.attr
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Attribute)
    ]
    assert len(names) > 1000
    assert not [name for name in names if FORBIDDEN.search(name)]


def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def texts():
    for path in tracked():
        if path.suffix in {".py", ".md", ".yaml", ".toml", ".json", ".j2", ".feature", ""}:
            yield path, path.read_text(errors="replace")


def test_we_claim_nothing_we_cannot_show():
    """The two words stand where we say that we do not use them, in quotes from others, or not."""
    claim = re.compile(
        r"\b(is|are|fully|gxp|gmp|part 11)[ -](compliant|validated)\b", re.IGNORECASE
    )
    ours = Path(__file__).name
    found = {path.name for path, text in texts() if claim.search(text)} - {ours}
    assert not found


def test_no_lock_file_names_an_address():
    for path in tracked():
        if "lock" in path.name:
            assert "://" not in path.read_text(), path


def test_no_machine_path_is_committed():
    machine = re.compile(r"(?<![\w.])/(work|root|home)/[a-z]")
    found = {path.name for path, text in texts() if machine.search(text)} - {Path(__file__).name}
    assert not found


def test_every_promise_names_a_test_that_is_there():
    rows = re.findall(
        r"^\| (\d+) \|.*\| (.*) \|$", (ROOT / "SECURITY.md").read_text(), re.MULTILINE
    )
    assert [int(number) for number, _ in rows] == list(range(1, 11))
    for _, tests in rows:
        for named in re.findall(r"`(tests/[^`]+)`", tests):
            assert (ROOT / named).exists(), named


def test_the_auditors_door_starts_without_the_heavy_tools():
    code = (
        "import sys; import flows.cli, flows.verify;"
        "heavy = {'prefect', 'great_expectations', 'sqlmodel', 'pyarrow', 'pandas', 'httpx'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
