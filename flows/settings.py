"""Every setting, typed, from the environment (`BATCHPROOF_...`); read here only."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where Batchproof keeps what it keeps. Each field can be set as `BATCHPROOF_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="BATCHPROOF_", frozen=True)

    home: Path = Path(".batchproof")
    """Folder of captured bytes, records and the SQLite ledger."""
    ledger_url: str = ""
    """SQLAlchemy URL of the ledger; empty means SQLite in the home folder."""
    packages: Path | None = None
    """Folder the packages are written to; `packages` in the home folder if not set."""
    strategies: Path | None = None
    """Folder of strategy files to judge by, instead of the product's own under `expectations/`."""
    site: Path | None = None
    """Site file for flows that are started without one."""

    def ledger(self) -> str:
        """Return the ledger's URL."""
        return self.ledger_url or f"sqlite:///{(self.home / 'ledger.sqlite').absolute()}"

    def packages_folder(self) -> Path:
        """Return the folder packages are written to."""
        return self.packages or self.home / "packages"
