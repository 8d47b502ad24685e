"""Audit trails of one batch, written entry by entry as they would stand in the log."""

import base64
from datetime import UTC, datetime, timedelta

from contracts.canonical import canonical
from contracts.evidence import digest_of
from contracts.log_act import Decision, Notice, Refusal, Signature, TrailReview
from contracts.log_entry import Filed, Intent, Result
from contracts.log_seal import sealed
from contracts.log_text import Logged, text_of
from contracts.readiness import QualityException
from contracts.review_read import reviews, trail_root

BATCH = "CART-26-0001"
START = datetime(2026, 3, 24, 6, 0, tzinfo=UTC)
BLOCKING = QualityException(
    "X-001", "criterion not met", blocking=True, message="Viability 79 is below 80."
)
OTHER = QualityException("X-002", "comment", blocking=False, message="Somebody wrote: fine.")
BOTH = (BLOCKING, OTHER)


def root_of(number, again=""):
    """The root of a package: another one for each evaluation, and when it is sealed again."""
    return digest_of(f"root {number}{again}".encode())


def envelope(number, stage="initial", root="", batch=BATCH):
    """A seal as it stands in the log."""
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicate": {"manifest": digest_of(b"manifest")},
        "predicateType": "urn:batchproof:seal:1",
        "subject": [
            {"digest": {"sha256": root or root_of(number)}, "name": f"{batch}/{stage}/{number}"}
        ],
    }
    return canonical(
        {
            "payload": base64.b64encode(canonical(statement)).decode(),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"keyid": "k", "sig": base64.b64encode(b"one").decode()}],
        }
    )


class Story:
    """A batch's trail that grows; indices have gaps, for other batches have entries too."""

    def __init__(self, exceptions=BOTH):
        self.trail = []
        self.exceptions = {}
        self._drawn = exceptions
        self._index = 4

    def add(self, entry):
        self._index += 3
        self.trail.append(Logged(self._index, text_of(entry)))
        return self

    @property
    def _at(self):
        return START + timedelta(minutes=self._index)

    @property
    def last(self):
        return self.trail[-1].index

    def judged(self, number=1, stage="initial", exceptions=None):
        """An evaluation from its collection to its seal."""
        digest = digest_of(f"collection {number}".encode())
        self.add(Filed(self._at, BATCH, digest, 3, digest_of(b"captures")))
        inputs = {"evidence": digest, "collection": digest, "strategy": digest_of(b"strategy")}
        self.add(
            Intent(
                at=self._at,
                batch=BATCH,
                by="batchproof",
                evaluation=number,
                reason="batch completed",
                stage=stage,
                **inputs,
            )
        )
        self.add(Result(self._at, BATCH, number, "not_ready", digest_of(b"record")))
        return self.sealed(number, stage, exceptions=exceptions)

    def sealed(self, number=1, stage="initial", root="", exceptions=None):
        self.exceptions[number] = self._drawn if exceptions is None else exceptions
        return self.add(sealed(envelope(number, stage, root)))

    def decided(self, exception="X-001", decision="accepted", **changes):
        said = self._named(changes) | {"exception": exception, "decision": decision}
        said |= {"reason": "It was investigated.", "reference": ""}
        return self.add(Decision(**said | changes))

    def read(self, **changes):
        """Somebody reviewed the trail as it is now."""
        said = self._named(changes) | {"note": "", "last": self.last}
        return self.add(TrailReview(**{"trail": trail_root(self.trail)} | said | changes))

    def signed(self, meaning="reviewed", **changes):
        who = {} if meaning == "reviewed" else {"by": "q.person", "name": "Q. Person"}
        said = self._named(changes) | who | {"meaning": meaning, "stage": "initial"}
        return self.add(Signature(**said | changes))

    def refused(self):
        return self.add(Refusal(self._at, BATCH, "r.viewer", "decide", "a wrong code"))

    def notice(self):
        return self.add(Notice(self._at, BATCH, 1, "late_failure", "It was ready before."))

    def _named(self, changes):
        number = changes.get("evaluation", 1)
        said = {"at": self._at, "batch": BATCH, "by": "r.viewer", "name": "R. Viewer"}
        return said | {"evaluation": number, "root": root_of(number)}

    def reviews(self):
        return reviews(self.trail, self.exceptions)

    def review(self, number=1):
        return next(one for one in self.reviews() if one.evaluation == number)


def owed(review):
    """What is owed, in words and in order."""
    return [one.what for one in review.owed]
