"""The program's first step: a question about one value is answered before any toolbox is loaded.

`trace` and `prove` in their plain forms need the standard library alone and answer in a fraction of
a second; the command line's own library takes longer to load than that. Everything else, and every
answer that is not simply there, is left to `flows.cli`, which says the same and says why.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Final, NoReturn

_PLAIN: Final = 3
"""Words of a plain question: the command, the package, the item."""


def main() -> NoReturn:
    """Run the program."""
    if answered(sys.argv[1:]):
        sys.exit(0)
    from flows.cli import main as whole_program

    whole_program()


def answered(words: Sequence[str]) -> bool:
    """Answer a plain `trace PACKAGE ITEM` or `prove PACKAGE ITEM`; tell whether it was one."""
    if len(words) != _PLAIN or words[0] not in _ANSWERS or any(one[:1] == "-" for one in words):
        return False
    from contracts.errors import BatchproofError

    try:
        told, beside = _ANSWERS[words[0]](Path(words[1]), words[2])
    except (BatchproofError, OSError):
        return False  # the whole program asks again, and says in words what is wrong
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may know fewer signs
    sys.stdout.write(told)
    sys.stderr.write(beside)
    return True


def _traced(folder: Path, item: str) -> tuple[str, str]:
    from flows.one_value import trace_in, trace_lines

    return "".join(f"{line}\n" for line in trace_lines(trace_in(folder, item))), ""


def _proved(folder: Path, item: str) -> tuple[str, str]:
    from flows.one_value import proof_in_words, prove_in

    proof = prove_in(folder, item)
    return proof.to_bytes().decode("utf-8"), f"{proof_in_words(proof)}\n"


_ANSWERS: Final[Mapping[str, Callable[[Path, str], tuple[str, str]]]] = {
    "prove": _proved,
    "trace": _traced,
}
