"""Fifty batches at once, on PostgreSQL and in a bucket: nothing lost, doubled, or stuck."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from scale.small_history import fill

from contracts.criterion import Stage
from flows.office import open_office
from tasks.evaluate import evaluate_collection
from tasks.log_check import check_log
from tasks.package import assemble_evaluation
from tasks.turn import turn_at

AT_ONCE = 50
TWICE = 10


def prepare(site, batch, collection):
    """Judge and package a batch in its turn, at a desk of its own, as the flow does."""
    with open_office(site) as desk, turn_at(desk, batch, seconds=120):
        done = evaluate_collection(desk, batch, collection, Stage.INITIAL, "batch completed")
        return done.number, done.record, assemble_evaluation(desk, batch, done.number)


def test_fifty_batches_at_once_ten_of_them_asked_for_twice(site, origin):
    with open_office(site) as desk:
        filed = fill(origin, desk, AT_ONCE)
    twice = list(filed)[:TWICE]
    with ThreadPoolExecutor(AT_ONCE + TWICE) as pool:
        ran = [(one, pool.submit(prepare, site, one, filed[one])) for one in (*twice, *filed)]
    found = [(batch, one.result()) for batch, one in ran]

    # whoever came second found the same evaluation and the same package
    assert dict(found[:TWICE]) == dict(found[TWICE : 2 * TWICE])
    assert {number for _, (number, _, _) in found} == {1}
    with open_office(site) as desk:
        log = desk.ledger.log.entries()
        findings = list(check_log(desk.ledger))
        assert [len(desk.ledger.evaluations(one)) for one in filed] == [1] * AT_ONCE
        assert [len(desk.ledger.packages(one)) for one in filed] == [1] * AT_ONCE
    assert findings == []
    assert [one.index for one in log] == list(range(len(log)))
    kinds = Counter(one.entry.kind for one in log if one.entry.batch)
    # a collection filed, an intent, a result and a seal of each batch
    assert kinds == dict.fromkeys(("capture", "intent", "result", "seal"), AT_ONCE)


def test_eight_threads_judge_as_one_does(site, origin, new_database, monkeypatch):
    count = 12

    def judged(threads):
        monkeypatch.setenv("BATCHPROOF_LEDGER_URL", new_database())
        with open_office(site) as desk:
            filed = fill(origin, desk, count)

        def judge(batch):
            with open_office(site) as own:
                done = evaluate_collection(own, *batch, Stage.INITIAL, "batch completed")
                return batch[0], done.record

        with ThreadPoolExecutor(threads) as pool:
            return dict(pool.map(judge, filed.items()))

    alone = judged(1)
    assert judged(8) == alone
    assert len(set(alone.values())) == count
