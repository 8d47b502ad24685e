"""Tables of points and suites about them, at random from a seed: everything that looks odd."""

import math
import random

import pandas as pd

CRITERIA = ("CQA-1", "CQA-1/alert", "CQA-DOS-001@adult,b-all", "IPC-2 x+y", "EMPTY-1", "ONE-1")
"""Names as criteria have them; nothing ever stands in the rows of `EMPTY-1`."""
ENDS = (0.0, -0.0, 0.3, 80.0, -2.5, 5e-324, 1e290, -1e290)
WORDS = (
    "",
    " ",
    "nan",
    "NaN",
    "None",
    "0",
    "1.0",
    "Pass",
    "pass",
    "Päss",
    "\u2028",
    "é",
    "e\u0301",
)


def condition(criterion):
    return {
        "type": "comparison",
        "column": {"name": "criterion"},
        "operator": "==",
        "parameter": criterion,
    }


def table(chance: random.Random, rows: int) -> pd.DataFrame:
    """Return points with numbers on and beside every end, texts, and every kind of nothing."""
    criteria = [name for name in CRITERIA if name not in ("EMPTY-1", "ONE-1")]
    told = ["ONE-1", *(chance.choice(criteria) for _ in range(rows - 1))]
    chance.shuffle(told)
    return pd.DataFrame(
        {
            "criterion": pd.Series(told, dtype=object),
            "point": pd.Series([f"O-{chance.randrange(rows)}" for _ in told], dtype=object),
            "number": pd.Series([number(chance) for _ in told], dtype="float64"),
            "text": pd.Series([text(chance) for _ in told], dtype=object),
            "other": pd.Series([text(chance) for _ in told], dtype=object),
        }
    )


def number(chance: random.Random) -> float:
    end = chance.choice(ENDS)
    beside = [math.nextafter(end, way) for way in (math.inf, -math.inf)]
    return chance.choice([end, end, *beside, math.nan, math.inf, -math.inf, chance.uniform(-3, 3)])


def text(chance: random.Random) -> str | None:
    return chance.choice([*WORDS, "Pass", "Pass", None])


def suite(chance: random.Random) -> dict[str, object]:
    """Return a compiled suite with every kind of expectation for every criterion."""
    told = [one for criterion in CRITERIA for one in _expectations(chance, criterion)]
    for position, one in enumerate(told):
        one["id"] = f"00000000-0000-4000-8000-{position:012d}"
        one["meta"] = {"check": f"{position}"}
        one["severity"] = chance.choice(["critical", "warning"])
        one["description"] = f"Number {position}: ≥ 1 %."
    chance.shuffle(told)
    return {"name": "corpus", "id": None, "expectations": told, "meta": {}, "notes": None}


def _expectations(chance: random.Random, criterion: str) -> list[dict[str, object]]:
    selected = {"row_condition": condition(criterion)}
    ranges = [_ends(chance) for _ in range(3)]
    sets = [chance.choices(WORDS, k=chance.randrange(4)) for _ in range(2)]
    pair = {"column_A": "text", "column_B": "other", "ignore_row_if": "either_value_is_missing"}
    kinds = [
        (
            "expect_table_row_count_to_be_between",
            {"min_value": 1, "max_value": None, "strict_min": False, "strict_max": False},
        ),
        *(("expect_column_values_to_not_be_null", {"column": one}) for one in ("number", "text")),
        *(("expect_column_values_to_be_between", {"column": "number", **one}) for one in ranges),
        *(("expect_column_values_to_be_in_set", {"column": "text", "value_set": s}) for s in sets),
        ("expect_column_pair_values_to_be_equal", pair),
    ]
    return [{"type": kind, "kwargs": {**told, **selected}} for kind, told in kinds]


def _ends(chance: random.Random) -> dict[str, object]:
    low, high = sorted(chance.choices(ENDS, k=2))
    which = chance.choice(["low", "high", "both"])
    return {
        "min_value": None if which == "high" else low,
        "max_value": None if which == "low" else high,
        "strict_min": chance.choice([True, False]),
        "strict_max": chance.choice([True, False]),
    }
