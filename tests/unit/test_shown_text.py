"""What a source wrote stands in Prefect's pages as it was written, and does nothing there."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tasks.shown_text import artifact_key, plain

RENDER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
SIGNS = st.text(st.sampled_from("aZ09 .:-+=>#*_`~|@&;<>[](){}!\\\"'/\n"), max_size=40)


def shown(text):
    """The text of the one paragraph that a reader of Markdown sees."""
    rendered = RENDER.render(plain(text)).strip()
    if not rendered:
        return ""
    found = re.fullmatch(r"<p>([^<>]*)</p>", rendered, re.DOTALL)
    assert found, rendered
    return html.unescape(found.group(1))


@pytest.mark.parametrize(
    "text",
    [
        ">= 70 %",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[here](https://evil.example)",
        "![x](https://evil.example/x.png)",
        "# not a title",
        "1. not a list",
        "- 5",
        "+ 5",
        "a | b",
        "&lt;b&gt;",
        "`code` *bold* _so_ ~~gone~~",
        "---",
        "== ==",
    ],
)
def test_a_text_is_shown_as_it_is(text):
    assert shown(text) == text


@pytest.mark.parametrize("text", ["see https://evil.example", "www.evil.example", "a@evil.example"])
def test_an_address_is_no_link(text):
    """GitHub's Markdown makes links of bare addresses; a sign in between prevents it."""
    assert not re.search(r"https?://|www\.|\w@\w", plain(text))
    assert shown(text) == text


@given(SIGNS)
def test_whatever_is_written_is_one_line_of_text(text):
    assert shown(text) == " ".join(text.split())


def test_a_key_is_what_prefect_takes():
    assert artifact_key("readiness", "CART-26-0002") == "readiness-cart-26-0002"
    assert artifact_key("readiness", "a_b.C", "final") == "readiness-a-b-c-final"
