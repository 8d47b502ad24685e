"""The SHA-256 of very many short messages at once: the same digests, in a fraction of the time.

`hashlib` takes longer to be called than to hash a hundred bytes. Apache DataFusion, where it is
installed (the extra `speed`), hashes a whole column in one call, about six times as fast. It is
asked for digests and never trusted: each of its answers is compared with `hashlib` in one row, and
whoever verifies a package does it by `hashlib` alone.
"""

import hashlib
import struct
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from contracts.errors import IntegrityError

Rows = NDArray[np.uint8]
"""One message or digest a row, as bytes: of shape (messages, bytes of each)."""
Hash = Callable[[Rows], Rows]
"""Returns the SHA-256 of each row, 32 bytes, in the same order."""
DIGEST = 32
_FEW = 512
"""Messages for which setting a query up takes longer than `hashlib`."""


def by_hashlib(messages: Rows) -> Rows:
    """Return the SHA-256 of each row, one call of `hashlib` a row."""
    sha256 = hashlib.sha256
    each = struct.iter_unpack(f"{messages.shape[1]}s", messages.tobytes())
    joined = b"".join([sha256(one).digest() for (one,) in each])
    return np.frombuffer(joined, np.uint8).reshape(-1, DIGEST)


def by_datafusion(messages: Rows) -> Rows:
    """Return the SHA-256 of each row, by one DataFusion query on one thread.

    Raises:
        IntegrityError: its answer is not what `hashlib` says.
        ImportError: the extra `speed` is not installed.
    """
    count, width = messages.shape
    if count < _FEW:
        return by_hashlib(messages)
    ends = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(messages))]
    column = pa.Array.from_buffers(pa.binary(), count, buffers)
    answers = _query()(pa.record_batch([column], names=["message"]))
    digests = np.concatenate([_digests(one) for one in answers])
    last = hashlib.sha256(messages[-1].tobytes()).digest()
    if len(digests) != count or digests[-1].tobytes() != last:
        raise IntegrityError(
            f"{len(digests)} digests of {count} messages, the last {digests[-1].tobytes().hex()}",
            expected=f"one each, the last {last.hex()} as hashlib says",
            where="DataFusion's sha256",
            move="uninstall the extra `speed` and seal again; report it to the project",
        )
    return digests


def fastest() -> Hash:
    """Return the fastest way that is installed."""
    return by_datafusion if find_spec("datafusion") else by_hashlib


@cache
def _query() -> Callable[[pa.RecordBatch], list[pa.RecordBatch]]:
    """Return what asks DataFusion, on one thread, for the digests of a column in its order."""
    from datafusion import SessionConfig, SessionContext, col, functions  # noqa: PLC0415 (optional)

    context = SessionContext(SessionConfig().with_target_partitions(1))
    digest = functions.sha256(col("message"))

    def asked(batch: pa.RecordBatch) -> list[pa.RecordBatch]:
        frame = context.read_batch(batch)  # not registered, so that nothing stays
        return list(frame.select(digest).collect())

    return asked


def _digests(answer: pa.RecordBatch) -> Rows:
    """Return the bytes of a column of digests; none of them is missing or of another length."""
    column = answer.column(0).cast(pa.binary(DIGEST))
    if column.null_count:
        raise IntegrityError("a message without a digest", expected="one for each")
    whole = np.frombuffer(column.buffers()[1], np.uint8)
    start = column.offset * DIGEST
    return whole[start : start + len(column) * DIGEST].reshape(-1, DIGEST)
