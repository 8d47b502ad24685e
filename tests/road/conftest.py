"""The demo plant, served once, and flows that run in this process against a temporary Prefect."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from shared import made_once

from flows.plant import running_plant

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(sys.executable).with_name("batchproof")


@pytest.fixture(scope="session")
def site_file(tmp_path_factory):
    with running_plant(tmp_path_factory.mktemp("plant")) as plant:
        yield plant.site_file()


@pytest.fixture
def broken_plant(tmp_path):
    """Serve the plant with faults on its wires, named as `python -m infra.plant` names them."""
    with ExitStack() as stack:

        def serve(*faults):
            chosen = [word for fault in faults for word in ("--fault", fault)]
            plant = stack.enter_context(running_plant(tmp_path / "plant", chosen))
            return plant.site_file()

        yield serve


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own: ledger, store and packages start empty."""
    monkeypatch.setenv("BATCHPROOF_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def prepare(prefect_here, home):
    """Prepare one batch in this process, as the flow of a deployment does."""
    from flows.prepare import answer_for
    from flows.prepare_review import Due, prepare_review

    def run(batch, site, stage=Due.INITIAL):
        (package,) = prepare_review(batch, Due(stage), site=str(site))
        return answer_for(package.folder)

    return run


def run_program(*arguments, cwd, expect=0, home=None):
    """Run `batchproof` as a person does, without any variable of ours but the home, if named."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BATCHPROOF_", "PREFECT_"))
    } | ({} if home is None else {"BATCHPROOF_HOME": str(home)})
    done = subprocess.run(
        [str(PROGRAM), *map(str, arguments)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == expect, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """Run `batchproof` in a folder of its own, empty at first."""
    folder = tmp_path_factory.mktemp("newcomer")

    def run(*arguments, **asked):
        return run_program(*arguments, cwd=folder, **asked)

    return run


@pytest.fixture(scope="session")
def demos(tmp_path_factory):
    """The demo, run twice by the program itself, each time into a new folder."""

    def make(folder):
        folders = [Path(folder) / name for name in ("first", "second")]
        for one in folders:
            one.mkdir()
        with ThreadPoolExecutor() as both:
            done = both.map(
                lambda at: run_program("demo", "--out", at / "out", "--json", cwd=at), folders
            )
            return [json.loads(one.stdout) for one in done]

    return made_once(tmp_path_factory, "demos", make)


@pytest.fixture(scope="session")
def packages(demos):
    """The first demo's packages by batch."""
    return {one["batch"]: Path(one["package"]) for one in demos[0]}


@pytest.fixture(scope="session")
def trust(packages):
    """The trust file that the first demo wrote beside its packages."""
    (out,) = {one.parent for one in packages.values()}
    return out / "trust.json"


@pytest.fixture(scope="session")
def written_log(trust, tmp_path_factory):
    """The first demo's evaluation log, written out by the program."""
    folder = tmp_path_factory.mktemp("written")
    run_program("log", "write", folder / "log", cwd=folder, home=trust.with_name(".work"))
    return folder / "log"


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory):
    """Python with nothing of ours and no library but `cryptography` and what that one needs."""
    folder = tmp_path_factory.mktemp("bare")
    for name in ("cryptography", "cffi", "_cffi_backend"):
        origin = Path(importlib.util.find_spec(name).origin)
        here = origin.parent if origin.name == "__init__.py" else origin
        (folder / here.name).symlink_to(here)

    def run(code, *arguments):
        """Run code that finds its own arguments in sys.argv[1:], in an empty environment."""
        begin = f"import sys; sys.path.insert(0, {str(folder)!r})\n"
        command = [sys.executable, "-I", "-S", "-c", begin + code, *map(str, arguments)]
        return subprocess.run(command, env={}, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def browser_path():
    """Debian's Chromium. `make test` installs it where there is none."""
    path = shutil.which("chromium")
    assert path, "no chromium on this machine: `make browser` installs Debian's"
    return path
