"""The laboratory's answers: what a live SENAITE said, and every breach of the contract refused."""

import contextlib
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.errors import UnreadableError
from contracts.observation import Awaited, Bound, Number, Provenance, Status, Text
from contracts.reading import FIELD, RESULT
from contracts.reading import SAMPLE as A_SAMPLE
from contracts.sources.json_spans import read_json
from tasks import reading

API = "GET /@@API/senaite/v1/"
BATCH_UID = "b" * 32


def envelope(items, **changes):
    """Return a page as the LIMS writes it; `items` are bytes of whole objects."""
    page = {"count": len(items), "pagesize": 50, "page": 1, "pages": 1, "next": None} | changes
    told = json.dumps(page).encode()
    return told[:-1] + b', "items": [' + b", ".join(items) + b"]}"


def objects(*items):
    return [json.dumps(one).encode() for one in items]


# --- what a live SENAITE 2.6.0 said -----------------------------------------------------------


@pytest.fixture(scope="module")
def live(recorded, captured):
    """Give the recorded answers about one batch: its own objects, their bytes unchanged."""

    def items_of(name, keep):
        data = recorded(name)
        items = read_json(data).members["items"].items
        return [data[one.offset : one.offset + one.length] for one in items if keep(one.members)]

    def about(batch):
        found = items_of("batch_complete", lambda one: one["BatchID"].text == batch)
        uid = json.loads(found[0])["uid"]
        samples = items_of(
            "analysisrequest_complete", lambda one: one["Batch"].members["uid"].text == uid
        )
        pages = [("batch?title=x", found), ("analysisrequest?getBatchUID=x", samples)]
        for sample in map(json.loads, samples):
            owner = sample["uid"]
            keep = items_of("analysis_complete", lambda one, o=owner: one["parent_uid"].text == o)
            pages.append((f"analysis?getRequestID={sample['id']}", keep))
        return [
            captured("lims", envelope(items), f"{API}{what}&limit=50&b_start=0")
            for what, items in pages
        ]

    return about


def told(pairs, batch):
    return reading.read("lims", pairs, batch, "UTC")


def brief(one):
    return (one.subject.identifier, one.characteristic, one.as_written, one.status.value)


def test_a_published_sample_is_read_as_recorded(live):
    got = told(live("CGT-2026-0001"), "CGT-2026-0001")
    # analysis_complete.json, DP-0001; TRANSD is not in our contract
    assert [brief(one) for one in got.observations] == [
        ("DP-0001", "coi_identifier", "W123426000001", "final"),
        ("DP-0001", "mycoplasma", "Not detected", "final"),
        ("DP-0001", "car_positive_viable_cells", "180", "final"),
        ("DP-0001", "viability", "91.4", "final"),
        ("DP-0001", "vector_copy_number", "2.1", "final"),
        ("DP-0001", "endotoxin", "0.05", "final"),
    ]
    assert any("'TRANSD' is not in the contract" in one.reason for one in got.unread)


def test_a_detection_limit_is_one_side_of_a_number_with_both_its_places(live, quoted):
    pairs = live("CGT-2026-0001")
    got = told(pairs, "CGT-2026-0001")
    (endotoxin,) = [one for one in got.observations if one.characteristic == "endotoxin"]
    assert endotoxin.value == Number(Decimal("0.05"), Bound.BELOW)
    assert [quoted(place, pairs) for place in endotoxin.origin.places] == [b"0.05", b"<"]
    assert endotoxin.unit == "{EU}/mL"


def test_an_invalidated_sample_and_its_copy_with_old_results(live):
    """The copy of an invalidated sample carries the old results while nobody has measured it."""
    got = told(live("CGT-2026-0002"), "CGT-2026-0002")
    first = [one for one in got.observations if one.subject.identifier == "DP-0002"]
    copy = [one for one in got.observations if one.subject.identifier == "DP-0002-R01"]
    assert {one.status for one in first} == {Status.INVALIDATED}
    # analysisrequest_complete.json: nobody remarked anything on DP-0002; its state is no reason
    assert {one.reason for one in first} == {""}
    assert {dict(one.qualifiers)["sample_state"] for one in first} == {"invalid"}
    original, retest = [one for one in first if one.characteristic == "viability"]
    assert (original.as_written, retest.as_written) == ("64.2", "71.0")
    assert retest.retest_of == original.source_key
    results = [one for one in copy if one.characteristic != "coi_identifier"]
    assert {one.value for one in results} == {Awaited("unassigned")}
    (viability,) = [one for one in results if one.characteristic == "viability"]
    assert dict(viability.qualifiers)["unverified_result"] == "64.2"
    assert viability.as_written == "unassigned"


def test_results_that_nobody_verified_and_a_retracted_one(live):
    got = told(live("CGT-2026-0003"), "CGT-2026-0003")
    found = {}
    for one in got.observations:
        found.setdefault(one.characteristic, []).append(one)
    (viability,) = found["viability"]
    assert (viability.value, viability.status) == (Awaited("to_be_verified"), Status.PRELIMINARY)
    assert dict(viability.qualifiers)["unverified_result"] == "88.0"
    retracted, again = found["vector_copy_number"]
    assert (retracted.as_written, retracted.status) == ("5.6", Status.INVALIDATED)
    # analysis_complete.json: its Remarks are null; that it was retracted is its state, no reason
    assert retracted.reason == ""
    assert dict(retracted.qualifiers)["state"] == "retracted"
    assert (again.value, again.retest_of) == (Awaited("unassigned"), retracted.source_key)
    assert found["mycoplasma"][0].value == Awaited("unassigned")


@pytest.mark.parametrize("batch", ["CGT-2026-0001", "CGT-2026-0002", "CGT-2026-0003"])
def test_every_place_quotes_the_text_as_written(live, quoted, batch):
    pairs = live(batch)
    for one in told(pairs, batch).observations:
        assert quoted(one.origin.places[0], pairs).decode() == one.as_written


def test_the_lims_ignored_the_filter_and_answered_about_everything(recorded, captured):
    pairs = [
        captured("lims", recorded("batch_complete"), f"{API}batch?BatchID=x"),
        captured("lims", recorded("analysisrequest_complete"), f"{API}analysisrequest?x=y"),
        captured("lims", recorded("analysis_complete"), f"{API}analysis?x=y"),
    ]
    with pytest.raises(UnreadableError, match="ignored the filter") as refused:
        told(pairs, "CGT-2026-0001")
    assert refused.value.found in {"the batch 'CGT-2026-0002'", "the batch 'CGT-2026-0003'"}


def test_an_unknown_batch_and_a_refused_token_look_the_same_and_both_are_named(recorded, captured):
    empty = recorded("anonymous_analysisrequest")
    pairs = [captured("lims", empty, f"{API}batch?title=CGT-2026-0001&limit=50&b_start=0")]
    with pytest.raises(UnreadableError) as refused:
        told(pairs, "CGT-2026-0001")
    assert "no such batch" in refused.value.move
    assert "token" in refused.value.move


def test_the_lims_own_error_is_quoted(recorded, captured):
    pairs = [captured("lims", recorded("unknown_resource"), f"{API}batch?title=x")]
    with pytest.raises(UnreadableError, match="no list of objects: 'Not Found'"):
        told(pairs, "x")


def test_a_page_of_several_is_not_the_whole_list(recorded, captured):
    pairs = [captured("lims", recorded("page2"), f"{API}analysis?limit=5&b_start=5")]
    with pytest.raises(UnreadableError, match="only page 2 of 6"):
        told(pairs, "CGT-2026-0001")


# --- a small laboratory, written by hand ------------------------------------------------------

BATCH = {"uid": BATCH_UID, "BatchID": "CART-T-1", "title": "CART-T-1"}
SAMPLE = {
    "uid": "s1",
    "id": "DP-1",
    "Batch": {"uid": BATCH_UID},
    "ClientSampleID": "COI-7K4M-0001",
    "SampleTypeTitle": "CAR-T drug product",
    "DateSampled": "2026-03-13T10:00:00+00:00",
    "review_state": "verified",
    "Analyses": [{"uid": "a1"}, {"uid": "a2"}],
}
VIAB = {
    "uid": "a1",
    "Keyword": "VIAB",
    "parent_uid": "s1",
    "review_state": "verified",
    "Result": "88.4",
    "Unit": "%",
    "DetectionLimitOperand": None,
    "ResultCaptureDate": "2026-03-14T07:30:00+00:00",
    "getSubmittedBy": "P-045",
    "Analyst": "P-041",
    "getVerificators": ["P-051"],
    "Instrument": {"url": "http://lims.example/senaite/instruments/nc-200-03"},
    "getMethodTitle": "QC-M-101",
    "RetestOf": {},
}
MYCO = VIAB | {
    "uid": "a2",
    "Keyword": "MYCO",
    "Result": "Not detected",
    "Unit": None,
    "Instrument": {},
}


@pytest.fixture
def lab(captured):
    """Read a small laboratory; each argument replaces one of its answers."""

    def run(batch=BATCH, sample=SAMPLE, analyses=(VIAB, MYCO), pages=None, raw=None):
        answers = {
            "batch?title=CART-T-1": envelope(objects(*([batch] if batch else []))),
            "analysisrequest?getBatchUID=b": envelope(objects(*([sample] if sample else []))),
        }
        if pages is None:
            pages = [envelope(objects(*analyses))]
        answers |= {
            f"analysis?getRequestID=DP-1&limit=2&b_start={2 * number}": page
            for number, page in enumerate(pages)
        }
        pairs = [captured("lims", data, API + what) for what, data in (raw or answers).items()]
        return told(pairs, "CART-T-1")

    return run


def test_a_result_carries_who_when_and_how(lab):
    got = lab()
    identity, viability, mycoplasma = got.observations
    assert (identity.characteristic, identity.step) == ("coi_identifier", "release_testing")
    assert viability.value == Number(Decimal("88.4"))
    assert viability.step == "release_testing"
    assert viability.occurred_at.isoformat() == "2026-03-13T10:00:00+00:00"
    assert viability.recorded_at.isoformat() == "2026-03-14T07:30:00+00:00"
    assert viability.recorded_by == "P-045"
    assert viability.instrument == "nc-200-03"
    assert viability.provenance is Provenance.INSTRUMENT
    assert mycoplasma.provenance is Provenance.MANUAL_VERIFIED
    assert dict(viability.qualifiers) == {
        "analyst": "P-041",
        "method": "QC-M-101",
        "state": "verified",
        "verified_by": "P-051",
    }


WRITTEN = {
    "88.4": Number(Decimal("88.4")),
    "<0.5": Number(Decimal("0.5"), Bound.BELOW),
    "< 0.05": Number(Decimal("0.05"), Bound.BELOW),
    ">100": Number(Decimal(100), Bound.ABOVE),
    "2.1E8": Number(Decimal(210000000)),
    "-0.1": Number(Decimal("-0.1")),
    "TNTC": Text("TNTC"),
    "> LOQ": Text("> LOQ"),
    "76,3": Text("76,3"),
    "≤0.5": Text("≤0.5"),
    "NaN": Text("NaN"),
    "1E999999999": Text("1E999999999"),
    "٣": Text("٣"),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_numeric_result_is_a_number_or_one_side_of_it_or_words(lab, written):
    got = lab(analyses=(VIAB | {"Result": written}, MYCO))
    assert got.observations[1].value == WRITTEN[written]
    assert got.observations[1].as_written == written


@pytest.mark.parametrize(
    ("state", "result", "value", "status"),
    [
        ("assigned", None, Awaited("assigned"), Status.PRELIMINARY),
        ("unassigned", None, Awaited("unassigned"), Status.PRELIMINARY),
        ("registered", "", Awaited("registered"), Status.PRELIMINARY),
        ("assigned", "91.0", Awaited("assigned"), Status.PRELIMINARY),
        ("to_be_verified", "91.0", Awaited("to_be_verified"), Status.PRELIMINARY),
        ("verified", "91.0", Number(Decimal("91.0")), Status.FINAL),
        ("published", "91.0", Number(Decimal("91.0")), Status.FINAL),
        ("retracted", "91.0", Number(Decimal("91.0")), Status.INVALIDATED),
        ("rejected", None, Awaited("rejected"), Status.INVALIDATED),
        ("cancelled", None, Awaited("cancelled"), Status.INVALIDATED),
    ],
)
def test_a_state_decides_what_a_result_is_worth(lab, state, result, value, status):
    one = lab(analyses=(VIAB | {"review_state": state, "Result": result}, MYCO)).observations[1]
    assert (one.value, one.status) == (value, status)
    assert one.as_written == (str(value) if isinstance(value, Awaited) else result)


PROVISIONAL = "Negative to date, day 10"


@pytest.mark.parametrize("state", ["to_be_verified", "verified", "published"])
@pytest.mark.parametrize("keyword", ["STER", "MYCO", "AVA"])
def test_a_provisional_result_is_given_as_it_is_and_is_preliminary(lab, state, keyword):
    interim = MYCO | {"Keyword": keyword, "Result": PROVISIONAL, "review_state": state}
    one = lab(analyses=(VIAB, interim)).observations[2]
    assert (one.value, one.status) == (Text(PROVISIONAL), Status.PRELIMINARY)
    assert one.as_written == PROVISIONAL
    assert one.origin.places[0].pointer == "/items/1/Result"
    assert "unverified_result" not in dict(one.qualifiers)


@pytest.mark.parametrize(
    ("changes", "value", "status"),
    [
        # words that no test declares as provisional wait until somebody verified them
        (
            {"Result": "No growth", "review_state": "to_be_verified"},
            "to_be_verified",
            "preliminary",
        ),
        ({"Result": "To date negative", "review_state": "verified"}, "To date negative", "final"),
        # nobody has measured the copy of an invalidated sample, whatever it says
        ({"Result": PROVISIONAL, "review_state": "unassigned"}, "unassigned", "preliminary"),
        ({"Result": PROVISIONAL, "review_state": "retracted"}, PROVISIONAL, "invalidated"),
    ],
)
def test_only_declared_words_in_their_place_are_provisional(lab, changes, value, status):
    one = lab(analyses=(VIAB, MYCO | {"Keyword": "STER"} | changes)).observations[2]
    assert (str(one.value), one.status.value) == (value, status)


def test_a_provisional_result_of_a_sample_that_was_not_received_is_awaited(lab):
    interim = MYCO | {"Keyword": "STER", "Result": PROVISIONAL}
    one = lab(sample=SAMPLE | {"review_state": "sample_due"}, analyses=(VIAB, interim))
    assert one.observations[2].value == Awaited("sample_due")


def test_replicates_are_results_of_one_sample_that_repeat_nothing(lab):
    """A retest names what it repeats; a replicate is a test of its own in the laboratory."""
    sample = SAMPLE | {"Analyses": [{"uid": f"a{place}"} for place in (1, 2, 3)]}
    three = [
        VIAB | {"uid": f"a{place}", "Keyword": f"VGT_{place}", "Unit": "vg/mL", "Result": "1.9E+13"}
        for place in (1, 2, 3)
    ]
    got = lab(sample=sample, analyses=three).observations[1:]
    assert {(one.characteristic, str(one.value)) for one in got} == {
        ("vector_genome_titre", "19000000000000")
    }
    assert [dict(one.qualifiers)["replicate"] for one in got] == ["1", "2", "3"]
    assert len({one.source_key for one in got}) == 3
    assert {one.retest_of for one in got} == {""}


def test_an_unknown_sample_type_is_told_with_its_analyses(lab):
    got = lab(sample=SAMPLE | {"SampleTypeTitle": "Water"})
    assert got.observations == ()
    reasons = " ".join(one.reason for one in got.unread)
    assert "(2 times, first here)" in reasons
    (sample,) = [one for one in got.unread if one.kind == A_SAMPLE]
    assert sample.place.pointer == "/items/0/SampleTypeTitle"
    assert sample.reason == (
        "the sample DP-1 is of the type 'Water', which is not in the contract; "
        "its analyses are not read"
    )


def test_a_sample_without_identity_is_told(lab):
    got = lab(sample=SAMPLE | {"ClientSampleID": None})
    assert "coi_identifier" not in {one.characteristic for one in got.observations}
    (sample,) = [one for one in got.unread if one.kind == A_SAMPLE]
    assert sample.reason == "the sample DP-1 carries no chain-of-identity code"
    assert sample.place.pointer == "/items/0/id"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Result": "12.3"}, "its result is “12.3” (verified)"),
        ({"DetectionLimitOperand": "<"}, "its result is “<88.4” (verified)"),
        ({"Result": None, "review_state": "assigned"}, "there is no result (assigned)"),
    ],
)
def test_each_result_outside_the_contract_is_told_with_its_value(lab, changes, said):
    other = VIAB | {"Keyword": "TRANSD"} | changes
    got = lab(analyses=(other, MYCO | {"Keyword": "TRANSD"}))
    first, second = [one for one in got.unread if one.kind == RESULT]
    assert first.reason == f"the keyword 'TRANSD' is not in the contract; {said}"
    assert second.reason.endswith("“Not detected” (verified)")
    assert [first.place.pointer, second.place.pointer] == ["/items/0/Keyword", "/items/1/Keyword"]


def test_what_the_contract_knows_is_all_fields(lab):
    assert {one.kind for one in lab().unread} == {FIELD}


# SENAITE keeps an analysis' remarks as a text and a sample's as a list of what was said when
SAID = [{"content": "Bottle broken"}, {"content": "in transport."}]


@pytest.mark.parametrize("remarks", ["Gated with the wrong panel.", None, " ", []])
def test_only_a_remark_is_the_reason_why_a_result_was_set_aside(lab, remarks):
    gone = VIAB | {"review_state": "retracted", "Remarks": remarks}
    one = lab(analyses=(gone, MYCO)).observations[1]
    said = remarks.strip() if remarks else ""
    assert (one.status, one.reason) == (Status.INVALIDATED, said)
    assert dict(one.qualifiers).get("remarks", "") == said
    assert dict(one.qualifiers)["state"] == "retracted"


def test_a_remark_on_a_standing_result_is_kept_and_is_no_reason(lab):
    one = lab(analyses=(VIAB | {"Remarks": "Counted twice."}, MYCO)).observations[1]
    assert (one.status, one.reason) == (Status.FINAL, "")
    assert dict(one.qualifiers)["remarks"] == "Counted twice."


@pytest.mark.parametrize(("remarks", "reason"), [(SAID, "Bottle broken; in transport."), ([], "")])
def test_a_whole_sample_set_aside_has_the_samples_own_remarks_for_a_reason(lab, remarks, reason):
    gone = SAMPLE | {"review_state": "rejected", "Remarks": remarks}
    got = lab(sample=gone, analyses=(VIAB | {"Remarks": "Counted twice."}, MYCO))
    assert {one.status for one in got.observations} == {Status.INVALIDATED}
    assert {one.reason for one in got.observations} == {reason}


@pytest.mark.parametrize("state", ["sample_due", "to_be_sampled", "cancelled", "limbo"])
def test_a_result_of_a_sample_that_was_not_received_is_awaited(lab, state):
    got = lab(sample=SAMPLE | {"review_state": state})
    _, viability, mycoplasma = got.observations
    for one, written in ((viability, "88.4"), (mycoplasma, "Not detected")):
        assert (one.value, one.status) == (Awaited(state), Status.PRELIMINARY)
        assert one.as_written == state
        assert one.origin.places[0].pointer == "/items/0/review_state"
        assert dict(one.qualifiers)["unverified_result"] == written
        assert dict(one.qualifiers)["sample_state"] == state


def test_a_retracted_result_of_a_cancelled_sample_stays_set_aside(lab):
    gone = VIAB | {"review_state": "retracted"}
    got = lab(sample=SAMPLE | {"review_state": "cancelled"}, analyses=(gone, MYCO))
    identity, viability, _ = got.observations
    assert (viability.as_written, viability.status) == ("88.4", Status.INVALIDATED)
    assert identity.status is Status.INVALIDATED


@pytest.mark.parametrize("kind", ["DuplicateAnalysis", "ReferenceAnalysis"])
def test_the_laboratorys_own_controls_are_no_results_of_the_batch(lab, kind):
    """A control belongs to a worksheet, not to a sample of the batch."""
    control = VIAB | {"uid": "a9", "portal_type": kind, "parent_uid": "w1", "Result": "12.3"}
    real = VIAB | {"portal_type": "Analysis"}
    got = lab(analyses=(real, MYCO, control))
    assert [one.as_written for one in got.observations[1:]] == ["88.4", "Not detected"]
    (told_of,) = [one for one in got.unread if kind in one.reason]
    assert (told_of.kind, told_of.place.pointer) == (FIELD, "/items/2/portal_type")


def test_a_result_that_its_sample_names_cannot_be_called_a_control(lab):
    disguised = VIAB | {"portal_type": "DuplicateAnalysis"}
    with pytest.raises(UnreadableError, match="an analysis of the sample DP-1 that no page"):
        lab(analyses=(disguised, MYCO))


def two_pages(first=VIAB, second=MYCO, **changes):
    one = envelope(objects(first), count=2, pages=2, **changes)
    return [one, envelope(objects(second), count=2, pages=2, page=2)]


def test_two_pages_are_one_list(lab):
    assert len(lab(pages=two_pages()).observations) == 3


NAIVE = "2026-03-14T07:30:00"
FAULTS = {
    "unit-unknown": ({"analyses": (VIAB | {"Unit": "percent"}, MYCO)}, "the unit 'percent'"),
    "unit-missing": ({"analyses": (VIAB | {"Unit": None}, MYCO)}, "VIAB with no unit"),
    "unit-where-none-belongs": ({"analyses": (VIAB, MYCO | {"Unit": "%"})}, "MYCO with the unit"),
    "time-without-zone": ({"analyses": (VIAB | {"ResultCaptureDate": NAIVE}, MYCO)}, "a zone"),
    "sampled-without-zone": ({"sample": SAMPLE | {"DateSampled": NAIVE}}, "without a zone"),
    "result-as-number": ({"analyses": (VIAB | {"Result": 88.4}, MYCO)}, "Result as a JSON number"),
    "state-unknown": ({"analyses": (VIAB | {"review_state": "limbo"}, MYCO)}, "'limbo'"),
    "operand-unknown": ({"analyses": (VIAB | {"DetectionLimitOperand": "~"}, MYCO)}, "'~'"),
    "verified-without-result": (
        {"analyses": (VIAB | {"Result": None}, MYCO)},
        "verified without a result",
    ),
    "verifiers-no-list": ({"analyses": (VIAB | {"getVerificators": "P-051"}, MYCO)}, "no list"),
    "analysis-without-uid": ({"analyses": (VIAB | {"uid": None}, MYCO)}, "no uid"),
    "analysis-of-nobody": (
        {"analyses": (VIAB | {"parent_uid": "s9"}, MYCO)},
        "a sample that is not of CART-T-1",
    ),
    "sample-of-another-batch": (
        {"sample": SAMPLE | {"Batch": {"uid": "c" * 32}}},
        "a sample of another batch",
    ),
    "another-batch": ({"batch": BATCH | {"BatchID": "CART-T-2"}}, "the batch 'CART-T-2'"),
    "no-batch": ({"batch": None}, "0 batches called CART-T-1"),
    "no-sample": ({"sample": None}, "no sample of CART-T-1"),
    "missing-analysis": ({"analyses": (VIAB,)}, "that no page brought"),
    "missing-page": ({"pages": two_pages()[:1]}, "only page 1 of 2"),
    "second-page-repeats-the-first": (
        {"pages": two_pages(second=VIAB)},
        "page 2 repeats the first",
    ),
    "pages-count-differently": (
        {"pages": [*two_pages()[:1], envelope(objects(MYCO), count=3, pages=2, page=2)]},
        "pages that count 2 and 3",
    ),
    "count-does-not-add-up": ({"pages": [envelope(objects(VIAB, MYCO), count=3)]}, "2 objects"),
    "count-as-text": ({"pages": [envelope(objects(VIAB, MYCO), count="2")]}, "a JSON string"),
    "count-not-whole": ({"pages": [envelope(objects(VIAB, MYCO), count=2.5)]}, "the count 2.5"),
    "pages-beyond-reason": ({"pages": [envelope(objects(VIAB, MYCO), pages=10**80)]}, "only page"),
    "items-no-objects": ({"pages": [envelope([b"1", b'"a"'])]}, "no uid"),
    "no-items": ({"pages": [b'{"count": 0}']}, "no list of objects"),
    "not-an-object": ({"pages": [b"[]"]}, "no list of objects"),
    "duplicate-key": ({"pages": [b'{"count": 0, "count": 0}']}, "'count' twice"),
    "nan": ({"pages": [b'{"count": NaN}']}, "'NaN'"),
    "cut-off": ({"pages": [envelope(objects(VIAB, MYCO))[:-5]]}, "end of the bytes"),
    "nothing-at-all": ({"raw": {"batch?x=y": b"null"}}, "no list of objects"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_breach_is_refused_in_words(lab, fault):
    answers, words = FAULTS[fault]
    with pytest.raises(UnreadableError) as refused:
        lab(**answers)
    assert words in refused.value.found + refused.value.in_words()
    assert refused.value.expected
    assert refused.value.where.count(API) == 1
    assert refused.value.move


def test_a_request_of_another_kind_is_refused(captured):
    pairs = [captured("lims", envelope([]), "HistoryRead x")]
    with pytest.raises(UnreadableError, match="the request 'HistoryRead x'"):
        told(pairs, "CART-T-1")


def test_a_sample_listed_twice_is_refused(lab):
    twice = envelope(objects(SAMPLE, SAMPLE))
    answers = {"batch?x=y": envelope(objects(BATCH)), "analysisrequest?x=y": twice}
    with pytest.raises(UnreadableError, match="the analysisrequest 's1' twice, on one page"):
        lab(raw=answers)


def test_a_duplicate_sample_is_refused(lab):
    twice = envelope(objects(SAMPLE, SAMPLE | {"uid": "s2"}))
    answers = {"batch?x=y": envelope(objects(BATCH)), "analysisrequest?x=y": twice}
    with pytest.raises(UnreadableError, match="the sample 'DP-1' twice"):
        lab(raw=answers)


def test_one_analysis_in_two_lists_is_refused(lab):
    listed = envelope(objects(VIAB, MYCO))
    answers = {
        "batch?x=y": envelope(objects(BATCH)),
        "analysisrequest?x=y": envelope(objects(SAMPLE)),
    }
    with pytest.raises(UnreadableError, match="in two lists"):
        lab(raw=answers | {"analysis?a=1": listed, "analysis?a=2": listed})


def test_a_list_that_is_kept_but_not_read_is_told(captured):
    pairs = [
        captured("lims", envelope(objects(BATCH)), f"{API}batch?title=x"),
        captured("lims", envelope(objects(SAMPLE)), f"{API}analysisrequest?x=y"),
        captured("lims", envelope(objects(VIAB, MYCO)), f"{API}analysis?x=y"),
        captured("lims", envelope(objects({"action": "submit"})), f"{API}auditlog?uid=s1"),
    ]
    got = told(pairs, "CART-T-1")
    assert any("1 objects of the kind 'auditlog'" in one.reason for one in got.unread)
    places = {(one.place.pointer, one.reason) for one in got.unread}
    assert ("/items/0/title", "the reader does not use this (once)") in places


@pytest.fixture(scope="module")
def whole(captured):
    def run(page):
        pairs = [
            captured("lims", envelope(objects(BATCH)), f"{API}batch?title=x"),
            captured("lims", envelope(objects(SAMPLE)), f"{API}analysisrequest?x=y"),
            captured("lims", page, f"{API}analysis?x=y"),
        ]
        return told(pairs, "CART-T-1")

    return run


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_page_is_read_or_refused_never_worse(whole, data):
    page = envelope(objects(VIAB, MYCO))
    at = data.draw(st.integers(0, len(page) - 1))
    gone = data.draw(st.integers(0, 3))
    new = data.draw(st.binary(max_size=3) | st.sampled_from([b"{}", b"null", b"9", b"[]", b'"x"']))
    with contextlib.suppress(UnreadableError):
        assert whole(page[:at] + new + page[at + gone :]).observations
