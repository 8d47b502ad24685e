"""Four batches as the page is given them, judged by the reference judge from the nouns up."""

import json
import math
import struct
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from builders import value_of

from contracts import reference
from contracts.conclude import conclude
from contracts.criterion import (
    Agrees,
    AttributeClass,
    Criterion,
    Limit,
    Observed,
    OneOf,
    Range,
    Reduction,
    Stage,
)
from contracts.evidence import Capture, Place, digest_of
from contracts.exceptions import Aside, exceptions
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
from contracts.question import Evidence, questions
from contracts.quote import quote
from contracts.readiness import decide
from contracts.reading import Quarantine, Unread
from contracts.times import written
from tasks.page.render import PageDocuments

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


def rule(name, title, subject, limit, **changes):
    ends = Limit(date(2025, 9, 15), limit, "EX-CS-0042 v4, section 4.2")
    return replace(
        Criterion(
            id=name,
            title=title,
            attribute_class=AttributeClass(name.split("-")[0]),
            criticality="critical",
            required_for=Stage.INITIAL,
            subject=subject,
            unit="%",
            limits=(ends,),
            owner="QC laboratory",
            message="The control strategy does not allow this value.",
            unit_procedure=subject.step,
        ),
        **changes,
    )


def at_least(number):
    return Range(low=Decimal(number))


def at_most(number):
    return Range(high=Decimal(number))


def lab(characteristic):
    return Observed("lims", characteristic, "release_testing")


CRITERIA = (
    rule(
        "CMA-VOL-001",
        "Volume of the apheresis material",
        Observed("batch_record", "collection_volume", "apheresis_receipt"),
        Range(Decimal(50), Decimal(400)),
        unit="mL",
        criticality="minor",
        owner="Manufacturing",
    ),
    rule(
        "CPP-TMP-001",
        "Highest temperature of the expansion",
        Reduction("temperature", "expansion", "max"),
        at_most("39.0"),
        unit="Cel",
        criticality="major",
        owner="Manufacturing",
    ),
    rule(
        "IPC-VCD-001",
        "Viable cell density during the expansion",
        Observed("batch_record", "viable_cell_density", "expansion"),
        Range(Decimal("0.3"), Decimal("6.0")),
        unit="10*6/mL",
        criticality="major",
        owner="Manufacturing",
    ),
    rule("CQA-VIA-001", "Viability of the drug product", lab("viability"), at_least("80.0")),
    rule(
        "CQA-END-001",
        "Endotoxin of the drug product",
        lab("endotoxin"),
        Range(high=Decimal("5.0"), high_inclusive=False),
        unit="[EU]/mL",
    ),
    rule(
        "CQA-STE-001",
        "Sterility of the drug product",
        lab("sterility"),
        OneOf(("No growth",)),
        unit="1",
        required_for=Stage.FINAL,
    ),
    rule(
        "CQA-RCL-001",
        "Replication-competent lentivirus",
        lab("replication_competent_lentivirus"),
        OneOf(("Not detected",)),
        unit="1",
    ),
    rule(
        "COI-IDE-001",
        "The batch record and the laboratory speak of one patient's material",
        Observed("batch_record", "coi_identifier", "apheresis_receipt"),
        Agrees(),
        unit="1",
        against=lab("coi_identifier"),
        owner="QA",
    ),
    rule(
        "CPP-TMP-002",
        "Time of the expansion outside 36.0 to 38.0 °C",
        Reduction("temperature", "expansion", "time_outside", Decimal(36), Decimal(38)),
        at_most(30),
        unit="min",
        criticality="major",
        owner="Manufacturing",
    ),
)
RESULTS = (
    Result("lims-1", "viability", "88.4"),
    Result("lims-2", "endotoxin", "0.21", "[EU]/mL"),
    Result("lims-3", "sterility", "No growth", "1"),
    Result("lims-4", "replication_competent_lentivirus", "Not detected", "1"),
    Result("lims-5", "coi_identifier", "COI-7K4M-0002", "1"),
)
LOT = Subject("material_lot", "LV-2231")
ENTRIES = (
    Entry("ebr-1", "apheresis_receipt", "collection_volume", "212", "mL"),
    Entry("ebr-2", "apheresis_receipt", "coi_identifier", "COI-7K4M-0002"),
    Entry("ebr-3", "expansion/sampling/day_3", "viable_cell_density", "0.6", "10*6/mL"),
    Entry(
        "ebr-4",
        "expansion/sampling/day_5",
        "viable_cell_density",
        "1.9",
        "10*6/mL",
        Provenance.MANUAL_UNVERIFIED,
    ),
    Entry("ebr-5", "transduction", "material_release_status", "Released", subject=LOT),
    Entry("ebr-7", "apheresis_receipt", "started_at", "2026-03-03T07:10:00+00:00"),
    Entry("ebr-8", "transduction", "started_at", "2026-03-04T07:40:00+00:00"),
    Entry("ebr-9", "expansion", "started_at", "2026-03-04T08:00:00+00:00"),
    Entry("ebr-6", "expansion", "equipment_used", "BR-102", subject=Subject("equipment", "BR-102")),
)


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


@dataclass(frozen=True)
class Story:
    """What is special about one batch."""

    batch: str = "CART-26-0001"
    results: tuple = RESULTS
    entries: tuple = ENTRIES
    highest: float = 37.4
    criteria: tuple = CRITERIA
    quarantines: tuple = ()
    changed: bool = False
    unread: int = 3


def documents(story):
    """Return the page's documents of a story, judged like any other batch."""
    given = [laboratory(story.results, story.batch), batch_record(story.entries, story.batch)]
    found, data, calculated = history(story.highest, story.batch)
    captures = {found.digest: (found, data), **{one.digest: (one, raw) for one, raw, _ in given}}
    observations = [one for _, _, ones in given for one in ones]
    aside = {one.source for one in story.quarantines}
    observations = [one for one in observations if one.source not in aside]
    if story.changed:
        observations = corrected(observations)
    derived = {} if "equipment" in aside else calculated
    return put_together(story, captures, observations, derived)


def corrected(observations):
    """One density was 9.1 and was corrected to 1.9, with a reason."""
    now = next(one for one in observations if one.source_key == "ebr-4")
    before = replace(
        now,
        as_written="9.1",
        value=value_of("9.1"),
        status=Status.INVALIDATED,
        source_key="ebr-4-0",
        reason="changed after entry: digits swapped",
    )
    after = replace(now, status=Status.CORRECTED, supersedes="ebr-4-0", reason="digits swapped")
    return [after if one is now else one for one in observations] + [before]


def put_together(story, captures, observations, derived):
    asked = questions(
        story.criteria, Evidence(tuple(observations), derived, tuple(story.quarantines))
    )
    verdicts = conclude(asked, reference.judge(asked))
    everything = (*observations, *derived.values())
    drawn = exceptions(Stage.INITIAL, asked, verdicts, everything, Aside(tuple(story.quarantines)))
    readiness = decide(Stage.INITIAL, story.criteria, verdicts, drawn)
    record = next(one for one, _ in captures.values() if one.source == "batch_record")
    rest = Unread(Place(record.digest, 0, 24, "/BatchProductionRecord"), "no term of the contract")
    return PageDocuments(
        summary={
            "batch": story.batch,
            "product": "BP-CART19, autologous CAR-T",
            "site": "Demo plant",
            "stage": "initial",
            "readiness": readiness.record(),
            "evaluation": "1 of 1",
            "judged_at": written(CAPTURED),
            "strategy": {
                "title": "Control strategy for BP-CART19",
                "version": "2026.1",
                "digest": digest_of(b"strategy"),
                "in_force_on": DAY.isoformat(),
            },
            "criteria": {"in_force": len(story.criteria), "judged": len(verdicts)},
            "root": "",
        },
        verdicts=[one.record() for one in verdicts],
        criteria=[one.record() for one in story.criteria],
        exceptions=[one.record() for one in drawn],
        observations=[one.record() for one in everything],
        captures=[one.record() for one, _ in captures.values()],
        quarantines=[one.record() for one in story.quarantines],
        unread=[rest.record()] * story.unread,
        quotes={one.id: quotes(one, captures) for one in everything},
        envelopes=[curve(story.highest)] if derived else [],
    )


def quotes(observed, captures):
    return [quote(one, *captures[one.capture]).record() for one in observed.origin.places]


PENDING = replace(RESULTS[2], text="", state="assigned")
READY = Story(results=(*RESULTS[:2], PENDING, *RESULTS[3:]), changed=True, batch="CART-26-0001")
NOT_READY = Story(
    batch="CART-26-0002",
    results=(
        replace(RESULTS[0], text="76.3"),
        Result("lims-9", "viability", "84.1", retest_of="lims-1"),
        *RESULTS[1:],
    ),
    highest=39.4,
)
INCOMPLETE = Story(
    batch="CART-26-0003",
    results=(RESULTS[0], replace(RESULTS[1], text="<0.5"), RESULTS[2], RESULTS[4]),
)
MIXED_UP = Story(
    batch="CART-26-0004", results=(*RESULTS[:4], replace(RESULTS[4], text="COI-7K4M-0009"))
)
SET_ASIDE = Story(
    batch="CART-26-0005",
    quarantines=(
        Quarantine(
            source="lims",
            found="page 2 repeats 25 results of page 1",
            expected="each result once",
            where="GET /analysis, b_start=25",
            move="the LIMS administrator corrects the interface; the captures are kept",
        ),
    ),
)
