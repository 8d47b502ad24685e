"""The auditor's door: verify and trace a package in a folder, offline, standard library only."""

from pathlib import Path

from contracts.canonical import Json
from contracts.manifest import MANIFEST, manifest_from
from contracts.opened import opened
from contracts.tracer import Trace, Tracer
from contracts.verification import NOT_CHECKED
from tasks.folder import findings_in, reader_of, spans_of

__all__ = ["answer_of", "findings_in", "reader_of", "trace_in"]


def answer_of(folder: Path) -> dict[str, Json]:
    """Return what verifying found, which package it was, and what verifying does not show.

    Raises:
        NotFoundError: there is no package in that folder.
    """
    findings = findings_in(folder)
    answer: dict[str, Json] = {
        "findings": [one.record() for one in findings],
        "not_checked": list(NOT_CHECKED),
        "ok": not findings,
    }
    if findings:
        return answer
    read = reader_of(folder)
    package = opened(read)
    return answer | {
        "batch": package.batch,
        "evaluation": package.number,
        "readiness": package.readiness,
        "root": manifest_from(read(MANIFEST)).root,
        "stage": package.stage.value,
    }


def trace_in(folder: Path, item: str) -> Trace:
    """Return the lineage of a verdict, observation or reading of a package.

    Raises:
        NotFoundError: there is no package in that folder, or no such item in it.
        IntegrityError: the package is not what it says; verify it.
    """
    return Tracer(reader_of(folder), spans_of(folder)).trace(item)
