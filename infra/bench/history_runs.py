"""One way of judging a history again, in a process of its own: what it took, as JSON.

`python -m infra.bench.history_runs SITE [RUNNER WORKERS]`; without a runner, one by one in a plain
loop. Seconds are from the order to the last result: starting workers, their libraries and reading
the strategies are in them, Prefect's own start is not. CPU seconds are of this process and its
children, not of the servers.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Sequence

from contracts.criterion import Stage
from contracts.history import Rejudged
from contracts.person import Person, Role
from flows.office import open_office
from tasks import environment
from tasks.judge_again import Order, collected_batches, judge_again, strategies_of
from tasks.log_check import check_log

_BY = Person("bench", "The benchmark", frozenset({Role.REVIEWER}))
_REASON = "the benchmark of judging a history again"


def one_by_one(site: str) -> list[Rejudged]:
    """Judge everything on record in a plain loop."""
    with open_office(site) as desk:
        order, known = ordered(site)
        return [judge_again(desk, order, one, _nobody) for one in known]


def by_flow(site: str, runner: str, workers: str) -> Sequence[Rejudged]:
    """Judge everything on record by the product's flow, on a task runner."""
    os.environ |= {"BATCHPROOF_RUNNER": runner, "BATCHPROOF_WORKERS": workers}
    from prefect import flow  # noqa: PLC0415 (its start is nobody's judging)

    from flows.rejudge import judge_history  # noqa: PLC0415 (as above)

    @flow(name="Benchmark of a history", persist_result=False)
    def benchmark() -> Sequence[Rejudged]:
        order, known = ordered(site)
        return judge_history("Benchmark", order, known, site).all

    return benchmark()


def ordered(site: str) -> tuple[Order, tuple[str, ...]]:
    """Return an order for everything on record, and the batches it is about."""
    with open_office(site) as desk:
        known = collected_batches(desk)
        strategies = strategies_of(desk, known)
        return Order(desk.now(), _BY, Stage.INITIAL, _REASON, strategies), known


def main(site: str, *more: str) -> None:
    """Measure one way and print what it found."""
    if more:
        from prefect import flow  # noqa: F401, PLC0415 (as in `by_flow`)
    spent, began = _cpu(), time.perf_counter()
    done = by_flow(site, *more) if more else one_by_one(site)
    seconds, cpu = time.perf_counter() - began, _cpu() - spent
    faults = [f"{one.batch}: {one.fault}" for one in done if one.fault]
    if faults:
        raise SystemExit(faults[0])
    with open_office(site) as desk:
        findings = len(list(check_log(desk.ledger)))
    records = {one.batch: one.evaluation for one in done}
    found = {"seconds": seconds, "cpu": cpu, "records": records, "findings": findings}
    found["program"] = [str(one) for one in environment.facts()]
    sys.stdout.write(f"{json.dumps(found)}\n")


def _nobody(_subject: str, _text: str) -> bool:
    """Tell nobody: no batch of the benchmark was judged before."""
    return True


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main(*sys.argv[1:])
