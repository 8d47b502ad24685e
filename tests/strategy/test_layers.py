"""What a product or a site overrides, adds and withdraws, and what it may not."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from contracts import restore_strategy
from contracts.canonical import canonical, parse_strict
from contracts.errors import StrategyError
from contracts.rule import Range
from expectations.effective import effective
from expectations.strategy import (
    cases,
    check,
    doubts,
    files_of,
    folder_for,
    load,
    products_of,
)

SMALL = Path(__file__).parent / "small"
DAY = date(2026, 3, 2)

TIGHTER = """\
layer: site
name: north
title: The plant in the north
version: "2.0.0"
overrides:
  - criterion: CQA-VIA-001
    why: Its patients are treated with fewer cells.
    limits:
      - { effective: 2024-01-01, low: "70.0", cites: "EXAMPLE: EX-CS-0002 v1" }
      - { effective: 2025-09-15, low: "85.0", cites: "EXAMPLE: EX-SITE-0001 v1" }
    examples:
      - { day: 2024-06-01, written: "70.0", outcome: met }
      - { day: 2024-06-01, written: "69.9", outcome: not_met }
      - { day: 2026-03-02, written: "85.0", outcome: met }
      - { day: 2026-03-02, written: "84.9", outcome: not_met }
      - { day: 2026-03-02, written: null, outcome: missing }
  - criterion: COI-APH-001
    why: Here the laboratory asks.
    owner: QC laboratory
"""
ADDED = """\
adds:
  - group: expansion
    id: GMP-SHI-901
    title: Shift of the operator
    class: GMP
    criticality: minor
    required_for: initial
    observed: { source: batch_record, characteristic: shift, step: expansion }
    unit: "1"
    rule: present
    limits:
      - { effective: 2024-01-01, cites: "EXAMPLE: EX-SITE-0001 v1" }
    owner: Manufacturing
    message: Nobody knows which shift it was.
    examples:
      - { day: 2026-03-02, written: "late", outcome: met }
      - { day: 2026-03-02, written: null, outcome: missing }
"""
WITHDRAWN = """\
withdraws:
  - criterion: COI-APH-001
    why: The plant receives no sample of the apheresis.
"""
HEAD = "layer: site\nname: north\ntitle: The plant in the north\n"


@pytest.fixture
def folder(tmp_path) -> Path:
    copied = Path(shutil.copytree(SMALL, tmp_path / "small"))
    (copied / "overlays").mkdir()
    return copied


@pytest.fixture
def overlay(folder):
    def write(text: str, name: str = "north") -> Path:
        (folder / "overlays" / f"{name}.yaml").write_text(text, encoding="utf-8")
        return folder

    return write


def by_id(strategy):
    return {one.id: one for one in strategy.criteria}


def test_an_overlay_holds_at_its_own_site_and_nowhere_else(overlay):
    folder = overlay(TIGHTER)
    plain, elsewhere = load(SMALL), load(folder, site="south")
    assert load(folder) == elsewhere == plain
    north = load(folder, site="north")
    viability = by_id(north)["CQA-VIA-001"]
    assert viability.on(DAY).limit.rule == Range(low=Decimal("85.0"))
    assert viability.on(date(2024, 6, 1)).limit.rule == Range(low=Decimal("70.0"))
    assert by_id(north)["COI-APH-001"].owner == "QC laboratory"
    assert by_id(north)["COI-APH-001"].message == by_id(plain)["COI-APH-001"].message
    changed = {name for name, one in by_id(north).items() if one != by_id(plain)[name]}
    assert changed == {"CQA-VIA-001", "COI-APH-001"}


def test_the_strategy_says_which_layers_took_part_and_its_digest_binds_them(overlay):
    folder = overlay(TIGHTER)
    plain, north = load(folder), load(folder, site="north")
    assert plain.layers == ("platform small-example 0.1.0",)
    assert north.layers == ("platform small-example 0.1.0", "site north 2.0.0")
    assert north.digest != plain.digest
    record = parse_strict(canonical(north.record()))
    assert restore_strategy.strategy(record) == north


def test_two_sites_with_the_same_limits_have_two_digests(overlay):
    overlay(TIGHTER)
    folder = overlay(TIGHTER.replace("name: north", "name: south"), "south")
    assert load(folder, site="north").criteria == load(folder, site="south").criteria
    assert load(folder, site="north").digest != load(folder, site="south").digest


def test_every_part_says_where_it_comes_from_and_why(overlay):
    found = effective(overlay(TIGHTER), site="north")
    viability = found.placed["CQA-VIA-001"]
    assert viability.place(("title",)) == "release_testing.yaml:6"
    assert viability.place(("limits", 1)) == "overlays/north.yaml:10"
    assert viability.origin("limits").layer == "site north"
    assert viability.origin("limits").why == "Its patients are treated with fewer cells."
    assert viability.origin("title").layer == "platform"


def test_an_example_of_an_overlay_is_tried_and_named_in_its_own_file(overlay):
    wrong = TIGHTER.replace('written: "84.9", outcome: not_met', 'written: "84.9", outcome: met')
    folder = overlay(wrong)
    assert doubts(folder) == ()
    told = doubts(folder, site="north")
    assert told[-1].startswith("overlays/north.yaml:15: the example '84.9'")
    with pytest.raises(StrategyError, match=r"overlays/north.yaml:15"):
        check(folder, site="north")
    assert {one.where.partition(":")[0] for one in cases(overlay(TIGHTER), site="north")} == {
        "overlays/north.yaml",
        "expansion.yaml",
        "equipment.yaml",
        "release_testing.yaml",
    }


def test_a_limit_overridden_without_its_examples_contradicts_the_platforms(overlay):
    without = (
        TIGHTER[: TIGHTER.index("    examples:")] + TIGHTER[TIGHTER.index("  - criterion: COI") :]
    )
    assert any(
        "CQA-VIA-001 has no example" in one for one in doubts(overlay(without), site="north")
    )


def test_an_added_criterion_stands_at_the_end_of_its_group(overlay):
    folder = overlay(HEAD + ADDED)
    assert [one.id for one in check(folder, site="north").criteria] == [
        "CPP-TEM-001",
        "COI-APH-001",
        "GMP-SHI-901",
        "CPP-TEM-002",
        "CQA-VIA-001",
        "CQA-MYC-001",
    ]
    assert by_id(load(folder, site="north"))["GMP-SHI-901"].unit_procedure == "expansion"


def test_a_withdrawn_criterion_is_gone(overlay):
    folder = overlay(HEAD + WITHDRAWN)
    assert "COI-APH-001" not in by_id(check(folder, site="north"))
    assert "COI-APH-001" in by_id(check(folder))


def test_a_product_comes_before_a_site(overlay):
    product = TIGHTER.replace("layer: site\nname: north", "layer: product\nname: other-product")
    overlay(product.replace('"85.0"', '"90.0"').replace('"84.9"', '"89.9"'), "other")
    folder = overlay(
        HEAD
        + "overrides:\n  - criterion: CQA-VIA-001\n    why: Another word.\n    message: Too few.\n"
    )
    assert list(products_of(folder)) == ["small-example", "other-product"]
    found = load(folder, site="north", product="other-product")
    assert found.product == "other-product"
    assert found.layers[1:] == ("product other-product 2.0.0", "site north")
    viability = by_id(found)["CQA-VIA-001"]
    assert viability.message == "Too few."
    assert viability.on(DAY).limit.rule == Range(low=Decimal("90.0"))
    assert load(folder).layers == ("platform small-example 0.1.0",)


def test_the_platforms_own_product_may_have_an_overlay(overlay):
    own = TIGHTER.replace("layer: site\nname: north", "layer: product\nname: small-example")
    folder = overlay(own)
    assert load(folder).layers[1:] == ("product small-example 2.0.0",)
    assert by_id(load(folder))["CQA-VIA-001"].on(DAY).limit.rule == Range(low=Decimal("85.0"))


def test_a_product_that_the_folder_is_not_for_is_told():
    with pytest.raises(StrategyError, match="small-example, without an overlay for aav-9"):
        load(SMALL, product="aav-9")


def test_the_files_of_a_site_hold_no_other_sites_overlay(overlay):
    overlay(TIGHTER)
    folder = overlay(TIGHTER.replace("name: north", "name: south"), "south")
    names = [name for name, _ in files_of(folder, site="north")]
    assert "overlays/north.yaml" in names
    assert "overlays/south.yaml" not in names
    assert "strategy.yaml" in names


VIA = '{ effective: 2025-09-15, low: "85.0", cites: "EXAMPLE: EX-SITE-0001 v1" }'
FIRST = '      - { effective: 2024-01-01, low: "70.0", cites: "EXAMPLE: EX-CS-0002 v1" }\n'
FAULTS = {
    "of-nothing": (
        TIGHTER,
        "criterion: CQA-VIA-001",
        "criterion: CQA-VIA-009",
        "an override of CQA-VIA-009, which is not there",
    ),
    "of-an-unknown-shape": (
        TIGHTER,
        "    owner: QC laboratory",
        "    rule: present",
        "unknown key 'rule'",
    ),
    "without-why": (
        TIGHTER,
        "    why: Here the laboratory asks.\n",
        "",
        "'why' is missing: a layer says why it differs",
    ),
    "changes-nothing": (
        TIGHTER,
        "    owner: QC laboratory",
        "    owner: QA",
        "'owner' of COI-APH-001 is what it is in expansion.yaml:34 already",
    ),
    "no-part-at-all": (
        TIGHTER,
        "    owner: QC laboratory\n",
        "",
        "the override of COI-APH-001 changes nothing",
    ),
    "an-empty-layer": (
        HEAD,
        "title: The",
        "title: The",
        "an overlay that changes nothing",
    ),
    "twice": (
        TIGHTER,
        "criterion: COI-APH-001",
        "criterion: CQA-VIA-001",
        "CQA-VIA-001 is overridden in overlays/north.yaml:6 already",
    ),
    "of-another-layer": (TIGHTER, "layer: site", "layer: country", "'country' is not one of"),
    "loosened-on-the-old-word": (
        TIGHTER,
        VIA,
        VIA.replace("85.0", "75.0").replace("EX-SITE-0001 v1", "EX-CS-0002 v2"),
        "only “EXAMPLE: EX-CS-0002 v2”, which says ≥ 80.0 %, as below, on 2025-09-15",
    ),
    "loosened-by-an-open-end": (
        TIGHTER,
        VIA,
        '{ effective: 2025-09-15, high: "99.0", cites: "EXAMPLE: EX-CS-0002 v2" }',
        "CQA-VIA-001 is loosened to ≤ 99.0 %",
    ),
    "loosened-by-a-later-day": (
        TIGHTER,
        VIA,
        VIA.replace("2025-09-15", "2025-10-15"),
        "CQA-VIA-001 is loosened to ≥ 70.0 % and cites only “EXAMPLE: EX-CS-0002 v1”",
    ),
    "history-lost": (
        TIGHTER,
        FIRST,
        "",
        "no limit is left of CQA-VIA-001 where there was one: ≥ 70.0 %, as below, on 2024-01-01",
    ),
    "without-citation": (
        TIGHTER,
        VIA,
        '{ effective: 2025-09-15, low: "85.0" }',
        "'cites' is missing: a limit names the document that says so",
    ),
    "limit-of-another-rule": (
        TIGHTER,
        VIA,
        VIA.replace('low: "85.0"', 'values: ["85"]'),
        "'values' does not belong to the rule range",
    ),
    "added-without-a-group": (
        HEAD + ADDED,
        "  - group: expansion\n    id",
        "  - id",
        "'group' is missing: an added criterion says which group it joins",
    ),
    "added-to-an-unknown-group": (
        HEAD + ADDED,
        "group: expansion",
        "group: harvest",
        "the group harvest, which strategy.yaml does not name",
    ),
    "added-a-second-time": (
        HEAD + ADDED,
        "id: GMP-SHI-901",
        "id: CPP-TEM-002",
        "two rules for one id: CPP-TEM-002 stands in",
    ),
    "added-with-a-wrong-unit": (
        HEAD + ADDED,
        'unit: "1"',
        'unit: "mL"',
        "words in the unit 'mL'",
    ),
    "withdraws-nothing": (
        HEAD + WITHDRAWN,
        "COI-APH-001",
        "COI-APH-009",
        "a withdrawal of COI-APH-009, which is not there",
    ),
    "withdraws-what-it-adds": (
        HEAD + ADDED + WITHDRAWN,
        "criterion: COI-APH-001",
        "criterion: GMP-SHI-901",
        "GMP-SHI-901 is withdrawn here and changed or added in the same overlay",
    ),
    "withdraws-what-is-linked-to": (
        HEAD + WITHDRAWN,
        "COI-APH-001",
        "CQA-MYC-001",
        "CQA-MYC-001 is withdrawn here, and expansion.yaml:16 has a link to it",
    ),
}


ON_THE_LINE_OF = {
    "without-why": "- criterion: COI-APH-001",
    "no-part-at-all": "- criterion: COI-APH-001",
    "an-empty-layer": "layer",
    "twice": "criterion: CQA-VIA-001\n    why: Here",
    "loosened-on-the-old-word": "limits:",
    "loosened-by-an-open-end": "limits:",
    "loosened-by-a-later-day": "limits:",
    "history-lost": "limits:",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_layer_is_named_in_its_own_file_and_line(overlay, fault):
    text, old, new, words = FAULTS[fault]
    assert text.count(old) == 1
    folder = overlay(text.replace(old, new))
    with pytest.raises(StrategyError) as told:
        check(folder, site="north")
    (line,) = [one for one in str(told.value).splitlines() if words in one]
    if fault == "added-a-second-time":  # the one that stands later in the process is told
        assert line.startswith("  equipment.yaml:5: ")
        return
    marker = ON_THE_LINE_OF.get(fault, new)
    number = text.replace(old, new).split(marker)[0].count("\n") + 1
    assert line.startswith(f"  overlays/north.yaml:{number}: ")


def test_two_overlays_of_one_site_are_told(overlay):
    overlay(TIGHTER)
    folder = overlay(HEAD + WITHDRAWN, "second")
    with pytest.raises(StrategyError, match=r"overlays/second.yaml:2: two overlays for the site"):
        load(folder)


@pytest.mark.parametrize("name", ["North.yaml", "north.yml", "the north.yaml"])
def test_an_overlay_of_a_name_that_no_package_takes_is_told(folder, name):
    (folder / "overlays" / name).write_text(TIGHTER, encoding="utf-8")
    with pytest.raises(StrategyError, match=rf"overlays/{name}:1: the file's name"):
        load(folder)


@pytest.mark.parametrize("text", ["layer: [", "- x\n", ""])
def test_an_overlay_that_is_none_is_told_with_its_file(overlay, text):
    with pytest.raises(StrategyError, match=r"overlays/north.yaml:\d"):
        load(overlay(text))


def test_a_limit_may_be_loosened_on_a_document_of_its_own(overlay):
    looser = TIGHTER.replace("85.0", "75.0").replace("84.9", "74.9")
    assert check(overlay(looser), site="north").criteria


def test_the_demo_plant_has_a_layer_that_is_whole():
    folder = folder_for("car-t-autologous")
    assert check(folder, site="demo-plant").layers[1:] == ("site demo-plant 1.0.0",)
