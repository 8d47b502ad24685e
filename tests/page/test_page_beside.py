"""What stands beside the evidence: review owed, other batches, evaluations, trail, approvals."""

from dataclasses import replace

import pytest
from page.page_batches import INCOMPLETE, NOT_READY, documents
from page.page_reader import flat, read, said, select

from tasks.page.render import Beside, render

OTHERS = [
    {"batch": f"CART-26-010{number}", "evaluation": number, "readiness": "not_ready"}
    for number in range(1, 9)
]
BESIDE = Beside(
    owed=[
        {"role": "reviewer", "what": "decide about X-001, X-002", "why": ""},
        {"role": "qualified_person", "what": "sign as confirmed", "why": "After the reviewer."},
    ],
    elsewhere=[
        {"kind": "equipment", "name": "NC-202", "batches": OTHERS, "count": 12},
        {"kind": "material_lot", "name": "LV-2231", "batches": OTHERS[:1], "count": 1},
        {"kind": "person", "name": "P-041", "batches": [], "count": 0},
    ],
    looked_at=9,
    left_out=2,
    history=[
        {
            "evaluation": number,
            "stage": "initial",
            "at": f"2026-03-2{number}T06:00:00.000000Z",
            "by": by,
            "reason": reason,
            "readiness": "not_ready",
            "superseded": number == 1,
            "changes": changes,
        }
        for number, by, reason, changes in (
            (1, "batchproof", "batch completed", []),
            (2, "qa.jansen", "late_result: the retest came", ["CQA-VIA-001: missing then"]),
        )
    ],
    trail=[
        {"index": 7, "at": "2026-03-21T06:00:00.000000Z", "kind": "intent", "words": "begun"},
        {"index": 8, "at": "", "kind": "sealed", "words": "evaluation 1 sealed"},
    ],
    approvals=[
        {
            "at": "2026-01-10T09:00:00.000000Z",
            "by": "so.visser",
            "name": "S. Visser",
            "reason": "yearly review",
        }
    ],
)


@pytest.fixture(scope="module")
def known():
    return read(render(replace(documents(NOT_READY), beside=BESIDE)))


def test_the_first_screen_says_what_review_is_owed_in_its_order(known):
    owed = [flat(one) for one in select(known, ".verdict .owed li")]
    assert owed == [
        "Reviewer: decide about X-001, X-002",
        "Qualified person: sign as confirmed (After the reviewer)",
    ]


def test_what_is_owed_says_by_when_and_what_is_overdue():
    story = documents(INCOMPLETE)
    due, judged = "2026-03-20T11:13:43.000000Z", story.summary["judged_at"]
    assert due < judged
    page = read(render(replace(story, dues={"CQA-RCL-001": due})))
    (line,) = select(page, ".why tbody th .note")
    assert flat(line) == "Owed by: QC laboratory, overdue since 2026-03-20 11:13."
    page = read(render(replace(story, dues={"CQA-RCL-001": "2027-01-02T00:00:00.000000Z"})))
    (line,) = select(page, ".why tbody th .note")
    assert flat(line) == "Owed by: QC laboratory, by 2027-01-02 00:00."


def test_an_exception_says_where_it_stands_and_what_else_its_things_touched(known):
    first = flat(select(known, "#exceptions article")[0])
    assert "In the process: Release testing, 2026-03-13 09:00, day 11 of the batch." in first
    assert "Equipment NC-202 also in CART-26-0101 (not ready, evaluation 1)" in first
    # six of twelve are named
    assert "CART-26-0106 (not ready, evaluation 6) and 6 more" in first
    assert "P-041 also in" not in first


def test_lots_and_equipment_say_where_else_they_were(known):
    rows = [said(row) for row in select(known, "#genealogy tbody tr")]
    (lot,) = [row for row in rows if row.startswith("LV-2231")]
    assert lot.endswith("CART-26-0101 (not ready, evaluation 1)")


def test_every_evaluation_stands_with_who_why_and_what_changed(known):
    first, second = [
        [said(cell) for cell in row] for row in select(known, "#history table")[0].iter("tr")
    ][1:]
    assert first[0] == "1, initial stage superseded"
    assert first[2:4] == ["batchproof", "batch completed"]
    assert second[2:] == [
        "qa.jansen",
        "late_result: the retest came",
        "Not ready",
        "CQA-VIA-001: missing then",
    ]


def test_the_audit_trail_is_a_section_of_its_own(known):
    rows = [said(row) for row in select(known, "table.trail tbody tr")]
    assert rows == ["7 2026-03-21 06:00 begun", "8 – evaluation 1 sealed"]  # noqa: RUF001 (as the page writes it)


def test_the_inspectors_questions_are_answered_with_a_way_on(known):
    answers = {said(select(one, "dt")[0]): one for one in select(known, ".answers > div")}
    assert len(answers) == 7
    told = {question: flat(select(one, "dd")[0]) for question, one in answers.items()}
    assert told["Which were typed by hand?"] == "9 values of 17; nobody verified 1 of them."
    assert "No training record" in told["Who did what, and were they trained?"]
    assert (
        "2 could not be looked into" in told["What else used these lots, instruments and people?"]
    )
    assert told["Which evaluations of this batch were there, and why?"].startswith("2 evaluations")
    approved = told["Which control strategy, and who approved it?"]
    assert approved.endswith("version 2026.1, approved by S. Visser on 2026-01-10 09:00.")


def test_training_that_is_on_record_stands_beside_the_person():
    trained = Beside(training=[{"person": "P-041", "words": "flow cytometry, 2025-11-02"}])
    page = read(render(replace(documents(NOT_READY), beside=trained)))
    rows = [said(row) for row in select(page, "#entered tbody tr")]
    (own,) = [row for row in rows if row.startswith("P-041")]
    assert own.endswith("flow cytometry, 2025-11-02")


def test_a_page_without_the_log_says_so(page):
    reviewed = page("not_ready")
    assert "This page was not given the log." in said(select(reviewed, "#history")[0])
    assert not select(reviewed, ".owed")
    approved = said(select(reviewed, "#rest")[0])
    assert "No approval of it by a named person was on the log" in approved


def test_the_chain_of_identity_says_who_agrees_and_who_does_not(page):
    (agreed,) = select(page("not_ready"), "#genealogy caption")[:1]
    assert said(agreed) == "COI identifier: 2 records say COI-7K4M-0002; none says another."
    mixed = page("mixed_up")
    told = flat(select(mixed, "#genealogy caption")[0])
    assert told == (
        "COI identifier: They do not agree: COI-7K4M-0009 (1 record), COI-7K4M-0002 (1 record)."
    )
    assert select(mixed, "#genealogy tr.wanting")


def test_the_timeline_counts_what_happened_in_each_unit_procedure(page):
    reviewed = page("not_ready")
    rows = [[flat(cell) for cell in row] for row in select(reviewed, "table.timetable tbody tr")]
    (expansion,) = [row for row in rows if row[0] == "Expansion"]
    # two criteria not met, and a comment nobody verified
    assert expansion[-1].startswith("X-002, X-003")
    drawn = select(reviewed, "svg.timeline")[0]
    assert {"Expansion", "Release testing"} <= {said(one) for one in select(drawn, ".tick")}
    assert select(drawn, ".mark-bad")


def test_a_second_evaluation_of_the_plants_batch_says_what_changed(twice):
    """The road: the log of three evaluations, the last of which is on the page in words."""
    page = read((twice.moved / "index.html").read_bytes())
    rows = [[said(cell) for cell in row] for row in select(page, "#history tbody tr")]
    assert [row[0] for row in rows][:2] == [
        "1, initial stage superseded",
        "2, initial stage superseded",
    ]
    assert "CQA-VIA-001" in rows[1][5]
