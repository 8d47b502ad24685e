"""The commands for one value: `trace` follows it to its bytes, `prove` makes its proof."""

from pathlib import Path
from typing import Annotated

import typer

from flows.terminal import AsJson, errors_in_words, print_json, say

app = typer.Typer()

Package = Annotated[Path, typer.Argument(help="The package's folder.")]
Item = Annotated[
    str,
    typer.Argument(
        help="A criterion (its verdict), an observation's id, or a reading as TAG@TIME."
    ),
]


@app.command()
def trace(package: Package, item: Item, as_json: AsJson = False) -> None:
    """Follow a verdict, observation or reading back to the bytes it came from.

    Each step is told: limits and their source, conversion and rounding with the number before and
    after, both judges' answers, how a value was calculated and which readings decided it, the
    record, the capture, the request, the bytes. What is told leads to the package's root.

    Example: batchproof trace demo/CART-26-0002-initial-evaluation-1 CQA-VIA-001

    Example: batchproof trace demo/CART-26-0002-initial-evaluation-1
    BR-102.TEMP@2026-03-06T12:00:00Z
    """
    from flows.one_value import trace_in, trace_lines

    with errors_in_words():
        traced = trace_in(package, item)
    if as_json:
        print_json(traced.record())
        return
    for line in trace_lines(traced):
        typer.echo(line)


@app.command()
def prove(
    package: Package,
    item: Item,
    out: Annotated[
        Path | None, typer.Option(help="File for the proof; else it is printed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove one value by itself: one text file that shows nothing of the values beside it.

    Whoever has it needs neither the package nor this program to check it: the proof leads from the
    record and its captured bytes to the root that the package's seal names.

    Example: batchproof prove demo/CART-26-0002-initial-evaluation-1 CQA-VIA-001 --out value.proof
    """
    from flows.one_value import proof_in_words, proof_record, prove_in, write_proof

    with errors_in_words():
        proof = prove_in(package, item)
        if out is not None:
            write_proof(proof, out)
    if as_json:
        print_json(proof_record(item, proof))
    elif out is None:
        typer.echo(proof.to_bytes().decode("utf-8"), nl=False)
    say(proof_in_words(proof))
