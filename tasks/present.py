"""Lay a package before QA in the Prefect UI: what must be looked at, and where the proof lies."""

import html
import re

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact

from contracts.opened import Opened, opened
from contracts.readiness import QualityException
from tasks.package import Package

_WORDS = {"ready": "Ready", "not_ready": "Not ready", "incomplete": "Incomplete"}
_SHOWN = 5


def present_package(package: Package) -> None:
    """Write readiness, exceptions and the package's place as artifacts of the running task."""
    read = opened(lambda path: (package.folder / path).read_bytes())
    key = re.sub(r"[^a-z0-9]+", "-", read.batch.lower()).strip("-")
    create_markdown_artifact(
        key=f"readiness-{key}",
        markdown=readiness_text(read, package),
        description=in_one_line(read),
    )
    create_table_artifact(
        key=f"exceptions-{key}",
        table=[exception_row(one) for one in read.exceptions] or [{"exception": "none"}],
        description=f"What a reviewer of {plain(read.batch)} must look at, blocking first",
    )
    create_link_artifact(
        key=f"package-{key}",
        link=(package.folder.absolute() / "index.html").as_uri(),
        link_text=f"{read.batch}, evaluation {read.number}: the package's page",
        description=f"Root {package.root}",
    )


def in_one_line(read: Opened) -> str:
    """Return the readiness with its first reason: what the list of artifacts shows."""
    said = f"{plain(read.batch)}: {_WORDS[read.readiness]} for its {read.stage} stage"
    blocking = [one for one in read.exceptions if one.blocking]
    return f"{said}. {plain(blocking[0].message)}" if blocking else f"{said}."


def readiness_text(read: Opened, package: Package) -> str:
    """Return the reviewer's first ten seconds as Markdown."""
    blocking = [one for one in read.exceptions if one.blocking]
    lines = [
        f"# {plain(read.batch)}: {_WORDS[read.readiness]} for its {read.stage} stage",
        "",
        *(f"- **{plain(one.kind)}**: {plain(one.message)}" for one in blocking[:_SHOWN]),
    ]
    if len(blocking) > _SHOWN:
        lines.append(f"- and {len(blocking) - _SHOWN} more, in the table of exceptions")
    return "\n".join(
        [
            *lines,
            "",
            f"Evaluation {read.number}: {read.judged} of {read.in_force} criteria in force judged.",
            f"Package: `{package.folder.absolute()}`",
            f"Root: `{package.root}`",
            "",
            "Batchproof prepares and proves; people release.",
        ]
    )


def exception_row(one: QualityException) -> dict[str, str]:
    """Return one row of the exceptions' table."""
    return {
        "blocks": "yes" if one.blocking else "no",
        "what": plain(one.kind),
        "criterion": plain(one.criterion),
        "why": plain(one.message),
    }


def plain(text: str) -> str:
    """Return text that Markdown and HTML show as it is: sources write what they like."""
    escaped = html.escape(text, quote=False)
    return re.sub(r"([\\`*_{}\[\]#|~])", r"\\\1", escaped)
