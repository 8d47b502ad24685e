"""An identity provider's word about a person: its token is read strictly, and counts once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import jwt

from contracts.errors import RefusedError, SiteError, UnavailableError
from contracts.evidence import Digest, digest_of
from tasks.key_places import Issuer

ALGORITHMS: Final = ("RS256", "ES256", "EdDSA")
"""Signatures of a private key; never `none`, never a secret that verifies and signs (RFC 8725)."""
OLDEST: Final = 300
"""Seconds since a token was made: somebody acts now, and did not only log in this morning."""
_AHEAD: Final = 30
"""Seconds that the provider's clock may be before ours."""
_LARGEST: Final = 16_384
_PATIENCE: Final = 10
_REQUIRED: Final = ("aud", "exp", "iat", "iss")


@dataclass(frozen=True, slots=True)
class Asserted:
    """Whom a token is about, and what names the token."""

    user: str
    token: Digest
    """SHA-256 of the signed part: a signature may have two spellings, what it signs has one."""


def assertion(issuer: Issuer, token: str, now: datetime) -> Asserted:
    """Return whom the token is about, if the provider made it for us, just now.

    OpenID Connect Core 1.0, 3.1.3.7; RFC 8725.

    Raises:
        RefusedError: it is no such token; the words say why, for the log and not for the sender.
        SiteError: the provider's keys are not in the place that is named.
        UnavailableError: the provider does not answer.
    """
    if len(token) > _LARGEST or not token.isascii() or token.count(".") != 2:  # noqa: PLR2004 (header, claims, signature)
        raise RefusedError("no token")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise RefusedError("no token") from None
    if header.get("alg") not in ALGORITHMS or header.get("typ", "JWT") != "JWT":
        raise RefusedError("a token of another kind, or signed in another way")
    claims = _claims(issuer, token, _key(issuer, header))
    _check_time(claims, int(now.timestamp()))
    _check_audience(claims, issuer)
    user = claims.get(issuer.claim)
    if not isinstance(user, str) or not user:
        raise RefusedError("a token that does not say who")
    return Asserted(user, digest_of(token.rpartition(".")[0].encode()))


def _claims(issuer: Issuer, token: str, key: jwt.PyJWK) -> Mapping[str, Any]:
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=issuer.audience,
            issuer=issuer.name,
            options={  # the times are read by the caller's clock
                "require": list(_REQUIRED),
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise RefusedError(f"a token that does not hold ({type(error).__name__})") from None


def _check_time(claims: Mapping[str, Any], now: int) -> None:
    made, ends, begins = claims["iat"], claims["exp"], claims.get("nbf", claims["iat"])
    if any(
        isinstance(one, bool) or not isinstance(one, (int, float)) for one in (made, ends, begins)
    ):
        raise RefusedError("a token whose times are no numbers")
    if not now < ends:  # said so that what is no number at all is refused, too
        raise RefusedError("a token that has expired")
    if not now - made <= OLDEST:
        raise RefusedError("a token that is too old")
    if not (made - now <= _AHEAD and begins - now <= _AHEAD):
        raise RefusedError("a token of a time to come")


def _check_audience(claims: Mapping[str, Any], issuer: Issuer) -> None:
    """Refuse a token that others were given as well, unless it says it was made for us."""
    ours = claims["aud"] in (issuer.audience, [issuer.audience])
    if claims.get("azp", issuer.audience if ours else None) != issuer.audience:
        raise RefusedError("a token that others may hold as well")


def _key(issuer: Issuer, header: Mapping[str, Any]) -> jwt.PyJWK:
    """Return the provider's key that the token names, if it is one of ours to accept."""
    found = []
    for one in _published(issuer):
        try:
            key = jwt.PyJWK(one)
        except jwt.PyJWTError:
            continue  # a key of a kind that nobody here knows
        usable = key.algorithm_name == header["alg"] and key.public_key_use in {None, "sig"}
        if usable and header.get("kid") in {None, key.key_id}:
            found.append(key)
    if len(found) != 1:
        raise RefusedError("a token of a key that the provider does not publish")
    return found[0]


def _published(issuer: Issuer) -> list[dict[str, Any]]:
    try:
        keys = json.loads(_bytes(issuer.keys))["keys"]
        return [one for one in keys if isinstance(one, dict)]
    except (ValueError, KeyError, TypeError):
        raise SiteError(
            "no keys of the identity provider",
            expected="a JWKS (RFC 7517)",
            where="BATCHPROOF_OIDC_KEYS",
            move="the administrator names the provider's `jwks_uri`, or a file with what is there",
        ) from None


def _bytes(place: str) -> bytes:
    address = urlsplit(place)
    if address.scheme not in {"http", "https"}:
        try:
            return Path(place).read_bytes()
        except OSError as error:
            raise UnavailableError(
                f"no keys of the identity provider ({error.strerror})",
                where="BATCHPROOF_OIDC_KEYS",
                move="the administrator puts the file in its place",
            ) from error
    if address.scheme == "http" and not _is_here(address.hostname or ""):
        raise SiteError(
            "keys of an identity provider over a line that anybody may change",
            expected="https, or this machine",
            where="BATCHPROOF_OIDC_KEYS",
        )
    try:
        return httpx.get(place, timeout=_PATIENCE).raise_for_status().content
    except httpx.HTTPError as error:
        raise UnavailableError(
            f"the identity provider did not hand over its keys ({type(error).__name__})",
            where="BATCHPROOF_OIDC_KEYS",
            move="try again; if that does not help, the administrator asks the provider",
        ) from error


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
