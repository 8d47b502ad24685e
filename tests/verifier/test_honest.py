"""An honest package holds, in a folder and in a zip, and says what was not checked."""

import subprocess
import sys
import zipfile
from pathlib import Path

from verifier.sealed import in_folder

from tasks import verifier


def test_honest_package_has_no_findings(world, package, tmp_path):
    trust = verifier.Trust(world.trust(), given=True)
    report = verifier.check_path(in_folder(package.files, tmp_path / "p"), trust)
    assert report.findings == []
    assert any("evaluation 1 of 1" in one for one in report.said)
    assert any("DEMO KEY" in one for one in report.said)
