"""Attack 25, and packages that are made to lead out of their folder or to exhaust who verifies."""

import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from attacks.forger import Held, told

from contracts.manifest import MANIFEST
from tasks import verifier
from tasks.folder import findings_drawn_again, findings_in

MEGABYTE = 1 << 20
MEMORY = 640 * MEGABYTE
"""What the verifier may take, its libraries included, whatever lies in a package."""


# ------------------------------------------------------------------ 25. undeclared, missing


def test_attack_25_a_raw_file_that_nobody_declared(copy):
    (copy / "captures" / ("0" * 64)).write_bytes(b"{}")
    assert told(findings_in(copy)) == [(4, f"captures/{'0' * 64}")]


def test_attack_25_a_raw_file_undeclared_and_the_manifest_made_to_fit(forger):
    data = b"{}"
    name = "captures/44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    forger.files[name] = data
    assert told(forger.closed().findings()) == [(6, name)]


def test_attack_25_a_raw_file_taken_out(forger):
    """What it said is missing then; what was never captured at all no package can tell."""
    row = next(row for row in forger.rows("captures") if "getRequestID=VP-0002" in row["request"])
    del forger.files[f"captures/{row['digest']}"]
    forger.put("captures", [one for one in forger.rows("captures") if one != row])
    found = {check for check, _ in told(forger.closed().findings())}
    assert {5, 15, 19} <= found


def test_attack_25_a_capture_counted_twice(forger):
    rows = forger.rows("captures")
    forger.put("captures", [*rows, rows[-1]])
    assert {19, 24} & {check for check, _ in told(forger.closed().findings())}


# ------------------------------------------------------------------ ways out of the package


@pytest.mark.parametrize("link", ["captures/note", "verdicts.json"])
def test_a_link_in_a_folder_is_not_followed(copy, tmp_path, link):
    outside = tmp_path / "outside.json"
    outside.write_bytes((copy / "verdicts.json").read_bytes())
    (copy / link).unlink(missing_ok=True)
    (copy / link).symlink_to(outside)
    assert told(findings_in(copy))[0] == (1, link)


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "captures/../../evil", "a\\b", "C:evil"])
def test_a_zip_that_leads_out_of_itself(fewer_files, tmp_path, name):
    path = zipped(fewer_files, tmp_path, (zipfile.ZipInfo(name), b"x"))
    assert 1 in {check for check, _ in told(findings_in(path))}
    assert not (tmp_path.parent / "evil").exists()


def test_a_zip_with_a_member_twice(fewer_files, tmp_path):
    """One program shows the first, another the last."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = zipped(fewer_files, tmp_path, ("readiness.json", b'{"readiness":"ready"}\n'))
    assert (1, "readiness.json") in told(findings_in(path))


def test_a_whole_zip_is_as_good_as_a_folder(fewer_files, tmp_path):
    assert findings_in(zipped(fewer_files, tmp_path)) == ()


def zipped(files, folder, *more):
    path = folder / "package.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in [*files.items(), *more]:
            packed.writestr(name, data)
    return path


# ------------------------------------------------------------------ exhausted memory


def wide(size):
    """JSON of many small objects: thirty times as large in memory."""
    return b'{"a":[' + b"{}," * (size // 3) + b"{}]}\n"


BOMBS = {
    "a manifest of sixty megabytes": (MANIFEST, wide(60 * MEGABYTE)),
    "a manifest as wide as it may be": (MANIFEST, wide(15 * MEGABYTE)),
    "a manifest nested without end": (MANIFEST, b"[" * (8 * MEGABYTE) + b"\n"),
    "a number of a million digits": (MANIFEST, b'{"a":' + b"9" * MEGABYTE + b"}\n"),
    "a record of sixty megabytes": ("tables/unread.jsonl", wide(60 * MEGABYTE)),
    "a history of sixty megabytes": ("seal/history.json", wide(60 * MEGABYTE)[:-1]),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_package_made_to_exhaust_memory(copy, bomb):
    """The verifier, as a package carries it, in a process that may have so much and no more."""
    path, data = BOMBS[bomb]
    (copy / path).write_bytes(data)
    done = subprocess.run(
        [sys.executable, str(Path(verifier.__file__)), str(copy), "--json"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )
    assert done.returncode == 1, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert f'"member": "{path}"' in done.stdout


@pytest.mark.parametrize("name", [f"captures/{'0' * 64}", "tables/unread.jsonl", "index.html"])
def test_what_is_too_large_is_not_drawn_again_and_that_is_a_finding(fewer_files, name):
    held = Held(fewer_files)
    held.sizes = held.sizes | {name: 2 << 30}
    (found,) = findings_drawn_again(held, [])
    assert found.check == 14
    assert "are drawn again" in found.words
