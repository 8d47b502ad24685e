"""Signed notes (C2SP signed-note): a text with signature lines that each say whose they are."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from contracts.errors import IntegrityError

ED25519: Final = 0x01
"""Signature type of a log's signature over the text itself."""
COSIGNATURE: Final = 0x04
"""Signature type of a witness's timestamped cosignature (C2SP tlog-cosignature)."""

_DASH: Final = "\N{EM DASH} "
_KEY_ID_BYTES: Final = 4
_PUBLIC_KEY_BYTES: Final = 32
_MOST_SIGNATURES: Final = 100
_HEX_ID: Final = re.compile("[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: the name of the key, its 4-byte id, and what it signed."""

    name: str
    key_id: bytes
    signed: bytes
    """64 bytes of Ed25519; of a cosignature an 8-byte time before them."""

    def line(self) -> str:
        """Return the line as it stands in a note, with its newline."""
        return f"{_DASH}{self.name} {encoded(self.key_id + self.signed)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and the signatures under it, in their order."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        """Return the whole note."""
        return f"{self.text}\n{''.join(one.line() for one in self.signatures)}"

    def by(self, key: "VerifierKey") -> tuple[Signature, ...]:
        """Return the signatures that say they are of this key; nothing is verified by that."""
        return tuple(
            one for one in self.signatures if one.name == key.name and one.key_id == key.key_id
        )


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public Ed25519 key with the name and the use it is trusted for (a C2SP vkey)."""

    name: str
    kind: int
    """ED25519 for a log, COSIGNATURE for a witness."""
    public: bytes

    def __post_init__(self) -> None:
        """Refuse a name or a key that C2SP does not know."""
        check_name(self.name)
        if self.kind not in {ED25519, COSIGNATURE} or len(self.public) != _PUBLIC_KEY_BYTES:
            raise IntegrityError(
                f"a key of type {self.kind} with {len(self.public)} bytes",
                expected="an Ed25519 key of a log (type 1) or of a witness (type 4), 32 bytes",
                where=f"the key of {self.name}",
            )

    @property
    def key_id(self) -> bytes:
        """SHA-256(name || newline || type || public key), its first 4 bytes."""
        text = self.name.encode() + b"\n" + bytes((self.kind,)) + self.public
        return hashlib.sha256(text).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        """Return the key as `name+hash+base64`."""
        return f"{self.name}+{self.key_id.hex()}+{encoded(bytes((self.kind,)) + self.public)}"


def read_key(text: str) -> VerifierKey:
    """Return the key that a vkey text says.

    Raises:
        IntegrityError: it is none, or its hash is that of another name or key.
    """
    parts = text.split("+", 2)
    key_id = _HEX_ID.fullmatch(parts[1]) if len(parts) == 3 else None  # noqa: PLR2004 (name, hash, key)
    if key_id is None:
        raise IntegrityError(
            f"the key '{text[:80]}'", expected="name+8 hexadecimal digits+base64 (a C2SP vkey)"
        )
    material = decoded(parts[2])
    key = VerifierKey(parts[0], material[0] if material else 0, material[1:])
    if key.key_id.hex() != key_id[0]:
        raise IntegrityError(
            f"the key '{text[:80]}', whose hash is not its own",
            expected=f"the hash {key.key_id.hex()}",
            move="whoever copied the key copies it again",
        )
    return key


def parse_note(text: str) -> Note:
    """Return the note that a text says.

    Raises:
        IntegrityError: no signature, a control character, or a line that is no signature.
    """
    if any(sign < " " and sign != "\n" for sign in text):
        raise IntegrityError("a control character in a signed note", expected="text and newlines")
    body, blank, below = text.rpartition("\n\n")
    if not body or not blank or not below.endswith("\n"):
        raise IntegrityError(
            "a note without signatures", expected="a text, an empty line, and signature lines"
        )
    lines = below[:-1].split("\n")
    if len(lines) > _MOST_SIGNATURES:
        raise IntegrityError(f"{len(lines)} signatures", expected=f"at most {_MOST_SIGNATURES}")
    return Note(f"{body}\n", tuple(map(_signature, lines)))


def parse_signatures(text: str) -> tuple[Signature, ...]:
    """Return the signature lines of a text that holds nothing else, such as a witness's answer.

    Raises:
        IntegrityError: there is another line.
    """
    return parse_note(f"-\n\n{text}").signatures


def check_name(name: str) -> str:
    """Return a key's name; one that is empty or holds a space or a plus sign is refused.

    Raises:
        IntegrityError: it is no name.
    """
    if not name or "+" in name or any(sign.isspace() or not sign.isprintable() for sign in name):
        raise IntegrityError(
            f"the key name {name[:80]!r}", expected="a name without spaces and without '+'"
        )
    return name


def encoded(data: bytes) -> str:
    """Return bytes as base64 (RFC 4648, section 4)."""
    return base64.b64encode(data).decode()


def decoded(text: str) -> bytes:
    """Return the bytes that base64 says, refusing every second spelling of them.

    Raises:
        IntegrityError: it is no base64, or another spelling.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = None
    if data is None or encoded(data) != text:
        raise IntegrityError(f"'{text[:60]}'", expected="base64 (RFC 4648, section 4)")
    return data


def hash_lines(hashes: Iterable[bytes]) -> str:
    """Return hashes of 32 bytes as lines of base64."""
    return "".join(f"{encoded(one)}\n" for one in hashes)


def hash_of(line: str) -> bytes:
    """Return the hash that a line says.

    Raises:
        IntegrityError: not 32 bytes in base64.
    """
    data = decoded(line)
    if len(data) != hashlib.sha256().digest_size:
        raise IntegrityError(f"a hash of {len(data)} bytes", expected="32 bytes")
    return data


def _signature(line: str) -> Signature:
    parts = line.removeprefix(_DASH).split(" ")
    if not line.startswith(_DASH) or len(parts) != 2:  # noqa: PLR2004 (name and signature)
        raise IntegrityError(
            f"the line '{line[:60]}'", expected="an em dash, a key name and a signature in base64"
        )
    data = decoded(parts[1])
    if len(data) <= _KEY_ID_BYTES:
        raise IntegrityError(
            f"a signature of {len(data)} bytes", expected="4 bytes of key id and a signature"
        )
    return Signature(check_name(parts[0]), data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:])
