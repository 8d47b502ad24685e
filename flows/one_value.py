"""The inspector's door: one value of a package, followed to its bytes or proved by itself."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from contracts.canonical import Json
from contracts.errors import StorageError
from contracts.explain import Step
from contracts.plain import plain
from contracts.proof import Proof
from contracts.prover import Prover
from contracts.quote import Quote
from contracts.tracer import Trace, Tracer
from tasks.members import reader_of, spans_of

_NAMED: Final = ("observation", "protects", "protected by", "alternative", "alternative of")
"""Steps whose name is told as well, so that they can be asked for next."""
_WELL: Final = ": met"
_FEW: Final = 3


def tracer_of(folder: Path) -> Tracer:
    """Return a package that stays open and traces one item after the other.

    Raises:
        NotFoundError: there is no package in that folder.
        IntegrityError: its root does not follow from its manifest.
    """
    return Tracer(reader_of(folder), spans_of(folder))


def prover_of(folder: Path) -> Prover:
    """Return a package that stays open and proves one item after the other.

    Raises:
        NotFoundError: there is no package in that folder.
        IntegrityError: its root does not follow from its manifest, or its seal is another's.
    """
    return Prover(reader_of(folder), spans_of(folder))


def trace_in(folder: Path, item: str) -> Trace:
    """Return the lineage of a verdict, observation or reading of a package.

    Raises:
        NotFoundError: there is no package in that folder, or no such item in it.
        IntegrityError: what the item rests on does not lead to the root; verify the package.
    """
    return tracer_of(folder).trace(item)


def prove_in(folder: Path, item: str) -> Proof:
    """Return the proof of a verdict, observation or reading of a package, led to its root.

    Raises:
        NotFoundError: there is no package in that folder, or no such item in it.
        IntegrityError: what the item rests on does not lead to the root; verify the package.
    """
    return prover_of(folder).prove(item)


def write_proof(proof: Proof, file: Path) -> None:
    """Write a proof as a file of text.

    Raises:
        StorageError: it could not be written.
    """
    try:
        file.write_bytes(proof.to_bytes())
    except OSError as error:
        raise StorageError(
            f"a proof that could not be written ({error.strerror or error})",
            expected="room and the right to write",
            where=str(file),
            move="name another file",
        ) from error


def proof_in_words(proof: Proof) -> str:
    """Say how large a proof is and what of the seal it carries, so whom it can convince."""
    size = f"The proof has {len(proof.to_bytes())} bytes and is"
    if proof.seal is None:
        return f"{size} unsealed: it leads to the root, and nobody has signed that."
    if not proof.logged:
        return f"{size} sealed and not logged: the package has no proof of its place in a log."
    return f"{size} sealed and logged."


def proof_record(item: str, proof: Proof) -> dict[str, Json]:
    """Return what was proved, and the proof's text, as a record."""
    text = proof.to_bytes()
    return {
        "bytes": len(text),
        "index": proof.index,
        "item": item,
        "logged": bool(proof.logged),
        "proof": text.decode("utf-8"),
        "records": proof.records,
        "root": proof.root(),
        "sealed": proof.seal is not None,
        "table": proof.table,
    }


def trace_lines(traced: Trace) -> Iterator[str]:
    """Yield a trace as lines for a terminal; many things alike that are met take one line."""
    yield from map(plain, _lines(traced))


def _lines(traced: Trace) -> Iterator[str]:
    for kind, group in groupby(traced.steps, key=lambda one: one.kind):
        alike = list(group)
        well = [one for one in alike if one.words.endswith(_WELL)]
        if kind.startswith("protect") and len(well) > _FEW:
            yield from (_line(one) for one in alike if one not in well)
            yield f"{kind:<12} {len(well)} criteria that are met ({_names(well)})"
        else:
            yield from (_line(one) for one in alike)
    yield from (_quoted(one) for one in traced.quotes)


def _names(steps: Sequence[Step]) -> str:
    first = ", ".join(one.identifier for one in steps[:_FEW])
    return f"{first} and {len(steps) - _FEW} more, all in --json"


def _line(step: Step) -> str:
    name = f" [{step.identifier}]" if step.kind in _NAMED else ""
    return f"{step.kind:<12} {step.words}{name}"


def _quoted(one: Quote) -> str:
    place = one.place
    context = (one.before[-30:], one.after[:30])
    before, after = (f"{words!r} " if words else "" for words in context)
    return (
        f"{'bytes':<12} {before}>>{one.text}<< {after}({one.encoding}, {place.length} bytes at "
        f"{place.offset} of captures/{place.capture}, {place.pointer}; {one.raw.hex()})"
    )
