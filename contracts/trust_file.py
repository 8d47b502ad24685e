"""Reads a trust file (batchproof-trust/1) strictly: nothing in it is guessed or passed over."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from contracts.environment import KINDS, Fact, fact
from contracts.errors import BatchproofError, IntegrityError
from contracts.times import in_utc, read_time
from contracts.trust import FORMAT, PublicKey, Trust, TrustedKey, Use

LARGEST_TRUST_FILE: Final = 1_048_576
"""In bytes."""

_CERTIFICATE: Final = re.compile(
    r"-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n?", re.ASCII
)


def parse_trust(data: bytes) -> Trust:
    """Return the trust file in these bytes. People write it: any spelling of JSON will do.

    Raises:
        IntegrityError: no JSON, a member twice, unknown or absent, or a key that is not its id's.
    """
    if len(data) > LARGEST_TRUST_FILE:
        raise _unlike(f"{len(data)} bytes", f"at most {LARGEST_TRUST_FILE} bytes")
    try:
        read = json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _unlike(f"bytes that are not JSON ({str(error)[:80]})", "a trust file") from error
    record = _members(read, "the file", "approved", "authorities", "format", "keys")
    if record["format"] != FORMAT:
        raise _unlike(f"the format {str(record['format'])[:80]!r}", FORMAT)
    keys = [_key(one, number) for number, one in enumerate(_list(record["keys"], "keys"))]
    roots = [_root(one) for one in _list(record["authorities"], "authorities")]
    approved = enumerate(_list(record["approved"], "approved"))
    return Trust(tuple(keys), tuple(roots), tuple(_fact(one, number) for number, one in approved))


def parse_key(value: object, where: str = "key") -> TrustedKey:
    """Return the key that an entry of a trust file says.

    Raises:
        IntegrityError: a member is unknown, absent or unreadable, or the id is another key's.
    """
    record = _members(value, where, "from", "key", "keyid", "name", "until", "use")
    stated = _members(record["key"], f"{where}, key", "keytype", "keyval", "scheme")
    public = _members(stated["keyval"], f"{where}, keyval", "public")["public"]
    try:
        key = PublicKey(_text(stated["keytype"]), _text(stated["scheme"]), _text(public))
        use = Use(_text(record["use"]))
        begins, until = _moment(record["from"]), _moment(record["until"])
        trusted = TrustedKey(key, _text(record["name"]), use, begins, until)
    except BatchproofError as error:
        raise _unlike(error.found, error.expected or "an entry of a trust file", where) from error
    except ValueError as error:
        raise _unlike(f"the use {record['use']!r}", " or ".join(Use), where) from error
    if record["keyid"] != trusted.keyid:
        raise _unlike(f"the key id {record['keyid']!r:.80}", f"{trusted.keyid}, its own", where)
    return trusted


def _key(value: object, number: int) -> TrustedKey:
    return parse_key(value, f"keys/{number}")


def _fact(value: object, number: int) -> Fact:
    where = f"approved/{number}"
    record = _members(value, where, "kind", "name", "sha256", "version")
    try:
        found = fact(record)
    except (TypeError, ValueError) as error:
        expected = f"a fact: kind ({', '.join(KINDS)}), name, sha256 (64 lower-case hex), version"
        raise _unlike(f"no fact ({str(error)[:80]})", expected, where) from error
    if not found.name:
        raise _unlike("a fact without a name", "what it is named in a package", where)
    return found


def _root(value: object) -> str:
    text = _text(value)
    if not _CERTIFICATE.fullmatch(text):
        raise _unlike("an authority that is no certificate", "one certificate in PEM")
    return text


def _moment(value: object) -> datetime | None:
    return None if value is None else in_utc(read_time(_text(value)))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _unlike(f"{str(value)[:80]!r}", "a text")
    return value


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise _unlike("no list", "a list", where)
    return value


def _members(value: object, where: str, *names: str) -> Mapping[str, Any]:
    if not isinstance(value, dict) or set(value) != set(names):
        found = ", ".join(sorted(value))[:200] if isinstance(value, dict) else "no object"
        raise _unlike(f"the members {found}", f"{', '.join(names)} alone", where)
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        message = "a member twice"
        raise ValueError(message)
    return dict(pairs)


def _no_number(text: str) -> float:
    message = f"the number {text}"
    raise ValueError(message)


def _unlike(found: str, expected: str, where: str = "") -> IntegrityError:
    place = f"the trust file, {where}" if where else "the trust file"
    return IntegrityError(
        found, expected=expected, where=place, move="whoever keeps the trust file looks"
    )
