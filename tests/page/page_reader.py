"""Read a page as a test asks for it: a small part of CSS selectors, turned into XPath."""

import re

import lxml.html

_PART = re.compile(
    r"(?P<tag>^[a-z][a-z0-9]*)|#(?P<id>[\w-]+)|\.(?P<cls>[\w-]+)"
    r"|\[(?P<attr>[\w-]+)(?:(?P<op>\^?=)'?(?P<value>[^'\]]*)'?)?\]|:not\(\[(?P<lacks>[\w-]+)\]\)"
)


def read(data):
    return lxml.html.document_fromstring(data.decode())


def said(element):
    """The text of an element as a person reads it."""
    return " ".join(" ".join(element.itertext()).split())


def flat(element):
    """The text of an element with no space where the page has none."""
    return " ".join("".join(element.itertext()).split())


def select(element, selector):
    """Return what a selector names: tags, #id, .class, [attribute], :not([attribute]), ` `, `>`."""
    found = [one for part in selector.split(",") for one in element.xpath(_xpath(part.strip()))]
    return list(dict.fromkeys(found))


def _xpath(selector):
    path, axis = ".", "//"
    for simple in re.findall(r"\[[^\]]*\]|>|[^\s>\[]+(?:\[[^\]]*\]|[^\s>\[]+)*", selector):
        if simple == ">":
            axis = "/"
            continue
        path += axis + _step(simple)
        axis = "//"
    return path


def _step(simple):
    tag, tests, end = "*", "", 0
    for found in _PART.finditer(simple):
        assert found.start() == end, f"selector {simple!r} is beyond this reader"
        end = found.end()
        tag = found["tag"] or tag
        tests += _test(found)
    assert end == len(simple), f"selector {simple!r} is beyond this reader"
    return tag + tests


def _test(found):
    if found["id"]:
        return f"[@id='{found['id']}']"
    if found["cls"]:
        return f"[contains(concat(' ', normalize-space(@class), ' '), ' {found['cls']} ')]"
    if found["lacks"]:
        return f"[not(@{found['lacks']})]"
    if found["op"] == "=":
        return f"[@{found['attr']}='{found['value']}']"
    if found["op"]:
        return f"[starts-with(@{found['attr']}, '{found['value']}')]"
    return f"[@{found['attr']}]" if found["attr"] else ""
