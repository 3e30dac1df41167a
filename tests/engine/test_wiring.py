"""Which argument gets which input, and the order of cells, are part of what makes a result."""

from __future__ import annotations

import pytest

PAIRS = """
import pandas as pd

from tpdl import experiment, figure, summary


@experiment()
def low(n: int = 1) -> pd.DataFrame:
    return pd.DataFrame({"x": [n]})


@experiment()
def high(n: int = 2) -> pd.DataFrame:
    return pd.DataFrame({"x": [n]})


@experiment(inputs={"train": low, "test": high})
def gap(train: pd.DataFrame, test: pd.DataFrame) -> dict:
    return {"gap": int(test["x"][0] - train["x"][0])}


@summary(low, high)
def pair(first: pd.DataFrame, second: pd.DataFrame) -> dict:
    return {"gap": int(second["x"][0] - first["x"][0])}


@figure(low, high, suffix="both")
def picture(first: pd.DataFrame, second: pd.DataFrame):
    from matplotlib.figure import Figure

    drawn = Figure()
    drawn.subplots().plot(first["x"], second["x"])
    return drawn
"""


@pytest.fixture
def pairs(lab):
    lab.write("experiments/pairs.py", PAIRS)
    lab.tpdl("run", "--executor", "inline")
    assert lab.not_fresh() == {}
    return lab


@pytest.mark.parametrize(
    ("old", "new", "step", "reason"),
    [
        ('{"train": low, "test": high}', '{"train": high, "test": low}', "gap", "argument test now gets low"),
        ("@summary(low, high)", "@summary(high, low)", "high.values", ""),
        ("@figure(low, high, suf", "@figure(high, low, suf", "high-both.svg", ""),
        (
            "first: pd.DataFrame, second: pd.DataFrame) -> dict",
            "second: pd.DataFrame, first: pd.DataFrame) -> dict",
            "low.values",
            "argument first now gets high instead of low",
        ),
    ],
    ids=["inputs", "summary", "figure", "parameters"],
)
def test_inputs_exchanged(pairs, old, new, step, reason):
    pairs.edit("experiments/pairs.py", old, new)
    states = pairs.not_fresh()
    assert step in states and reason in pairs.tpdl("why", step, code=None)


def test_the_same_wiring_written_in_another_order(pairs):
    pairs.edit("experiments/pairs.py", '{"train": low, "test": high}', '{"test": high, "train": low}')
    assert pairs.not_fresh() == {}


def test_order_of_a_matrix(fresh):
    fresh.edit("experiments/toy/curve.py", '["small", "large"]', '["large", "small"]')
    states = fresh.not_fresh()
    assert states["toy/curve"] == "stale: the order of cells changed"
    assert "toy/curve/network=small" not in states
    fresh.tpdl("run", "--executor", "inline")
    assert (fresh.root / "figures/toy/curve.csv").read_text().startswith("network,x,y\nlarge,0,0\n")
    assert fresh.not_fresh() == {}
