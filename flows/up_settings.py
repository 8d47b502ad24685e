"""Every setting that `batchproof up` gives Prefect: where it keeps what; that it calls nobody."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"

QUIET: Final[Mapping[str, str]] = {
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
}
"""What keeps Prefect and Great Expectations from calling out. Nobody's environment undoes it."""

USUAL: Final[Mapping[str, str]] = {
    "PREFECT_CLIENT_MAX_RETRIES": "8",
    "PREFECT_CLIENT_RETRY_EXTRA_CODES": "504",
    "PREFECT_LOGGING_LEVEL": "INFO",
    "PREFECT_LOGGING_SERVER_LEVEL": "WARNING",
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P7D",
}
"""What an environment may say otherwise. Prefect's client asks again by itself after 408, 429, 502
and 503 (SQLite under concurrent writers answers 503): eight times, over minutes. Events are pruned
after seven days: they are triggers, the ledger is the record."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one `batchproof up` runs."""

    home: Path
    """The home folder, absolute."""
    port: int
    site: Path | None
    packages: Path
    """The packages' folder, absolute."""

    @property
    def url(self) -> str:
        """Where a person's browser goes."""
        return f"http://{HOST}:{self.port}"

    @property
    def api(self) -> str:
        """Where programs and events go."""
        return f"{self.url}/api"

    @property
    def pages(self) -> str:
        """Where the packages' pages are."""
        return f"{self.url}/packages"

    @property
    def own(self) -> Path:
        """The folder of logs and signs of life."""
        return self.home / "up"

    def environment(self) -> dict[str, str]:
        """Return the environment of the server and the worker."""
        own = {
            "BATCHPROOF_HOME": str(self.home),
            "BATCHPROOF_PACKAGES": str(self.packages),
            "BATCHPROOF_PAGES_URL": os.environ.get("BATCHPROOF_PAGES_URL", self.pages),
            "PREFECT_API_URL": self.api,
            "PREFECT_HOME": str(self.home / "prefect"),
            "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": self.url,
            "PREFECT_UI_API_URL": self.api,
            "PREFECT_UI_STATIC_DIRECTORY": str(self.home / "prefect" / "ui"),
            "PYTHONUNBUFFERED": "1",
        }
        if self.site is not None:
            own["BATCHPROOF_SITE"] = str(self.site)
        return {**USUAL, **os.environ, **own, **QUIET}
