"""The seal: what OpenSSL and securesystemslib say of it, whichever key made it."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from seal.test_keys import key_file
from securesystemslib.dsse import Envelope as TheirEnvelope
from securesystemslib.signer import (
    SIGNER_FOR_URI_SCHEME,
    HSMSigner,
    Signature,
    Signer,
    SSlibKey,
)

from contracts.errors import IntegrityError, SealError
from contracts.statement import Statement, parse_envelope
from tasks.key_places import KeyPlaces
from tasks.keys import Keys
from tasks.seal import sign

ROOT, MANIFEST, NAME = "a1" * 32, "b2" * 32, "CART-26-0001/initial/1"
SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")


def public_file(path: Path, key) -> Path:
    path.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def test_openssl_verifies_the_seal(tmp_path: Path, keys: Keys):
    sealed = sign(keys, ROOT, MANIFEST, NAME)
    envelope = parse_envelope(sealed)
    assert envelope.statement() == Statement(NAME, ROOT, MANIFEST, demo=True)
    key = keys.seal().trusted
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.key.public))
    files = {"data": envelope.signed_bytes(), "signature": envelope.signatures[0].signature}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-rawin"]
    command += ["-inkey", str(public_file(tmp_path / "key.pem", public))]
    command += ["-in", str(tmp_path / "data"), "-sigfile", str(tmp_path / "signature")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "Signature Verified Successfully"
    (tmp_path / "data").write_bytes(files["data"].replace(b"v1", b"v2", 1))
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def their_verification(sealed: bytes, key: SSlibKey) -> None:
    envelope = TheirEnvelope.from_dict(json.loads(sealed))
    assert list(envelope.verify([key], 1)) == [key.keyid]


def test_securesystemslib_verifies_the_seal(keys: Keys):
    key = keys.seal().trusted
    their_verification(
        sign(keys, ROOT, MANIFEST, NAME), SSlibKey.from_dict(key.keyid, dict(key.key.record()))
    )


def test_one_key_says_the_same_twice(keys: Keys):
    assert sign(keys, ROOT, MANIFEST, NAME) == sign(keys, ROOT, MANIFEST, NAME)


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_another_scheme_seals_too(tmp_path: Path, keys: Keys, kind: str):
    private = (
        ec.generate_private_key(ec.SECP256R1())
        if kind == "ecdsa"
        else rsa.generate_private_key(65537, 2048)
    )
    places = KeyPlaces(
        f"file2:{key_file(tmp_path / 'key.pem', private)}",
        public_file(tmp_path / "public.pem", private.public_key()),
    )
    sealed = sign(replace(keys, places=places), ROOT, MANIFEST, NAME)
    their_verification(sealed, SSlibKey.from_crypto(private.public_key()))
    assert not parse_envelope(sealed).statement().demo


def test_a_public_part_of_another_key_is_refused(tmp_path: Path, keys: Keys):
    other = public_file(tmp_path / "public.pem", Ed25519PrivateKey.generate().public_key())
    places = KeyPlaces(f"file2:{key_file(tmp_path / 'key.pem')}", other)
    with pytest.raises(SealError, match="not the public key's"):
        sign(replace(keys, places=places), ROOT, MANIFEST, NAME)


@pytest.mark.parametrize(
    "given", [("", MANIFEST, NAME), (ROOT, "B2" * 32, NAME), (ROOT, MANIFEST, "")]
)
def test_nothing_is_sealed_that_is_nothing(keys: Keys, given: tuple[str, str, str]):
    with pytest.raises(IntegrityError):
        sign(keys, *given)


class Faulty(Signer):
    """A device with a fault: it signs something else, or fails."""

    def __init__(self, public: SSlibKey, fault: str) -> None:
        self._public, self._fault = public, fault

    @property
    def public_key(self) -> SSlibKey:
        return self._public

    @classmethod
    def from_priv_key_uri(cls, priv_key_uri, public_key, secrets_handler=None):  # noqa: ARG003 - theirs
        return cls(public_key, priv_key_uri.partition(":")[2])

    def sign(self, payload: bytes) -> Signature:  # noqa: ARG002 - their interface
        if self._fault == "fails":
            raise OSError("the device is gone")
        wrong = {"lies": "00" * 64, "garbage": "xyz", "silent": ""}
        return Signature(self._public.keyid, wrong[self._fault])


@pytest.mark.parametrize("fault", ["fails", "lies", "garbage", "silent"])
def test_a_device_with_a_fault_seals_nothing(
    tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch, fault: str
):
    monkeypatch.setitem(SIGNER_FOR_URI_SCHEME, "faulty", Faulty)
    public = public_file(tmp_path / "public.pem", Ed25519PrivateKey.generate().public_key())
    named = replace(keys, places=KeyPlaces(f"faulty:{fault}", public))
    with pytest.raises(SealError, match="no signature") as refused:
        sign(named, ROOT, MANIFEST, NAME)
    assert refused.value.move


@pytest.fixture
def hsm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[KeyPlaces, SSlibKey]:
    """A P-256 key in a new token of SoftHSM, which never leaves it, and the file with its PIN."""
    pkcs11 = pytest.importorskip("pkcs11")
    (tmp_path / "tokens").mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tmp_path}/tokens\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(conf))
    monkeypatch.setenv("PYKCS11LIB", str(SOFTHSM))
    command = ["softhsm2-util", "--init-token", "--free", "--label", "plant"]
    subprocess.run([*command, "--so-pin", "0000", "--pin", "1234"], check=True, capture_output=True)
    token = pkcs11.lib(str(SOFTHSM)).get_token(token_label="plant")  # noqa: S106 - a token's name
    curve = pkcs11.util.ec.encode_named_curve_parameters("secp256r1")
    with token.open(user_pin="1234", rw=True) as session:
        parameters = {pkcs11.Attribute.EC_PARAMS: curve}
        session.create_domain_parameters(
            pkcs11.KeyType.EC, parameters, local=True
        ).generate_keypair(store=True, label="seal", id=b"\x02")
    uri, public = HSMSigner.import_(2, "plant", lambda _: "1234")
    (tmp_path / "public.pem").write_text(public.keyval["public"])
    (tmp_path / "pin").touch(mode=0o600)
    (tmp_path / "pin").write_text("1234\n")
    return KeyPlaces(uri, tmp_path / "public.pem", tmp_path / "pin"), public


@pytest.mark.skipif(not SOFTHSM.exists(), reason="no SoftHSM here (Debian: softhsm2)")
def test_an_hsm_seals_through_pkcs11(hsm: tuple[KeyPlaces, SSlibKey], keys: Keys):
    places, public = hsm
    named = replace(keys, places=places)
    their_verification(sign(named, ROOT, MANIFEST, NAME), public)
    places.seal_secret.write_text("4321\n")
    with pytest.raises(SealError, match="PinIncorrect"):
        sign(named, ROOT, MANIFEST, NAME)
    with pytest.raises(SealError, match="no pin"):
        sign(replace(keys, places=replace(places, seal_secret=None)), ROOT, MANIFEST, NAME)
