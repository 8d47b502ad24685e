"""What a reviewer reads on the page, batch by batch."""

from dataclasses import replace

import pytest
from page.page_batches import (
    ENTRIES,
    NOT_READY,
    RESULTS,
    Story,
    documents,
)
from page.page_criteria import CRITERIA
from page.page_reader import read, said, select

from tasks.page.render import render

FLAG = "changed after entry"


def why(page):
    return [said(row) for row in select(page, ".why tbody tr")]


def section(page, name):
    return select(page, f"#{name}")[0]


def test_a_failing_viability_and_a_hot_culture_are_the_reasons(page):
    reviewed = page("not_ready")
    assert said(section(reviewed, "readiness")) == "Not ready for the initial stage"
    viability, highest, outside = why(reviewed)
    assert viability == (
        "not met Viability of the drug product "
        "Retest 84.1 % stands beside it and does not count. 76.3 % against ≥ 80.0 %"
    )
    assert highest == "not met Highest temperature of the expansion 39.4 °C against ≤ 39.0 °C"
    assert outside.endswith("47 min against ≤ 30 min")


def test_what_is_missing_is_named_with_who_owes_it(page):
    reviewed = page("incomplete")
    assert said(section(reviewed, "readiness")).startswith("Incomplete")
    (line,) = why(reviewed)
    assert "missing Replication-competent lentivirus" in line
    assert "nothing on record" in line
    assert "Owed by: QC laboratory" in line


def test_a_ready_batch_says_what_the_final_stage_still_waits_for(page):
    reviewed = page("ready")
    assert said(section(reviewed, "readiness")).startswith("Ready")
    (line,) = why(reviewed)
    assert line.startswith("pending Sterility of the drug product")
    assert "“assigned”" in line


def test_two_records_that_disagree_are_shown_beside_each_other(page):
    (line,) = why(page("mixed_up"))
    assert line.endswith("COI-7K4M-0002 against COI-7K4M-0009 in the LIMS")


def test_a_source_in_quarantine_is_one_reason_however_many_criteria_it_silences(page):
    reviewed = page("set_aside")
    (line,) = why(reviewed)
    # four results of the laboratory, and the identity that needs its record
    assert "5 criteria cannot be judged" in line
    assert "page 2 repeats 25 results of page 1" in line
    assert "the LIMS administrator corrects the interface" in line
    titles = [said(one) for one in select(reviewed, "#exceptions h3")]
    assert len([one for one in titles if "not evaluable" in one.lower()]) < 5


@pytest.mark.parametrize("name", ["ready", "not_ready", "incomplete", "mixed_up", "set_aside"])
def test_people_release_and_the_count_is_whole(page, name):
    reviewed = page(name)
    assert "Batchproof prepares and proves; people release." in said(select(reviewed, "main")[0])
    counted = said(select(reviewed, ".coverage")[0])
    assert counted.startswith(f"{len(CRITERIA)} criteria in force, {len(CRITERIA)} judged:")
    assert len(select(reviewed, "tr[data-outcome]")) == len(CRITERIA)


def test_more_than_five_reasons_become_four_and_a_count():
    failing = tuple(replace(CRITERIA[3], id=f"CQA-VIA-{number:03}") for number in range(1, 8))
    reviewed = read(render(documents(replace(NOT_READY, criteria=failing, highest=37.4))))
    assert len(why(reviewed)) == 4
    assert said(select(reviewed, ".more")[0]).startswith("and 3 more")


def test_exceptions_come_blocking_first_with_every_attempt_in_order(page):
    shown = select(page("not_ready"), "#exceptions article")
    blocking = ["blocking" in one.get("class") for one in shown]
    assert blocking == sorted(blocking, reverse=True)
    first = shown[0]
    rows = [said(row) for row in select(first, "tbody tr")]
    assert rows[0].startswith("76.3 % original")
    assert rows[1].startswith("84.1 % retest 1")
    assert "Limit ≥ 80.0 % (EX-CS-0042 v4, section 4.2, from 2025-09-15)" in said(first)


def test_criteria_are_a_tree_by_stage_and_class_open_where_eyes_are_needed(page):
    reviewed = page("not_ready")
    stages = [said(one) for one in select(reviewed, "#criteria h3")]
    assert stages == ["Required for the initial stage", "Required for the final stage"]
    summaries = [said(one) for one in select(reviewed, "details.class > summary")]
    assert summaries == [
        "Critical quality attributes CQA 1 not met 2 met",
        "Chain of identity COI 1 met",
        "Critical process parameters CPP 2 not met",
        "Critical material attributes CMA 1 met",
        "In-process controls IPC 1 met",
        "Critical quality attributes CQA 1 met",
    ]
    opened = [one.get("open") is not None for one in select(reviewed, "details.class")]
    assert opened == [True, False, True, False, False, False]


def test_within_a_class_criteria_stand_by_unit_procedure(page):
    (quality, *_) = select(page("ready"), "details.class")
    assert [said(one) for one in select(quality, ".group-name")] == ["Release testing"]


def test_each_value_leads_to_its_bytes_and_they_to_their_capture(pages, page):
    story = documents(NOT_READY)
    reviewed = page("not_ready")
    for row in select(reviewed, "tr[data-outcome] a.value"):
        fact = reviewed.get_element_by_id(row.get("href")[1:])
        assert select(fact, "mark")
    digests = {one["digest"] for one in story.captures}
    for link in select(reviewed, "a[href^='captures/']"):
        assert link.get("href").removeprefix("captures/") in digests


def test_the_marked_bytes_are_the_value_with_its_context(page):
    reviewed = page("not_ready")
    link = select(reviewed, ".why a.value")[0].get("href")
    quote = select(reviewed.get_element_by_id(link[1:]), "blockquote")[0]
    assert said(select(quote, "mark")[0]) == "76.3"
    assert '"Keyword": "viability", "Result": "76.3", "review_state"' in quote.text_content()


def test_a_calculated_value_names_its_recipe_its_curve_and_its_bytes(page):
    reviewed = page("not_ready")
    link = select(reviewed, ".why a.value")[1].get("href")
    fact = reviewed.get_element_by_id(link[1:])
    assert "max of the good readings of BR-102.TEMP" in said(fact)
    assert select(fact, "a[href='#S-BR-102-TEMP']")
    assert said(select(fact, "mark")[0]) == "39.4"
    assert "IEEE 754 double" in said(fact)


def test_a_censored_result_is_shown_as_written(page):
    (row,) = select(page("incomplete"), "#C-CQA-END-001")
    assert "<0.5 EU/mL" in said(row)
    assert select(row, "span[title]")[0].get("title") == "UCUM: {EU}/mL"


def test_a_change_after_entry_shows_what_was_before_and_why(page):
    tables = select(page("ready"), "#entered table")
    (changed,) = [one for one in tables if said(one).startswith("Changed after entry")]
    (row,) = select(changed, "tbody tr")
    assert [said(cell) for cell in row][1:4] == [
        "9.1 10⁶/mL",
        "1.9 10⁶/mL changed after entry",
        "digits swapped",
    ]


def test_a_changed_value_is_flagged_wherever_it_stands(page):
    reviewed = page("ready")
    link = select(reviewed, "#entered a.value")[1].get("href")
    shown = [one for one in select(reviewed, f"a[href='{link}']") if one.get("class") == "value"]
    flagged = [one for one in shown if one.getnext() is not None and said(one.getnext()) == FLAG]
    assert len(flagged) == len(shown) >= 2


def test_the_share_of_values_nobody_verified_stands_out(page):
    (row,) = select(page("not_ready"), "tr.wanting")
    # 1 of 6 results, 9 entries, 2 calculated values
    assert said(row) == "Typed by hand, not verified 1 5.9 %"


def test_materials_equipment_and_people_are_listed(page):
    reviewed = page("not_ready")
    used = said(section(reviewed, "genealogy")) + said(section(reviewed, "entered"))
    for expected in ("LV-2231", "BR-102", "P-041", "P-051", "Released"):
        assert expected in used


def test_the_rest_is_counted_and_the_way_to_check_is_named(page):
    rest = said(section(page("not_ready"), "rest"))
    assert "3 places in the captures where the reader left something unused" in rest
    assert "Batch record: no term of the contract 3 places" in rest
    assert "batchproof verify <folder>" in rest
    assert "manifest.json" in rest


def test_a_batch_with_nothing_but_met_says_that_nothing_is_pending():
    reviewed = read(render(documents(Story(results=RESULTS, entries=ENTRIES[:3]))))
    assert not select(reviewed, ".why")
    assert "Nothing is pending." in said(select(reviewed, ".verdict")[0])
