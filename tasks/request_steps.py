"""A named person's request as Prefect shows it: refused in words, or on record."""

from collections.abc import Callable

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.desk import Desk
from tasks.evaluate import Why
from tasks.identity import Claim
from tasks.reevaluate import Checked, Wanted, reevaluation


@task(
    name="Check and record the request",
    task_run_name="make sure who asks and why, and record it",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def record_request(desk: Desk, read: Callable[[], Wanted], claim: Claim) -> tuple[Checked, Why]:
    """Return what is to be done, once it is checked, the person is known, and both are on record.

    It is never asked again by itself: a one-time code counts once.
    """
    return reevaluation(desk, read, claim)
