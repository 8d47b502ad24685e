"""Writes the evaluation log out as C2SP tlog-tiles: what a monitor reads without asking us."""

import os
from pathlib import Path

from contracts import tlog_tiles
from contracts.errors import NotFoundError, StorageError
from contracts.merkle import head, leaf_hash
from contracts.tlog_tiles import HEIGHT, WIDTH, tiles_of
from tasks.ledger.log_checkpoints import Remembered
from tasks.ledger.logbook import LogBook


def write_tiles(book: LogBook, out: Path) -> Remembered:
    """Write the log up to its last signed checkpoint; the checkpoint comes last.

    Files are made anew beside the old ones and moved into their place, so that a reader sees whole
    files only. What stands there of a longer or another log is not removed.

    Raises:
        NotFoundError: nothing was signed yet.
        StorageError: a file cannot be written.
    """
    last = book.last_checkpoint()
    if last is None:
        raise NotFoundError(
            "a log without a signed checkpoint",
            expected="one; sealing a package signs it",
            where=book.where,
            move="prepare a batch first",
        )
    size = last.checkpoint.size
    entries = [one.text for one in book.entries()[:size]]
    row = [leaf_hash(one) for one in entries]
    level = 0
    for tile in tiles_of(size):
        if tile.level > level:
            row, level = _above(row), tile.level
        start = tile.index * WIDTH
        _write(out / tile.path(), b"".join(row[start : start + tile.width]))
        if level == 0:
            bundle = tlog_tiles.bundle(entries[start : start + tile.width])
            _write(out / tile.bundle_path(), bundle)
    _write(out / "checkpoint", str(last.note()).encode())
    return last


def _above(row: list[bytes]) -> list[bytes]:
    """Return the hashes over each full tile of a row (C2SP: a partial one is not hashed)."""
    full = len(row) >> HEIGHT
    return [head(row[one * WIDTH : (one + 1) * WIDTH]) for one in range(full)]


def _write(path: Path, data: bytes) -> None:
    aside = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(data)
        os.replace(aside, path)  # noqa: PTH105 (names the atomic step)
    except OSError as error:
        raise StorageError(
            f"a file that cannot be written ({error.strerror})",
            expected="room and the right to write",
            where=str(path),
            move="the administrator makes room or names another folder; then run again",
        ) from error
