"""Whether a package says what follows from its own evidence: its records, drawn again."""

from collections.abc import Iterator

from contracts.again import Again
from contracts.declared import declared
from contracts.errors import BatchproofError
from contracts.manifest import MANIFEST, manifest_from
from contracts.opened import Read, opened
from contracts.recheck import RECHECKS, Recheck

NOUNS = 14
"""The first check here: 1 to 13 are the verifier's, which every package carries a copy of."""
NOT_CHECKED = (
    (
        "index.html and strategy/files/ against the records: they are bound by their digests and "
        "shown for people; the records decide"
    ),
)
"""What `verify` does not show, said with every answer."""


def drawn_again(read: Read) -> Iterator[tuple[int, str, str]]:
    """Yield check, member and words of everything that does not follow from the package itself.

    The members were found to be what the manifest names before (checks 1 to 7).

    14. each record is a whole noun of the format and stands there once, all of one batch;
    15. every observation quotes bytes that lie in a capture of the package and hold its text;
    16. the strategy has the digest the evaluation names, the day is the start of manufacture, the
        criteria are those in force on it, and criteria judged = criteria in force = verdicts;
    17. every verdict comes out again under the reference judge;
    18. the readiness comes out again from the verdicts and exceptions;
    19. the captures, read again by their contracts, say exactly these observations, this series
        index and this unread rest;
    20. every calculated value, exception and lineage record comes out again;
    21. every answer of the judges comes out again under the reference judge;
    22. strategy, contracts and suites are those that the evaluation's environment names;
    23. every single reading, read again, gives the readings' tree and its index;
    24. what the evaluation says of itself follows from its strategy, contracts and captures.

    It shows that a package is what its writer made of its captures. Who the writer was, and when,
    is the question of its seal (checks 8 to 12).
    """
    try:
        batch, package = manifest_from(read(MANIFEST)).batch, opened(read)
    except BatchproofError as error:
        yield NOUNS, error.where, error.in_words()
        return
    if {package.batch} != {batch, *(one.batch for one in package.observations.values())}:
        words = "Manifest, evaluation and observations name different batches."
        yield NOUNS, MANIFEST, words
    again = Again(read, package)
    for number, recheck in (*RECHECKS, (24, declared)):
        yield from _refused_is_found(number, recheck, again)


def _refused_is_found(
    number: int, recheck: Recheck, again: Again
) -> Iterator[tuple[int, str, str]]:
    """Turn a refusal inside a check into a finding: a check that breaks off has not held."""
    try:
        for member, words in recheck(again):
            yield number, member, words
    except BatchproofError as error:
        yield number, error.where, error.in_words()
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        yield number, MANIFEST, f"The check broke off ({type(error).__name__}: {error})."
