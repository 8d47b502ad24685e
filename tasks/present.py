"""Lay a package before QA in the Prefect UI: what must be looked at, and where the proof lies."""

from prefect import get_run_logger
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact

from contracts.opened import Opened, opened
from contracts.plain import plain as printed
from contracts.readiness import QualityException
from tasks.package import Package
from tasks.shown_text import artifact_key, plain

_WORDS = {"ready": "Ready", "not_ready": "Not ready", "incomplete": "Incomplete"}
_SHOWN = 5


def present_package(package: Package) -> None:
    """Write readiness, exceptions and the package's place as artifacts of the running task.

    The link stands only where the site serves its packages: a browser does not follow a link from
    Prefect's pages to a file.
    """
    read = opened(lambda path: (package.folder / path).read_bytes())
    # A run that completed says nothing of the batch.
    get_run_logger().info("%s", printed(_said(read)))
    create_markdown_artifact(
        key=artifact_key("readiness", read.batch, read.stage),
        markdown=readiness_text(read, package),
        description=in_one_line(read),
    )
    create_table_artifact(
        key=artifact_key("exceptions", read.batch, read.stage),
        table=[exception_row(one) for one in read.exceptions] or [{"exception": "none"}],
        description=(
            f"What a reviewer of {plain(read.batch)} must look at, blocking first. The form "
            f"`decide` asks for the number, and for the evaluation: {read.number}."
        ),
    )
    if package.page:
        create_link_artifact(
            key=artifact_key("package", read.batch, read.stage),
            link=package.page,
            link_text=f"→ {read.batch}, evaluation {read.number}: the package's page",
            description=(
                f"Every value of {plain(read.batch)} and where it comes from. Root {package.root}"
            ),
        )


def in_one_line(read: Opened) -> str:
    """Return the readiness with its first reason: what the list of artifacts shows."""
    return plain(_said(read))


def _said(read: Opened) -> str:
    said = f"{read.batch}: {_WORDS[read.readiness]} for its {read.stage} stage."
    blocking = [one for one in read.exceptions if one.blocking]
    return f"{said} {blocking[0].message}" if blocking else said


def readiness_text(read: Opened, package: Package) -> str:
    """Return the reviewer's first ten seconds as Markdown."""
    blocking = [one for one in read.exceptions if one.blocking]
    lines = [
        f"# {plain(read.batch)}: {_WORDS[read.readiness]} for its {read.stage} stage",
        "",
        *([f"[→ Open the package's page]({package.page})", ""] if package.page else []),
        *(_blocks(one) for one in blocking[:_SHOWN]),
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


def _blocks(one: QualityException) -> str:
    return f"- {plain(one.id)} **{plain(one.kind)}**: {plain(one.message)}"


def exception_row(one: QualityException) -> dict[str, str]:
    """Return one row of the exceptions' table."""
    return {
        "number": plain(one.id),
        "blocks": "yes" if one.blocking else "no",
        "what": plain(one.kind),
        "why": plain(one.message),
        "criterion": plain(one.criterion),
    }
