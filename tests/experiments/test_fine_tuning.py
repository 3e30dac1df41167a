"""The table, curves and pictures of the trainings, from made-up runs; the trainings themselves in the demo profile."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest

from experiments.lab.methods.intervals import mcnemar
from experiments.transfer.fine_tuning import (
    REGIMES,
    fine_tuning,
    fine_tuning_bars,
    fine_tuning_curves,
    fine_tuning_learning,
    fine_tuning_values,
)
from tpdl.plan import theme

TEST = 200


def run(accuracy: float, epochs: int, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    rising = accuracy * (1 - 0.5 ** np.arange(1, epochs + 1))
    loss = 2 - rising
    loss[-1] += 0.5  # the last epoch is not the best
    return {
        "epoch": np.arange(1, epochs + 1),
        "train_loss": 2 - rising,
        "train_accuracy": rising + 0.05,
        "validation_loss": loss,
        "validation_accuracy": rising,
        "seconds": np.ones(epochs),
        "predicted": np.zeros(TEST, np.uint8),
        "correct": rng.random(TEST) < accuracy,
        "free": np.array(10),
        "fit": np.array(80),
        "held_out": np.array(20),
    }


@pytest.fixture(scope="module")
def runs() -> tuple[dict, dict, dict]:
    top = {
        f"regime={regime},seed={seed}": run(accuracy, 6 + seed, seed)
        for regime, accuracy in (("frozen", 0.8), ("last-blocks", 0.85))
        for seed in range(3)
    }
    whole = {f"seed={seed}": run(0.85, 4, 10 + seed) for seed in range(3)}
    return top, whole, {f"seed={seed}": run(0.4, 8, 20 + seed) for seed in range(3)}


@pytest.fixture(scope="module")
def results(runs: tuple[dict, dict, dict]) -> pd.DataFrame:
    return fine_tuning(*runs)


@pytest.fixture(scope="module")
def curves(runs: tuple[dict, dict, dict]) -> pd.DataFrame:
    return fine_tuning_curves(*runs)


def test_a_row_for_each_regime_averages_its_seeds(runs: tuple[dict, dict, dict], results: pd.DataFrame) -> None:
    assert results["regime"].tolist() == list(REGIMES)
    top, _, scratch = runs
    shares = [run["correct"].mean() for run in scratch.values()]
    row = results.set_index("regime").loc["scratch"]
    assert row["accuracy"] == pytest.approx(np.mean(shares))
    assert (row["lowest"], row["highest"], row["seeds"]) == (min(shares), max(shares), 3)
    assert row["low"] < row["accuracy"] < row["high"]
    assert row["epochs"] == 7 and row["longest"] == 8
    expected = mcnemar(scratch["seed=0"]["correct"], top["regime=frozen,seed=0"]["correct"])[2]
    assert row["p_against_frozen"] == expected
    assert results["p_against_frozen"].iloc[0] == 1


def test_a_single_seed_comes_without_a_label(runs: tuple[dict, dict, dict]) -> None:
    top, whole, scratch = runs
    top = {label: run for label, run in top.items() if label.endswith("seed=0")}
    found = fine_tuning(top, whole["seed=0"], scratch["seed=0"])
    assert found["seeds"].tolist() == [1, 1, 1, 1]


def test_the_curves_have_every_epoch_and_mark_the_one_that_was_kept(curves: pd.DataFrame) -> None:
    assert len(curves) == 2 * (6 + 7 + 8) + 3 * 4 + 3 * 8
    kept = curves[curves["kept"]]
    assert len(kept) == 12
    assert kept.query("regime == 'scratch'")["epoch"].tolist() == [7, 7, 7]


def test_values_for_the_text(results: pd.DataFrame, curves: pd.DataFrame, runs: tuple[dict, dict, dict]) -> None:
    values = fine_tuning_values(results, curves, *runs)
    rows = results.set_index("regime")["accuracy"]
    assert values["gap_to_scratch"] == pytest.approx(rows["frozen"] - rows["scratch"])
    assert values["best"]["accuracy"] == rows.max()
    assert values["by_regime"]["last_blocks"]["accuracy"] == rows["last-blocks"]
    assert values["by_regime"]["all"]["first_epoch"] == pytest.approx(0.85 / 2)
    assert values["minutes"] == pytest.approx(len(curves) / 60)
    scratch = values["against_frozen"]["scratch"]
    assert scratch["low"] < scratch["gain"] < scratch["high"] < 0
    assert scratch["gain"] == pytest.approx(rows["scratch"] - rows["frozen"])
    for pairs in values["against_frozen"].values():
        assert pairs["undecided"] == (pairs["low"] < 0 < pairs["high"])
    top, _, anew = runs
    assert scratch["p"][1] == mcnemar(anew["seed=1"]["correct"], top["regime=frozen,seed=1"]["correct"])[2]
    assert not values["by_regime"]["all"]["surer_of_mistakes"] or values["by_regime"]["all"]["train_gap"] > 0


@pytest.mark.parametrize("style", [theme.light, theme.dark])
@pytest.mark.parametrize("narrow", [False, True])
def test_the_pictures(
    runs: tuple[dict, dict, dict],
    results: pd.DataFrame,
    curves: pd.DataFrame,
    style,  # type: ignore[no-untyped-def]
    narrow: bool,
) -> None:
    with matplotlib.rc_context(style()):
        bars, learning = (
            fine_tuning_bars(results, *runs, narrow=narrow),
            fine_tuning_learning(results, curves, narrow=narrow),
        )
        bars.canvas.draw()
        learning.canvas.draw()
    names = [label.get_text() for label in bars.axes[0].get_yticklabels()]
    assert names[-1] == "from scratch" and len(names) == len(REGIMES)
    single = np.concatenate([line.get_xdata() for line in bars.axes[0].lines if line.get_markersize() == 4])
    wanted = [run["correct"].mean() for cells in runs for run in cells.values()]
    np.testing.assert_allclose(sorted(single), sorted(wanted), err_msg="a dot for each seed")
    assert len(bars.axes[1].lines) == 3 + 1, "a line for each seed, and one for the means"
    assert len(learning.axes) == 4 and len(learning.legends[0].get_texts()) == 2
