"""The program's first step: a question about one package is answered before any toolbox is loaded.

`trace`, `prove` and `ask` in their plain forms need little more than the standard library and
answer in a fraction of a second; the command line's own library takes longer to load than that.
Everything else, and every answer that is not simply there, is left to `flows.cli`, which says the
same and says why.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Final, NoReturn

_PLAIN: Final = 3
"""Words of a plain question: the command and two more."""
_JSON: Final = "--json"


def main() -> NoReturn:
    """Run the program."""
    if answered(sys.argv[1:]):
        sys.exit(0)
    from flows.cli import main as whole_program

    whole_program()


def answered(words: Sequence[str]) -> bool:
    """Answer a plain `trace PACKAGE ITEM`, `prove PACKAGE ITEM` or `ask QUESTION PACKAGE`.

    Tells whether it was one. `ask` may end with `--json`.
    """
    plain = words[:-1] if words[:1] == ["ask"] and words[-1] == _JSON else words
    if len(plain) != _PLAIN or plain[0] not in _ANSWERS or any(one[:1] == "-" for one in plain):
        return False
    from contracts.errors import BatchproofError

    try:
        told, beside = _ANSWERS[plain[0]](plain[1], plain[2], words[len(plain) :])
    except (BatchproofError, OSError):
        return False  # the whole program asks again, and says in words what is wrong
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may know fewer signs
    sys.stdout.write(told)
    sys.stderr.write(beside)
    return True


def _traced(folder: str, item: str, _: Sequence[str]) -> tuple[str, str]:
    from flows.one_value import trace_in, trace_lines

    return "".join(f"{line}\n" for line in trace_lines(trace_in(Path(folder), item))), ""


def _proved(folder: str, item: str, _: Sequence[str]) -> tuple[str, str]:
    from flows.one_value import proof_in_words, prove_in

    proof = prove_in(Path(folder), item)
    return proof.to_bytes().decode("utf-8"), f"{proof_in_words(proof)}\n"


def _asked(question: str, folder: str, how: Sequence[str]) -> tuple[str, str]:
    from flows.asked import Asking, json_of, lines_of
    from flows.home import home_folder

    answer = Asking(Path(folder), home=home_folder()).answer(question)
    if how:
        return json_of(answer), ""
    return "".join(f"{line}\n" for line in lines_of(answer)), ""


_ANSWERS: Final[Mapping[str, Callable[[str, str, Sequence[str]], tuple[str, str]]]] = {
    "ask": _asked,
    "prove": _proved,
    "trace": _traced,
}
