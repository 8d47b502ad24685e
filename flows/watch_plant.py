"""On a schedule: look which batches completed and where something is new, and prepare those."""

from collections.abc import Iterator
from datetime import timedelta

from prefect import flow, get_run_logger

from contracts.plain import plain
from flows import form
from flows.notify import tell
from flows.office import open_office
from flows.prepare_review import prepare_review
from flows.settings import Settings
from flows.start_review import is_deployed, start_all
from tasks.look import News
from tasks.run_tags import tag_run
from tasks.watch_steps import list_completed, look, show_site, tell_again


@flow(name="Watch plant", flow_run_name="watch the plant", persist_result=False)
def watch_plant(site: form.Site = "") -> tuple[str, ...]:
    """Ask the MES which batches completed, and the sources what is new; prepare what is due.

    It is the safety net of every event: one that was lost, doubled or out of order changes nothing.
    Where nothing is new, nothing happens. A late failure whose message the other side did not take
    is told again. Returns what was done and what went wrong, in words.
    """
    with open_office(site) as desk:
        tag_run(site=desk.site.site)
        untold = tell_again(desk, tell)
        completed, faults = list_completed(desk)
        found = look(desk, completed, timedelta(days=Settings().watch_days))
        said = (*untold, *faults, *found.said)
        done = prepared(found.news, site) if found.news else ()
        for words in said:
            get_run_logger().warning("%s", plain(words))
        show_site(desk, (*done, *said))
        return (*done, *said)


def prepared(news: tuple[News, ...], site: str | None) -> tuple[str, ...]:
    """Start the preparation of each batch, on the server if it has the deployment, else here."""
    return start_all(news, site) if is_deployed() else tuple(_here(news, site))


def _here(news: tuple[News, ...], site: str | None) -> Iterator[str]:
    """Prepare one batch after the other in this process; a failing one stops no other."""
    for one in news:
        state = prepare_review(one.batch, site=site, return_state=True)
        ended = "prepared" if state.is_completed() else f"not prepared: {state.message}"
        yield f"{one.batch}: {one.why}; {ended}"
