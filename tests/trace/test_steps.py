"""A trace tells everything that was done to a value, with the numbers before and after."""

import pytest
from small_package import TAG

from contracts.errors import IntegrityError, NotFoundError
from contracts.manifest import table_path
from contracts.tracer import Tracer


def told(tracer, item, *kinds):
    return [one.words for one in tracer.trace(item).steps if one.kind in kinds]


def changes(tracer, item, kind):
    return [(one.before, one.after) for one in tracer.trace(item).steps if one.kind == kind]


def test_rounding_is_told_with_both_numbers(tracer):
    assert changes(tracer, "CQA-VIA-001", "rounded") == [
        ("79.96", "80.0"),
        ("79.96", "80.0"),
        ("84.1", "84.1"),
        ("84.1", "84.1"),
    ]
    assert told(tracer, "CQA-VIA-001", "rounded")[::2] == [
        "79.96 % is rounded to 80.0 % at the precision of 80.0",
        "84.1 % stays 84.1 % at the precision of 80.0",
    ]


def test_both_judges_answers_are_told_for_every_limit(tracer):
    assert told(tracer, "CQA-VIA-001", "judged")[:2] == [
        (
            "79.96 % against the specification limit ≥ 80.0 %: Great Expectations says met, "
            "the reference judge says met"
        ),
        (
            "79.96 % against the alert limit ≥ 85.0 %: Great Expectations says not met, "
            "the reference judge says not met"
        ),
    ]


def test_a_converted_unit_is_told_before_it_is_rounded(tracer):
    assert changes(tracer, "IPC-DEN-001", "converted") == [("0.62", "620")]
    assert told(tracer, "IPC-DEN-001", "converted", "rounded") == [
        "0.62 × 10⁹/L multiplied by 1000 is 620 × 10*6/L",  # noqa: RUF001
        "620 × 10*6/L stays 620.0 × 10*6/L at the precision of 500.0 and 900.0",  # noqa: RUF001
    ]


def test_a_word_that_stands_for_a_number_is_told(tracer):
    assert changes(tracer, "CQA-BIO-001", "read as") == [("TNTC", ">300")]


def test_a_reduction_tells_its_window_its_treatment_and_what_decided(tracer):
    (words,) = told(tracer, "CPP-TEM-001", "reduction")
    assert words.startswith(
        f"max of temperature at expansion, {TAG} from 2026-03-10T06:00:00.000000Z to "
        "2026-03-10T07:30:00.000000Z; Good readings speak, Uncertain readings are a gap"
    )
    assert "a reading holds for 5 min at most" in words
    assert told(tracer, "CPP-TEM-001", "deciding") == [
        f"{TAG}[123] was 38.07 °C at 2026-03-10T06:20:30.000000Z (Good)"
    ]
    assert any("530 Good" in one for one in told(tracer, "CPP-TEM-001", "calculation"))


def test_a_reportable_value_and_a_ratio_tell_their_formula(tracer):
    assert told(tracer, "CQA-POT-001", "reportable") == [
        "mean of 2 of 2 replicates, 81.5 %, 82.5 % = 82 %"
    ]
    assert told(tracer, "IPC-YLD-001", "formula") == [
        "vials accepted 60 ÷ vials planned 62 × 100 = 96.7741… %"  # noqa: RUF001
    ]
    ((before, after),) = changes(tracer, "IPC-YLD-001", "formula")
    assert before.startswith("vials accepted")
    assert after == "96.77419354838709677419354838709677"


def test_alternatives_are_told_with_what_they_rest_on(tracer):
    assert told(tracer, "CQA-ANY-001", "alternative") == ["CQA-POT-001: met", "CQA-STE-001: met"]
    assert len(tracer.trace("CQA-ANY-001").quotes) == 3


def test_a_retest_is_told_beside_its_original(tracer):
    assert told(tracer, "CQA-VIA-001", "attempt") == ["original: 79.96 %", "retest: 84.1 %"]


def test_nothing_recorded_is_told_as_such(tracer):
    traced = tracer.trace("CQA-MIS-001")
    assert traced.quotes == ()
    assert "nothing to ask" in " ".join(told(tracer, "CQA-MIS-001", "judgement"))


def test_every_trace_ends_at_the_request_and_the_root(tracer, package):
    for item in [*tracer.package.verdicts, *tracer.package.observations]:
        traced = tracer.trace(item)
        assert traced.steps[-1].identifier == tracer.proved.root
        assert [one.kind for one in traced.steps][-2:] in (
            ["request", "root"],
            ["judgement", "root"],
        )
        for one in traced.quotes:
            data = package.read(f"captures/{one.place.capture}")
            assert data[one.place.offset :][: one.place.length] == one.raw


def test_the_record_keeps_its_shape(tracer):
    record = tracer.trace("CQA-VIA-001").record()
    assert set(record) == {"bytes", "item", "steps"}
    shapes = {frozenset(one) for one in record["steps"]}
    plain = frozenset({"id", "kind", "words"})
    assert shapes == {plain, plain | {"before", "after"}}
    assert set(record["bytes"][0]) == {
        *("after", "before", "capture", "encoding", "hex", "length", "offset", "pointer", "text")
    }


@pytest.mark.parametrize("item", ["CQA-XXX-001", f"{TAG}@yesterday", "XX@2026-03-10T06:00:00Z"])
def test_what_is_not_there_is_said_in_words(tracer, item):
    with pytest.raises(NotFoundError):
        tracer.trace(item)


@pytest.mark.parametrize(
    ("table", "old", "new", "item"),
    [
        ("answers", b'"reference":"met"', b'"reference":"not_met"', "CQA-VIA-001"),
        ("criteria", b'"80.0"', b'"79.0"', "CQA-VIA-001"),
        ("captures", b"page=1", b"page=2", "CQA-VIA-001"),
        ("series", b'"unit":"Cel"', b'"unit":"K"', f"{TAG}@2026-03-10T07:00:00Z"),
        ("captures", b"page 3", b"page 4", f"{TAG}@2026-03-10T07:00:00Z"),
    ],
)
def test_what_does_not_lead_to_the_root_is_not_told(package, table, old, new, item):
    data = package.read(table_path(table))
    assert old in data
    changed = package.changed(table_path(table), data.replace(old, new, 1))
    with pytest.raises(IntegrityError, match="the root is made of"):
        Tracer(changed.read, changed.span).trace(item)


def test_a_changed_capture_is_not_told(package, tracer):
    place = tracer.trace("CPP-TEM-001").quotes[0].place
    path = f"captures/{place.capture}"
    data = package.read(path)
    changed = package.changed(path, data[: place.offset] + b"\0" + data[place.offset + 1 :])
    for item in ("CPP-TEM-001", f"{TAG}@2026-03-10T06:20:35Z"):
        with pytest.raises(IntegrityError, match=r"not what its name says|not those sealed"):
            Tracer(changed.read, changed.span).trace(item)
