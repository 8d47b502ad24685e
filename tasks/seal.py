"""Seals a package: signs what its root and its manifest are, and reads its own signature again."""

from securesystemslib.exceptions import UnsupportedLibraryError
from securesystemslib.signer import Signature

from contracts.errors import IntegrityError, SealError
from contracts.evidence import Digest
from contracts.statement import Envelope, Signed, Statement, parse_envelope
from tasks.keys import Keys
from tasks.signers import SealKey, signer_key


def sign(keys: Keys, root: Digest, manifest: Digest, name: str) -> bytes:
    """Return the bytes of `seal/seal.json`: the signed statement in its DSSE envelope.

    `root` is the package's root, `manifest` the SHA-256 of the bytes of manifest.json, `name`
    `BATCH/stage/evaluation`. What is returned was read and its signature verified again.

    Raises:
        SealError: the key is not to be had, or what it signed does not verify.
        IntegrityError: a digest that is none.
    """
    key = keys.seal()
    statement = Statement(name, root, manifest, demo=key.demo)
    unsigned = Envelope(statement.payload(), (Signed(key.trusted.keyid, b"-"),))
    signature = _signature(key, unsigned.signed_bytes())
    sealed = Envelope(unsigned.payload, (Signed(key.trusted.keyid, signature),)).encode()
    _read_again(key, sealed, statement)
    return sealed


def _signature(key: SealKey, data: bytes) -> bytes:
    try:
        return bytes.fromhex(key.signer.sign(data).signature)
    except UnsupportedLibraryError as error:
        raise _unsigned(key, f"a library of the signer is not installed ({error})") from error
    except SealError:
        raise
    except Exception as error:  # an HSM or KMS has its own library with errors of its own
        raise _unsigned(key, f"{type(error).__name__}: {str(error)[:200]}") from error


def _read_again(key: SealKey, sealed: bytes, statement: Statement) -> None:
    """Refuse a seal that the public key in use does not verify."""
    public = signer_key(key.signer)
    try:
        envelope = parse_envelope(sealed)
        signed = Signature(public.keyid, envelope.signatures[0].signature.hex())
        public.verify_signature(signed, envelope.signed_bytes())
        said = envelope.statement()
    except IntegrityError as error:
        raise _unsigned(key, error.found) from error
    except Exception as error:  # whatever is wrong with a signature, it is not one
        raise _unsigned(key, f"its signature does not verify ({type(error).__name__})") from error
    if said != statement or public.keyid != key.trusted.keyid:
        raise _unsigned(key, "it says something else than was signed")


def _unsigned(key: SealKey, found: str) -> SealError:
    return SealError(
        f"no signature: {found}",
        expected="a signature that the public key verifies",
        where=f"the seal key {key.trusted.keyid}",
        move="whoever keeps the keys looks; nothing is sealed until then",
    )
