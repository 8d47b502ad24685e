"""The door to other forms: a package, or one value of it, in a form that other tools read."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.terminal import AsJson, errors_in_words, print_json

if TYPE_CHECKING:
    from tasks.sound import Sound


class Form(StrEnum):
    """The forms there are."""

    PROV = "prov"
    OPENLINEAGE = "openlineage"
    RO_CRATE = "ro-crate"
    BAGIT = "bagit"
    IN_TOTO = "in-toto"
    COA = "coa"
    FHIR = "fhir"


def exported(package: Path, form: Form, out: Path, item: str = "") -> None:
    """Write a package in another form to a new place, whole or not at all.

    The package is looked at quickly before (see `tasks.sound`), and never changed.

    Raises:
        NotFoundError: there is no package, or no such item in it.
        IntegrityError: the package is not what it says.
        StorageError: something lies there already, or it cannot be written.
    """
    from tasks.exports.whole import whole
    from tasks.sound import sound

    found = sound(package)
    with whole(out, package) as place:
        match form:
            case Form.PROV:
                from tasks.exports import prov

                prov.write(found, place, item)
            case Form.OPENLINEAGE:
                from tasks.exports import openlineage

                openlineage.write(found, place)
            case Form.RO_CRATE:
                from tasks.exports import ro_crate

                ro_crate.write(found, place)
            case Form.BAGIT:
                from tasks.exports import bagit

                bagit.write(found, place)
            case Form.IN_TOTO:
                from tasks.exports import in_toto

                in_toto.write(found, place)
            case Form.COA | Form.FHIR:
                _write_analyses(found, form, place)


def _write_analyses(found: "Sound", form: Form, place: Path) -> None:
    if form is Form.COA:
        from tasks.exports import coa

        coa.write(found, place)
    else:
        from tasks.exports import fhir

        fhir.write(found, place)


def export(
    package: Annotated[Path, typer.Argument(help="The package's folder.")],
    form: Annotated[Form, typer.Option("--as", help="The form to write.")],
    out: Annotated[Path, typer.Option(help="A new file, or a new folder for ro-crate and bagit.")],
    item: Annotated[
        str, typer.Option(help="For prov: a criterion, an observation's id, or TAG@TIME.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Write a package, or one value of it, in a form that other tools read.

    Example: batchproof export demo/CART-26-0002-initial-evaluation-1 --as prov
    --item CQA-VIA-001 --out viability.json
    """
    if (form is Form.PROV) is not bool(item):
        raise typer.BadParameter("--item belongs to --as prov: it tells one value's story.")
    with errors_in_words():
        exported(package, form, out, item)
    if as_json:
        print_json({"as": form.value, "item": item, "out": str(out), "package": str(package)})
    else:
        typer.echo(f"{form.value} of {package}: {out}")
