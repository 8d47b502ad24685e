"""Who outside this house vouches for a seal: the time-stamp authority, and the log's witness."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from contracts.errors import IntegrityError, SiteError
from contracts.tlog_note import COSIGNATURE, VerifierKey, read_key
from contracts.trust import PublicKey, TrustedKey, Use

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
    def verifier_key(self) -> VerifierKey:
        """The witness's key.

        Raises:
            SiteError: the vkey is no key of a witness, or its hash is another key's.
        """
        try:
            key = read_key(self.key)
        except IntegrityError as error:
            raise self._refused(error.found) from error
        if key.kind != COSIGNATURE:
            raise self._refused("a key that is no witness's")
        return key

    def _refused(self, found: str) -> SiteError:
        return SiteError(
            found,
            expected="name+hash+base64 of an Ed25519 cosignature key (C2SP tlog-cosignature)",
            where="witness.key",
            move="copy the line again that the witness prints",
        )


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
    key = PublicKey("ed25519", "ed25519", witness.verifier_key.public.hex())
    return pems, (TrustedKey(key, witness.name, Use.WITNESS),)
