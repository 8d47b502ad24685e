"""Four batches as the page is given them, judged by the reference judge from the nouns up."""

from dataclasses import dataclass, replace
from datetime import date

from builders import value_of
from page.page_criteria import CRITERIA
from page.page_sources import CAPTURED, Entry, Result, batch_record, curve, history, laboratory

from contracts import reference
from contracts.alternatives import concluded
from contracts.criterion import (
    Stage,
)
from contracts.evidence import Place, digest_of
from contracts.exceptions import Aside, exceptions
from contracts.observation import (
    Provenance,
    Status,
    Subject,
)
from contracts.question import Evidence
from contracts.quote import quote
from contracts.readiness import decide
from contracts.reading import Quarantine, Unread
from contracts.times import written
from tasks.page.render import PageDocuments

DAY = date(2026, 3, 3)
RESULTS = (
    Result("lims-1", "viability", "88.4"),
    Result("lims-2", "endotoxin", "0.21", "{EU}/mL"),
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
    derived = {} if "equipment" in aside else {name: (one,) for name, one in calculated.items()}
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
    evidence = Evidence(tuple(observations), derived, tuple(story.quarantines))
    result = concluded(story.criteria, evidence, reference.judge)
    verdicts = result.verdicts
    everything = (*observations, *(one for values in derived.values() for one in values))
    drawn = exceptions(Stage.INITIAL, result, everything, Aside(tuple(story.quarantines)))
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
