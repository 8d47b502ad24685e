"""Tells people of what they must hear at once, through the notification block a site names."""

import logging
from typing import Any, TypeAlias

from prefect.blocks.core import Block
from prefect.exceptions import MissingContextError
from prefect.logging import get_logger, get_run_logger
from prefect.utilities.asyncutils import run_coro_as_sync
from tenacity import retry, stop_after_attempt, wait_exponential

from contracts.plain import plain, told
from flows.settings import Settings

Log: TypeAlias = logging.Logger | logging.LoggerAdapter[logging.Logger]

_TRIES = 3
_LONGEST = 2_000


def tell(subject: str, body: str) -> bool:
    """Tell people of something; it is in the run's log in any case. Return whether it was taken.

    `BATCHPROOF_NOTIFY` names the block as `type/name`, such as `slack-webhook/qa`. Where there is
    none, the log is all that the site asked for, and it is told; where the other side does not take
    it, it is asked a few times, and the log says that nobody was told. The run goes on: a batch is
    never lost to a message. Subject and body name batch, readiness and the reason in one line, no
    patient and nothing else of the batch. The reason may quote a source, so nothing in either is a
    link or calls anybody.
    """
    log = _log()
    log.warning("%s: %s", plain(subject), plain(body))
    name = Settings().notify
    if not name:
        return True
    try:
        _send(name, told(subject)[:_LONGEST], told(body)[:_LONGEST])
    except Exception as error:  # noqa: BLE001 (any tool may stand behind a block)
        # An error of the other side may hold its address, and the address the secret.
        log.error("Nobody was told: %s does not take it (%s).", name, type(error).__name__)  # noqa: TRY400
        return False
    log.info("Told through %s.", name)
    return True


@retry(stop=stop_after_attempt(_TRIES), wait=wait_exponential(multiplier=1, max=8), reraise=True)
def _send(name: str, subject: str, body: str) -> None:
    run_coro_as_sync(_sent(name, subject, body))


async def _sent(name: str, subject: str, body: str) -> None:
    block: Any = await Block.aload(name)
    notify = getattr(block, "anotify", None) or getattr(block, "notify", None)
    if notify is None:
        raise TypeError(name)  # a block of another kind
    with block.raise_on_failure():
        await notify(body=body, subject=subject)


def _log() -> Log:
    try:
        return get_run_logger()
    except MissingContextError:
        return get_logger("batchproof")
