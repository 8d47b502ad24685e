"""What a worker does with the runs that the one before it left, and that there is one of a home."""

import asyncio
import subprocess
import sys

import pytest
from prefect.client.orchestration import get_client
from prefect.flows import flow
from prefect.states import Cancelling, Pending, Running, StateType

from contracts.errors import SiteError
from flows import worker
from flows.alone import alone


@flow
def asked(code: str = "", batch: str = "") -> None:
    """Something a run can be of."""


def left_in(state, **parameters):
    """Leave a run in a state, let a new worker give back what it finds, and return the run."""
    return asyncio.run(_left_in(state, parameters))


async def _left_in(state, parameters):
    async with get_client() as client:
        run = await client.create_flow_run(asked, parameters=parameters)
        await client.set_flow_run_state(run.id, state, force=True)
        await worker.give_back()
        return await client.read_flow_run(run.id)


def test_what_ran_begins_again(prefect_here):
    run = left_in(Running(), batch="CART-26-0001", code="")
    assert (run.state_type, run.state_name) == (StateType.SCHEDULED, "AwaitingRetry")


def test_what_a_person_was_cancelling_is_cancelled(prefect_here):
    run = left_in(Cancelling(), batch="CART-26-0001")
    assert run.state_type is StateType.CANCELLED
    run = left_in(Cancelling(), code="123456")
    assert run.state_type is StateType.CANCELLED


@pytest.mark.parametrize("state", [Running, Pending])
def test_what_a_person_asked_for_with_a_code_is_not_asked_for_again(prefect_here, state):
    """A code counts once: a repeat would stand as a refusal under the person's name."""
    run = left_in(state(), batch="CART-26-0001", code="123456")
    assert run.state_type is StateType.CRASHED
    assert "whether it is on record; send the form again with a new code" in run.state.message
    assert "123456" not in run.state.message


def test_a_second_worker_of_a_home_folder_ends_in_words(tmp_path, monkeypatch, capsys):
    def served(_ready):
        raise AssertionError

    monkeypatch.setattr(worker, "serve_all", served)
    monkeypatch.setattr(sys, "argv", ["worker"])
    monkeypatch.setenv("BATCHPROOF_HOME", str(tmp_path / "home"))
    lock = tmp_path / "home" / "up" / "worker.lock"
    with alone(lock, "worker"):
        assert worker.main() == 1
    said = capsys.readouterr().err
    assert "another worker that runs with this home folder" in said
    assert str(tmp_path / "home") in said
    with pytest.raises(AssertionError):
        worker.main()


def test_a_killed_process_lets_its_home_folder_go(tmp_path):
    lock = tmp_path / "up" / "worker.lock"
    holding = (
        "import sys, time; from pathlib import Path; from flows.alone import alone\n"
        "with alone(Path(sys.argv[1]), 'worker'): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(lock)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(SiteError, match="another worker"), alone(lock, "worker"):
            pass
        process.kill()
    with alone(lock, "worker"):
        assert lock.exists()
