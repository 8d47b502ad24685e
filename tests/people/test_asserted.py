"""Where an identity provider asserts who people are, only its fresh word counts, and once."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.utils import base64url_encode, der_to_raw_signature, raw_to_der_signature
from people.conftest import House
from people.provider import NAME, US, Provider

from contracts.errors import RefusedError, SiteError, UnavailableError
from contracts.person import Act, Person, Role
from flows.settings import Settings
from tasks import codes
from tasks.identity import Claim, identify
from tasks.key_places import Issuer, KeyPlaces
from tasks.people import enrol, renew_secret

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture(scope="module")
def provider() -> Provider:
    return Provider()


@pytest.fixture
def house(open_house, tmp_path, provider) -> House:
    """Ada and Rita, who log in at the provider; nobody has a secret."""
    (tmp_path / "jwks.json").write_bytes(provider.jwks())
    issuer = Issuer(NAME, US, str(tmp_path / "jwks.json"))
    house = open_house(f"sqlite:///{tmp_path / 'ledger.sqlite'}", KeyPlaces(issuer=issuer))
    ada = Person("ada", "Ada Example", frozenset({Role.ADMIN}))
    rita = Person("rita", "Rita Example", frozenset({Role.REVIEWER}))
    assert enrol(house.desk, ada).secret == ""
    enrol(house.desk, rita, Claim("ada", provider.token("ada", house.time.now)), house.time)
    return house


def use(house, token: str, user: str = "rita", act=Act.DECIDE):
    return identify(house.desk, Claim(user, token), act, clock=house.time)


def why(house, token: str, user: str = "rita") -> str:
    """What the log says of a token that is refused; who sent it is told nothing of it."""
    with pytest.raises(RefusedError, match="a user id and a code that do not go together now"):
        use(house, token, user)
    return house.log("refusal")[-1].why


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
def test_a_token_of_the_provider_is_taken_once(house, provider, alg):
    token = provider.token("rita", house.time.now, alg)

    assert use(house, token).name == "Rita Example"
    assert why(house, token) == "a token or grant that was used before"


def test_another_spelling_of_the_signature_is_no_other_token(house, provider):
    """ECDSA: (r, n - s) verifies as (r, s) does, and makes other bytes of the same token."""
    token = provider.token("rita", house.time.now, "ES256")
    use(house, token)
    signed, _, signature = token.rpartition(".")
    curve = provider.private["ES256"].curve
    raw = base64.urlsafe_b64decode(signature + "==")
    r, s = decode_dss_signature(raw_to_der_signature(raw, curve))
    other = der_to_raw_signature(encode_dss_signature(r, P256_ORDER - s), curve)
    twin = f"{signed}.{base64url_encode(other).decode()}"

    jwt.decode(
        twin, provider.private["ES256"].public_key(), ["ES256"], {"verify_exp": False}, audience=US
    )
    assert why(house, twin) == "a token or grant that was used before"


def test_codes_are_refused_where_tokens_are_used(house):
    assert why(house, codes.code_at(codes.new_secret(), house.time.now)) == "no token"
    with pytest.raises(RefusedError, match="an identity provider asserts"):
        renew_secret(house.desk, "rita")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"aud": "another-client"}, "InvalidAudienceError"),
        ({"aud": None}, "MissingRequiredClaimError"),
        ({"aud": [US, "another-client"]}, "others may hold"),
        ({"aud": [US], "azp": "another-client"}, "others may hold"),
        ({"azp": "another-client"}, "others may hold"),
        ({"iss": "https://evil.example"}, "InvalidIssuerError"),
        ({"iss": None}, "MissingRequiredClaimError"),
        ({"exp": 1}, "expired"),
        ({"exp": float("nan")}, "expired"),
        ({"iat": float("nan")}, "too old"),
        ({"exp": None}, "MissingRequiredClaimError"),
        ({"exp": True}, "no numbers"),
        ({"iat": None}, "MissingRequiredClaimError"),
        ({"preferred_username": None}, "does not say who"),
        ({"preferred_username": ["rita"]}, "does not say who"),
        ({"preferred_username": "ada"}, "another user"),
        ({"preferred_username": "RITA"}, "another user"),
    ],
)
def test_a_token_for_others_or_of_others_is_refused(house, provider, changed, expected):
    assert expected in why(house, provider.token("rita", house.time.now, **changed))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-300, None), (-301, "too old"), (30, None), (31, "a time to come")],
)
def test_a_token_is_of_this_moment(house, provider, seconds, expected):
    now = int(house.time.now.timestamp())
    token = provider.token("rita", house.time.now, iat=now + seconds, exp=now + 3600)

    if expected is None:
        assert use(house, token)
    else:
        assert expected in why(house, token)


def test_a_token_that_begins_later_is_refused(house, provider):
    later = int(house.time.now.timestamp()) + 60
    assert "a time to come" in why(house, provider.token("rita", house.time.now, nbf=later))


def test_nobody_signs_but_the_provider(house, provider):
    now = house.time.now
    claims = provider.claims("rita", now)
    rsa = provider.private["RS256"]
    pem = rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    stranger = Provider().token("rita", now)
    header, body, signature = provider.token("rita", now).split(".")
    forged_body = base64url_encode(json.dumps(claims | {"preferred_username": "ada"}).encode())
    confused = base64url_encode(b'{"alg":"HS256","typ":"JWT","kid":"RS256"}').decode() + "." + body
    unsigned = base64url_encode(b'{"alg":"nOnE"}').decode()
    hmac_of_public = base64url_encode(
        hmac.new(pem, confused.encode(), hashlib.sha256).digest()
    ).decode()
    for token, expected in (
        (jwt.encode(claims, None, algorithm="none"), "signed in another way"),
        (f"{unsigned}.{body}.", "signed in another way"),
        (jwt.encode(claims, "k" * 32, algorithm="HS256", headers={"kid": "shared"}), "another way"),
        (f"{confused}.{hmac_of_public}", "signed in another way"),
        (jwt.encode(claims, rsa, algorithm="RS512", headers={"kid": "RS256"}), "another way"),
        (jwt.encode(claims, rsa, algorithm="RS256", headers={"kid": "gone"}), "does not publish"),
        (jwt.encode(claims, rsa, algorithm="RS256", headers={"kid": "ES256"}), "not publish"),
    ):
        assert expected in why(house, token)
        house.time.passes(15 * 60)  # or the sixth would not be looked at
        claims = provider.claims("rita", house.time.now)
    now = house.time.now
    for token, expected in (
        (stranger, "InvalidSignatureError"),
        (f"{header}.{forged_body.decode()}.{signature}", "InvalidSignatureError"),
        (f"{header}.{body}.", "InvalidSignatureError"),
        ("a.b.c", "no token"),
        ("x" * 20_000 + ".y.z", "no token"),
    ):
        house.time.passes(15 * 60)
        assert expected in why(house, token)
    access = jwt.encode(
        provider.claims("rita", house.time.now),
        rsa,
        algorithm="RS256",
        headers={"kid": "RS256", "typ": "at+jwt"},
    )
    house.time.passes(15 * 60)
    assert "of another kind" in why(house, access)


def test_who_is_not_enrolled_is_nobody_whatever_the_provider_says(house, provider):
    assert why(house, provider.token("eve", house.time.now), "eve") == "an unknown user"
    token = provider.token("rita", house.time.now)
    with pytest.raises(RefusedError, match="whose roles do not allow to enrol"):
        use(house, token, act=Act.MANAGE_USERS)


def test_the_keys_are_asked_from_their_address(house, provider):
    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(provider.jwks())

        def log_message(self, *_) -> None:
            pass

    issuer = house.desk.keys.places.issuer
    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/jwks"
        point_to(house, replace(issuer, keys=address))
        assert use(house, provider.token("rita", house.time.now))
        server.shutdown()
    with pytest.raises(UnavailableError, match="did not hand over its keys"):
        use(house, provider.token("rita", house.time.now))
    point_to(house, replace(issuer, keys="http://login.example/jwks"))
    with pytest.raises(SiteError, match="over a line that anybody may change"):
        use(house, provider.token("rita", house.time.now))


def test_keys_that_are_none_are_said_to_be(house, provider, tmp_path):
    issuer = house.desk.keys.places.issuer
    (tmp_path / "none.json").write_text("[]")
    for place, error in (("none.json", SiteError), ("gone.json", UnavailableError)):
        point_to(house, replace(issuer, keys=str(tmp_path / place)))
        with pytest.raises(error, match="keys of the identity provider"):
            use(house, provider.token("rita", house.time.now))


def point_to(house, issuer: Issuer) -> None:
    house.desk.keys = replace(house.desk.keys, places=KeyPlaces(issuer=issuer))


def test_a_provider_named_in_part_is_no_provider(monkeypatch):
    assert Settings().key_places().issuer is None
    monkeypatch.setenv("BATCHPROOF_OIDC_ISSUER", NAME)
    with pytest.raises(SiteError, match="named in part"):
        Settings().key_places()
    monkeypatch.setenv("BATCHPROOF_OIDC_AUDIENCE", US)
    monkeypatch.setenv("BATCHPROOF_OIDC_KEYS", "jwks.json")
    assert Settings().key_places().issuer == Issuer(NAME, US, "jwks.json")
