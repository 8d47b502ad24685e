"""Every night: verify every stored package and the evaluation log; what is found fails the run."""

from typing import Annotated, Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows import form
from flows.notify import tell
from flows.office import open_office
from flows.stored import Checked, checked_within
from tasks.desk import Desk
from tasks.log_check import check_log
from tasks.present_progress import Progress
from tasks.shown_text import plain

_SHOWN = 200
_STEPS = 100

Minutes = Annotated[
    int,
    form.field(
        "Minutes at most", "After so long the rest waits for the next night.", ge=1, le=1440
    ),
]


@flow(name="Nightly verification", flow_run_name="nightly verification", persist_result=False)
def nightly(site: form.Site = "", most_minutes: Minutes = 240) -> State[Any]:
    """Verify what is stored, as an auditor would. Nothing is repaired: people look at a finding."""
    with open_office(site) as desk:
        checked, stored = check_packages(desk, most_minutes)
        log, entries = check_the_log(desk)
    show(checked, stored, log)
    found = [f"{one.package.batch}: {words}" for one in checked for words in one.findings]
    found += [f"the evaluation log: {words}" for words in log]
    said = f"{len(checked)} of {stored} stored packages and {entries} log entries were checked"
    if not found:
        return Completed(message=f"No findings: {said}.")
    words = f"{len(found)} findings: {said}. First: {found[0]}"
    tell("Nightly verification found something", words)
    return Failed(message=words)


@task(
    name="Verify the stored packages",
    task_run_name="verify the stored packages",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def check_packages(desk: Desk, most_minutes: int) -> tuple[tuple[Checked, ...], int]:
    """Check one stored package after the other; return them, and how many there are."""
    bar = Progress("nightly-verification", "Stored packages verified tonight")

    def told(done: int, whole: int) -> None:
        if done == whole or done % max(1, whole // _STEPS) == 0:
            bar.show(100 * done / whole, f"Stored packages verified tonight: {done} of {whole}")

    return checked_within(desk, 60.0 * most_minutes, told)


@task(
    name="Check the evaluation log",
    task_run_name="check the evaluation log",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def check_the_log(desk: Desk) -> tuple[tuple[str, ...], int]:
    """Compute the whole log anew; return what was found, and how many entries there are."""
    return tuple(str(one) for one in check_log(desk.ledger)), desk.ledger.log.size()


@task(
    name="Show what was checked",
    task_run_name="show what was checked",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def show(checked: tuple[Checked, ...], stored: int, log: tuple[str, ...]) -> None:
    """Write what was checked into the Prefect UI: findings first, then the rest."""
    ordered = sorted(checked, key=lambda one: not one.findings)
    rows = [_row("the evaluation log", "", log), *(_row_of(one) for one in ordered[:_SHOWN])]
    left = stored - len(checked)
    rest = f"; {left} wait for the next night" if left else ""
    create_table_artifact(
        key="nightly-verified",
        table=rows,
        description=f"Checked: the evaluation log, {len(checked)} of {stored} packages{rest}",
    )


def _row_of(one: Checked) -> dict[str, str]:
    return _row(one.package.batch, str(one.package.number), one.findings)


def _row(what: str, number: str, findings: tuple[str, ...]) -> dict[str, str]:
    said = "; ".join(findings[:3]) or "none"
    return {"checked": plain(what), "evaluation": number, "findings": plain(said)}
