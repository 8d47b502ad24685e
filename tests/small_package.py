"""A real small package, written in memory: two captures of text, three pages of readings."""

import json
import struct
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from builders import capture, criterion, observed

from contracts import reference
from contracts.alternatives import concluded
from contracts.answered import both_answered
from contracts.canonical import canonical
from contracts.chunks import ChunkedCapture, tree_of
from contracts.conversion import Conversion
from contracts.derive import Window, derive
from contracts.environment import Fact
from contracts.errors import NotFoundError
from contracts.evidence import digest_of
from contracts.lineage import edges
from contracts.manifest import (
    CAPTURES,
    INDEX,
    MANIFEST,
    Head,
    Manifest,
    Member,
    heads_of,
    table_bytes,
    table_path,
)
from contracts.method import Method, one_side
from contracts.observation import Moment, Text
from contracts.question import Evidence
from contracts.reading_leaves import READINGS, readings_head
from contracts.reductions import reduced
from contracts.rule import Limit, LimitKind, OneOf, Range
from contracts.salts import seed_of
from contracts.sources import equipment
from contracts.sources.contract import SourceContract, Term
from contracts.subject import Alternatives, Observed, Operand, Quotient, Reduction, Reportable

TAG = "BR-1.TEMP"
START = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
_TICKS_AT_START = 116_444_736_000_000_000 + int(START.timestamp()) * 10_000_000
PER_PAGE = (300, 0, 150, 90)
"""Readings of each page: the second has none, blocks of 256 reach over their ends."""


def page_of_readings(values, first, *, continues):
    """An OPC UA HistoryRead response with a reading each ten seconds (Part 6, 5.2)."""
    point = b"more" if continues else b""
    readings = b"".join(
        _data_value(value, _TICKS_AT_START + (first + row) * 100_000_000)
        for row, value in enumerate(values)
    )
    body = struct.pack("<i", len(values)) + readings
    return (
        struct.pack("<iI", 1, 0)
        + (struct.pack("<i", len(point)) + point if point else struct.pack("<i", -1))
        + struct.pack("<BBHB", 1, 0, 658, 1)
        + struct.pack("<i", len(body))
        + body
        + struct.pack("<i", -1)
    )


def _data_value(value, ticks):
    """A DataValue: a double with its source's time, or a Bad one without any value."""
    if value is None:
        return struct.pack("<BIq", 0x06, 0x808C_0000, ticks)
    return struct.pack("<BBdq", 0x05, 11, value, ticks)


def readings_of(seed):
    """Values of all pages; every fiftieth reading has none, number 123 is the highest."""
    count = sum(PER_PAGE)
    found = [None if row % 50 == 49 else 37 + ((row * seed) % 7) / 10 for row in range(count)]
    found[123] = 38.07
    return found


def _boundary(one, name, at):
    """An end of the step, as the same record says it."""
    step = {"step": "expansion", "source": "batch_record", "source_key": name, "retest_of": ""}
    return replace(one, characteristic=name, value=Moment(at), unit="1", **step)


def criteria_of():
    """Criteria of every kind that a trace has steps for."""

    def asked(name, subject, rule, **changes):
        return replace(criterion(rule), id=name, title=name, subject=subject, **changes)

    def of_lims(name):
        return Observed("lims", name, "release_testing")

    alert = Limit(date(2024, 1, 1), Range(low=Decimal("85.0")), "CS-0042", LimitKind.ALERT)
    viability = criterion(rounding="half_up", title="Viability")
    at_least = Range(low=Decimal("80.0"))
    vials = [Operand("1", of_lims(name)) for name in ("vials_accepted", "vials_planned")]
    density = Conversion("10*9/L", Fraction(1000), Fraction(0))
    bioburden = Method("BIO", words=(("TNTC", one_side(">300")),))
    either = Alternatives(("CQA-POT-001", "CQA-STE-001"), 1)
    heat = Reduction("temperature", "expansion", "max", hold=Decimal(5))
    return [
        replace(viability, limits=(*viability.limits, alert)),
        asked(
            "IPC-DEN-001",
            of_lims("cell_density"),
            Range(Decimal("500.0"), Decimal("900.0")),
            unit="10*6/L",
            conversions=(density,),
            rounding="half_even",
            links=("CQA-VIA-001",),
        ),
        asked(
            "CQA-BIO-001",
            of_lims("bioburden"),
            Range(high=Decimal(10)),
            unit="1",
            method=bioburden,
        ),
        asked("CQA-STE-001", of_lims("sterility"), OneOf(("No growth",)), unit="1"),
        asked("CQA-POT-001", Reportable(of_lims("potency"), "mean", 2), at_least),
        asked("IPC-YLD-001", Quotient(tuple(vials[:1]), tuple(vials[1:]), Fraction(100)), at_least),
        asked("CPP-TEM-001", heat, Range(high=Decimal(38)), unit="Cel"),
        asked(
            "CQA-ANY-001",
            either,
            Range(Decimal(1)),
            unit="1",
        ),
        asked("CQA-MIS-001", of_lims("nothing"), at_least),
    ]


class SmallPackage:
    """Members by path, read as a folder's are."""

    def __init__(self, seed=3, batch="CART-26-0001"):
        self.batch = batch
        self.members = {}
        self._captures = []
        self._write(seed)

    def read(self, path):
        if path not in self.members:
            raise NotFoundError(f"no file {path!r} in the package")
        return self.members[path]

    def span(self, path, at, length):
        return self.read(path)[at : at + length]

    def changed(self, path, data):
        """The same package with one member changed, and nothing else."""
        other = object.__new__(SmallPackage)
        other.batch, other._captures = self.batch, self._captures
        other.members = self.members | {path: data}
        return other

    def _capture(self, data, **changes):
        one = capture(data, **changes)
        self._captures.append(one)
        self.members[f"{CAPTURES}/{one.digest}"] = data
        return one

    def _pages(self, seed):
        values, first, captured = readings_of(seed), 0, []
        for number, count in enumerate(PER_PAGE, start=1):
            data = page_of_readings(
                values[first : first + count], first, continues=number < len(PER_PAGE)
            )
            asked = "2026-03-10T06:00:00.000000Z/2026-03-10T08:00:00.000000Z"
            one = self._capture(
                data,
                source="equipment",
                system="opcua-ha",
                media_type="application/octet-stream",
                request=f"HistoryRead ns=2;s={TAG} {asked} page {number}",
                contract="equipment@1",
            )
            captured.append((one, data))
            first += count
        term = Term(TAG, "temperature", "Cel", "", "number", "")
        contract = SourceContract("equipment", "1", "equipment", (term,), ())
        return equipment.read(captured, contract, self.batch, "UTC").pages

    def _write(self, seed):
        observations = self._observations()
        pages = self._pages(seed)
        criteria = criteria_of()
        ends = {"started_at": START, "ended_at": datetime(2026, 3, 10, 7, 30, tzinfo=UTC)}
        boundaries = [_boundary(observations[0], name, at) for name, at in ends.items()]
        observations += boundaries
        window = Window("expansion", *boundaries, equipment=("BR-1",))
        derived = derive(criteria, observations, reduced(criteria, pages, [window]))
        found = concluded(criteria, Evidence(tuple(observations), derived), reference.judge)
        calculated = [one for values in derived.values() for one in values]
        everything = [*observations, *calculated, *found.calculated]
        self._tables(criteria, everything, found, pages)

    def _observations(self):
        """Results as a laboratory wrote them, each quoted from one of two captures."""
        written = {
            "79.96": {},
            "84.1": {"retest_of": "uid-79.96"},
            "0.62": {"characteristic": "cell_density", "unit": "10*9/L"},
            "TNTC": {"characteristic": "bioburden", "unit": "1", "value": Text("TNTC")},
            "No growth": {"characteristic": "sterility", "unit": "1"},
            "81.5": {"characteristic": "potency"},
            "82.5": {"characteristic": "potency"},
            "60": {"characteristic": "vials_accepted", "unit": "1"},
            "62": {"characteristic": "vials_planned", "unit": "1"},
        }
        data = json.dumps({"items": [{"Result": one} for one in written]}).encode()
        self._capture(data)
        found = [
            observed(one, data, batch=self.batch, **changes) for one, changes in written.items()
        ]
        note = "Zellen µ, “frisch”".encode()
        self._capture(note, media_type="text/plain", system="b2mml-http")
        changes = {"characteristic": "comment", "source_key": "uid-note", "unit": "1"}
        found.append(observed(note.decode(), note, batch=self.batch, **changes))
        return found

    def _tables(self, criteria, observations, found, pages):
        evaluation = {
            "batch": self.batch,
            "context": {},
            "criteria_in_force": len(criteria),
            "criteria_judged": len(criteria),
            "doubts": [],
            "evaluation": 1,
            "evidence": digest_of(b"evidence"),
            "in_force_on": "2026-03-03",
            "judged_at": "2026-03-24T06:00:00.000000Z",
            "judges": ["great_expectations", "reference"],
            "product": "car-t",
            "readiness": "not_ready",
            "stage": "initial",
            "strategy": digest_of(b"strategy"),
            "strategy_title": "Small",
            "strategy_version": "1.0.0",
            "wording": "2",
            "zones": {"lims": "UTC"},
        }
        chunked = [
            ChunkedCapture(one, tree_of(self.members[f"{CAPTURES}/{one.digest}"]))
            for one in self._captures
        ]
        records = {
            "answers": both_answered(found.asked, found.answers),
            "captures": chunked,
            "criteria": criteria,
            "environment": [Fact("code", "batchproof", digest_of(b"code"))],
            "exceptions": [],
            "observations": observations,
            "quarantines": [],
            "series": pages,
            "unread": [],
            "verdicts": found.verdicts,
        }
        for name, nouns in records.items():
            self.members[table_path(name)] = table_bytes([one.record() for one in nouns])
        lineage = list(edges(found.asked, found.verdicts, observations))
        self.members[table_path("lineage")] = table_bytes(lineage)
        self.members[table_path("evaluation")] = canonical(evaluation) + b"\n"
        self._root(pages)

    def _root(self, pages):
        def captured(digest):
            return self.members[f"{CAPTURES}/{digest}"]

        seed = seed_of(captured(one.digest) for one in self._captures)
        readings = readings_head(seed, pages, captured)
        self.members[INDEX] = readings.index
        head = Head(READINGS, readings.count, readings.head.hex())
        manifest = Manifest(
            batch=self.batch,
            salt=seed.hex(),
            tables=heads_of(self.members, seed, captured, head),
            members=tuple(
                Member(path, digest_of(data), len(data))
                for path, data in sorted(self.members.items())
            ),
        )
        self.members[MANIFEST] = manifest.to_bytes()
