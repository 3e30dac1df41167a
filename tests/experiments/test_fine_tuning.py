"""The table, curves and pictures of the trainings, from made-up runs; the trainings themselves in the demo profile."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from scipy.stats import sem, t

from experiments.lab.methods.intervals import mcnemar
from experiments.transfer.fine_tuning import (
    REGIMES,
    fine_tuning,
    fine_tuning_bars,
    fine_tuning_curves,
    fine_tuning_learning,
    fine_tuning_values,
)
from experiments.transfer.tuned_networks import RATES
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
        "memory": np.full(epochs, 3e8) + 1e8 * np.arange(epochs),
        "memory_before": np.array(2e8),
        "predicted": np.zeros(TEST, np.uint8),
        "correct": rng.random(TEST) < accuracy,
        "free": np.array(10),
        "weights": np.array(30),
        "fit": np.array(80),
        "held_out": np.array(20),
    }


@pytest.fixture(scope="module")
def cells() -> dict:
    regimes = {"frozen": (0.8, 6), "last-blocks": (0.85, 6), "all": (0.85, 4), "scratch": (0.4, 8)}
    return {
        f"regime={regime},seed={seed}": run(accuracy, epochs + seed % 2, 10 * which + seed)
        for which, (regime, (accuracy, epochs)) in enumerate(regimes.items())
        for seed in range(3)
    }


@pytest.fixture(scope="module")
def results(cells: dict) -> pd.DataFrame:
    return fine_tuning(cells)


@pytest.fixture(scope="module")
def curves(cells: dict) -> pd.DataFrame:
    return fine_tuning_curves(cells)


def test_a_row_for_each_regime_averages_its_seeds(cells: dict, results: pd.DataFrame) -> None:
    assert results["regime"].tolist() == list(REGIMES)
    shares = [cells[f"regime=scratch,seed={seed}"]["correct"].mean() for seed in range(3)]
    row = results.set_index("regime").loc["scratch"]
    assert row["accuracy"] == pytest.approx(np.mean(shares))
    assert (row["lowest"], row["highest"], row["seeds"]) == (min(shares), max(shares), 3)
    assert row["low"] < row["accuracy"] < row["high"]
    low, high = t.interval(0.95, 2, np.mean(shares), sem(shares))
    assert row["over_seeds"] == pytest.approx((high - low) / 2)
    assert row["epochs"] == pytest.approx((7 + 8 + 7) / 3) and row["longest"] == 9
    expected = mcnemar(
        cells["regime=scratch,seed=0"]["correct"],
        cells["regime=frozen,seed=0"]["correct"],
    )[2]
    assert row["p_against_frozen"] == expected
    assert results["p_against_frozen"].iloc[0] == 1


def test_what_a_regime_costs(results: pd.DataFrame) -> None:
    row = results.set_index("regime").loc["scratch"]
    assert (row["megabytes"], row["training_megabytes"]) == (300, 100), "later epochs say nothing about training"
    assert row["seconds"] == pytest.approx((8 + 9 + 8) / 3, abs=0.05) and row["seconds_an_epoch"] == 1
    assert (row["free"], row["weights"]) == (10, 30)


def test_a_single_seed_is_enough(cells: dict) -> None:
    found = fine_tuning({label: run for label, run in cells.items() if label.endswith("seed=0")})
    assert found["seeds"].tolist() == [1, 1, 1, 1] and found["over_seeds"].tolist() == [0, 0, 0, 0]


def test_the_curves_have_every_epoch_and_mark_the_one_that_was_kept(curves: pd.DataFrame) -> None:
    assert len(curves) == 3 * (6 + 6 + 4 + 8) + 4
    kept = curves[curves["kept"]]
    assert len(kept) == 12
    assert kept.query("regime == 'scratch'")["epoch"].tolist() == [7, 8, 7]


def test_values_for_the_text(results: pd.DataFrame, curves: pd.DataFrame, cells: dict) -> None:
    values = fine_tuning_values(results, curves, cells)
    rows = results.set_index("regime")["accuracy"]
    assert values["gap_to_scratch"] == pytest.approx(rows["frozen"] - rows["scratch"])
    assert values["best"]["accuracy"] == rows.max()
    assert values["by_regime"]["last_blocks"]["accuracy"] == rows["last-blocks"]
    assert values["by_regime"]["all"]["first_epoch"] == pytest.approx(0.85 / 2)
    assert values["longest"] == 9 and values["by_regime"]["all"]["training_megabytes"] == 100
    assert values["minutes"] == pytest.approx(len(curves) / 60)
    scratch = values["against_frozen"]["scratch"]
    assert scratch["low"] < scratch["gain"] < scratch["high"] < 0
    assert scratch["gain"] == pytest.approx(rows["scratch"] - rows["frozen"])
    for pairs in values["against_frozen"].values():
        assert pairs["undecided"] == (pairs["low"] < 0 < pairs["high"])
    gains = [
        cells[f"regime=scratch,seed={seed}"]["correct"].mean() - cells[f"regime=frozen,seed={seed}"]["correct"].mean()
        for seed in range(3)
    ]
    wanted = dict(zip(("low", "high"), t.interval(0.95, 2, np.mean(gains), sem(gains)), strict=True))
    assert scratch["over_seeds"] == pytest.approx(wanted)
    rates = {name: (row["last_layer_rate"], row["rate_before"]) for name, row in values["by_regime"].items()}
    assert rates == {regime.replace("-", "_"): pair for regime, pair in RATES.items()}
    anew, frozen = (cells[f"regime={regime},seed=1"]["correct"] for regime in ("scratch", "frozen"))
    assert scratch["p"][1] == mcnemar(anew, frozen)[2]
    assert not values["by_regime"]["all"]["surer_of_mistakes"] or values["by_regime"]["all"]["train_gap"] > 0


@pytest.mark.parametrize("style", [theme.light, theme.dark])
@pytest.mark.parametrize("narrow", [False, True])
def test_the_pictures(
    cells: dict,
    results: pd.DataFrame,
    curves: pd.DataFrame,
    style,  # type: ignore[no-untyped-def]
    narrow: bool,
) -> None:
    with matplotlib.rc_context(style()):
        bars, learning = (
            fine_tuning_bars(results, cells, narrow=narrow),
            fine_tuning_learning(results, curves, narrow=narrow),
        )
        bars.canvas.draw()
        learning.canvas.draw()
    names = [label.get_text() for label in bars.axes[0].get_yticklabels()]
    assert names[-1] == "from scratch" and len(names) == len(REGIMES)
    single = np.concatenate([line.get_xdata() for line in bars.axes[0].lines if line.get_markersize() == 4])
    wanted = [run["correct"].mean() for run in cells.values()]
    np.testing.assert_allclose(sorted(single), sorted(wanted), err_msg="a dot for each seed")
    assert len(bars.axes[1].lines) == 3 + 1, "a line for each seed, and one for the means"
    assert len(learning.axes) == 4 and len(learning.legends[0].get_texts()) == 2
