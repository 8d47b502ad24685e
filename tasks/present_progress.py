"""Show people in the Prefect UI how far a long run is, while it goes on."""

from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact

from tasks.shown_text import plain


class Progress:
    """A bar that fills: from 0 to 100 percent, with what was done last in words."""

    def __init__(self, key: str, words: str) -> None:
        made = create_progress_artifact(progress=0.0, key=key, description=plain(words))
        if not isinstance(made, UUID):  # Prefect types it for both of its worlds
            raise TypeError(made)
        self._artifact = made

    def show(self, percent: float, words: str) -> None:
        """Tell how far it is, and what it does now."""
        update_progress_artifact(
            self._artifact, progress=round(percent, 1), description=plain(words)
        )
