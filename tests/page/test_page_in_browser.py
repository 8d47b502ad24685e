"""The page in a real browser: ten seconds to the reason, two clicks to the bytes, no network."""

import pytest
from page.conftest import CAPTURE, LAPTOP

NARROW = {"width": 480, "height": 850}
INSIDE = """element => {
  const box = element.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= innerHeight && box.right <= innerWidth && box.height > 0;
}"""


def test_the_first_screen_says_why_without_scrolling(open_page):
    with open_page("not_ready") as page:
        page.wait_for_selector(".why")
        for text in ("Not ready", "76.3", "≥ 80.0 %", "does not count", "39.4", "47", "≤ 30 min"):
            shown = page.locator(".verdict").get_by_text(text).first
            assert shown.evaluate(INSIDE), text


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_two_clicks_lead_from_a_value_to_its_bytes(open_page, folder, script):
    with open_page("not_ready", java_script_enabled=script) as page:
        page.locator(".why a.value").first.click()
        mark = page.locator(":target mark")
        assert mark.inner_text() == "76.3"
        box = mark.bounding_box()
        assert box is not None
        assert 0 <= box["y"] <= LAPTOP["height"]
        page.locator(":target a[href^='captures/']").click()
        page.wait_for_url("**/captures/*")
        name = page.url.rsplit("/", 1)[1].partition("#")[0]
        assert (folder / "captures" / name).read_bytes() == CAPTURE
        # a capture is text, whatever its source wrote into it
        assert page.evaluate("document.contentType") == "text/plain"
        assert page.title() != "owned"
        assert page.locator("b").count() == 0


def test_the_keyboard_alone_reaches_the_bytes(open_page):
    with open_page("not_ready") as page:
        page.locator(".why a.value").first.focus()
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        page.keyboard.press("Enter")
        page.wait_for_selector(":target mark", state="visible")
        assert outline != "none"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_filter_shows_one_outcome(open_page, script):
    with open_page("not_ready", java_script_enabled=script) as page:
        page.locator("#f-not_met").check()
        rows = page.locator("tr[data-outcome]:visible")
        assert rows.count() == 3
        assert {one.get_attribute("data-outcome") for one in rows.all()} == {"not_met"}
        assert page.locator(".group-name:visible").count() == 2


def test_the_filter_is_worked_by_the_keyboard_and_opens_what_it_finds(open_page):
    with open_page("not_ready") as page:
        page.locator("#f-all").focus()
        page.keyboard.press("ArrowRight")
        assert page.locator("#f-not_met").is_checked()
        page.keyboard.press("ArrowRight")
        # six of nine criteria are met: closed before, opened by the filter
        assert page.locator("tr[data-outcome]:visible").count() == 6
        page.locator("#f-all").check()
        assert page.locator("details.class[open]").count() == 2


def test_a_link_to_a_filtered_criterion_shows_it_again(open_page):
    with open_page("not_ready") as page:
        page.locator("#f-not_met").check()
        page.evaluate("location.hash = '#C-CMA-VOL-001'")
        page.wait_for_selector("#C-CMA-VOL-001", state="visible")


def test_the_search_finds_a_value(open_page):
    with open_page("not_ready") as page:
        page.locator("#find").fill("84.1")
        assert page.locator("#found").inner_text() == "1 of 17"
        page.locator("#open").click()
        assert page.locator(".body:visible mark").inner_text() == "84.1"


def test_dark_is_dark_and_light_is_light(open_page):
    grounds = {}
    for scheme in ("light", "dark"):
        with open_page("not_ready", color_scheme=scheme) as page:
            grounds[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert grounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 26)"}


@pytest.mark.parametrize("name", ["ready", "not_ready", "incomplete", "mixed_up", "set_aside"])
def test_a_narrow_screen_needs_no_sideways_scrolling(open_page, name):
    with open_page(name) as page:
        page.set_viewport_size(NARROW)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_it_prints_to_a4_with_every_criterion_whatever_the_filter(open_page):
    with open_page("not_ready") as page:
        page.locator("#f-not_met").check()
        printed = page.pdf(prefer_css_page_size=True)
        assert printed.startswith(b"%PDF")
        page.emulate_media(media="print")
        assert page.locator("tr[data-outcome]:visible").count() == 9
        assert page.locator("nav:visible, .filter:visible").count() == 0
        # the text of an A4 page is 182 mm wide, 688 px: narrower than a phone's layout begins
        page.set_viewport_size({"width": 688, "height": 1000})
        assert page.locator("#criteria thead").first.evaluate(
            "one => getComputedStyle(one).display"
        ) == ("table-header-group")
