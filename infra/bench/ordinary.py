"""How long judging an ordinary batch takes, beside stock Great Expectations in the same run.

`python -m infra.bench.ordinary` prints the figures; nothing here is a test.
"""

import argparse
import itertools
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from contracts import reference
from contracts.conclude import agree, conclude
from contracts.question import Question
from contracts.verdict import Verdict
from expectations import compiler, points, stock, suite
from expectations.strategy import cases, folder_for

_CRITERIA = 200
_BATCHES = 8


def ordinary_batch(criteria: int = _CRITERIA, batch: int = 0) -> tuple[Question, ...]:
    """Return as many criteria as asked for, with the points of an ordinary batch: two to five each.

    They are the example strategy's own criteria under more than one name, each with the points of
    its written examples: values on both sides of the limit, words where a number belongs, nothing.
    `batch` tells batches apart: no two share a point.
    """
    examples = cases(folder_for("car-t-autologous"))
    day = max(example.day for example in examples)
    found: dict[str, Question] = {}
    for example in examples:
        if example.day == day:
            asked = example.question()
            known = found.setdefault(asked.criterion.id, replace(asked, points=()))
            found[asked.criterion.id] = replace(known, points=known.points + asked.points)
    copies = itertools.islice(
        ((copy, one) for copy in itertools.count() for one in found.values()), criteria
    )
    return tuple(_named(one, copy, batch) for copy, one in copies)


def _named(asked: Question, copy: int, batch: int) -> Question:
    moved = tuple(
        replace(
            point,
            observation=replace(
                point.observation, source_key=f"{batch}.{copy} {point.observation.source_key}"
            ),
        )
        for point in asked.points
    )
    criterion = replace(asked.criterion, id=f"{asked.criterion.id}-{copy}")
    return replace(asked, criterion=criterion, points=moved)


def judged(asked: Sequence[Question]) -> tuple[Verdict, ...]:
    """Judge as the product does: both judges, compared, and one verdict a criterion."""
    return conclude(asked, agree(reference.judge(asked), suite.judge(asked)))


def _stock(asked: Sequence[Question]) -> None:
    compiled = compiler.compile_suite("judgement", [one.criterion for one in asked])
    stock.run(compiled, points.frame(asked))


def _timed(what: str, act: Callable[[], object]) -> float:
    cpu, wall = time.process_time(), time.perf_counter()
    act()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    sys.stdout.write(f"{what:<58}{wall:>8.3f} s{cpu:>8.3f} s CPU\n")
    return wall


def _crosstalk(threads: int, rounds: int) -> None:
    """Let threads judge batches of their own, and count answers that are not their own."""
    batches = [ordinary_batch(5, batch) for batch in range(_BATCHES)]
    expected = [reference.judge(asked) for asked in batches]

    def wrong(batch: int) -> int:
        return sum(suite.judge(batches[batch]) != expected[batch] for _ in range(rounds))

    with ThreadPoolExecutor(threads) as pool:
        found = sum(pool.map(wrong, range(_BATCHES)))
    sys.stdout.write(f"{found} of {_BATCHES * rounds} judgements saw another batch's points\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print wall and CPU time of judging an ordinary batch, this product's and stock."""
    parser = argparse.ArgumentParser(prog="python -m infra.bench.ordinary", description=__doc__)
    parser.add_argument("--criteria", type=int, default=_CRITERIA)
    parser.add_argument("--threads", type=int, default=0, help="only this: threads for crosstalk")
    parser.add_argument("--rounds", type=int, default=1000, help="judgements of each batch")
    told = parser.parse_args(arguments)
    _timed("import of Great Expectations and pandas", suite.warm_up)
    if told.threads:
        _timed(f"{told.threads} threads", lambda: _crosstalk(told.threads, told.rounds))
        return 0
    asked = ordinary_batch(told.criteria)
    sys.stdout.write(f"{len(asked)} criteria, {sum(len(one.points) for one in asked)} points\n")
    first = _timed("this product, first batch: both judges, verdicts", lambda: judged(asked))
    again = min(_timed("this product, again", lambda: judged(asked)) for _ in range(3))
    _timed("of it the reference judge", lambda: reference.judge(asked))
    for size in (told.criteria // 4, told.criteria * 4):
        _timed(f"this product, {size} criteria", partial(judged, ordinary_batch(size)))
    slow = _timed("stock Great Expectations with row conditions, alone", lambda: _stock(asked))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(
        f"stock against this product: {slow / first:.0f} times (first), {slow / again:.0f} (again);"
        f" peak memory {peak} MB\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
