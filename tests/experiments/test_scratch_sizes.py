"""The table and the picture of training from scratch to a plateau, from made-up runs."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from scipy.stats import sem, t

from experiments.transfer.scratch_sizes import scratch_sizes, scratch_sizes_curve, scratch_sizes_values
from tpdl import Cells
from tpdl.plan import theme


def run(accuracy: float, seed: int, ended: bool = True) -> dict[str, np.ndarray]:
    return {
        "update": np.array([7, 14, 21, 28, 35]),
        "decaying": np.array([0, 0, 0, 1, 1]),
        "train_accuracy": np.array([0.1, 0.2, 0.3, 0.4, 0.5]),
        "validation_loss": np.array([2.0, 0.5, 1.5, 1.0, 1.2]),
        "validation_accuracy": np.array([0.1, 0.2, 0.25, 0.35, 0.38]),
        "seconds": np.full(5, 2.0),
        "correct": np.random.default_rng(seed).random(300) < accuracy,
        "ended": np.array(ended),
        "weights": np.array(100),
        "classes": np.array(10),
        "fit": np.array(120),
        "held_out": np.array(30),
    }


@pytest.fixture(scope="module")
def cells() -> Cells:
    about = {
        f"each={each},norm={str(norm).lower()},seed={seed}": {"each": each, "norm": norm, "seed": seed}
        for each, norm in ((25, True), (10, False), (10, True), (25, False))
        for seed in range(2)
    }
    accuracy = {(25, True): 0.5, (10, False): 0.2, (10, True): 0.3, (25, False): 0.25}
    return Cells(
        {
            label: run(accuracy[cell["each"], cell["norm"]], 10 * cell["each"] + cell["seed"], ended=bool(cell["norm"]))
            for label, cell in about.items()
        },
        about,
    )


@pytest.fixture(scope="module")
def results(cells: Cells) -> pd.DataFrame:
    return scratch_sizes(cells)


def test_a_row_for_each_run_in_order(cells: Cells, results: pd.DataFrame) -> None:
    assert results["norm"].tolist() == [True] * 4 + [False] * 4
    assert results["each"].tolist() == [10, 10, 25, 25] * 2
    row = results.iloc[1]
    assert row["accuracy"] == cells["each=10,norm=true,seed=1"]["correct"].mean()
    assert row["low"] < row["accuracy"] < row["high"]
    assert (row["plateau"], row["updates"], row["seconds"]) == (21, 35, 10)
    assert row["best_validation_accuracy"] == 0.38
    assert (row["train_accuracy"], row["validation_accuracy"]) == (0.4, 0.35), "of the kept epoch, while the rate fell"


def test_values_compare_the_kinds_at_the_same_number_of_images(results: pd.DataFrame) -> None:
    values = scratch_sizes_values(results)
    assert (values["fewest"]["each"], values["most"]["each"]) == (10, 25)
    means = results.groupby(["norm", "each"])["accuracy"].mean()
    assert values["most"]["norm_gain"] == pytest.approx(means[True, 25] - means[False, 25])
    gains = [results.query(f"norm and seed == {seed}").set_index("each")["accuracy"].diff()[25] for seed in (0, 1)]
    late = values["late_gain"]
    over_seeds = late.pop("over_seeds")
    assert late == pytest.approx({"mean": np.mean(gains), "lowest": min(gains), "highest": max(gains)})
    low, high = t.interval(0.95, 1, np.mean(gains), sem(gains))
    assert over_seeds == pytest.approx({"low": low, "high": high})
    runs = results.query("norm and each == 25")["accuracy"]
    low, high = t.interval(0.95, 1, runs.mean(), sem(runs))
    assert values["most"]["with_norm"]["over_seeds"] == pytest.approx({"low": low, "high": high})
    assert values["late_factor"] == 2.5
    without = [
        results.query(f"not norm and seed == {seed}").set_index("each")["accuracy"].diff()[25] for seed in (0, 1)
    ]
    assert min(without) < min(gains) and values["least_gain"] == pytest.approx(min(without)), "of either kind"
    assert values["chance"] == 0.1
    assert not values["all_ended"] and values["runs"] == 8 and values["seeds"] == 2


@pytest.mark.parametrize("style", [theme.light, theme.dark])
@pytest.mark.parametrize("narrow", [False, True])
def test_the_picture_has_a_dot_for_each_run_open_where_it_did_not_end(results: pd.DataFrame, style, narrow) -> None:  # type: ignore[no-untyped-def]
    tuned = pd.DataFrame({"regime": ["frozen", "scratch"], "accuracy": [0.8, 0.6]})
    with matplotlib.rc_context(style()):
        fig = scratch_sizes_curve(results, tuned, narrow=narrow)
        fig.canvas.draw()
        paper = matplotlib.colors.to_hex(matplotlib.rcParams["axes.facecolor"])
    dots = [line for line in fig.axes[0].lines if line.get_marker() in ("o", "s")]
    assert sum(len(line.get_xdata()) for line in dots) == len(results)
    hollow = [line for line in dots if matplotlib.colors.to_hex(line.get_markerfacecolor()) == paper]
    assert sum(len(line.get_xdata()) for line in hollow) == 4
    assert [tick.get_text() for tick in fig.axes[0].get_xticklabels()] == ["10", "25"]
    assert any(text.get_text() == "pretrained and frozen, 80%" for text in fig.axes[0].texts)
