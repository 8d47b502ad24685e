"""Where the settings say that keys are which others keep: a file, an HSM, a KMS."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class KeyPlaces:
    """Where the settings say that keys are; empty means keys of our own, made at first use."""

    seal: str = ""
    """A signer URI of securesystemslib: `file2:/path`, `hsm:2?label=...`, `gcpkms:...`, ..."""
    seal_public: Path | None = None
    """The seal key's public part in PEM; a key file says it itself."""
    seal_secret: Path | None = None
    """The file with the HSM's PIN."""
    log: Path | None = None
    """The log key, Ed25519 in PEM (PKCS 8)."""
