"""Which steps of the flows are tried again, and after which faults."""

import asyncio

import pytest
from prefect.states import exception_to_failed_state

from contracts.errors import IntegrityError, SealError, StorageError, UnavailableError
from tasks import steps

FAULTS = {UnavailableError: True, SealError: False, StorageError: False, IntegrityError: False}


@pytest.mark.parametrize("step", [steps.collect, steps.assemble], ids=lambda step: step.name)
@pytest.mark.parametrize("fault", FAULTS)
def test_only_who_did_not_answer_is_asked_again(step, fault):
    async def asked():
        state = await exception_to_failed_state(fault("no answer", move="run again"))
        return await step.retry_condition_fn(step, None, state), state.message

    again, words = asyncio.run(asked())
    assert again is FAULTS[fault]
    assert "Found: no answer. Next: run again." in words
    assert 1 <= step.retries <= 3
