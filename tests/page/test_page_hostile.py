"""Nothing that a source wrote is markup, turns the text around it, hides, or floods the page."""

from dataclasses import replace

import pytest
from page.page_batches import ENTRIES, NOT_READY, documents
from page.page_reader import read, said, select

from tasks.page.plain_text import LONGEST, for_drawing, shown_whole
from tasks.page.render import Beside, render

TURNED = "76.3\u202e3.67\u2066 \u200bhidden\u0007"
UNSEEN = "\u202e\u2066\u200b\u0007\u200f\u061c\ufeff\u2028\x85"


def page_with(text, **changes):
    entries = (*ENTRIES, replace(ENTRIES[0], uid="ebr-0", characteristic="comment", text=text))
    return render(replace(documents(replace(NOT_READY, entries=entries)), **changes))


def test_characters_that_turn_or_hide_text_are_shown_by_name():
    page = page_with(TURNED).decode()
    assert not set(UNSEEN) & set(page)
    assert "76.3[U+202E]3.67[U+2066] [U+200B]hidden[U+0007]" in said(read(page.encode()))


@pytest.mark.parametrize("character", UNSEEN)
def test_each_of_them(character):
    assert shown_whole(f"a{character}b") == f"a[U+{ord(character):04X}]b"


def test_ordinary_writing_stays_as_it_is():
    for text in ("µm ≥ 80 %, Ångström", "中文", "العربية", "a\tb\nc", "👩‍🔬".replace("\u200d", "")):
        assert shown_whole(text) == text


def test_a_text_of_a_megabyte_is_cut_and_says_so():
    page = page_with("=HYPERLINK(1)" + "x" * 1_000_000)
    assert len(page) < 400_000
    assert "… (cut here: 1,000,013 characters, all of them in the capture)" in said(read(page))


def test_a_text_is_cut_only_when_it_is_too_long():
    assert shown_whole("x" * LONGEST) == "x" * LONGEST
    assert len(str(shown_whole("x" * (LONGEST + 1)))) < LONGEST


def test_markdown_and_formulas_are_text():
    text = "[click](javascript:alert(1)) **bold** =1+1 @SUM(A1) <b>x</b>"
    page = read(page_with(text))
    assert text in said(page)
    assert not [one for one in select(page, "a[href]") if "javascript" in one.get("href")]


def test_a_step_named_like_a_formula_of_the_drawing_library_is_drawn_as_text():
    hostile = "$\\frac{</text><script>alert(1)</script>"
    entries = tuple(
        replace(one, step=one.step.replace("expansion", hostile.replace("/", "|")))
        for one in ENTRIES
    )
    page = read(render(documents(replace(NOT_READY, entries=entries))))
    assert len(select(page, "script")) == 1
    drawn = [said(one) for one in select(page, "svg.timeline .tick")]
    assert "$\\frac{<|text><script>a…" in drawn


@pytest.mark.parametrize("moments", [("1000-01-01", "9999-12-31"), ("2026-03-04", "2026-03-04")])
def test_absurd_times_are_drawn_and_break_nothing(moments):
    first, last = moments
    entries = (
        *ENTRIES[:5],
        replace(ENTRIES[5], text=f"{first}T00:00:01+00:00"),
        replace(ENTRIES[6], text=f"{last}T00:00:01+00:00"),
    )
    page = read(render(documents(replace(NOT_READY, entries=entries))))
    assert select(page, "svg.timeline")


def test_names_from_the_log_and_other_batches_are_text_too():
    hostile = "<img src=x onerror=alert(1)>"
    beside = Beside(
        owed=[{"role": "reviewer", "what": hostile, "why": hostile}],
        trail=[{"index": 1, "at": "", "kind": "request", "words": hostile}],
        elsewhere=[
            {
                "kind": "equipment",
                "name": "NC-202",
                "batches": [{"batch": hostile, "evaluation": 1, "readiness": hostile}],
                "count": 1,
            }
        ],
    )
    page = read(page_with("calm", beside=beside))
    assert not select(page, "img")
    assert said(page).count(hostile) >= 4


def test_a_text_for_a_drawing_is_one_short_line():
    assert for_drawing("a\nb\u202e" + "x" * 90, 16) == "a b[U+202E]xxxx…"
