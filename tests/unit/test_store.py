"""The evidence store: bytes appear whole or not at all, and never change."""

import errno
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.errors import IntegrityError, NotFoundError, StorageError
from tasks.store import Store

ABC = (
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4, SHA-256("abc")
)
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256("")


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def begun(program: str, *arguments: str | Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE)


@pytest.mark.parametrize(("data", "digest"), [(b"abc", ABC), (b"", EMPTY)])
def test_bytes_are_kept_under_their_digest(tmp_path: Path, data: bytes, digest: str):
    store = Store(tmp_path / "captures")
    assert store.put(data) == digest
    assert store.get(digest) == data
    assert store.path(digest) == tmp_path / "captures" / digest[:2] / digest[2:]
    assert files(store.root) == {f"{digest[:2]}/{digest[2:]}"}


def test_a_kept_file_is_read_only_and_written_once(tmp_path: Path):
    store = Store(tmp_path)
    path = store.path(store.put(b"abc"))
    before = path.stat()
    assert stat.S_IMODE(before.st_mode) == 0o444
    store.put(b"abc")
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert after.st_nlink == 1


@pytest.mark.parametrize(
    "name",
    ["", "abc", ABC.upper(), f"../{ABC}", f"{ABC}\n", f"{ABC[:2]}/{ABC[3:]}", "..", "\u0663" * 64],
)
def test_what_is_no_digest_names_no_file(tmp_path: Path, name: str):
    with pytest.raises(IntegrityError, match="64 lower-case hex digits"):
        Store(tmp_path).get(name)


def test_what_was_never_kept_is_not_found(tmp_path: Path):
    with pytest.raises(NotFoundError, match=ABC):
        Store(tmp_path).get(ABC)


def test_a_changed_byte_is_noticed_on_the_way_out_and_on_the_way_in(tmp_path: Path):
    store = Store(tmp_path)
    path = store.path(store.put(b"abc"))
    path.chmod(0o644)
    path.write_bytes(b"abd")
    with pytest.raises(IntegrityError, match="the name " + ABC):
        store.get(ABC)
    with pytest.raises(IntegrityError, match="the name " + ABC):
        store.put(b"abc")
    assert path.read_bytes() == b"abd"  # and the trace of the change is left to be looked at


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 256 KiB."""
    mount = shutil.which("mount")
    disk = tmp_path / "disk"
    disk.mkdir()
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a file system can be mounted only by root; the file-size test covers the code")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_told_and_leaves_nothing_half_written(small_disk: Path):
    store = Store(small_disk)
    kept = store.put(os.urandom(100 * 1024))
    with pytest.raises(StorageError, match="the disk is full") as caught:
        store.put(os.urandom(200 * 1024))
    assert "makes room" in caught.value.move
    assert files(small_disk) == {f"{kept[:2]}/{kept[2:]}"}
    assert len(store.get(kept)) == 100 * 1024
    assert store.put(b"abc") == ABC  # what has room is kept again


def test_a_write_cut_short_by_the_system_leaves_nothing_half_written(tmp_path: Path):
    store = Store(tmp_path / "captures")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(StorageError, match="takes no file of this size"):
            store.put(b"x" * 20_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files(store.root) == set()


def test_a_folder_that_is_a_file_is_told(tmp_path: Path):
    (tmp_path / "captures").write_bytes(b"")
    with pytest.raises(StorageError, match="could not be kept"):
        Store(tmp_path / "captures").put(b"abc")


def test_where_there_are_no_hard_links_a_file_still_appears_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuses(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "no hard links here")

    monkeypatch.setattr(os, "link", refuses)
    store = Store(tmp_path)
    assert store.get(store.put(b"abc")) == b"abc"
    assert files(tmp_path) == {f"{ABC[:2]}/{ABC[2:]}"}


SHARER = """
import sys
from pathlib import Path
from tasks.store import Store
store = Store(Path(sys.argv[1]))
for step in range(40):
    store.put(((step + int(sys.argv[2])) % 40).to_bytes(2) * 50_000)
"""


def test_many_processes_write_the_same_bytes_at_once(tmp_path: Path):
    writers = [begun(SHARER, tmp_path, shift) for shift in ("0", "0", "1", "20")]
    for writer in writers:
        writer.communicate()
    assert [writer.returncode for writer in writers] == [0, 0, 0, 0]
    store = Store(tmp_path)
    assert len(files(tmp_path)) == 40  # and no unfinished file
    for name in files(tmp_path):
        assert len(store.get(name.replace("/", ""))) == 100_000


WRITER = """
import os, sys
from pathlib import Path
from tasks.store import Store
store = Store(Path(sys.argv[1]))
print("begun", flush=True)
while True:
    store.put(os.urandom(2_000_000))
"""


def test_a_writer_that_is_killed_leaves_whole_files_and_a_sweepable_rest(tmp_path: Path):
    for moment in (0.011, 0.023, 0.037, 0.053, 0.071):
        writer = begun(WRITER, tmp_path)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(moment)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    store = Store(tmp_path)
    named = {name for name in files(tmp_path) if ".unfinished-" not in name}
    left = files(tmp_path) - named
    assert named | left
    for name in named:
        assert len(store.get(name.replace("/", ""))) == 2_000_000
    assert store.sweep() == len(left)
    assert files(tmp_path) == named


def test_sweeping_takes_the_dead_and_leaves_the_living(tmp_path: Path):
    store = Store(tmp_path)
    kept = store.path(store.put(b"abc"))
    dead = kept.parent / ".unfinished-1-0"
    dead.write_bytes(b"ab")
    holding = (
        "import fcntl, sys, time; f = open(sys.argv[1], 'wb'); fcntl.flock(f, fcntl.LOCK_EX);"
        "print('held', flush=True); time.sleep(60)"
    )
    living = kept.parent / ".unfinished-2-0"
    writer = begun(holding, living)
    assert writer.stdout is not None
    writer.stdout.readline()
    try:
        assert store.sweep() == 1
        assert (dead.exists(), living.exists(), kept.exists()) == (False, True, True)
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()
    assert store.sweep() == 1
    assert files(tmp_path) == {f"{ABC[:2]}/{ABC[2:]}"}


def test_putting_beside_a_dead_writers_rest_sweeps_it(tmp_path: Path):
    rest = tmp_path / ABC[:2] / ".unfinished-1-0"
    rest.parent.mkdir()
    rest.write_bytes(b"a")
    Store(tmp_path).put(b"abc")
    assert files(tmp_path) == {f"{ABC[:2]}/{ABC[2:]}"}


def test_an_empty_place_has_nothing_to_sweep(tmp_path: Path):
    assert Store(tmp_path / "none").sweep() == 0
