"""Three ways from grey to colour: costs and differences measured on stand-ins, table and pictures from made-up runs."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from scipy.stats import sem, t

from experiments.lab.methods.intervals import mcnemar
from experiments.lab.nets.layers import layers
from experiments.transfer.grey_to_rgb import (
    grey_first_layer,
    grey_first_layer_values,
    grey_to_rgb,
    grey_to_rgb_cost,
    grey_to_rgb_values,
    grey_to_rgb_ways,
)
from tpdl.plan import theme

TEST = 100


@pytest.fixture(scope="module")
def costs() -> pd.DataFrame:
    return pd.concat([grey_first_layer(name, images=2, rounds=1) for name in ("tiny_squeezenet", "tiny_vgg")])


def run(wrong: int, **more) -> dict:  # type: ignore[no-untyped-def]
    return {"correct": np.arange(TEST) >= wrong, "predicted": (np.arange(TEST) < wrong).astype(np.uint8)} | more


PLAIN = {"way=repeated": run(20), "way=summed": run(20)}
LEARNED = {
    f"seed={seed}": run(10 + seed, weight=np.array([0.9, 1.0, 1.1 + seed]), bias=np.array([0.0, 0.1, -0.1]))
    for seed in range(3)
}


@pytest.fixture(scope="module")
def results() -> pd.DataFrame:
    return grey_to_rgb(PLAIN, LEARNED)


def test_summed_layers_agree_and_one_constant_fails_only_with_padding(costs: pd.DataFrame) -> None:
    rows = costs.set_index(["network", "way"])
    for network in ("tiny_squeezenet", "tiny_vgg"):
        assert rows.loc[(network, "repeated"), "difference"] == 0
        assert rows.loc[(network, "summed"), "difference"] < 1e-5
        first = layers(network)[0].multiplications
        saved = rows.loc[(network, "repeated"), "multiplications"] - rows.loc[(network, "summed"), "multiplications"]
        assert saved == pytest.approx(2 / 3 * first, abs=1)
    assert rows.loc[("tiny_squeezenet", "summed, one constant"), "first_difference"] < 1e-5  # no padding
    assert rows.loc[("tiny_vgg", "summed, one constant"), "first_difference"] > 0.01


def test_a_row_for_each_way_and_seed(results: pd.DataFrame) -> None:
    assert results["way"].tolist() == ["repeated", "summed", "learned", "learned", "learned"]
    assert results["accuracy"].tolist() == [0.8, 0.8, 0.9, 0.89, 0.88]
    assert results["changed"].tolist() == [0, 0, 10, 9, 8]
    assert results["p_against_repeated"].iloc[2] == mcnemar(run(10)["correct"], run(20)["correct"])[2]
    assert results["weight_blue"].tolist()[2:] == [1.1, 2.1, 3.1]


def test_a_single_seed_comes_without_a_label() -> None:
    learned = run(10, weight=np.ones(3), bias=np.zeros(3))
    assert len(grey_to_rgb({"way=repeated": run(20), "way=summed": run(20)}, learned)) == 3


def test_values_for_the_text(results: pd.DataFrame, costs: pd.DataFrame) -> None:
    values = grey_to_rgb_values(results, PLAIN, LEARNED)
    assert values["learned_gain"] == pytest.approx(0.09)
    assert values["by_way"]["summed"]["changed"] == 0
    assert values["largest_weight"] == pytest.approx(3.1)
    assert not values["alike"], "a weight of 3.1 is not a repeated channel"
    pairs = values["pairs"]
    assert pairs["low"] < pairs["gain"] < pairs["high"] and pairs["gain"] == pytest.approx(0.09)
    low, high = t.interval(0.95, 2, 0.09, sem([0.1, 0.09, 0.08]))
    assert pairs["over_seeds"] == pytest.approx({"low": low, "high": high})
    about = grey_first_layer_values(costs)["by_network"]["tiny_vgg"]
    assert 0 < about["work_saved"] < 1 and about["difference"] < 1e-5 < about["constant_difference"]
    assert pairs["undecided"] == (pairs["low"] < 0)
    times = {"repeated": (4.0, 100.0), "summed": (2.0, 98.0), "summed, one constant": (2.0, 98.0)}
    for whole, expected in ((98.0, True), (80.0, False)):
        times["summed"] = (2.0, whole)
        first, all_layers = (costs["way"].map({way: pair[i] for way, pair in times.items()}) for i in (0, 1))
        found = grey_first_layer_values(costs.assign(first_milliseconds=first, milliseconds=all_layers))
        assert found["by_network"]["tiny_vgg"]["first_layer_alone_gains"] == expected


@pytest.mark.parametrize("style", [theme.light, theme.dark])
@pytest.mark.parametrize("narrow", [False, True])
def test_the_pictures(results: pd.DataFrame, costs: pd.DataFrame, style, narrow: bool) -> None:  # type: ignore[no-untyped-def]
    with matplotlib.rc_context(style()):
        ways, cost = grey_to_rgb_ways(results, narrow=narrow), grey_to_rgb_cost(results, costs, narrow=narrow)
        ways.canvas.draw()
        cost.canvas.draw()
    assert [label.get_text() for label in ways.axes[0].get_yticklabels()][:2] == ["repeated", "summed"]
    learned = results[results["way"] == "learned"]
    for axis, kind in zip(ways.axes[1:], ("weight", "bias"), strict=True):
        drawn = np.concatenate([dots.get_offsets()[:, 0] for dots in axis.collections])
        wanted = learned[[f"{kind}_{name}" for name in ("red", "green", "blue")]].to_numpy().ravel()
        np.testing.assert_allclose(sorted(drawn), sorted(wanted), err_msg="a dot for each seed")
    assert [axis.get_title() for axis in cost.axes] == ["first layer", "whole network"]
    assert len(cost.legends[0].get_texts()) == costs["network"].nunique()
