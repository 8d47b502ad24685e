"""What an evaluation says of itself: each of it follows from its strategy, contracts or captures.

What only its maker could know (which address was asked, when, what a site file said) follows from
nothing in the package: it is in the root, and the evaluation log was told it beforehand.
"""

from collections.abc import Iterator

from contracts import restore, restore_strategy
from contracts.again import Again, contract_in, pages_of
from contracts.canonical import parse_strict
from contracts.fingerprint import fingerprint
from contracts.manifest import EVALUATION, SOURCES, STRATEGY, table_path
from contracts.members import mapping, text
from contracts.strategy import Strategy
from contracts.times import read_time
from contracts.words import WORDINGS

JUDGES = ("great_expectations", "reference")


def declared(again: Again) -> Iterator[tuple[str, str]]:
    """Yield (member, words) for everything that an evaluation says and that does not follow."""
    evaluation = mapping(parse_strict(again.read(EVALUATION).removesuffix(b"\n")))
    strategy = restore.restored(
        "strategy",
        restore_strategy.strategy,
        parse_strict(again.read(STRATEGY).removesuffix(b"\n")),
    )
    named = fingerprint(
        again.package.evidence().observations,
        pages_of(again),
        [one.source for one in again.package.quarantines],
        again.otherwise(),
    )
    follows = {
        "evidence": named,
        "judges": list(JUDGES),
        "product": strategy.product,
        "strategy_title": strategy.title,
        "strategy_version": strategy.version,
    }
    for name, value in follows.items():
        if evaluation[name] != value:
            yield EVALUATION, f"Its {name} is {evaluation[name]!r}; {value!r} follows."
    if again.package.wording not in WORDINGS:
        yield EVALUATION, f"Nothing was ever worded as {again.package.wording!r}."
    judged_at = read_time(text(evaluation, "judged_at"))
    if any(one.captured_at > judged_at for one in again.package.captured):
        yield EVALUATION, "It was judged before the last of its captures was taken."
    yield from _contracts(again)
    yield from _facts(again, strategy)


def _contracts(again: Again) -> Iterator[tuple[str, str]]:
    names = {source: contract_in(again.read, source).name for source in SOURCES}
    for one in again.package.captured:
        if one.contract != names.get(one.source):
            words = f"A capture of {one.source} names the contract {one.contract}; it is another."
            yield table_path("captures"), words
            return


def _facts(again: Again, strategy: Strategy) -> Iterator[tuple[str, str]]:
    table = table_path("environment")
    facts = again.package.environment
    if len({(one.kind, one.name) for one in facts}) != len(facts):
        yield table, "It names one thing twice."
    for one in facts:
        told = {
            "strategy": (strategy.product, strategy.version),
            "code": ("batchproof", one.version),
        }
        expected = told.get(one.kind, (one.name, ""))
        if (one.name, one.version) != expected:
            yield table, f"Its {one.kind} is {one.name} {one.version}; expected {expected}."
