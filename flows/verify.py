"""The auditor's door: verify a package or a proof, offline and read only."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from contracts.canonical import Json
from contracts.errors import IntegrityError, NotFoundError
from contracts.manifest import MANIFEST, manifest_from
from contracts.opened import Read, opened
from contracts.verification import NOT_CHECKED
from tasks.folder import findings_drawn_again, findings_in, opened_safely, reader_in, reader_of
from tasks.verifier import (
    MOST_PROOF,
    Container,
    Finding,
    Package,
    RefusedError,
    Report,
    Trust,
    check_proof_of,
    container_of,
    is_proof,
)

Also: TypeAlias = Callable[[Read, frozenset[str]], tuple[Finding, ...] | None]
"""A check that needs a library: its findings in a package's members, or None without it."""
NOT_COMPARED = "tables/*.parquet against the records: pyarrow is not installed here"

__all__ = ["answer_of", "findings_in", "reader_of", "trusted"]


def trusted(path: Path | None) -> Trust | None:
    """Return whom a trust file trusts; without a file nobody.

    Raises:
        NotFoundError: there is no such file.
        IntegrityError: it is no trust file.
    """
    try:
        return None if path is None else Trust(path.read_bytes(), given=True)
    except OSError as error:
        raise NotFoundError(f"no trust file {path}", expected="batchproof-trust/1") from error
    except (RefusedError, ValueError, KeyError, TypeError) as error:
        raise IntegrityError(
            f"a file that is no trust file ({error})",
            expected="batchproof-trust/1",
            where=str(path),
            move="ask the site for its trust file again",
        ) from error


@dataclass(frozen=True, slots=True)
class Asked:
    """What whoever verifies brings along: whom they trust, and what they saw before."""

    trust: Trust | None = None
    checkpoint: Path | None = None
    """The last checkpoint of the log that they saw."""
    log: Path | None = None
    """The whole log, written out as a folder of tiles."""
    also: Also | None = None
    """A further check, of what needs a library."""


ALONE = Asked()


def answer_of(path: Path, asked: Asked = ALONE) -> dict[str, Json]:
    """Return what verifying found, what it was found in, and what verifying does not show.

    Raises:
        NotFoundError: there is no package in that folder or zip, and no proof in that file.
        IntegrityError: the container, or the log, cannot be opened safely.
    """
    proof = _proof(path)
    if proof:
        return _told(check_proof_of(proof, asked.trust))
    held = opened_safely(path)
    package = Package(held, asked.trust)
    if package.check_whole():
        log = None if asked.log is None else _log(asked.log)
        package.check_sealed(_note(asked.checkpoint), log)
    report = package.report
    report.findings += findings_drawn_again(held, report.findings)
    report.not_checked += NOT_CHECKED
    also = asked.also(reader_in(held), frozenset(held.sizes)) if asked.also else None
    if also is None:
        report.not_checked.append(NOT_COMPARED)
    elif not report.findings:  # the records must be right before anything is compared with them
        report.findings += also
    answer = _told(report)
    if report.findings:
        return answer
    read = reader_of(path)
    said = opened(read)
    return answer | {
        "batch": said.batch,
        "evaluation": said.number,
        "readiness": said.readiness,
        "root": manifest_from(read(MANIFEST)).root,
        "stage": said.stage.value,
    }


def _proof(path: Path) -> bytes:
    """Return the bytes of a proof file, or nothing if it is none."""
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        data = file.read(MOST_PROOF + 1)
    return data if is_proof(data) else b""


def _note(path: Path | None) -> str | None:
    """Return the checkpoint in a file."""
    try:
        return None if path is None else path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise NotFoundError(f"no checkpoint in {path}", expected="a C2SP checkpoint") from error


def _log(path: Path) -> Container:
    try:
        return container_of(path)
    except (OSError, RefusedError) as error:
        raise NotFoundError(f"no log in {path}", expected="a folder of C2SP tlog-tiles") from error


def _told(report: Report) -> dict[str, Json]:
    found = sorted(report.findings, key=lambda one: (one.check, one.member, one.row))
    return {
        "findings": [one.record() for one in found],
        "not_checked": list(report.not_checked),
        "ok": not found,
        "said": list(report.said),
    }
