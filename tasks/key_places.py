"""Where the settings say that keys are which others keep: a file, an HSM, a KMS."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Issuer:
    """An OpenID Connect provider whose word about a person counts here."""

    name: str
    """As its tokens say it in `iss`."""
    audience: str
    """Us, as its tokens say it in `aud`."""
    keys: str
    """Its public keys, a JWKS (RFC 7517): a file, or an address (https, or this machine)."""
    claim: str = "preferred_username"
    """The member of a token that is the user id."""


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
    credential: Path | None = None
    """The key that people's secrets are sealed under: 32 bytes as 64 hexadecimal digits."""
    issuer: Issuer | None = None
    """Who asserts identity in the place of one-time codes; None: codes."""
