"""What the tests of the ledger enter, and the eyes of another program to see what was kept."""

import sqlite3
from datetime import UTC, datetime

import psycopg

from contracts.criterion import Stage
from contracts.evidence import Capture, digest_of
from contracts.log_act import UserChange
from contracts.person import Person, Role
from contracts.readiness import QualityException, Readiness, Ready
from contracts.reading import Quarantine
from tasks.ledger.people_records import Grant

AT = datetime(2026, 3, 24, 6, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 24, 7, 30, 0, 123456, tzinfo=UTC)
BATCH = "CART-26-0001"
EVIDENCE, STRATEGY, COLLECTION, RECORD, ROOT = (
    digest_of(name) for name in (b"evidence", b"strategy", b"collection", b"record", b"root")
)
INPUTS = (BATCH, "initial", EVIDENCE, STRATEGY, "batch completed")
READY = Readiness(Stage.INITIAL, Ready.READY, ())
NOT_READY = Readiness(Stage.INITIAL, Ready.NOT_READY, ("Viability: 76.3 %.", "Größer als 39 °C."))
CHANGED = QualityException("X-1", "change_after_entry", blocking=False, message="2.1 was 2.2.")
BELOW = QualityException(
    "X-2",
    "not_met",
    blocking=True,
    message="76.3 %",
    criterion="CQA-VIA-001",
    observations=("o2", "o1"),
)
PERSON = Person("ada", "Ada Example", frozenset({Role.ADMIN}))
ENROLLED = UserChange(AT, "administrator", "enrolled", "ada", "Ada Example", ("admin",))
GRANT = Grant(RECORD, "ada", RECORD, LATER)
QUARANTINE = Quarantine("lims", "JSON with a duplicate key", "JSON", "/items/0", "the LIMS owner")


def capture_of(data: bytes, request: str = "GET /analysis?page=1", at: datetime = AT) -> Capture:
    return Capture(
        digest=digest_of(data),
        size=len(data),
        source="lims",
        system="senaite",
        request=request,
        media_type="application/json",
        headers=(("content-type", "application/json"), ("etag", '"ä"')),
        contract="lims@1.0.0",
        captured_at=at,
    )


class Raw:
    """Another program's own connection to the database, with nothing of ours in between."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")

    def __call__(self, sql: str) -> list[tuple]:
        if self.is_sqlite:
            connection = sqlite3.connect(self.url.removeprefix("sqlite:///"), isolation_level=None)
        else:
            connection = psycopg.connect(self.url, autocommit=True)
        try:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    @property
    def refusal(self) -> type[Exception]:
        return sqlite3.DatabaseError if self.is_sqlite else psycopg.DatabaseError
