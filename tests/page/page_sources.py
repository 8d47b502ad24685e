"""What three sources say of a batch: bytes as captured, and the observations they quote."""

import json
import math
import struct
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from builders import value_of

from contracts.evidence import Capture, Place, digest_of
from contracts.observation import (
    Awaited,
    Moment,
    Number,
    Observation,
    Origin,
    Provenance,
    Status,
    Subject,
)
from contracts.times import written

DAY = date(2026, 3, 3)
CAPTURED = datetime(2026, 3, 24, 6, 0, tzinfo=UTC)
STARTED = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
ENDED = STARTED + timedelta(days=9)
EXCURSION = STARTED + timedelta(days=5, hours=2)
LASTS = timedelta(minutes=47)


@dataclass(frozen=True)
class Result:
    """One line of the laboratory's answer."""

    uid: str
    characteristic: str
    text: str
    unit: str = "%"
    retest_of: str = ""
    state: str = "verified"


@dataclass(frozen=True)
class Entry:
    """One value of the batch record."""

    uid: str
    step: str
    characteristic: str
    text: str
    unit: str = "1"
    mode: Provenance = Provenance.MANUAL_VERIFIED
    subject: Subject | None = None
    person: str = "P-014"


def laboratory(results, batch):
    """Return the laboratory's answer as captured, and the observations it quotes."""
    items = [
        {
            "uid": one.uid,
            "Keyword": one.characteristic,
            "Result": one.text,
            "review_state": one.state,
            "Unit": one.unit,
        }
        for one in results
    ]
    data = json.dumps({"count": len(items), "items": items}, ensure_ascii=False).encode()
    found = capture(data, "lims", "senaite", "GET /analysis?complete=yes&b_start=0")
    return found, data, [result(one, data, batch) for one in results]


def result(one, data, batch):
    said = json.dumps(one.text, ensure_ascii=False)[1:-1].encode()
    start = data.index(b'"Result": "', data.index(f'"uid": "{one.uid}"'.encode())) + 11
    waits = one.state == "assigned"
    if waits:
        said, start = b"assigned", data.index(b"assigned", start)
    return Observation(
        batch=batch,
        source="lims",
        subject=Subject("sample", f"DP-{batch[-4:]}"),
        step="release_testing",
        characteristic=one.characteristic,
        as_written=said.decode() if waits else one.text,
        value=Awaited("assigned") if waits else value_of(one.text),
        unit=one.unit,
        occurred_at=datetime(2026, 3, 13, 9, 0, tzinfo=UTC),
        recorded_at=datetime(2026, 3, 13, 11, 0, tzinfo=UTC)
        + timedelta(hours=3 if one.retest_of else 0),
        captured_at=CAPTURED,
        zone="UTC",
        recorded_by="P-041",
        instrument="NC-202",
        status=Status.FINAL,
        provenance=Provenance.INSTRUMENT,
        origin=Origin((Place(digest_of(data), start, len(said), f"/items/{one.uid[-1]}/Result"),)),
        source_key=one.uid,
        retest_of=one.retest_of,
        qualifiers=(("method", "EX-TM-014"), ("verified_by", "P-051")),
    )


def batch_record(entries, batch):
    """Return a batch record as captured, and the observations it quotes."""
    lines = [
        f"<Event><EntryID>{one.uid}</EntryID><ValueString>{escaped(one.text)}</ValueString></Event>"
        for one in entries
    ]
    data = (
        "<BatchProductionRecord>\n" + "\n".join(lines) + "\n</BatchProductionRecord>\n"
    ).encode()
    found = capture(data, "batch_record", "b2mml-http", f"GET /batches/{batch}/record")
    return found, data, [entry(one, data, batch) for one in entries]


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def entry(one, data, batch):
    start = data.index(b"<ValueString>", data.index(f">{one.uid}<".encode())) + 13
    return Observation(
        batch=batch,
        source="batch_record",
        subject=one.subject or Subject("batch", batch),
        step=one.step,
        characteristic=one.characteristic,
        as_written=one.text,
        value=Moment(datetime.fromisoformat(one.text))
        if one.characteristic == "started_at"
        else value_of(one.text),
        unit=one.unit,
        occurred_at=STARTED,
        recorded_at=STARTED + timedelta(minutes=4),
        captured_at=CAPTURED,
        zone="Europe/Amsterdam",
        recorded_by=one.person,
        instrument="MES",
        status=Status.FINAL,
        provenance=one.mode,
        origin=Origin(
            (
                Place(
                    digest_of(data),
                    start,
                    len(escaped(one.text).encode()),
                    f"/BatchProductionRecord/Event[{one.uid[4:]}]/Value/ValueString",
                ),
            )
        ),
        source_key=one.uid,
    )


def capture(data, source, system, request):
    return Capture(
        digest=digest_of(data),
        size=len(data),
        source=source,
        system=system,
        request=request,
        media_type="application/octet-stream",
        headers=(),
        contract=f"{source}@1.0.0",
        captured_at=CAPTURED,
    )


def history(highest, batch):
    """Return one page of equipment history and what is calculated from it."""
    data = b"\x0d" + struct.pack("<d", highest) + b"\x05\x00"
    found = capture(data, "equipment", "opcua-ha", "HistoryRead ns=2;s=BR-102.TEMP, page 7")
    value = Observation(
        batch=batch,
        source="equipment",
        subject=Subject("equipment", "BR-102"),
        step="expansion",
        characteristic="max temperature",
        as_written="",
        value=Number(Decimal(str(highest))),
        unit="Cel",
        occurred_at=EXCURSION,
        recorded_at=None,
        captured_at=CAPTURED,
        zone="UTC",
        recorded_by="batchproof",
        instrument="BR-102.TEMP",
        status=Status.FINAL,
        provenance=Provenance.CALCULATED,
        origin=Origin(
            (Place(digest_of(data), 1, 8, "BR-102.TEMP[30144]"),),
            derived_from=("series:BR-102.TEMP[2026-03-04T08:00:00Z,2026-03-13T08:00:00Z]",),
            recipe="max of the good readings of BR-102.TEMP while expansion ran",
        ),
        source_key="CPP-TMP-001",
    )
    outside = replace(
        value,
        characteristic="time of temperature outside 36.0 to 38.0",
        value=Number(Decimal(47 if highest > 38 else 0)),
        unit="min",
        source_key="CPP-TMP-002",
    )
    return found, data, {one.source_key: one for one in (value, outside)}


def milliseconds(moment):
    return int(moment.timestamp() * 1000)


def curve(highest):
    """A temperature over nine days in 600 ranges; hotter than 38.0 for 47 minutes of day five."""
    width = (ENDED - STARTED) / 600
    buckets = []
    for number in range(600):
        moment = STARTED + number * width
        if 300 <= number < 312:
            continue
        hot = EXCURSION - width < moment < EXCURSION + LASTS
        middle = 37.0 + 0.12 * math.sin(number / 9)
        top = highest if hot else middle + 0.15
        buckets.append([milliseconds(moment), round(middle - 0.15, 3), round(top, 3)])
    gap = STARTED + 300 * width, STARTED + 312 * width
    return {
        "tag": "BR-102.TEMP",
        "characteristic": "temperature",
        "unit": "Cel",
        "window": [written(STARTED), written(ENDED)],
        "buckets": buckets,
        "limits": [
            {"criterion": "CPP-TMP-001", "low": None, "high": "39.0", "words": "≤ 39.0 °C"},
            {"criterion": "CPP-TMP-002", "low": "36.0", "high": "38.0", "words": "36.0 to 38.0 °C"},
        ],
        "not_good": [[milliseconds(one) for one in gap]],
    }
