"""The auditor's door: verify a package in a folder, offline, standard library only."""

from pathlib import Path

from contracts.canonical import Json
from contracts.manifest import MANIFEST, manifest_from
from contracts.opened import opened
from contracts.verification import NOT_CHECKED
from flows.one_value import trace_in
from tasks.folder import findings_in, reader_of

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
