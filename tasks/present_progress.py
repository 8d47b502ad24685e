"""Show people in the Prefect UI how far a long run is, while it goes on."""

from contextlib import suppress
from typing import Any, Final

import httpx
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.exceptions import PrefectException

from tasks.shown_text import plain

_NOT_TAKEN: Final = (PrefectException, httpx.HTTPError)


class Progress:
    """A bar that fills: from 0 to 100 percent, with what is done now in words.

    It is a convenience of the UI: where the server does not take it, the run goes on without.
    """

    def __init__(self, key: str, words: str) -> None:
        self._artifact: Any = None  # Prefect types it for both of its worlds
        with suppress(*_NOT_TAKEN):
            self._artifact = create_progress_artifact(0.0, key=key, description=plain(words))

    def show(self, percent: float, words: str) -> None:
        """Tell how far it is, and what it does now."""
        if self._artifact is not None:
            with suppress(*_NOT_TAKEN):
                update_progress_artifact(
                    self._artifact, progress=round(percent, 1), description=plain(words)
                )
