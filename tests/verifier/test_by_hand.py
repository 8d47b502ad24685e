"""Every command of the page that tells how to check by hand is run, in one bash, in its order."""

import html
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from verifier.sealed import in_folder, manifested, sealed

from tasks import verifier

PAGE = Path(verifier.__file__).with_name("how_to_check.html")


@pytest.fixture
def by_hand(world, package, tmp_path):
    """A package that carries the page and the program; what all commands say, and their code."""
    package.files["how-to-check.html"] = PAGE.read_bytes()
    package.files["verify.py"] = Path(verifier.__file__).read_bytes()
    folder = in_folder(sealed(world, manifested(package)).files, tmp_path / "package")
    (tmp_path / "trust.json").write_bytes(world.trust())
    commands = re.findall(r'<pre class="run">(.*?)</pre>', PAGE.read_text(), re.DOTALL)
    assert len(commands) == PAGE.read_text().count("<pre") == 10

    def run():
        ended = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", html.unescape("\n".join(commands))],
            capture_output=True,
            check=False,
            cwd=folder,
            env=os.environ
            | {"TRUST": str(tmp_path / "trust.json"), "TMPDIR": str(tmp_path)}
            | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        )
        return ended.returncode, (ended.stdout + ended.stderr).decode()

    return folder, run


def test_every_command_runs(by_hand):
    _, run = by_hand
    code, said = run()
    assert code == 0, said
    assert "Signature Verified Successfully" in said
    assert "Verification: OK" in said
    assert "evaluation:1" in said
    assert "No findings.\n" in said


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("README.txt", "FAILED"),
        ("seal/timestamp.tsr", "Verification: FAILED"),
        ("manifest.json", ""),
        ("seal/seal.json", ""),
    ],
)
def test_commands_notice_an_edit(by_hand, name, words):
    folder, run = by_hand
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[:-40] + bytes([data[-40] ^ 1]) + data[-39:]
                                if len(data) > 40 else b"A Package.\n")  # fmt: skip
    code, said = run()
    assert code != 0
    assert words in said
