"""The key that people's secrets are sealed under: kept outside the database, made at first use."""

import base64
import binascii
import hmac
import os
import re
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contracts.errors import SealError
from contracts.evidence import Digest
from tasks.key_folder import KeyFolder, read_private
from tasks.keys import Keys

NAME: Final = "credential.key"
_BYTES: Final = 32
_NONCE: Final = 12
_WRITTEN: Final = re.compile(rb"[0-9a-f]{64}\n?")
_MOVE: Final = "the administrator puts the key in its place that the secrets were sealed under"


@dataclass(frozen=True, slots=True)
class CredentialKey:
    """Seals secrets with AES-256-GCM, each for one person, and names what people type."""

    where: str
    _master: bytes = field(repr=False)

    @classmethod
    def of(cls, keys: Keys) -> Self:
        """Return the key of a home, made at first use; or the one that the setting names.

        Raises:
            SealError: it is not there, is no key, or others may read it.
        """
        path = keys.places.credential or keys.folder / NAME
        if keys.places.credential is None and not path.exists():
            _make(keys.folder)
        data = read_private(path)
        if _WRITTEN.fullmatch(data) is None:
            raise SealError(
                "a file that is no credential key",
                expected=f"{_BYTES} random bytes as {2 * _BYTES} hexadecimal digits",
                where=str(path),
                move=_MOVE,
            )
        return cls(str(path), bytes.fromhex(data.decode()))

    def sealed(self, secret: str, user: str) -> str:
        """Return a person's secret as text that only this key opens, and only as theirs."""
        nonce = os.urandom(_NONCE)
        box = AESGCM(self._derived(b"secrets")).encrypt(nonce, secret.encode(), user.encode())
        return base64.b64encode(nonce + box).decode()

    def opened(self, sealed: str, user: str) -> str:
        """Return the secret.

        Raises:
            SealError: another key sealed it, or it is somebody else's.
        """
        try:
            data = base64.b64decode(sealed, validate=True)
            nonce, box = data[:_NONCE], data[_NONCE:]
            return AESGCM(self._derived(b"secrets")).decrypt(nonce, box, user.encode()).decode()
        except (InvalidTag, ValueError, binascii.Error):
            raise SealError(
                "a person's secret that this credential key does not open",
                expected="the key that it was sealed under",
                where=self.where,
                move=f"{_MOVE}; nobody can act until then",
            ) from None

    def name_of(self, typed: str) -> Digest:
        """Return the keyed digest (HMAC-SHA256) of what was typed as a user id."""
        data = typed.encode("utf-8", "surrogatepass")
        return hmac.new(self._derived(b"names"), data, sha256).hexdigest()

    def _derived(self, use: bytes) -> bytes:
        return HKDF(SHA256(), _BYTES, salt=None, info=b"batchproof " + use).derive(self._master)


def _make(folder: Path) -> None:
    keys = KeyFolder(folder)
    with keys.locked():
        if not (folder / NAME).exists():
            keys.keep_private(NAME, os.urandom(_BYTES).hex().encode() + b"\n")
