"""Who outside this house vouches for a seal: the time-stamp authority, and the log's witness."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from contracts.errors import SiteError
from contracts.trust import PublicKey, TrustedKey, Use

_COSIGNATURE: Final = b"\x04"
_KEY_BYTES: Final = 33
_LARGEST_FILE: Final = 1_048_576


@dataclass(frozen=True, slots=True)
class TimestampAuthority:
    """Where RFC 3161 time stamps are asked for, and which roots their certificates end at."""

    url: str
    roots_file: Path
    timeout_seconds: float = 10.0
    """How long the authority may stay silent."""
    attempts: int = 4
    retry_delay_seconds: float = 0.2
    """The pause after the first attempt; it doubles with each further one."""

    def roots(self) -> tuple[x509.Certificate, ...]:
        """Return the root certificates, read afresh.

        Raises:
            SiteError: the file is not there, or holds no certificates.
        """
        try:
            with self.roots_file.open("rb") as file:
                return tuple(x509.load_pem_x509_certificates(file.read(_LARGEST_FILE)))
        except (OSError, ValueError) as error:
            raise SiteError(
                f"no certificates in the file {self.roots_file.name}",
                expected="the authority's root certificates in PEM",
                where="timestamps.roots_file",
                move="the site's administrator puts them there, from the authority itself",
            ) from error


@dataclass(frozen=True, slots=True)
class Witness:
    """Where checkpoints of the log are co-signed, and by which key."""

    url: str
    key: str
    """A C2SP vkey of signature type 4 (cosignature/v1, Ed25519)."""

    @property
    def name(self) -> str:
        """The witness's name."""
        return self.key.partition("+")[0]

    @property
    def public(self) -> bytes:
        """The witness's Ed25519 public key, 32 bytes.

        Raises:
            SiteError: the vkey is no key of a witness, or its hash is another key's.
        """
        name, hashed, material = self.key.split("+", 2)
        try:
            data = base64.b64decode(material, validate=True)
        except ValueError:
            data = b""
        known = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4].hex()
        if len(data) != _KEY_BYTES or data[:1] != _COSIGNATURE or known != hashed:
            raise SiteError(
                "a key that is no witness's, or not the one its hash names",
                expected="name+hash+base64 of an Ed25519 cosignature key (C2SP tlog-cosignature)",
                where="witness.key",
                move="copy the line again that the witness prints",
            )
        return data[1:]


def trusted_outside(
    authority: TimestampAuthority | None, witness: Witness | None
) -> tuple[tuple[str, ...], tuple[TrustedKey, ...]]:
    """Return what a trust file says of the outsiders: roots in PEM, and the witness's key.

    Raises:
        SiteError: the roots are not to be had, or the witness's key is none.
    """
    roots = authority.roots() if authority else ()
    pems = tuple(one.public_bytes(Encoding.PEM).decode() for one in roots)
    if witness is None:
        return pems, ()
    key = PublicKey("ed25519", "ed25519", witness.public.hex())
    return pems, (TrustedKey(key, witness.name, Use.WITNESS),)
