"""The door to a batch's audit trail: show it, write it out, check one that was written out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contracts.canonical import Json
from contracts.errors import NotFoundError, StorageError
from flows.terminal import AsJson, Exit, errors_in_words, plain, print_json

if TYPE_CHECKING:
    from tasks.ledger.ledger import Ledger
    from tasks.log_words import Told
    from tasks.verifier import Report


def trail(
    batch: Annotated[str, typer.Argument(help="The batch, as the MES names it.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="Write it out, with what it takes to check it.")
    ] = None,
    check: Annotated[
        Path | None, typer.Option(help="Check a trail that was written out, offline.")
    ] = None,
    trust: Annotated[
        Path | None, typer.Option(help="Whom you trust: the site's trust file.", dir_okay=False)
    ] = None,
    site: Annotated[Path | None, typer.Option(help="The site file, to write it out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a batch's audit trail; with --out write it out, with --check check one written out.

    Exit code 0 no findings, 1 findings.

    Example: batchproof trail CART-26-0001 --out trail.json --site site.yaml

    Example: batchproof trail --check trail.json --trust trust.json
    """
    if bool(batch) == bool(check) or (out and check):
        raise typer.BadParameter("name a batch, or --check FILE")
    if check is not None:
        _check(check, trust, as_json=as_json)
    with errors_in_words():
        if out is not None:
            _write_out(batch, out, site)
        with opened_ledger() as ledger:
            from tasks.trail import told

            entries = told(ledger, batch)
    if as_json:
        print_json([one.record() for one in entries])
    elif out is None:
        _print(entries)
    else:
        typer.echo(f"{len(entries)} entries of {batch} in {out}")


@contextmanager
def opened_ledger() -> Iterator["Ledger"]:
    """Open the ledger of the settings, for as long as it is read."""
    from flows.settings import Settings
    from tasks.ledger.ledger import Ledger

    with Ledger.open(Settings().ledger()) as ledger:
        yield ledger


def _write_out(batch: str, out: Path, site: Path | None) -> None:
    from flows.office import open_office
    from tasks.trail import written_out

    with open_office(None if site is None else str(site)) as desk:
        data = written_out(desk, batch)
    try:
        out.write_bytes(data)
    except OSError as error:
        raise StorageError(
            f"a file that cannot be written ({error.strerror})", where=str(out)
        ) from error


def _check(path: Path, trust: Path | None, *, as_json: bool) -> None:
    from flows.verify import trusted
    from tasks.trail_check import MOST, Trail

    with errors_in_words():
        try:
            with path.open("rb") as file:
                data = file.read(MOST + 1)
        except OSError as error:
            raise NotFoundError(
                f"no file {path} ({error.strerror})", expected="a written-out audit trail"
            ) from error
        found = Trail(data)
        report = found.check(trusted(trust))
        entries = tuple(found.words())
    if as_json:
        print_json(_record(report, entries))
    else:
        _print(entries)
        _print_report(report)
    raise typer.Exit(Exit.FAILED if report.findings else Exit.DONE)


def _print(entries: Sequence["Told"]) -> None:
    for one in entries:
        typer.echo(plain(f"{one.index:>6}  {one.at:<27}  {one.words}"))


def _print_report(report: "Report") -> None:
    for finding in report.findings:
        typer.echo(plain(f"FINDING {finding.member}: {finding.words}"))
    for words in (*report.said, *(f"not checked: {one}" for one in report.not_checked)):
        typer.echo(plain(words))
    typer.echo(f"{len(report.findings)} findings" if report.findings else "No findings.")


def _record(report: "Report", entries: Sequence["Told"]) -> dict[str, Json]:
    return {
        "entries": [one.record() for one in entries],
        "findings": [one.record() for one in report.findings],
        "not_checked": list(report.not_checked),
        "ok": not report.findings,
        "said": list(report.said),
    }
