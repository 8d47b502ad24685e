"""Put one evaluation's package together: for people, for machines, and with every raw byte."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from contracts.canonical import canonical
from contracts.errors import IntegrityError, StorageError
from contracts.evidence import Digest
from contracts.manifest import AUDIT_TRAIL, CAPTURES, ENVIRONMENT, MANIFEST, manifest_from
from contracts.opened import Opened, opened
from contracts.series import SeriesPage
from tasks import environment, reading, verifier
from tasks.beside import appears, beside
from tasks.desk import Desk
from tasks.folder import findings_in
from tasks.readings import write_pages, write_tables
from tasks.rooted import rooted
from tasks.sealing import seal_package
from tasks.showing import page_of
from tasks.trail import trail_member
from tasks.worksheet import kept

README = """\
This folder is a release-readiness package made by Batchproof.
Batchproof prepares and proves; people release.

index.html          for people: readiness, exceptions, every value and the bytes it came from
evaluation.json     which batch, evidence, strategy, and who judged when
readiness.json      ready, not_ready or incomplete, with the reasons
verdicts.json       one verdict for each criterion in force
strategy/           the control strategy that was in force, as it was judged: platform and layers
suites/             the same strategy as Great Expectations suites
captures/           the bytes each source handed over, unaltered, named by their SHA-256
tables/*.jsonl      the records that make the root, one canonical JSON record a line
tables/*.parquet    the same for machines, and every equipment reading
tables/readings.index  where each 256th reading begins, for proofs
audit-trail.json    who did what with this batch, in words and as entered, up to this result
environment.json    what was installed where the evaluation was made
contracts/*.json    what each source promised to send: the captures are read by these
manifest.json       every file with its SHA-256, and the root that names what the package says
seal/               signature and time stamp over root and manifest, its place in the log,
                    and every evaluation of this batch in it
verify.py           checks all this with Python and its package `cryptography` alone
how-to-check.html   the same by hand, with sha256sum and openssl

Check it:               batchproof verify THIS_FOLDER --trust FILE
Without Batchproof:     python verify.py --trust FILE
Where a value is from:  batchproof trace THIS_FOLDER CRITERION
"""
DEMO_KEY = """
WARNING: sealed with a demo key that the program made for itself. Nobody vouches for it, and this
package proves nothing about a real batch.
"""


@dataclass(frozen=True, slots=True)
class Package:
    """Where a package lies and what names it."""

    folder: Path
    root: Digest
    page: str = ""
    """Address of its page in a browser, if the site serves packages."""


def assemble_evaluation(desk: Desk, batch: str, number: int) -> Package:
    """Build the package of a finished evaluation and enter it in the ledger, both once.

    Raises:
        NotFoundError: the batch has no such evaluation, or it was given up.
        StorageError, IntegrityError: as for `assemble`.
    """
    evaluation = desk.ledger.evaluation(batch, number)
    package = assemble(desk, evaluation.record)
    desk.ledger.record_package(evaluation, package.root, str(package.folder), desk.now())
    return replace(package, page=desk.page_of(package.folder))


def assemble(desk: Desk, record: Digest) -> Package:
    """Build the package of an evaluation, whole or not at all.

    It is written beside its place and moved there in one step. A package that is already there
    stays as it is, if it is the same.

    Raises:
        UnavailableError: the time-stamp authority or the witness does not answer; the evaluation
            stays on record, and asking again goes on where it stopped.
        StorageError: it could not be written (disk full, no right); nothing half-written stays.
        IntegrityError: another package lies in its place, or kept bytes are not what they were.
    """
    files = kept(desk.records, record)
    package = opened(lambda path: files[path])
    name = f"{package.batch}-{package.stage}-evaluation-{package.number}"
    target = desk.packages / name
    if target.exists():
        return _same(target, files)
    try:
        with beside(target) as folder:
            root = _write(desk, package, files, folder)
            if not appears(folder, target):
                return _same(target, files)
    except OSError as error:
        raise StorageError(
            f"the package {name} could not be written ({error.strerror or error})",
            expected="room and the right to write",
            where=str(desk.packages),
            move="the administrator makes room; then prepare the batch again, nothing is lost",
        ) from error
    return Package(target, root)


def _same(target: Path, files: Mapping[str, bytes]) -> Package:
    """Return the package that lies there, if it is whole and says what this evaluation says."""
    findings = findings_in(target)
    if findings or any((target / path).read_bytes() != data for path, data in files.items()):
        raise IntegrityError(
            f"in the place of this package {findings[0].member if findings else 'another one'}"
            + (f": {findings[0].words}" if findings else ""),
            expected="the package of the same evaluation, or none",
            where=str(target),
            move="QA keeps both and finds out who put it there",
        )
    return Package(target, manifest_from((target / MANIFEST).read_bytes()).root)


def _write(desk: Desk, package: Opened, files: Mapping[str, bytes], folder: Path) -> Digest:
    readme = README + (DEMO_KEY if desk.keys.seal().demo else "")
    whole = dict(files) | {"README.txt": readme.encode()} | _for_the_auditor()
    pages = _pages(desk, package)
    whole["index.html"] = page_of(desk, package, files, pages)
    whole[AUDIT_TRAIL] = trail_member(desk.ledger, package.batch, package.number)
    whole[ENVIRONMENT] = canonical(environment.installed()) + b"\n"
    for path, data in whole.items():
        _put(folder / path, data)
    for digest in package.captures:
        _put(folder / CAPTURES / digest, desk.store.get(digest))
    write_tables(files, folder / "tables")
    write_pages(pages, folder / "tables")
    manifest = rooted(folder, package, files, pages)
    _put(folder / MANIFEST, manifest.to_bytes())
    for path, data in seal_package(desk, package, manifest).items():
        _put(folder / path, data)
    return manifest.root


def _for_the_auditor() -> dict[str, bytes]:
    """Return the verifier, which needs nothing of ours, and how to check without it."""
    program = Path(verifier.__file__)
    page = program.with_name("how_to_check.html")
    return {"verify.py": program.read_bytes(), "how-to-check.html": page.read_bytes()}


def _pages(desk: Desk, package: Opened) -> tuple[SeriesPage, ...]:
    """Return the readings again from their captures, as they were judged."""
    if any(one.source == "equipment" for one in package.quarantines):
        return ()
    captured = [(one, desk.store.get(one.digest)) for one in package.asked("equipment")]
    if not captured:
        return ()
    zone = desk.site.sources["equipment"].time_zone
    return reading.read("equipment", captured, package.batch, zone).pages


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(data)
