"""The evidence store in the instant between writing a file and giving it its name."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.store import Store

ABC = (
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4, SHA-256("abc")
)


def in_mid_write(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> list[object]:
    """Let something happen when the first file is written and not yet named; return its result."""
    came: list[object] = []
    settle = os.fsync

    def settling(handle: int) -> None:
        if not came and stat.S_ISREG(os.fstat(handle).st_mode):
            came.append(happens())
        settle(handle)

    monkeypatch.setattr(os, "fsync", settling)
    return came


def test_a_sweep_in_mid_write_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = Store(tmp_path)
    swept = in_mid_write(monkeypatch, store.sweep)
    assert store.put(b"abc") == ABC
    assert swept == [0]


def test_a_file_that_is_swept_all_the_same_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / ABC[:2]
    took = in_mid_write(monkeypatch, lambda: [file.unlink() for file in folder.iterdir()])
    store = Store(tmp_path)
    assert store.get(store.put(b"abc")) == b"abc"
    assert took == [[None]]  # one unfinished file was taken away


def test_no_file_shows_under_its_digest_before_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    store = Store(tmp_path)
    seen = in_mid_write(monkeypatch, store.path(ABC).exists)
    store.put(b"abc")
    assert seen == [False]
