"""What must hold of every page whatever it says: escaped, self-contained, the same, accessible."""

import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from page.conftest import STORIES
from page.page_batches import ENTRIES, NOT_READY, RESULTS, documents
from page.page_criteria import CRITERIA
from page.page_reader import read, said, select

from tasks.page.render import render

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)> & \"quoted\" 'single'"
ALL = sorted(STORIES)


def with_hostile_strings():
    """A batch in which everybody who can write a text wrote markup."""
    entries = (
        *ENTRIES,
        replace(ENTRIES[0], uid="ebr-0", characteristic="comment", text=HOSTILE, person=HOSTILE),
    )
    results = (*RESULTS[:3], replace(RESULTS[3], text=HOSTILE), RESULTS[4])
    story = documents(replace(NOT_READY, entries=entries, results=results))
    summary = {**story.summary, "product": HOSTILE, "site": HOSTILE}
    curve = {**story.envelopes[0], "characteristic": HOSTILE, "tag": HOSTILE}
    return replace(story, summary=summary, envelopes=[curve])


def test_markup_from_a_source_is_shown_as_text():
    page = read(render(with_hostile_strings()))
    assert len(select(page, "script")) == 1
    assert not select(page, "img")
    assert not [one for one in page.iter() if any(name.startswith("on") for name in one.attrib)]
    (row,) = select(page, "#C-CQA-RCL-001")
    assert HOSTILE in said(row)
    comment = [one for one in select(page, "blockquote mark") if "alert" in said(one)]
    assert comment
    assert HOSTILE in said(select(page, ".of")[0])


@pytest.mark.parametrize("name", ALL)
def test_the_page_needs_no_other_file_and_no_network(page, name):
    for element in page(name).iter():
        assert "src" not in element.attrib
        if element.tag == "link":
            assert element.get("href") == "data:,"
        elif "href" in element.attrib:
            assert re.match(r"#|captures/[0-9a-f]{64}$", element.get("href"))
    assert not select(page(name), "iframe, object, embed, base, form")


@pytest.mark.parametrize("name", ALL)
def test_style_and_script_fetch_nothing(page, name):
    reviewed = page(name)
    own = "".join(one.text for one in select(reviewed, "style, script"))
    assert "url(" not in own
    assert "@import" not in own
    assert "http" not in own
    assert "fetch" not in own


def test_the_policy_admits_exactly_the_one_script(page):
    reviewed = page("not_ready")
    (script,) = select(reviewed, "script")
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    policy = select(reviewed, "meta[http-equiv='Content-Security-Policy']")[0].get("content")
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}';" in policy
    assert "unsafe-eval" not in policy


@pytest.mark.parametrize("name", ALL)
def test_equal_documents_give_equal_bytes(pages, name):
    assert render(documents(STORIES[name])) == pages[name]


def test_the_pages_root_is_not_on_the_page():
    story = documents(NOT_READY)
    root = "f" * 64
    page = render(replace(story, summary={**story.summary, "root": root}))
    assert root.encode() not in page


@pytest.mark.parametrize("name", ALL)
def test_names_are_unique_and_every_fragment_leads_somewhere(page, name):
    reviewed = page(name)
    names = [one.get("id") for one in reviewed.iter() if one.get("id")]
    assert len(names) == len(set(names))
    for link in select(reviewed, "a[href^='#']"):
        assert link.get("href")[1:] in names


@pytest.mark.parametrize("name", ALL)
def test_headings_go_down_one_level_at_a_time(page, name):
    levels = [int(one.tag[1]) for one in page(name).iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", ALL)
def test_tables_have_captions_and_scopes_and_the_page_has_landmarks(page, name):
    reviewed = page(name)
    for table in select(reviewed, "table"):
        assert said(select(table, "caption")[0])
    assert not select(reviewed, "th:not([scope])")
    for landmark in ("header", "nav[aria-label]", "main", "footer"):
        assert len(select(reviewed, f"body > {landmark}")) == 1
    assert reviewed.get("lang") == "en"


def luminance(colour):
    """Relative luminance (WCAG 2.2, definition of contrast ratio)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * one for one in colour[1:])
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_contrast_of_a_known_pair():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)  # WCAG 2.2: the largest ratio
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # just not enough


def test_every_colour_of_text_can_be_read_on_every_paper(page):
    style = select(page("ready"), "style")[0].text
    palettes = re.findall(r":root\{([^}]*--paper[^}]*)\}", style)
    assert len(palettes) == 3  # light, dark, print
    for palette in palettes:
        colour = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", palette))
        papers = ["paper", "tint"]
        pairs = [(ink, paper) for ink in ("ink", "quiet", "link") for paper in papers]
        tones = ("bad", "good", "warn")
        pairs += [(ink, f"{tone}-tint") for tone in tones for ink in ("ink", "quiet", *tones)]
        pairs += [(tone, "paper") for tone in tones]
        for ink, paper in [*pairs, ("mark-ink", "mark")]:
            assert contrast(colour[ink], colour[paper]) >= 4.5, (ink, paper)


def test_a_page_of_60_criteria_and_300_observations_stays_below_1_5_megabytes():
    criteria = tuple(
        replace(CRITERIA[0], id=f"CMA-VOL-{number:03}") for number in range(60 - len(CRITERIA))
    )
    entries = tuple(
        replace(ENTRIES[2], uid=f"ebr-{number}", text=f"1.{number}") for number in range(10, 300)
    )
    story = replace(NOT_READY, criteria=CRITERIA + criteria, entries=ENTRIES + entries)
    given = documents(story)
    assert len(given.criteria) == 60
    assert len(given.observations) >= 300
    assert len(render(replace(given, envelopes=list(given.envelopes) * 8))) < 1_500_000
