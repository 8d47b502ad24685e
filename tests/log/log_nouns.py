"""Keys, seals and logs for the tests of the evaluation log."""

import base64
import sqlite3
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contracts.canonical import canonical
from contracts.criterion import Stage
from contracts.evidence import digest_of
from contracts.log_act import Decision
from contracts.log_entry import KeyChange
from contracts.readiness import Readiness, Ready
from contracts.tlog_note import ED25519, VerifierKey

AT = datetime(2026, 3, 24, 6, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 24, 7, 30, 0, 123456, tzinfo=UTC)
BATCH = "CART-26-0001"
EVIDENCE, STRATEGY, COLLECTION, RECORD, ROOT, OTHER_ROOT = (
    digest_of(name)
    for name in (b"evidence", b"strategy", b"collection", b"record", b"root", b"other root")
)
INPUTS = (BATCH, "initial", EVIDENCE, STRATEGY, "batch completed")
READY = Readiness(Stage.INITIAL, Ready.READY, ())
ORIGIN = "batchproof/demo-site"
DECISION = Decision(
    at=LATER,
    batch=BATCH,
    by="q.person",
    evaluation=1,
    exception="X-1",
    decision="referred",
    reason="The deviation is closed: DEV-0815.",
    root=ROOT,
    name="Q. Person",
    reference="DEV-0815",
)


class LogKey:
    """A log's key as somebody may hold it: it has a name and can sign."""

    def __init__(self, name: str = ORIGIN, seed: bytes = b"\x01" * 32) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(seed)
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public = VerifierKey(name, ED25519, public)
        self.name = name
        self.key_hash = self.public.key_id

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


def key_change(number: int, at: datetime = AT) -> KeyChange:
    return KeyChange(at, "admin", "added", {"name": f"key {number}", "use": "seal"})


def envelope(
    root: str = ROOT, batch: str = BATCH, number: int = 1, signature: str = "one"
) -> bytes:
    """A seal as it stands in the log; what its signature says is not the log's business."""
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicate": {"manifest": digest_of(b"manifest")},
        "predicateType": "urn:batchproof:seal:1",
        "subject": [{"digest": {"sha256": root}, "name": f"{batch}/initial/{number}"}],
    }
    return canonical(
        {
            "payload": base64.b64encode(canonical(statement)).decode(),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"keyid": "k", "sig": base64.b64encode(signature.encode()).decode()}],
        }
    )


def judged(ledger, batch: str = BATCH, reason: str = "batch completed", at: datetime = AT):
    """File, begin and finish one evaluation: three entries, and two if filed before."""
    ledger.record_collection(batch, COLLECTION, (), at)
    begun = ledger.begin_evaluation(batch, *INPUTS[1:4], reason, COLLECTION, at, by="p.owner")
    return ledger.finish_evaluation(begun, READY, (), RECORD, at)


def change(folder, *statements: str) -> None:
    """What whoever owns the file can do: take the refusals away, and change what is on record."""
    connection = sqlite3.connect(folder / "ledger.sqlite", isolation_level=None)
    connection.execute("PRAGMA foreign_keys = OFF")
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        connection.execute(f"DROP TRIGGER {name}")
    for sql in statements:
        connection.execute(sql)
    connection.close()
