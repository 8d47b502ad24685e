"""One way of judging a history again, in a process of its own: what it took, as JSON.

`python -m infra.bench.history_runs one_by_one|flow SITE [RUNNER WORKERS]`. Seconds are of the
judging alone: libraries, strategies and task runners are warm before. CPU seconds are of this
process and its children, not of the servers.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from contracts.criterion import Stage
from contracts.person import Person, Role
from flows.office import open_office
from tasks.approved import strategy_of
from tasks.desk import Desk
from tasks.judge_again import Order, judge_again, newest_collections, strategies_of
from tasks.log_check import check_log

_BY = Person("bench", "The benchmark", frozenset({Role.REVIEWER}))
_REASON = "the benchmark of judging a history again"


def main(name: str, site: str, *more: str) -> None:
    """Measure one way and print what it found."""
    with open_office(site) as desk:
        order, known = _order(desk), tuple(sorted(newest_collections(desk).items()))
        _warm(desk, order, known)
    spent, began = _cpu(), time.perf_counter()
    if name == "one_by_one":
        with open_office(site) as desk:
            done = [judge_again(desk, order, one) for one in known]
    else:
        done, began = _by_flow(site, *more), _STARTED[-1]
    seconds, cpu = time.perf_counter() - began, _cpu() - spent
    faults = [one.fault for one in done if one.fault]
    if faults:
        raise SystemExit(faults[0])
    with open_office(site) as desk:
        findings = len(list(check_log(desk.ledger)))
    records = {one.batch: one.evaluation for one in done}
    found = {"seconds": seconds, "cpu": cpu, "records": records, "findings": findings}
    sys.stdout.write(f"{json.dumps(found)}\n")
