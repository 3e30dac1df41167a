"""What a reader is told of a change: one phrase for each thing that differs, the plainest first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tpdl.plan.status import differences
from tpdl.plan.step import Fingerprint

BEFORE = Fingerprint(
    parameters={"n": 4, "old": True},
    symbols={"m:f": "1" * 16, "m:gone": "2" * 16},
    inputs={"a/x": {"x.csv": "3" * 64}, "a/gone": {"y.csv": "4" * 64}},
    data={"mnist": "5" * 64, "gone": "6" * 64},
    wiring={"train": "a/x"},
)


def said(**changed: object) -> list[str]:
    return list(differences(BEFORE, replace(BEFORE, **changed)))  # type: ignore[arg-type]


def test_nothing_is_said_of_what_is_the_same() -> None:
    assert said() == []


def test_each_difference_is_one_phrase() -> None:
    assert said(
        parameters={"n": 5, "new": "x" * 100},
        symbols={"m:f": "0" * 16, "m:new": "2" * 16},
        inputs={"a/x": {"x.csv": "0" * 64}, "a/new": {"y.csv": "4" * 64}},
        data={"mnist": "0" * 64, "new": "6" * 64},
    ) == [
        "parameter n: 4 -> 5",
        f'parameter new is new: "{"x" * 56}...',
        "parameter old is gone",
        "data gone is used no more",
        "data mnist changed",
        "data new is new",
        "code m:f changed",
        "code m:gone is used no more",
        "code m:new is used now",
        "input a/gone is used no more",
        "input a/new is new",
        "input a/x changed",
    ]


@pytest.mark.parametrize(
    ("was", "now", "phrases"),
    [
        ("a/x", "a/y", ["argument f now gets a/y instead of a/x"]),
        ("a/x", None, ["argument f now gets nothing instead of a/x"]),
        (None, "a/x", ["argument f now gets a/x"]),
        ("a/x", ["a/gone", "a/x"], ["argument f now gets a/gone, a/x instead of a/x"]),
        (["a/gone", "a/x"], "a/x", ["argument f now gets a/x instead of a/gone, a/x"]),
        (["a/gone", "a/x"], ["a/x", "a/gone"], ["the order of cells changed in argument f"]),
        (["a/gone", "a/x"], ["a/gone", "a/new", "a/x"], []),
    ],
)
def test_which_argument_gets_which_result(was: object, now: object, phrases: list[str]) -> None:
    before, after = ({} if wiring is None else {"f": wiring} for wiring in (was, now))
    assert list(differences(replace(BEFORE, wiring=before), replace(BEFORE, wiring=after))) == phrases


def test_the_order_of_a_table_of_cells() -> None:
    before, after = ({"cells": cells} for cells in (["a/gone", "a/x"], ["a/x", "a/gone"]))
    assert list(differences(replace(BEFORE, wiring=before), replace(BEFORE, wiring=after))) == [
        "the order of cells changed"
    ]


def test_other_rules_are_said_once_and_code_is_not_compared() -> None:
    (older,) = differences(replace(BEFORE, rules=BEFORE.rules - 1), replace(BEFORE, symbols={"m:f": "0" * 16}))
    assert older.startswith("made under older rules; `tpdl upgrade`")
    (newer,) = differences(replace(BEFORE, rules=BEFORE.rules + 1), BEFORE)
    assert newer == "made under the rules of a newer tpdl"
