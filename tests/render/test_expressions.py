"""Expressions: what they may say, what they may not, and how values are shown."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpdl.render.expressions import Evaluator, ExpressionError, brief, show, split_format

NAMES: dict[str, Any] = {
    "layer_cut": {
        "best": {"cut": "relu14", "accuracy": 0.90821, "items": 3, "keys": "a key named like a method"},
        "rows": [{"cut": "relu1", "accuracy": 0.5}, {"cut": "relu14", "accuracy": 0.90821}],
        "accuracy": [0.5, 0.90821],
    }
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("layer_cut.best.cut == 'relu14'", True),
        ("layer_cut['best']['accuracy'] > 0.9 and len(layer_cut.rows) == 2", True),
        ("layer_cut.best.items", 3),
        ("layer_cut.best.keys", "a key named like a method"),
        ("max(row.accuracy for row in layer_cut.rows)", 0.90821),
        ("[row.cut for row in layer_cut.rows if row.accuracy > 0.6]", ["relu14"]),
        ("layer_cut.accuracy[-1:]", [0.90821]),
        ("sorted(layer_cut.accuracy)[0]", 0.5),
        ("'relu3' not in [row.cut for row in layer_cut.rows]", True),
        ("abs(round(0.5 - layer_cut.best.accuracy, 2))", 0.41),
        ("1 if any(layer_cut.accuracy) else 0", 1),
    ],
)
def test_value(expression: str, expected: object) -> None:
    assert Evaluator(NAMES).value(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "layer_cut.__class__",
        "layer_cut.best.cut.upper()",
        "''.join(['a'])",
        "().__class__.__bases__",
        "__import__('os')",
        "open('/etc/passwd')",
        "[].append",
        "(lambda: 1)()",
        "9**9**9**9",
        "layer_cut.best.cut * 10**9",
        "x := 1",
        "exec('1')",
        "f'{layer_cut.best.cut.__class__}'",
    ],
)
def test_no_way_out(expression: str) -> None:
    with pytest.raises(ExpressionError):
        Evaluator(NAMES).value(expression)


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ("layer_cat.best", "layer_cut"),
        ("layer_cut.bset", "best"),
        ("layer_cut.best['acuracy']", "accuracy"),
        ("lenn(layer_cut.rows)", "len"),
    ],
)
def test_unknown_name_suggests_the_nearest(expression: str, hint: str) -> None:
    with pytest.raises(ExpressionError, match=hint):
        Evaluator(NAMES).value(expression)


@pytest.mark.parametrize(
    ("text", "expression", "form"),
    [
        ("a.b:.1%", "a.b", ".1%"),
        ("a['x:y']:.2f", "a['x:y']", ".2f"),
        ("a[1:3]", "a[1:3]", ""),
        ("a[1:3]:,d", "a[1:3]", ",d"),
        ('a["]:"]:>10', 'a["]:"]', ">10"),
        ("{1: 2}[1]:d", "{1: 2}[1]", "d"),
        ("made:%H:%M", "made", "%H:%M"),
    ],
)
def test_split_format(text: str, expression: str, form: str) -> None:
    assert split_format(text) == (expression, form)


@given(st.text(alphabet="abc.[]() '\"", max_size=12), st.text(alphabet=".,%dfge0123456789", max_size=4))
def test_split_format_loses_nothing(expression: str, form: str) -> None:
    left, right = split_format(f"{expression}:{form}")
    assert (left + ":" + right).replace(" ", "").rstrip(":") == f"{expression}:{form}".replace(" ", "").rstrip(":")


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.90821, ".1%", "90.8%"),
        (138357544, ",d", "138,357,544"),
        (-0.25, ".2f", "\u22120.25"),
        (2.4e-06, ".1g", "2\u00a0×\u00a010⁻⁶"),
        (["a", "b", "c"], "", "a, b and c"),
        ([0.5, 0.25], ".0%", "50% and 25%"),
        (["a"], "", "a"),
        (True, "", "yes"),
        ("well-kept", "", "well-kept"),
        ("-x", "", "-x"),
    ],
)
def test_show(value: object, form: str, text: str) -> None:
    assert show(value, form) == text


@pytest.mark.parametrize(("value", "form"), [(0.9, ""), ("a", ".1f"), ({"a": 1}, ""), (None, ""), (None, ".1f")])
def test_show_refuses(value: object, form: str) -> None:
    with pytest.raises(ExpressionError):
        show(value, form)


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("layer_cut.best.accuracy > 0.95", "layer_cut.best.accuracy = 0.90821, not > 0.95"),
        ("0.5 < layer_cut.best.accuracy < 0.9", "layer_cut.best.accuracy = 0.90821, not < 0.9"),
        ("layer_cut.best.cut == 'relu1'", "layer_cut.best.cut = 'relu14', not == 'relu1'"),
        ("not layer_cut.best.items == 3", "layer_cut.best.items = 3 == 3"),
        ("'a' in layer_cut.best.cut", "'a', not in layer_cut.best.cut = 'relu14'"),
        ("layer_cut.best.items < 1 or 2 > layer_cut.best.items", "layer_cut.best.items = 3, not < 1; 2, not > "),
        ("layer_cut.best.items > 3 and 1 / 0 > 1", "layer_cut.best.items = 3, not > 3"),
        ("all(row.accuracy > 0.6 for row in layer_cut.rows)", "1 of 2 are true"),
    ],
)
def test_a_false_claim_says_what_was_found(expression: str, found: str) -> None:
    truth = Evaluator(NAMES).truth(expression)
    assert not truth.holds and found in truth.found


def test_a_long_value_is_cut_to_80_characters() -> None:
    assert brief("x" * 78) == f"'{'x' * 78}'"
    assert brief("x" * 79) == f"'{'x' * 79}…"


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("'zz' in layer_cut and layer_cut.zz", False),
        ("layer_cut is None or layer_cut.best.items > 1", True),
        ("None is not None and None", False),
        ("1 < 2 or 9**9**9 > 1", True),
    ],
)
def test_a_part_may_keep_another_from_failing(expression: str, holds: bool) -> None:
    assert Evaluator(NAMES).truth(expression).holds is holds


@pytest.mark.parametrize(
    "expression",
    [
        *(
            "layer_cut.best.accuracy",
            "layer_cut",
            "layer_cut.best.accuracy and 1 < 2",
            "not layer_cut.rows",
            "1",
            "None",
        ),
        *("layer_cut.best.items > 1 or layer_cut.best.items", "layer_cut.best.items > 9 and (1 < 2 or layer_cut.rows)"),
    ],
)
def test_what_is_neither_true_nor_false_is_no_claim(expression: str) -> None:
    with pytest.raises(ExpressionError, match="neither true nor false"):
        Evaluator(NAMES).truth(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "9**9**9",
        "9**999999",
        "'a' * 10**9",
        "10**9 * [0]",
        "round(1, -10**9)",
        "1 << 10**9",
        "'%1000000000d' % 5",
        "'%*d' % (10**9, 5)",
        "f'{1:>2000000000}'",
        "[" * 900 + "]" * 900,
        "-" * 3900 + "1",
        "layer_cut" + ".a" * 1500,
        "1 + " * 2000 + "1",
        "[[[0] * 1000] * 1000] * 1000",
        "sum([[0]] * 90000, [])",
        "[a == b for a in [[0] * 1000] * 90 for b in [[0] * 1000] * 90]",
        "[[x for x in [0] * 9999] for y in [0] * 9999]",
    ],
)
def test_expressions_are_bounded(expression: str) -> None:
    started = time.perf_counter()
    with pytest.raises(ExpressionError) as error:
        Evaluator(NAMES).value(expression)
    assert time.perf_counter() - started < 5
    assert len(str(error.value)) < 500 and "\n" not in str(error.value)


@pytest.mark.parametrize("form", [">2000000000", ".2000000000f", "0200d"])
def test_formats_are_bounded(form: str) -> None:
    with pytest.raises(ExpressionError, match="more than 100"):
        show(1, form)
