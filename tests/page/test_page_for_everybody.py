"""axe-core finds nothing on the page: light and dark, wide and narrow, every readiness."""

import pytest
from axe_playwright_python.sync_playwright import Axe

FULL = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


def found(page):
    return [
        (one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:3]])
        for one in Axe().run(page, options=FULL).response["violations"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["ready", "not_ready", "incomplete"])
def test_axe_finds_no_violation(open_page, name, scheme):
    with open_page(name, color_scheme=scheme) as page:
        assert found(page) == []


def test_axe_finds_no_violation_with_everything_open_on_a_phone(open_page):
    with open_page("mixed_up", color_scheme="dark") as page:
        page.set_viewport_size({"width": 400, "height": 800})
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert found(page) == []


def test_the_skip_link_is_first_and_every_section_is_a_named_landmark(open_page):
    with open_page("not_ready") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the exceptions"
        named = page.locator("main > section[aria-labelledby]")
        assert named.count() == page.locator("main > section").count() > 8
