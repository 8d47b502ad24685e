"""Opens the keys that sign: the seal's in a file, HSM or KMS, and the evaluation log's."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)
from securesystemslib.signer import SIGNER_FOR_URI_SCHEME, CryptoSigner, Signer, SSlibKey

from contracts.errors import SealError
from contracts.tlog_note import ED25519, VerifierKey
from contracts.trust import PublicKey, TrustedKey
from tasks.key_folder import read_private
from tasks.key_places import KeyPlaces

_FILE: Final = "file2"
_MOVE: Final = "whoever keeps the keys looks; nothing is sealed until then"


@dataclass(frozen=True, slots=True)
class SealKey:
    """What signs seals now."""

    trusted: TrustedKey
    demo: bool
    signer: Signer


@dataclass(frozen=True, slots=True)
class LogKey:
    """What signs checkpoints now: a C2SP note signer (signature type 1, Ed25519)."""

    trusted: TrustedKey
    demo: bool
    private: Ed25519PrivateKey

    @property
    def name(self) -> str:
        """The log's origin."""
        return self.trusted.name

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    @property
    def verifier_key(self) -> VerifierKey:
        """The key as others trust it (a C2SP vkey)."""
        return VerifierKey(self.name, ED25519, self.public)

    @property
    def key_hash(self) -> bytes:
        """The key's hash of C2SP signed-note."""
        return self.verifier_key.key_id

    def sign(self, text: bytes) -> bytes:
        """Return the 64 bytes of the signature over a note's text."""
        return self.private.sign(text)


def seal_signer(places: KeyPlaces) -> Signer:
    """Return the signer of the seal key that the settings name.

    Raises:
        SealError: its file, HSM or KMS is not there or holds another key.
    """
    scheme = urlsplit(places.seal).scheme
    if scheme not in SIGNER_FOR_URI_SCHEME:
        raise _refused(
            f"the signer scheme '{scheme[:40]}'",
            f"one of {', '.join(sorted(SIGNER_FOR_URI_SCHEME))}",
            "BATCHPROOF_SEAL_KEY",
        )
    if scheme == _FILE:
        return file_signer(Path(urlsplit(places.seal).path), places.seal_public)
    if places.seal_public is None:
        raise _refused(
            f"a key in {scheme} without its public part",
            "its public key in PEM, named by BATCHPROOF_SEAL_PUBLIC",
            "BATCHPROOF_SEAL_KEY",
        )
    key = _public_from(places.seal_public)
    try:
        return Signer.from_priv_key_uri(places.seal, key, _secret(places.seal_secret))
    except SealError:
        raise
    except Exception as error:  # each scheme has its own library with errors of its own
        raise _refused(
            f"no signer ({type(error).__name__}: {str(error)[:200]})",
            f"a key that {scheme} opens",
            "BATCHPROOF_SEAL_KEY",
        ) from error


def file_signer(path: Path, public: Path | None = None) -> Signer:
    """Return the signer of a private key in PEM (PKCS 8) that only its owner may read.

    Raises:
        SealError: it is not there, others may read it, or it is no key or another's.
    """
    private = _private_from(path)
    key = _named(private.public_key(), path)
    if public is not None and _public_from(public).keyid != key.keyid:
        raise _refused("a private key that is not the public key's", "its own", str(public))
    try:
        return CryptoSigner(private, key)
    except ValueError as error:
        raise _refused(
            f"a key that cannot sign ({error})", "Ed25519, ECDSA or RSA", str(path)
        ) from (error)


def log_private(path: Path) -> Ed25519PrivateKey:
    """Return the private key of the log.

    Raises:
        SealError: it is not there, others may read it, or it is no Ed25519 key.
    """
    private = _private_from(path)
    if not isinstance(private, Ed25519PrivateKey):
        raise _refused("a log key of another kind", "an Ed25519 key", str(path))
    return private


def public_key_of(key: SSlibKey) -> PublicKey:
    """Return the key as our own noun."""
    return PublicKey(key.keytype, key.scheme, str(key.keyval["public"]))


def signer_key(signer: Signer) -> SSlibKey:
    """Return a signer's public key.

    Raises:
        SealError: it is of a kind whose signatures nobody can check with the public key alone.
    """
    key = signer.public_key
    if not isinstance(key, SSlibKey):
        raise _refused(f"a key of the kind {key.keytype}", "Ed25519, ECDSA or RSA", "the seal key")
    return key


def ed25519_key(private: Ed25519PrivateKey) -> PublicKey:
    """Return the public part of an Ed25519 key."""
    return PublicKey("ed25519", "ed25519", private.public_key().public_bytes_raw().hex())


def _private_from(path: Path) -> PrivateKeyTypes:
    data = read_private(path)
    try:
        return load_pem_private_key(data, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _refused(
            "a file that is no private key, or one behind a password",
            "a private key in PEM (PKCS 8)",
            str(path),
        ) from error


def _public_from(path: Path) -> SSlibKey:
    try:
        return _named(load_pem_public_key(path.read_bytes()), path)
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise _refused("no public key", "a public key in PEM", str(path)) from error


def _named(public: PublicKeyTypes, path: Path) -> SSlibKey:
    try:
        return SSlibKey.from_crypto(public)
    except ValueError as error:
        raise _refused(
            f"a key of another kind ({error})", "Ed25519, ECDSA or RSA", str(path)
        ) from (error)


def _secret(path: Path | None) -> Callable[[str], str]:
    def read(name: str) -> str:
        if path is None:
            raise _refused(f"no {name}", "a file, named by BATCHPROOF_SEAL_SECRET", "the HSM")
        return read_private(path).decode().strip()

    return read


def _refused(found: str, expected: str, where: str) -> SealError:
    return SealError(found, expected=expected, where=where, move=_MOVE)
