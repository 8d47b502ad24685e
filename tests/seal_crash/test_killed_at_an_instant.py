"""Killed by SIGKILL at any instant of sealing, again and again: run again, all is there once."""

import os
import random
import signal
import time
from contextlib import suppress

import pytest
from seal_crash.sealer import KILLED, STEPS

CHANCE = random.Random(4)  # noqa: S311 (instants are no secret)
INSTANTS = [CHANCE.random() for _ in range(13)]


@pytest.mark.parametrize("part", INSTANTS)
def test_killed_at_a_random_instant_of_sealing(
    room_from, template, sealer, undisturbed, resumed, part
):
    room = room_from(template.judged)
    pid = sealer.start(room)
    sealer.wait_until_sealing()
    killed_after(pid, part * undisturbed.sealing)
    assert sealer.ended() in {KILLED, 0}
    resumed(room)


@pytest.mark.parametrize("part", INSTANTS[:1])
def test_killed_at_a_random_instant_before_sealing(
    room_from, template, sealer, undisturbed, resumed, part
):
    room = room_from(template.judged)
    pid = sealer.start(room)
    killed_after(pid, part * (undisturbed.seconds - undisturbed.sealing))
    assert sealer.ended() in {KILLED, 0}
    resumed(room)


def test_killed_again_and_again(room_from, template, sealer, resumed):
    room = room_from(template.judged)
    for step in list(STEPS.values())[::3]:
        sealer.start(room, dies_after=step)
        assert sealer.ended() == KILLED
    resumed(room)


def killed_after(pid, seconds):
    time.sleep(seconds)
    with suppress(ProcessLookupError):  # it was faster
        os.kill(pid, signal.SIGKILL)
