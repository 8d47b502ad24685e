"""An honest package holds, in a folder and in a zip, and says what was not checked."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from verifier.sealed import in_folder

from tasks import verifier


def test_honest_package_has_no_findings(world, package, look):
    report = look(world, package)
    assert report.findings == []
    assert any("evaluation 1 of 1" in one for one in report.said)
    assert any("DEMO KEY" in one for one in report.said)


@pytest.mark.parametrize("around", ["", "CART-26-0001/"])
def test_zip_is_as_good_as_a_folder(world, package, tmp_path, around):
    with zipfile.ZipFile(tmp_path / "p.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in package.files.items():
            file.writestr(f"{around}{name}", data)
    report = verifier.check_path(tmp_path / "p.zip", verifier.Trust(world.trust(), given=True))
    assert report.findings == []


def test_without_trust_the_keys_are_a_claim_and_named_loudly(world, package, tmp_path):
    report = verifier.check_path(in_folder(package.files, tmp_path / "p"), None)
    assert report.findings == []
    claim = next(one for one in report.not_checked if one.startswith("WHO SEALED IT"))
    assert json.loads(world.trust())["keys"][0]["keyid"] in claim


def test_the_copy_in_the_package_needs_this_file_alone(world, package, tmp_path):
    source = Path(verifier.__file__).read_bytes()
    folder = in_folder(package.files, tmp_path / "p")
    trust = tmp_path / "trust.json"
    trust.write_bytes(world.trust())
    (tmp_path / "verify.py").write_bytes(source)
    answer = subprocess.run(
        [sys.executable, "-I", tmp_path / "verify.py", folder, "--json", f"--trust={trust}"],
        capture_output=True,
        check=False,
        cwd="/",
    )
    assert answer.returncode == 0, answer.stdout
    assert json.loads(answer.stdout)["ok"] is True
    shutil.rmtree(folder / "seal")
    command = [sys.executable, "-I", tmp_path / "verify.py", folder]
    answer = subprocess.run(command, capture_output=True, check=False)
    assert answer.returncode == 1
    assert b"FINDING check 8, seal/" in answer.stdout
    command = [sys.executable, "-I", tmp_path / "verify.py", tmp_path / "nothing"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2
