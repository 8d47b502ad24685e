"""The package that a person has in front of them: whole, and the very one that was sealed."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from contracts.canonical import parse_strict
from contracts.errors import IntegrityError, NotFoundError
from contracts.evidence import digest_of
from contracts.log_seal import Sealed
from contracts.log_text import Logged
from contracts.manifest import MANIFEST, manifest_from, table_lines, table_path
from contracts.readiness import QualityException
from contracts.restore import quality_exception, restored
from contracts.review import Review
from tasks.desk import Desk
from tasks.folder import opened_safely, reader_in
from tasks.verifier import Package


def sealed_exceptions(
    desk: Desk, review: Review, trail: Sequence[Logged]
) -> tuple[QualityException, ...]:
    """Return the exceptions as the sealed package says them, once every byte of it was hashed.

    The root is computed anew from the tables, each member is compared with the manifest, and the
    manifest with those that were sealed: a changed package is never decided about or signed.

    Raises:
        NotFoundError: the package is not there.
        IntegrityError: it is not what was sealed.
    """
    folder = _folder(desk, review)
    held = opened_safely(folder)
    package = Package(held)
    package.check_whole()
    for one in package.report.findings:
        raise _other(f"{one.member}: {one.words}".removesuffix("."), folder)
    read = reader_in(held)
    manifest = read(MANIFEST)
    sealed = {one.manifest for one in _seals(review, trail)}
    root = manifest_from(manifest).root
    if root != review.root or digest_of(manifest) not in sealed:
        raise _other(f"the root {root} under another manifest than was sealed", folder)
    lines = table_lines(read(table_path("exceptions")))
    return tuple(restored("exceptions", quality_exception, parse_strict(one)) for one in lines)


def _seals(review: Review, trail: Sequence[Logged]) -> Iterator[Sealed]:
    for one in trail:
        entry = one.entry
        if isinstance(entry, Sealed) and (entry.evaluation, entry.root) == (
            review.evaluation,
            review.root,
        ):
            yield entry


def _folder(desk: Desk, review: Review) -> Path:
    """Return where the package lies: in the folder of packages, or where it was last put."""
    told = [
        Path(one.location)
        for one in reversed(desk.ledger.packages(review.batch))
        if (one.number, one.root) == (review.evaluation, review.root)
    ]
    name = f"{review.batch}-{review.stage}-evaluation-{review.evaluation}"
    for folder in (desk.packages / name, *told):
        if folder.exists():
            return folder
    raise NotFoundError(
        f"no package {name}",
        expected="the sealed package, to be looked at before anything is decided or signed",
        where=str(desk.packages),
        move="put it back from its archive, or build it again",
    )


def _other(found: str, folder: Path) -> IntegrityError:
    return IntegrityError(
        f"a package that is not what was sealed: {found}",
        expected="every byte as it was sealed",
        where=str(folder),
        move="nothing was signed; QA keeps the folder and finds out who changed it",
    )
