"""Curves of the equipment: an honest band, limits, excursions in words, equal bytes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import matplotlib as mpl
import pytest
from page.page_batches import NOT_READY, documents
from page.page_reader import read, said, select

from tasks.page.render import render


def cells(table):
    return [[said(cell) for cell in row] for row in select(table, "tbody tr")]


def test_a_curve_names_its_excursions_in_a_table(page):
    curve = page("not_ready").get_element_by_id("S-BR-102-TEMP")
    # it is hot from 10:00 to 10:47; a bucket is 21.6 minutes, and the ends of buckets are said
    (first, second) = cells(select(curve, "table.excursions")[0])
    for start, end in ((first[0], first[1]), (second[0], second[1])):
        assert "2026-03-09 09:16" <= start <= "2026-03-09 10:00"
        assert "2026-03-09 10:47" <= end <= "2026-03-09 11:31"
    assert first[2:] == ["up to 39.4 °C", "≤ 39.0 °C", "CPP-TMP-001"]
    assert second[3] == "36.0 to 38.0 °C"
    assert "22 min" in said(select(curve, "caption")[0])
    # 12 buckets of 21.6 minutes without a good reading
    assert "1 stretch without a good reading, 259 min together" in said(curve)


def test_a_curve_draws_band_limits_excursion_and_silence(page):
    curve = page("not_ready").get_element_by_id("S-BR-102-TEMP")
    assert [said(one) for one in select(curve, ".limit-words")] == ["≤ 39", "≥ 36", "≤ 38"]
    # the silence cuts the band in two; the two limits are left at the same time
    assert len(select(curve, ".range path")) == 2
    assert select(curve, ".outside path")
    assert select(curve, ".excursion path")
    assert select(curve, ".hatched path")[0].get("fill") == "url(#hatch)"
    assert "07 Mar" in [said(one) for one in select(curve, "text.tick")]


def test_a_curve_takes_its_colours_from_the_page_and_names_itself(page):
    reviewed = page("not_ready")
    for drawing in select(reviewed, ".canvas > svg"):
        assert not select(drawing, "[style]")
        assert not select(drawing, "defs, style, use, image")
        assert drawing.get("role") == "img"
        for name in drawing.get("aria-labelledby").split():
            assert said(reviewed.get_element_by_id(name))


def test_a_calm_curve_has_no_excursion(page):
    curve = page("ready").get_element_by_id("S-BR-102-TEMP")
    assert not select(curve, "table, .outside, .pointer")
    assert select(curve, ".range path")
    assert "Never outside a limit drawn here." in said(curve)


def test_a_curve_without_any_good_reading_is_drawn_empty():
    story = documents(NOT_READY)
    empty = {**story.envelopes[0], "buckets": [], "limits": []}
    curve = select(read(render(replace(story, envelopes=[empty]))), "figure.plot")[0]
    assert "No good reading in this time." in said(curve)


@pytest.mark.parametrize("value", [0.0, 37.0, -1e-12, 1e300])
def test_a_curve_of_one_reading_can_be_drawn(value):
    story = documents(NOT_READY)
    at = 1_772_600_000_000
    single = {
        **story.envelopes[0],
        "buckets": [[at, value, value]],
        "window": [at, at],
        "limits": [],
    }
    single["not_good"] = []
    curve = select(read(render(replace(story, envelopes=[single]))), "figure.plot")[0]
    assert select(curve, ".range path")


def test_the_lowest_and_highest_reading_of_a_bucket_are_on_the_drawing():
    """One reading of 41 among a thousand buckets of 37 still shows, at its own height."""
    story = documents(NOT_READY)
    at = 1_772_600_000_000
    buckets = [[at + 60_000 * n, 37.0, 41.0 if n == 500 else 37.0] for n in range(1000)]
    spike = {**story.envelopes[0], "buckets": buckets, "window": [at, at + 60_000_000]}
    curve = select(read(render(replace(story, envelopes=[spike]))), "figure.plot")[0]
    (first, *_) = cells(select(curve, "table.excursions")[0])
    assert first[2] == "up to 41 °C"


def test_a_hundred_thousand_silences_are_drawn_once_where_the_eye_cannot_tell_them_apart():
    story = documents(NOT_READY)
    at = 1_772_600_000_000
    silent = [[at + 6000 * n, at + 6000 * n + 3000] for n in range(100_000)]
    noisy = {**story.envelopes[0], "window": [at, at + 600_000_000], "not_good": silent}
    curve = select(read(render(replace(story, envelopes=[noisy]))), "figure.plot")[0]
    # all are counted: 100,000 stretches of three seconds
    assert "100,000 stretches without a good reading, 5000 min together" in said(curve)
    assert len(select(curve, ".hatched path")) == 1


def test_what_the_process_drew_before_changes_no_byte():
    story = documents(NOT_READY)
    undisturbed = render(story)
    with mpl.rc_context({"font.size": 13, "path.simplify": True, "axes.xmargin": 0.4}):
        assert render(story) == undisturbed


def test_threads_that_draw_at_once_draw_the_same_and_leave_no_setting_behind():
    story = documents(NOT_READY)
    undisturbed, before = render(story), dict(mpl.rcParams)
    with ThreadPoolExecutor(4) as threads:
        drawn = list(threads.map(lambda _: render(story), range(40)))
    assert set(drawn) == {undisturbed}
    assert dict(mpl.rcParams) == before
