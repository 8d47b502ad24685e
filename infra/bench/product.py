"""Our product in the benchmark: from the Parquet file to verdicts, under both judges."""

from contracts.alternatives import concluded
from contracts.observation import Number
from contracts.question import Evidence
from contracts.verdict import Outcome
from expectations import suite
from infra.bench.answer import Answers, plain
from infra.bench.batch import Batch
from tasks.judge import from_series, under_both
from tasks.recorded import FileReadings


def ready() -> None:
    """Import what takes seconds before the clock starts."""
    suite.warm_up()


def run(batch: Batch) -> Answers:
    """Judge the batch as `tasks.judge` does: two calculations that must agree, then two judges."""
    criteria = batch.criteria()
    derived = from_series(criteria, FileReadings(batch.path), [batch.window()], {})
    values = {name: (one,) for name, one in derived.items()}
    result = concluded(criteria, Evidence((), values, ()), under_both)
    found = Answers()
    for verdict in result.verdicts:
        observed = derived[verdict.criterion]
        if not isinstance(observed.value, Number):
            raise TypeError(verdict.criterion)
        found.met[verdict.criterion] = verdict.outcome is Outcome.MET
        found.numbers[verdict.criterion] = plain(observed.value.number)
        if verdict.criterion.endswith("readings_outside") and observed.value.number:
            places = observed.origin.places
            found.rows[verdict.criterion] = [f"{one.capture}@{one.offset}" for one in places]
    return found
