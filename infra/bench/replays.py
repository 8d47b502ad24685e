"""The evaluation done again under other circumstances: the root must come out the same.

The circumstances are one thread or two, the processor's wide instructions or none beyond the
oldest, and two versions of pyarrow; each replay is a process of its own.
"""

import itertools
import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from expectations import series
from infra.bench.sealed_batch import Bench
from infra.bench.table import Line, measured, run
from tasks.replay import replay as done_again

OTHER: Final = "20.0.0"
"""The oldest pyarrow that we allow."""
_WIDEST: Final = "AVX512F"
_UV: Final = Path(sys.executable).with_name("uv")


def replay(_bench: Bench, package: str, threads: str) -> dict[str, Any]:
    """Do the evaluation again on so many threads and return its root."""
    count = int(threads)
    pa.set_cpu_count(count)
    pa.set_io_thread_count(count)
    series.reduce_by = partial(series.reduce_by, threads=count)
    found = done_again(Path(package))
    return {"root": found.now.root, "same": found.same, "pyarrow": pa.__version__}


def replays(bench: Bench, package: Path, root: str) -> Iterator[Line]:
    """Yield whether every replay gave the package's root, and what one cost."""
    other = _other_pyarrow(bench.folder)
    costs, strange, versions = [], [], set()
    for threads, narrow, path in itertools.product("12", (False, True), ("", str(other))):
        also = _narrow() if narrow else {}
        if path:
            also["PYTHONPATH"] = os.pathsep.join(filter(None, (path, os.environ.get("PYTHONPATH"))))
        found = measured("seal_runs", "replay", bench, str(package), threads, also=also)
        costs.append(found["cpu"])
        versions.add(found["pyarrow"])
        if found["root"] != root or not found["same"]:
            strange.append(f"{threads} threads, {sorted(also)}: {found['root']}")
    if len(versions) != 2:  # noqa: PLR2004 (this one and the other)
        raise SystemExit(f"The replays ran with pyarrow {versions}, not with two versions.")
    told = "; ".join(strange) or f"{len(costs)} of {len(costs)} the same"
    words = "replay's root: 1, 2 threads x wide, narrow x 2 pyarrows"
    yield Line(words, told, "all the same", not strange)
    yield Line("pyarrow in them", ", ".join(sorted(versions)))
    yield Line(
        "wide instructions in them", "AVX-512" if _features().get(_WIDEST) else "AVX2: no AVX-512"
    )
    yield Line("one replay", f"{min(costs):.0f} to {max(costs):.0f} CPU s")


def _other_pyarrow(folder: Path) -> Path:
    """Install another pyarrow in a folder of its own, to be found before ours."""
    place = folder / "other"
    asked = ["pip", "install", "--no-deps", "--target", str(place), f"pyarrow=={OTHER}"]
    run([str(_UV), "--system-certs", "--quiet", *asked, "--python", sys.executable])
    return place


def _narrow() -> dict[str, str]:
    """Return the variables that take wide instructions from numpy, OpenBLAS and the C library."""
    known = np._core._multiarray_umath.__cpu_dispatch__  # type: ignore[attr-defined]  # noqa: SLF001 (numpy tells it nowhere else)
    hardware = ("AVX512F", "AVX512VL", "AVX512BW", "AVX512DQ", "AVX2", "FMA")
    return {
        "NPY_DISABLE_CPU_FEATURES": " ".join(one for one in known if _features().get(one)),
        "OPENBLAS_CORETYPE": "Nehalem",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=" + ",".join(f"-{one}" for one in hardware),
        "ARROW_USER_SIMD_LEVEL": "NONE",
    }


def _features() -> dict[str, bool]:
    found: dict[str, bool] = np._core._multiarray_umath.__cpu_features__  # type: ignore[attr-defined]  # noqa: SLF001 (as above)
    return found
