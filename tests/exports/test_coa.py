"""The analyses as a page: every attempt stands there, nothing is released, text stays text."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from contracts.asked_known import Signed
from contracts.certified import certified
from contracts.criterion import AttributeClass
from contracts.log_act import Signature
from contracts.observation import Status, Text
from tasks.exports import coa
from tasks.exports.certificate import signatures_of, told_of

HTML = "<img src=x onerror=alert(1)>"


class Cells(HTMLParser):
    """The rows of the first table, by the text of their cells."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.tags, self._cell = [], set(), None
        self.feed(page)

    def handle_starttag(self, tag, _):
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self._cell = []

    def handle_data(self, data):
        if self._cell is not None:
            self._cell.append(data.strip())

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self.rows[-1].append(" ".join(one for one in self._cell if one))
            self._cell = None

    def row(self, criterion):
        (found,) = [one for one in self.rows if one and criterion in one[0]]
        return found


def page_of(sound):
    package = sound.opened()
    tests = certified(package)
    return coa.page(told_of(sound, package, tests), tests, signatures_of(sound, package)).decode()


@pytest.fixture(scope="module")
def page(not_ready):
    return page_of(not_ready)


def test_every_quality_attribute_has_a_row_with_method_limit_result_and_outcome(not_ready, page):
    cells, package = Cells(page), not_ready.opened()
    tested = [one for one in package.criteria if one.attribute_class is AttributeClass.CQA]
    for one in tested:
        row = cells.row(one.id)
        assert row[1] == (one.method.code or "\N{EN DASH}")
        assert row[2].startswith(one.limit_in_words())
        assert row[5].replace(" ", "_") == package.verdicts[one.id].outcome
    assert f"{len(tested)} quality attributes" in page
    assert cells.row("CQA-END-001")[3:5] == ["0.16 EU/mL", "2026-03-14 11:08 UTC"]


def test_a_failing_original_stands_beside_its_retest(page):
    # the viability of the demo batch: 76.3 % against at least 80.0 %, tested again at 84.1 %
    row = Cells(page).row("CQA-VIA-001")
    assert row[3] == "76.3 % original 84.1 % retest"
    assert row[5] == "not met"


def test_a_result_that_was_set_aside_and_one_that_is_awaited_are_shown(ready):
    package = ready.opened()
    viability = next(one for one in certified(package) if one.criterion.id == "CQA-VIA-001")
    one = viability.results[0].one
    aside = replace(one, as_written="12.0", status=Status.INVALIDATED, reason="dropped.")
    changed = replace(package, observations={**package.observations, aside.id: aside})
    found = next(one for one in certified(changed) if one.criterion.id == "CQA-VIA-001")
    remarks = [result.remark for result in found.results]
    assert "set aside: dropped" in remarks
    assert len(found.results) == 2


def test_it_says_that_it_is_no_release_and_whose_key_sealed_it(not_ready, page):
    assert "This is not a release" in page
    assert not_ready.manifest.root in page
    assert "demo key that the program made for itself" in page
    assert "None is on record in this package" in page
    assert page.count('<th scope="row">Reviewed</th>') == 1


def test_signatures_on_record_are_told(not_ready):
    package = not_ready.opened()
    tests = certified(package)
    act = Signature(
        datetime(2026, 3, 25, tzinfo=UTC), "B-1", "r.one", HTML, 1, "0" * 64, "initial", "reviewed"
    )
    told = told_of(not_ready, package, tests)
    page = coa.page(told, tests, [Signed(4, act, "", 1, 2)]).decode()
    assert "signed evaluation 1 as reviewed" in page
    assert HTML not in page


def test_an_unsealed_package_is_told_as_that(not_ready):
    package = not_ready.opened()
    told = told_of(not_ready, package, ())
    page = coa.page(replace(told, key="", demo=False), (), ()).decode()
    assert "<b>Not sealed.</b>" in page
    assert "demo key" not in page


def test_html_of_a_source_stays_text(ready):
    package = ready.opened()
    tests = certified(package)
    evil = [
        replace(
            test,
            results=tuple(
                replace(
                    result,
                    one=replace(result.one, as_written=HTML, value=Text(HTML), reason=HTML),
                )
                for result in test.results
            ),
        )
        for test in tests
    ]
    page = coa.page(told_of(ready, package, tests), evil, ()).decode()
    assert HTML not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert not Cells(page).tags & {"img", "script", "a", "iframe", "form"}


def test_it_needs_nothing_and_prints_with_its_heads_repeated(page):
    assert not re.search(r"\s(src|href)=|url\(", page)
    assert "default-src 'none'; style-src 'sha256-" in page
    assert "table-header-group" in page
    assert "size: A4" in page
    assert "prefers-color-scheme: dark" in page
    assert page == page.encode().decode()


def test_the_same_package_gives_the_same_bytes(not_ready, page):
    assert page_of(not_ready) == page
