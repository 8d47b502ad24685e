"""Every setting, typed, from the environment (`BATCHPROOF_...`); read here only."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.errors import SiteError
from tasks.key_places import Issuer, KeyPlaces


class Settings(BaseSettings):
    """Where Batchproof keeps what it keeps. Each field can be set as `BATCHPROOF_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="BATCHPROOF_", frozen=True)

    home: Path = Path(".batchproof")
    """Folder of keys and, unless they are put elsewhere, captured bytes, records and ledger."""
    ledger_url: str = ""
    """SQLAlchemy URL of the ledger; empty means SQLite in the home folder."""
    store: str = ""
    """Where captured bytes and records are: a folder, or `s3://bucket/prefix` with its keys in the
    `AWS_...` variables; the home folder if not set."""
    packages: Path | None = None
    """Folder the packages are written to; `packages` in the home folder if not set."""
    strategies: Path | None = None
    """Folder of strategy files to judge by, instead of the product's own under `expectations/`."""
    site: Path | None = None
    """Site file for flows that are started without one."""
    pages_url: str = ""
    """Address below which the packages' pages are served, without a slash at its end."""
    notify: str = ""
    """Prefect notification block that tells people, as `type/name`; nobody is told if not set."""
    turn_seconds: float = Field(default=1800.0, ge=0)
    """How long a run waits for another one at the same batch."""
    watch_days: float = Field(default=30.0, ge=0)
    """For how long the watch goes on asking about a batch that was ready for its final stage."""

    runner: str = "threads"
    """What judges a history: `threads` here, or by an extra `dask` or `ray`."""
    workers: int = Field(default=2, ge=1)
    """How many batches of a history are judged at a time."""
    cluster: str = ""
    """Address of a running Dask or Ray cluster; one is started on this machine if not set."""

    seal_key: str = ""
    """Signer URI of the seal key (`file2:/path`, `hsm:2?label=...`, `gcpkms:...`, `awskms:...`);
    a demo key is made in the home folder if not set."""
    seal_public: Path | None = None
    """The seal key's public part in PEM; a `file2:` key says it itself."""
    seal_secret: Path | None = None
    """File with the PIN of the HSM that holds the seal key."""
    log_key: Path | None = None
    """The evaluation log's key: a PEM file, Ed25519; a demo key is made if not set."""
    log_origin: str = ""
    """The evaluation log's C2SP origin; `batchproof/<site>` if not set."""
    credential_key: Path | None = None
    """Key that people's secrets are sealed under (64 hexadecimal digits); made if not set."""

    oidc_issuer: str = ""
    """OpenID Connect provider whose tokens say who acts, instead of one-time codes."""
    oidc_audience: str = ""
    """Us, as its tokens name us."""
    oidc_keys: str = ""
    """Its public keys, a JWKS: a file or an address (its `jwks_uri`)."""
    oidc_claim: str = "preferred_username"
    """The member of a token that is the user id."""

    def ledger(self) -> str:
        """Return the ledger's URL."""
        return self.ledger_url or f"sqlite:///{(self.home / 'ledger.sqlite').absolute()}"

    def key_places(self) -> KeyPlaces:
        """Return where the keys are that others keep."""
        return KeyPlaces(
            self.seal_key,
            self.seal_public,
            self.seal_secret,
            self.log_key,
            self.credential_key,
            self.issuer(),
        )

    def issuer(self) -> Issuer | None:
        """Return who asserts identity, if anybody does.

        Raises:
            SiteError: some of what names the provider is missing.
        """
        named = (self.oidc_issuer, self.oidc_audience, self.oidc_keys)
        if not any(named):
            return None
        if not all((*named, self.oidc_claim)):
            raise SiteError(
                "an identity provider that is named in part",
                expected="BATCHPROOF_OIDC_ISSUER, _AUDIENCE, _KEYS and _CLAIM, or none of them",
                move="the administrator sets what is missing",
            )
        return Issuer(*named, self.oidc_claim)

    def packages_folder(self) -> Path:
        """Return the folder packages are written to."""
        return self.packages or self.home / "packages"
