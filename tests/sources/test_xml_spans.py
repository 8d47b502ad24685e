"""The strict XML reader: every text with its bytes, and nothing that could reach outside them."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from contracts.errors import UnreadableError
from contracts.sources.xml_spans import read_xml

FIRST_LETTER = st.sampled_from("AbzÉλ")
NAMES = st.builds(str.__add__, FIRST_LETTER, st.text("abZ09_-.é", max_size=4))
LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufffe\uffff")
TEXTS = st.text(LETTERS, max_size=8)


@st.composite
def trees(draw, depth=3):
    element = etree.Element(draw(NAMES))
    children = draw(st.lists(trees(depth=depth - 1), max_size=3)) if depth else []
    element.extend(children)
    if not children:
        element.text = draw(TEXTS)
    return element


@given(trees(), st.booleans(), st.booleans())
def test_it_agrees_with_lxml_and_every_span_holds_its_text(tree, pretty, marked):
    data = etree.tostring(tree, encoding="UTF-8", xml_declaration=True, pretty_print=pretty)
    data = b"\xef\xbb\xbf" + data if marked else data
    root = read_xml(data)
    theirs = list(tree.iter())
    ours = list(root.walk())
    assert [one.name for one in ours] == [one.tag for one in theirs]
    for one, other in zip(ours, theirs, strict=True):
        expected = (other.text or "").strip(" \t\r\n")
        assert one.text == expected
        raw = data[one.offset : one.offset + one.length].decode()
        assert html.unescape(raw) == expected
        assert data[one.start : one.start + 1] == b"<"
        assert (tree.xpath(one.pointer) if one.name.isascii() else [other]) == [other]


def test_entities_non_ascii_and_cdata_are_decoded_and_their_bytes_kept():
    data = "<a><b> é&lt;5 </b><c>&#65;B</c><d><![CDATA[x<y]]></d></a>".encode()
    texts = {one.name: one for one in read_xml(data).walk()}
    spans = {
        name: data[one.offset : one.offset + one.length].decode() for name, one in texts.items()
    }
    assert {name: one.text for name, one in texts.items() if one.text} == {
        "b": "é<5",
        "c": "AB",
        "d": "x<y",
    }
    assert spans == {"a": "", "b": "é&lt;5", "c": "&#65;B", "d": "<![CDATA[x<y]]>"}


def test_namespaces_and_attributes_are_known():
    root = read_xml(b'<p:a xmlns:p="urn:x" k="v"><b/></p:a>')
    assert (root.name, root.namespace, dict(root.attributes)) == ("a", "urn:x", {"k": "v"})
    assert root.children[0].namespace == ""


FAULTS = {
    "malformed": (b"<a><b></a></b>", "mismatched tag"),
    "truncated": (b"<a><b>1</b>", "no element found"),
    "empty": (b"", "no element found"),
    "two-roots": (b"<a/><b/>", "junk after document element"),
    "doctype": (b"<!DOCTYPE a><a/>", "a DOCTYPE"),
    "external-dtd": (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "a DOCTYPE"),
    "external-entity": (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        "a DOCTYPE",
    ),
    "undeclared-entity": (b"<a>&x;</a>", "undefined entity"),
    "utf-16": ("<a/>".encode("utf-16"), "another encoding"),
    "utf-16-without-mark": ("<a/>".encode("utf-16-le"), "another encoding"),
    "latin-1": (b'<?xml version="1.0" encoding="iso-8859-1"?><a/>', "iso-8859-1"),
    "not-utf-8": (b"<a>\xe9</a>", "not well-formed"),
    "half-a-character": (b"<a>\xed\xa0\x80</a>", "not well-formed"),
    "unbound-prefix": (b"<x:a/>", "unbound prefix"),
    "attribute-twice": (b'<a k="1" k="2"/>', "duplicate attribute"),
    "deeper-than-64": (b"<a>" * 65 + b"</a>" * 65, "deeper than 64"),
    "text-longer-than-1-MB": (b"<a>" + b"x" * 1_000_001 + b"</a>", "longer than 1000000"),
    "text-beside-elements": (b"<a>1<b/></a>", "text beside elements"),
    "comment-in-a-number": (b"<a>1<!-- 0 -->2</a>", "a comment"),
    "instruction-in-a-number": (b"<a>1<?x y?>2</a>", "a comment or an instruction"),
    "nul": (b"<a>\x00</a>", "not well-formed"),
}


@pytest.mark.parametrize(("data", "found"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_refused_with_its_place(data, found):
    with pytest.raises(UnreadableError) as refused:
        read_xml(data)
    assert found in refused.value.found
    assert "byte" in refused.value.where
    assert refused.value.expected
    assert refused.value.move


def test_the_limits_themselves_are_allowed():
    assert len(list(read_xml(b"<a>" * 64 + b"</a>" * 64).walk())) == 64
    assert len(read_xml(b"<a>" + b"x" * 1_000_000 + b"</a>").text) == 1_000_000


def test_comments_between_elements_are_harmless():
    root = read_xml(b"<a><!-- c --><b>1</b><!-- d --></a>")
    assert [one.text for one in root.walk()] == ["", "1"]


@given(st.binary(max_size=60), st.integers(0, 40))
def test_damaged_bytes_are_read_or_refused(noise, at):
    data = b"<a><b>1</b><c k='v'>&amp;</c></a>"
    try:
        root = read_xml(data[:at] + noise + data[at:])
    except UnreadableError:
        return
    assert all(one.text is not None for one in root.walk())
