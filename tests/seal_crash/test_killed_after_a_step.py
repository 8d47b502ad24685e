"""Killed by SIGKILL right after a step of judging or sealing: run again, all is there once."""

import pytest
from seal_crash.sealer import JUDGING, KILLED, STEPS


@pytest.mark.parametrize("step", STEPS)
def test_killed_right_after_a_step_of_sealing(room_from, template, sealer, resumed, step):
    room = room_from(template.judged)
    sealer.start(room, dies_after=STEPS[step])
    assert sealer.ended() == KILLED
    resumed(room)


@pytest.mark.parametrize("step", JUDGING)
def test_killed_right_after_a_step_of_judging(room_from, template, sealer, resumed, step):
    """The open intent is taken up again: no number is lost, and none is given twice."""
    room = room_from(template.filed)
    sealer.start(room, judge=True, dies_after=JUDGING[step])
    assert sealer.ended() == KILLED
    resumed(room, judge=True)
