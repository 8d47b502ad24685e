"""YAML is read with its lines, and whatever stands in it, the answer is words and no exception."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.marked import marked


def test_each_part_keeps_its_line():
    file = marked("a.yaml", b"# first\na:\n  - b: x\n    c: y\n\n  - b: z\n")
    assert file.content == {"a": [{"b": "x", "c": "y"}, {"b": "z"}]}
    assert file.problems == ()
    spots = {("a",): 2, ("a", 0): 3, ("a", 0, "b"): 3, ("a", 0, "c"): 4, ("a", 1, "b"): 6}
    assert {spot: file.line(spot) for spot in spots} == spots


def test_a_part_that_is_not_there_has_the_line_of_what_is_around_it():
    file = marked("a.yaml", b"a:\n  b: x\n")
    assert file.line(("a", "b", "c")) == 2
    assert file.line(("z",)) == 1


def test_dates_and_quoted_words_stay_the_text_they_are():
    file = marked("a.yaml", b'{ a: 2024-01-01, b: "no", c: "80.0", d: null, e: false }')
    assert file.content == {"a": "2024-01-01", "b": "no", "c": "80.0", "d": None, "e": False}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a: 1\nb: \xff\n", "a.yaml:2: the text is not UTF-8"),
        (b"a: x\na: y\n", "a.yaml:2: the key 'a' stands here twice"),
        (b"a: &x [b]\nc: *x\n", "a.yaml:2: an alias"),
        (b"a: &x [*x]\n", "a.yaml:1: an alias"),
        (b"a: !!set {b}\n", "a.yaml:1: the YAML tag"),
        (b"a: !own b\n", "a.yaml:1: the YAML tag !own"),
        (b"<<: {a: b}\n", "a.yaml:1: the key << is not text"),
        (b"? [a]\n: b\n", "a.yaml:1: the key"),
        (b"--- a\n--- b\n", "a.yaml:2: not YAML: but found another document"),
        (b"a:\n\tb: c\n", "a.yaml:2: not YAML"),
        (b"a: \x00\n", "not YAML"),
        (b"[" * 100_000, "nested more than 20 deep"),
    ],
)
def test_what_is_no_plain_yaml_is_told(data, words):
    assert words in str(marked("a.yaml", data).problems[0])


PLAIN = st.recursive(
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"])) | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abcxyz", min_size=1), inner),
    max_leaves=10,
)


@given(PLAIN)
@settings(max_examples=100)
def test_plain_content_is_read_as_the_yaml_library_reads_it(content):
    data = yaml.safe_dump(content, allow_unicode=True).encode()
    expected = yaml.safe_load(data)
    file = marked("a.yaml", data)
    unread = [one for one in file.problems if "is not text" in one.words]
    assert unread or (file.content, file.problems) == (expected, ())


@given(st.binary(max_size=200) | st.text("a:-[]{}&*!<>'\"\n #|", max_size=60).map(str.encode))
@settings(max_examples=200)
def test_no_bytes_make_it_fail(data):
    file = marked("a.yaml", data)
    assert (
        file.problems
        or file.content is None
        or isinstance(file.content, (str, list, dict, bool, int))
    )
