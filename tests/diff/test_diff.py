"""Two packages of a batch: what changed, which verdicts flipped, and why each of them did."""

import json

import pytest
from typer.testing import CliRunner

from contracts.because import Explained
from flows.cli import app
from flows.diff import between, words_of

CITED = "EXAMPLE: Blood 134 (Supplement 1), 594"


@pytest.fixture
def found(twice):
    return lambda then, now: between(getattr(twice, then), getattr(twice, now))


def flips(found):
    return {one.criterion.id: one for one in Explained(found).flips()}


def reasons(flip):
    return [(one.kind, one.words) for one in flip.reasons]


def test_a_late_result_flips_its_verdict_and_is_named_as_the_cause(found):
    flip = flips(found("first", "second"))["CQA-VIA-001"]
    assert (flip.then.outcome, flip.now.outcome) == ("pending", "met")
    ((kind, words),) = reasons(flip)
    assert kind == "evidence"
    assert words.startswith("evidence was missing then: viability of DP-0001")
    assert "“unassigned”" in words
    assert "87.4 %, recorded 2026-03-22 10:00 UTC" in words


def test_a_corrected_result_is_told_with_both_values(found):
    differences = found("first", "second")
    (purity,) = [one for one in differences.observations if one.one.characteristic == "cd3_purity"]
    assert purity.how == "corrected"
    assert "99.9 % then, 96.2 % now, in the same record" in purity.in_words()
    assert "CQA-CD3-001" in Explained(differences).restated()


def test_a_source_in_quarantine_is_the_cause_of_what_it_kept_from_being_judged(found):
    flipped = flips(found("first", "second"))
    assert reasons(flipped["CPP-TEM-001"]) == [
        ("source", "the equipment history was in quarantine then and could be read now")
    ]
    back = flips(found("second", "first"))
    assert reasons(back["CPP-TEM-001"]) == [
        ("source", "the equipment history could be read then and is in quarantine now")
    ]
    assert set(back) == set(flipped)
    assert all(one.reasons[0].kind != "unexplained" for one in [*flipped.values(), *back.values()])


def test_a_moved_limit_flips_exactly_its_verdict_and_both_citations_are_told(found):
    differences = found("second", "moved")
    (flip,) = flips(differences).values()
    assert flip.criterion.id == "CQA-VIA-001"
    assert reasons(flip) == [
        (
            "criterion",
            f"limit moved: ≥ 80.0 % ({CITED}) then, ≥ 99.0 % (CC-1) now",
        )
    ]
    assert not differences.observations
    assert not differences.asked
    told = "\n".join(words_of(differences, Explained(differences)))
    assert "Readiness: READY then, NOT READY now." in told
    assert "Unchanged: 464 observations, equipment readings, 37 captures" in told


def test_where_limit_and_evidence_both_changed_each_is_weighed_alone(found):
    flip = flips(found("first", "moved"))["CQA-VIA-001"]
    assert [kind for kind, _ in reasons(flip)] == ["criterion", "evidence", "weighed"]
    assert reasons(flip)[-1][1] == (
        "judged again: with the new criterion alone it is pending, with the new evidence alone met"
    )


def test_a_package_beside_itself_says_the_same(found):
    differences = found("moved", "moved")
    assert differences.same
    assert "Both say the same" in "\n".join(words_of(differences, Explained(differences)))


def test_a_machine_reads_the_same(twice):
    done = CliRunner().invoke(app, ["diff", str(twice.second), str(twice.moved), "--json"])
    assert done.exit_code == 0
    answer = json.loads(done.output)
    assert [one["criterion"] for one in answer["flipped"]] == ["CQA-VIA-001"]
    assert answer["criteria"][0]["members"] == ["limits"]
    assert (answer["then"]["readiness"], answer["now"]["readiness"]) == ("ready", "not_ready")


def test_packages_of_two_batches_are_refused_in_words(twice, tmp_path):
    import shutil

    from contracts.canonical import canonical, parse_strict

    other = tmp_path / "other"
    shutil.copytree(twice.first, other, copy_function=shutil.copyfile)
    evaluation = parse_strict((other / "evaluation.json").read_bytes()[:-1])
    (other / "evaluation.json").write_bytes(
        canonical(evaluation | {"batch": "CART-26-0009"}) + b"\n"
    )
    done = CliRunner().invoke(app, ["diff", str(twice.first), str(other)])
    assert done.exit_code == 1
    assert "packages of two batches: CART-26-0001 and CART-26-0009" in done.output
