"""What contradicts in the richer language is refused, with the file and the line."""

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from contracts.errors import StrategyError
from expectations.strategy import check

RICH = Path(__file__).parent / "rich"
RULES, HEAD = "release.yaml", "strategy.yaml"

NEW = '- { effective: 2025-01-01, low: "50", high: "600", cites: "EXAMPLE: EX-1 v2" }'
CHILD = "applies_to: { cohort: [child] }, "
ALERT = '- { effective: 2025-01-01, kind: alert, high: "500", cites: "EXAMPLE: EX-1 v2" }'
NOR = '- { effective: 2024-01-01, kind: nor, low: "80.0", cites: "EXAMPLE: EX-1 v1" }'
PAR = 'kind: par, low: "70.0", high: "100.0"'
STERILE = 'provisional: "negative to date", from_day: "7", '
VARIANT = """\
      - { effective: 2025-01-01, applies_to: { cohort: [adult] }, low: "50", high: "600",
          cites: "EXAMPLE: EX-1 v2" }
"""
SAYS_AGAIN = """\
  - id: CQA-POT-004
    title: Another count of the same
    class: CQA
    criticality: critical
    required_for: initial
    all_of: [CQA-POT-003, CQA-POT-001]
    unit: "1"
    rule: alternatives
    limits:
      - { effective: 2024-01-01, cites: "EXAMPLE: EX-1 v1" }
    owner: QC laboratory
    message: No.
    examples:
      - { day: 2026-03-02, written: "2", outcome: met }
      - { day: 2026-03-02, written: "1", outcome: not_met }
      - { day: 2026-03-02, written: null, outcome: missing }

"""
POT2 = "  - id: CQA-POT-002\n"
COUNT = '{ code: M-1, title: Cell count, retests_at_most: "1", uncertainty_percent: "5"'

FAULTS = {
    # dates
    "a-gap": (RULES, "until: 2024-12-31", "until: 2024-11-30", 1, "a gap: no limit from the day"),
    "an-overlap": (
        RULES,
        "until: 2024-12-31",
        "until: 2025-01-31",
        1,
        "two limits from 2025-01-01 to 2025-01-31",
    ),
    "ends-before-it-begins": (
        RULES,
        "until: 2024-12-31",
        "until: 2023-12-31",
        0,
        "it ends on 2023-12-31, before it begins on 2024-01-01",
    ),
    "an-end-that-does-not-exist": (
        RULES,
        "until: 2024-12-31",
        "until: 2024-12-32",
        0,
        "'2024-12-32' where a date",
    ),
    "an-end-on-no-day": (
        RULES,
        "until: 2024-12-31",
        "until: 2024-11-31",
        0,
        "the date 2024-11-31 does not exist",
    ),
    # kinds of limit
    "an-alert-beyond-its-specification": (
        RULES,
        ALERT,
        ALERT.replace('"500"', '"601"'),
        0,
        "the alert limit 601 lies beyond the specification 600 of 2025-01-01: it would never warn",
    ),
    "a-specification-tightened-past-its-alert": (
        RULES,
        NEW,
        NEW.replace('"600"', '"400"'),
        3,
        "the alert limit 500 lies beyond the specification 400 of 2025-01-01",
    ),
    "a-normal-range-beyond-the-proven-one": (
        RULES,
        NOR,
        NOR.replace("80.0", "60.0"),
        0,
        "the nor limit 60.0 lies beyond the par 70.0",
    ),
    "two-kinds-that-block": (
        RULES,
        "kind: nor, low",
        "kind: specification, low",
        -2,
        "a specification and a par: one of them decides, not both",
    ),
    "no-limit-that-blocks": (
        RULES,
        "kind: par",
        "kind: action",
        -1,
        "no limit that blocks",
    ),
    "an-unknown-kind": (RULES, "kind: par", "kind: warning", 0, "'warning' is not one of"),
    # applicability
    "an-unknown-dimension": (
        RULES,
        CHILD,
        "applies_to: { age: [child] }, ",
        0,
        "the dimension age, which strategy.yaml does not list",
    ),
    "an-unknown-value": (
        RULES,
        CHILD,
        "applies_to: { cohort: [baby] }, ",
        0,
        "no batch has the cohort 'baby'; known are adult, child",
    ),
    "an-example-of-an-unknown-batch": (
        RULES,
        'written: "500.4", batch: { cohort: adult }',
        'written: "500.4", batch: { cohort: baby }',
        0,
        "no batch has the cohort 'baby'",
    ),
    "a-default-without-a-batch": (
        RULES,
        "      " + ALERT,
        VARIANT + "      " + ALERT,
        -3,
        "no batch is left for it: every cohort has its own limit",
    ),
    "a-variant-outside-its-criterion": (
        RULES,
        '    accepts_units: ["10*9"]\n',
        '    accepts_units: ["10*9"]\n    applies_to: { cohort: [adult] }\n',
        7,
        "the criterion applies to no cohort child",
    ),
    "an-empty-applicability": (
        RULES,
        CHILD,
        "applies_to: {}, ",
        0,
        "nothing where dimensions, each with a list of values belongs",
    ),
    "two-dimensions-of-one-name": (
        HEAD,
        "name: weight_class",
        "name: cohort",
        0,
        "cohort stands twice under dimensions",
    ),
    # units
    "a-unit-that-is-none": (
        RULES,
        'unit: "pg/mL"',
        'unit: "pgg/mL"',
        0,
        "'pgg/mL' is no UCUM unit",
    ),
    "a-unit-that-does-not-convert": (
        RULES,
        'accepts_units: ["10*9"]',
        'accepts_units: ["mL"]',
        0,
        "'mL' does not convert to '10*6'",
    ),
    "a-quotient-in-another-unit": (
        RULES,
        'unit: "{EU}/kg"',
        'unit: "{EU}/mL"',
        -6,
        "the unit of the criterion is {EU}/mL",
    ),
    "units-accepted-of-words": (
        RULES,
        '    unit: "1"\n    rule: one_of\n',
        '    unit: "1"\n    accepts_units: ["%"]\n    rule: one_of\n',
        1,
        "accepts_units belongs to an observed number",
    ),
    # rounding
    "rounding-to-two-precisions": (
        RULES,
        NEW,
        NEW.replace('"600"', '"600.0"'),
        0,
        "with rounding, 50 and 600.0 need as many decimals as each other",
    ),
    "rounding-of-words": (
        RULES,
        "    rule: one_of\n",
        "    rounding: half_even\n    rule: one_of\n",
        0,
        "rounding belongs to a range, not to one_of",
    ),
    # methods
    "an-unknown-method": (
        RULES,
        "method: M-2",
        "method: M-3",
        0,
        "the method M-3, which strategy.yaml does not list",
    ),
    "two-methods-of-one-code": (
        HEAD,
        "code: M-2",
        "code: M-1",
        0,
        "M-1 stands twice under methods",
    ),
    "two-uncertainties": (
        HEAD,
        COUNT,
        COUNT + ', uncertainty: "2"',
        0,
        "uncertainty and uncertainty_percent: one decides",
    ),
    "an-uncertainty-below-zero": (
        HEAD,
        'uncertainty_percent: "5"',
        'uncertainty_percent: "-5"',
        0,
        "the uncertainty_percent -5 below zero",
    ),
    # alternatives
    "an-alternative-that-leads-nowhere": (
        RULES,
        "any_of: [CQA-POT-002, CQA-POT-003]",
        "any_of: [CQA-POT-002, CQA-POT-009]",
        0,
        "an alternative CQA-POT-009, which is not there",
    ),
    "alternatives-that-nest": (
        RULES,
        POT2,
        SAYS_AGAIN + POT2,
        5,
        "the alternative CQA-POT-001 has alternatives itself",
    ),
    "an-alternative-of-two": (
        RULES,
        POT2,
        SAYS_AGAIN.replace("CQA-POT-001]", "CQA-STE-001]") + POT2,
        5,
        "CQA-POT-003 is an alternative of CQA-POT-001 already",
    ),
    "more-than-there-are": (
        RULES,
        "any_of: [CQA-POT-002, CQA-POT-003]",
        'at_least: { n: "3", of: [CQA-POT-002, CQA-POT-003] }',
        0,
        "3 of 2",
    ),
    "alternatives-judged-by-a-range": (
        RULES,
        "    rule: alternatives\n",
        "    rule: range\n",
        0,
        "the rule alternatives belongs to any_of, all_of and at_least",
    ),
    "alternatives-with-a-limit-of-their-own": (
        RULES,
        "    rule: alternatives\n    limits:\n      - { effective: 2024-01-01, cites",
        '    rule: alternatives\n    limits:\n      - { effective: 2024-01-01, low: "1", cites',
        2,
        "'low' does not belong to the rule alternatives",
    ),
    # words
    "allowed-and-unacceptable-at-once": (
        RULES,
        'unacceptable: ["Growth"]',
        'unacceptable: ["No growth"]',
        0,
        "“No growth” is allowed and unacceptable at once",
    ),
    "a-day-without-provisional-words": (
        RULES,
        STERILE,
        'from_day: "7", ',
        0,
        "from_day without the provisional words that it is about",
    ),
    # stages
    "a-final-result-without-a-late-failure": (
        RULES,
        "    late_failure: The physician is told.\n",
        "",
        -9,
        "CQA-STE-001 does not say under late_failure what a failure after the initial stage means",
    ),
    "a-late-failure-of-what-is-not-late": (
        RULES,
        "    message: The cells do not kill.\n",
        "    message: The cells do not kill.\n    late_failure: It is too late.\n",
        1,
        "late_failure belongs to what is final only after the initial stage",
    ),
    # a due time that is none, and a calculated number's parts
    "a-due-time-in-words": (
        RULES,
        'within: "14 d"',
        'within: "soon"',
        0,
        "'soon' where a time such",
    ),
    "an-operand-that-is-nothing": (
        RULES,
        "{ source: batch_record, characteristic: volume, step: formulation, unit",
        "{ source: batch_record, unit",
        0,
        "exactly one of constant and source with characteristic with step makes a result",
    ),
    # examples
    "an-example-that-warns-of-nothing": (
        RULES,
        'written: "500.5", batch: { cohort: adult }, warns: [alert]',
        'written: "500.5", batch: { cohort: adult }',
        0,
        "the example '500.5' on 2026-03-02 warns of no limit, but it crosses alert",
    ),
    "an-example-that-warns-in-vain": (
        RULES,
        'written: "500.4", batch: { cohort: adult }',
        'written: "500.4", batch: { cohort: adult }, warns: [alert]',
        0,
        "the example '500.4' on 2026-03-02 warns of alert, but it crosses no limit",
    ),
    "no-example-of-the-tie": (
        RULES,
        '      - { day: 2026-03-02, written: "49.5", batch: { cohort: adult }, outcome: met }\n',
        "",
        -7,
        "no example on the boundary, at 49.5 for the limit of 2025-01-01",
    ),
    "no-example-of-a-variant": (
        RULES,
        'written: "200.5"',
        'written: "201.5"',
        -21,
        "no example on the boundary, at 200.5 for the limit of 2025-01-01 for cohort child",
    ),
}


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(RICH, tmp_path / "rich"))


def test_the_rich_strategy_is_whole_before_it_is_made_wrong():
    assert len(check(RICH).criteria) == 7


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_file_and_line(folder, fault):
    """`away` is how many lines after the change the fault is said to stand."""
    file, old, new, away, words = FAULTS[fault]
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(StrategyError) as told:
        check(folder)
    (first, *_) = [one for one in str(told.value).splitlines() if words in one] or [told.value]
    assert words in str(first)
    changed = text[: text.index(old)].count("\n") + 1
    assert str(first).startswith(f"  {file}:{changed + away}: "), (changed, str(first))


def test_every_keyword_of_the_schema_has_words(folder):
    """Whatever a file does to its shape, the answer is words and no error of ours."""
    schema = json.loads((files("expectations") / "schema.json").read_text(encoding="utf-8"))
    known = {
        "type", "pattern", "enum", "oneOf", "required", "additionalProperties",
        "minItems", "minProperties", "uniqueItems",
    }  # fmt: skip
    silent = {"$ref", "description", "items", "properties"}

    def keywords(part):
        yield from part
        inner = [part.get("items"), part.get("additionalProperties"), *part.get("oneOf", ())]
        for one in (*inner, *part.get("properties", {}).values()):
            if isinstance(one, dict):
                yield from keywords(one)

    used = {word for part in schema["$defs"].values() for word in keywords(part)}
    assert used - silent == known


def test_an_added_criterion_may_have_every_key_of_a_criterion():
    defined = json.loads((files("expectations") / "schema.json").read_text(encoding="utf-8"))[
        "$defs"
    ]
    own, added = defined["criterion"], defined["added"]
    assert set(added["properties"]) == {*own["properties"], "group"}
    assert set(added["required"]) == {*own["required"], "group"}
    assert added["oneOf"] == own["oneOf"]
    assert set(defined["override"]["properties"]) - {"criterion", "why"} <= set(own["properties"])
