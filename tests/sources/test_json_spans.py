"""The strict JSON reader: agrees with Python's own on what it takes, and knows every byte."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import UnreadableError
from contracts.sources.json_spans import read_json


def plain(value):
    """Return what a value says as Python's json would, numbers as exact decimals."""
    match value.kind:
        case "object":
            return {name: plain(member) for name, member in value.members.items()}
        case "array":
            return [plain(item) for item in value.items]
        case "string":
            return value.text
        case "number":
            return value.number
        case _:
            return {"true": True, "false": False, "null": None}[value.text]


def exactly(data):
    return json.loads(data, parse_float=Decimal, parse_int=Decimal)


def everything(value):
    yield value
    for inner in (*value.members.values(), *value.items):
        yield from everything(inner)


def at(document, pointer):
    """Follow a JSON pointer (RFC 6901, section 4)."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        document = document[int(name)] if isinstance(document, list) else document[name]
    return document


documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=25,
)


@given(documents, st.booleans(), st.sampled_from([None, 1]))
def test_it_agrees_with_the_standard_library_and_quotes_every_value(document, escaped, indent):
    data = json.dumps(document, ensure_ascii=escaped, indent=indent).encode()
    root = read_json(data)
    assert plain(root) == exactly(data)
    for value in everything(root):
        span = data[value.offset : value.offset + value.length]
        whole = b'"%s"' % span if value.kind == "string" else span
        assert exactly(whole) == plain(value) == at(exactly(data), value.pointer)


@given(documents, st.data())
def test_what_it_takes_python_takes_too(document, data):
    good = json.dumps(document).encode()
    place = data.draw(st.integers(0, len(good) - 1))
    bad = good[:place] + data.draw(st.binary(max_size=2)) + good[place + 1 :]
    try:
        read = plain(read_json(bad))
    except UnreadableError:
        return
    assert read == exactly(bad)


FAULTS = {
    "duplicate-key": (b'{"a": {"b": 1, "b": 1}}', "'b' twice", "/a/b, byte 15"),
    "nan": (b'{"a": NaN}', "'NaN'", "/a, byte 6"),
    "infinity": (b"[Infinity]", "'Infinity'", "/0, byte 1"),
    "minus-infinity": (b"[-Infinity]", "a number that JSON", "/0, byte 1"),
    "not-utf-8": (b'"\xff"', "not UTF-8", "the document, byte 1"),
    "utf-16": ('{"a": 1}'.encode("utf-16"), "not UTF-8", "byte 0"),
    "byte-order-mark": (b"\xef\xbb\xbf{}", "'", "byte 0"),
    "trailing": (b'{"a": 1} {"a": 2}', "more after the end", "byte 9"),
    "two-numbers": (b"1 2", "more after the end", "byte 2"),
    "empty": (b"", "the end of the bytes", "byte 0"),
    "cut-off": (b'{"a": [1, 2', "the end of the bytes", "/a, byte 11"),
    "cut-off-in-text": (b'{"a": "1', "a string that does not end", "/a, byte 6"),
    "deeper-than-64": (b"[" * 65 + b"]" * 65, "deeper than 64", "byte 64"),
    "number-of-1001-digits": (b"1" * 1001, "a number of 1001", "byte 0"),
    "leading-zero": (b"[01]", "a number that JSON", "/0, byte 1"),
    "plus": (b"[+1]", "'+1'", "byte 1"),
    "trailing-comma": (b"[1,]", "']'", "byte 3"),
    "comment": (b"[1 // one\n]", "'/'", "byte 3"),
    "single-quotes": (b"['a']", "'''", "byte 1"),
    "control-character": (b'"a\nb"', "control character", "byte 0"),
    "bad-escape": (rb'"\x41"', "bad escape", "byte 0"),
    "half-a-character": (rb'"\ud800"', "half of a Unicode", "byte 0"),
    "no-colon": (b'{"a" 1}', "'1'", "/a, byte 5"),
    "name-without-quotes": (b"{a: 1}", "'a'", "byte 1"),
}


@pytest.mark.parametrize(("data", "found", "where"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_refused_with_its_place(data, found, where):
    with pytest.raises(UnreadableError) as refused:
        read_json(data)
    assert found in refused.value.found
    assert where in refused.value.where
    assert refused.value.expected
    assert refused.value.move


def test_the_limits_themselves_are_allowed():
    assert read_json(b"[" * 64 + b"]" * 64).kind == "array"
    assert read_json(b"1" * 1000).number == Decimal("1" * 1000)


def test_a_number_is_kept_as_written():
    root = read_json(b'{"a": 1.500e-3}')
    assert root.members["a"].text == "1.500e-3"
    assert root.members["a"].number == Decimal("0.001500")


@pytest.mark.parametrize(
    "name", ["analysis_complete", "analysisrequest_complete", "page2", "auditlog_AR"]
)
def test_answers_of_a_live_lims_are_read_whole(recorded, name):
    data = recorded(name)
    assert plain(read_json(data)) == exactly(data)
