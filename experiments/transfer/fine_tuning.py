"""Transfer to 15-Scene by fine-tuning (questions 5, 7, 10): how much of the network should be trained?

The regimes are a new last layer, the last blocks, all layers, and training from scratch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

import tpdl
from experiments.transfer.training import PATIENCE
from experiments.transfer.tuned_networks import RATES, tuned_networks
from tpdl import experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REGIMES = {
    "frozen": "frozen, new last layer",
    "last-blocks": "last two blocks free",
    "all": "all free, small rate",
    "scratch": "from scratch",
}


@experiment(inputs={"cells": tuned_networks})
def fine_tuning_curves(cells: dict) -> pd.DataFrame:
    """The learning curves: one row for each epoch of each training run.

    `train_accuracy` is on augmented images, with dropout, during the epoch; `validation_accuracy` is on held-out
    training images. `kept` marks the epoch whose weights were kept: the one with the lowest validation loss.
    """
    columns = ("epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "seconds")
    parts = []
    for regime, runs in _by_regime(cells).items():
        for seed, run in runs.items():
            rows = pd.DataFrame({column: run[column] for column in columns})
            kept = rows["validation_loss"].idxmin()
            parts.append(rows.assign(regime=regime, seed=seed, kept=rows.index == kept))
    return pd.concat(parts, ignore_index=True)[["regime", "seed", *columns, "kept"]]


@experiment(inputs={"cells": tuned_networks})
def fine_tuning(cells: dict, bootstrap_seed: int = 0) -> pd.DataFrame:
    """One row for each regime: test accuracy, averaged over seeds.

    The interval is a 95 % bootstrap over test images; an image counts with the fraction of seeds that classify it
    correctly. `over_seeds` is half the width of Student's 95 % interval of the mean over seeds; `lowest` and `highest`
    are of single seeds. `p_against_frozen` is McNemar's p-value for the comparison with the frozen network, seed 0
    against seed 0. `epochs` is the epoch whose weights were kept, on average.

    What a regime costs: `seconds_an_epoch`, of the fastest epoch of all runs with its validation, which other work on
    the machine has disturbed least; `seconds`, of a whole run at this speed, for as many epochs as the runs had on
    average; `megabytes`, the peak memory of the process during the first epoch's updates, before a validation has left
    its traces; and `training_megabytes`, how much of that was not there before: gradients, AdamW's moments,
    activations, both on average. `free` of the `weights` parameters are trained.
    """
    import numpy as np

    from experiments.lab.methods.intervals import mcnemar, mean_interval
    from experiments.lab.methods.seed_interval import seed_interval

    regimes = _by_regime(cells)
    rows = []
    for regime, runs in regimes.items():
        found = list(runs.values())
        correct = np.array([run["correct"] for run in found])
        low, high = mean_interval(correct.mean(0), seed=bootstrap_seed)
        mean, _, above = seed_interval(correct.mean(1))
        kept = [run["validation_loss"].argmin() for run in found]
        fastest = min(run["seconds"].min() for run in found)
        rows.append(
            {
                "regime": regime,
                "seeds": len(found),
                "accuracy": correct.mean(),
                "low": low,
                "high": high,
                "over_seeds": above - mean,
                "lowest": correct.mean(1).min(),
                "highest": correct.mean(1).max(),
                "p_against_frozen": mcnemar(correct[0], regimes["frozen"][min(regimes["frozen"])]["correct"])[2],
                "free": int(found[0]["free"]),
                "fit": int(found[0]["fit"]),
                "held_out": int(found[0]["held_out"]),
                "epochs": np.mean([epoch + 1 for epoch in kept]),
                "longest": max(len(run["epoch"]) for run in found),
                "train_accuracy": np.mean(
                    [run["train_accuracy"][epoch] for run, epoch in zip(found, kept, strict=True)]
                ),
                "validation": np.mean(
                    [run["validation_accuracy"][epoch] for run, epoch in zip(found, kept, strict=True)]
                ),
                "weights": int(found[0]["weights"]),
                "seconds": round(fastest * np.mean([len(run["epoch"]) for run in found]), 1),
                "seconds_an_epoch": round(fastest, 2),
                "megabytes": round(np.mean([run["memory"][0] for run in found]) / 1e6),
                "training_megabytes": round(np.mean([run["memory"][0] - run["memory_before"] for run in found]) / 1e6),
                "test_images": correct.shape[1],
            }
        )
    return pd.DataFrame(rows)


def _by_regime(cells: dict) -> dict[str, dict[int, Any]]:
    """Regime -> seed -> run."""
    found: dict[str, dict[int, Any]] = {regime: {} for regime in REGIMES}
    for label, run in cells.items():
        cell = dict(part.split("=") for part in label.split(","))
        found[cell["regime"]][int(cell["seed"])] = run
    return found


NAMES = {
    "frozen": "new last layer",
    "last-blocks": "last two blocks",
    "all": "all layers",
    "scratch": "from scratch",
}
"""What is trained, as the figures say it."""


@figure(
    fine_tuning,
    tuned_networks,
    caption="[Fine-tuning all layers gains `100 * fine_tuning.gain:.1f`{.value} points over a new last layer; training "
    "from scratch falls `100 * fine_tuning.gap_to_scratch:.0f`{.value} points short of the new last layer.]"
    '{claim="fine_tuning.remedy_is_best"} '
    "First panel: test accuracy, the mean of the seeds with its 95% interval over test images, and below it a dot for "
    "each seed. Second: two of these as pairs, a thin line for each seed. The axes do not start at zero.",
    alt="Left, four dots with intervals, one below the other. The three that start from the pretrained network are "
    "close together; the one for training from scratch is far to the left of them. Right, a rising line for each seed, "
    "from a new last layer to all layers.",
)
def fine_tuning_bars(results: pd.DataFrame, cells: dict, *, narrow: bool = False) -> Figure:
    """A dot for each regime, the best on top, and beside them the gain of fine-tuning, seed by seed."""
    from matplotlib.ticker import MaxNLocator

    from experiments.lab.plots.dots import intervals
    from experiments.lab.plots.panels import panels
    from experiments.lab.plots.slopes import slopes

    fig, (left, right) = panels(2, narrow=narrow, height=2.9, narrow_height=2.3, ratios=(5, 3))
    seeds = {
        regime: {seed: float(run["correct"].mean()) for seed, run in sorted(runs.items())}
        for regime, runs in _by_regime(cells).items()
    }
    rows = results.sort_values("accuracy", ascending=False)
    rows = rows.assign(name=rows["regime"].map(NAMES))
    runs = [list(seeds[regime].values()) for regime in rows["regime"]]
    intervals(left, rows, "name", "accuracy", runs=runs, written=".1%")
    left.set_xlabel("test accuracy")
    left.margins(x=0.15)
    left.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    left.xaxis.set_major_formatter("{x:.0%}")
    both = sorted(seeds["frozen"].keys() & seeds["all"].keys())
    before, after = ([seeds[regime][seed] for seed in both] for regime in ("frozen", "all"))
    slopes(right, before, after, (NAMES["frozen"], NAMES["all"]))
    right.set(ylabel="test accuracy", xlim=(-0.35, 1.35))
    right.margins(y=0.12)
    right.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    right.yaxis.set_major_formatter("{x:.0%}")
    return fig


@figure(
    fine_tuning,
    fine_tuning_curves,
    suffix="curves",
    caption="[After one epoch the new last layer is about where training from scratch stops after "
    '`fine_tuning.by_regime.scratch.longest`{.value}.]{claim="abs(fine_tuning.by_regime.frozen.first_epoch - '
    'fine_tuning.by_regime.scratch.last_epoch) < 0.02"} '
    "Accuracy on the training images (augmented, with dropout) and on the validation images, by what is trained. Thin "
    "lines are seeds, the strong line is their mean; the band reaches from the lowest to the highest. A curve ends "
    "where its first seed stopped, so the axes of the epochs differ.",
    alt="Four panels, one for each regime, with two curves over epochs. In the three that start from the pretrained "
    "network both rise within a few epochs. From scratch both rise slowly and end far lower.",
)
def fine_tuning_learning(results: pd.DataFrame, curves: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A panel for each regime, all with the same scale of accuracy."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    from experiments.lab.plots.band import band
    from experiments.lab.plots.panels import NARROW, WIDE, legend_above

    fig = Figure(figsize=(NARROW, 4.6) if narrow else (WIDE, 3.3))
    axes = fig.subplots(*((2, 2) if narrow else (1, 4)), sharey=True).ravel()
    for axis, (regime, name) in zip(axes, NAMES.items(), strict=True):
        rows = _of_all_seeds(curves, regime)
        band(axis, rows, "epoch", "validation_accuracy", "C0", "validation images")
        band(axis, rows, "epoch", "train_accuracy", "C3", "training images", style="s--")
        axis.set(title=name, xlabel="", ylabel="")
        axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    lowest = curves[["train_accuracy", "validation_accuracy"]].min().min()
    axes[0].set_ylim(int(10 * lowest) / 10, 1.01)
    axes[0].yaxis.set_major_formatter("{x:.0%}")
    fig.supylabel("accuracy", fontsize=10)
    fig.supxlabel("epoch", fontsize=10)
    legend_above(fig, axes[0])
    return fig


@summary(fine_tuning, fine_tuning_curves, tuned_networks)
def fine_tuning_values(results: pd.DataFrame, curves: pd.DataFrame, cells: dict) -> dict:
    """Every regime by a short name, with its learning rates, the best one, how fast each learns, and its last epoch.

    `remedy_is_best`: of all regimes, training all layers with a small rate is best, with its lowest seed above the
    highest of the frozen network, which itself is above the interval of training from scratch.
    """
    keys = (
        "regime",
        "seeds",
        "accuracy",
        "low",
        "high",
        "over_seeds",
        "lowest",
        "highest",
        "p_against_frozen",
        "free",
        "weights",
        "epochs",
        "longest",
        "seconds",
        "seconds_an_epoch",
        "megabytes",
        "training_megabytes",
        "train_accuracy",
        "validation",
    )
    by_regime = {
        row["regime"].replace("-", "_"): {key: row[key] for key in keys}
        | dict(zip(("last_layer_rate", "rate_before"), RATES[row["regime"]], strict=True))
        | _pace(curves, row["regime"])
        | _ends(curves, row["regime"])
        for row in results.to_dict("records")
    }
    best = max(by_regime.values(), key=lambda row: row["accuracy"])
    every, frozen, anew = (by_regime[name] for name in ("all", "frozen", "scratch"))
    return {
        "by_regime": by_regime,
        "against_frozen": _pairs(cells),
        "best": best | {"name": REGIMES[best["regime"]]},
        "remedy_is_best": bool(best is every and every["lowest"] > frozen["highest"] and frozen["low"] > anew["high"]),
        "fit": results["fit"].iloc[0],
        "held_out": results["held_out"].iloc[0],
        "patience": PATIENCE,
        "longest": results["longest"].max(),
        "test_images": results["test_images"].iloc[0],
        "seeds": results["seeds"].min(),
        "gap_to_scratch": by_regime["frozen"]["accuracy"] - by_regime["scratch"]["accuracy"],
        "gain": best["accuracy"] - by_regime["frozen"]["accuracy"],
        "minutes": curves["seconds"].sum() / 60,
    }


def _pairs(cells: dict) -> dict:
    """Each regime against the frozen network on the same test images.

    `gain` is the mean difference over the seeds that both have, with its 95 % bootstrap interval over test images (an
    image counts with its mean over seeds); `p` is McNemar's for each of these seeds. `undecided`: the interval holds 0,
    so neither a gain nor a loss is shown. `over_seeds` is Student's 95 % interval of the same mean, over seeds.
    """
    import numpy as np

    from experiments.lab.methods.intervals import mcnemar, mean_interval
    from experiments.lab.methods.seed_interval import seed_interval

    regimes = _by_regime(cells)
    frozen, found = regimes.pop("frozen"), {}
    for regime, runs in regimes.items():
        seeds = sorted(frozen.keys() & runs.keys())
        gains = np.array([runs[seed]["correct"].astype(float) - frozen[seed]["correct"] for seed in seeds])
        low, high = mean_interval(gains.mean(0))
        p = [mcnemar(runs[seed]["correct"], frozen[seed]["correct"])[2] for seed in seeds]
        found[regime.replace("-", "_")] = {
            "gain": gains.mean(),
            "low": low,
            "high": high,
            "undecided": bool(low < 0 < high),
            "over_seeds": dict(zip(("low", "high"), seed_interval(gains.mean(1))[1:], strict=True)),
            "lowest": gains.mean(1).min(),
            "highest": gains.mean(1).max(),
            "p": p,
            "least_p": min(p),
            "largest_p": max(p),
        }
    return found


def _pace(curves: pd.DataFrame, regime: str) -> dict[str, float]:
    """Validation accuracy after the first and the last epoch, and its gain over the last fifth of the epochs."""
    means = _of_all_seeds(curves, regime).groupby("epoch")["validation_accuracy"].mean()
    before = means.iloc[-1 - max(1, len(means) // 5)] if len(means) > 1 else means.iloc[0]
    return {
        "first_epoch": means.iloc[0],
        "last_epoch": means.iloc[-1],
        "late_gain": means.iloc[-1] - before,
    }


def _ends(curves: pd.DataFrame, regime: str) -> dict[str, float]:
    """Where the runs end: kept epochs, the shortest run, and the accuracies and losses at each run's last epoch.

    `train_gap` is how much lower accuracy is on the validation images than on the training images there.
    `surer_of_mistakes`: since the kept epochs validation loss has risen, and validation accuracy as well.
    """
    rows = curves[curves["regime"] == regime]
    last = rows.loc[rows.groupby("seed")["epoch"].idxmax()]
    kept = rows.loc[rows["kept"], "epoch"]
    at_kept = rows.loc[rows["kept"], ["validation_loss", "validation_accuracy"]].mean()
    at_end = last[["validation_loss", "validation_accuracy"]].mean()
    return {
        "train_gap": last["train_accuracy"].mean() - last["validation_accuracy"].mean(),
        "surer_of_mistakes": bool((at_end > at_kept).all()),
        "kept_first": kept.min(),
        "kept_last": kept.max(),
        "shortest": last["epoch"].min(),
        "at_end": last["validation_accuracy"].mean(),
        "train_at_end": last["train_accuracy"].mean(),
        "loss_at_end": last["validation_loss"].mean(),
        "kept_loss": rows.loc[rows["kept"], "validation_loss"].mean(),
    }


def _of_all_seeds(curves: pd.DataFrame, regime: str) -> pd.DataFrame:
    """The epochs of a regime that every seed reached.

    A mean over fewer seeds would jump where one of them stops.
    """
    rows = curves[curves["regime"] == regime]
    return rows[rows["epoch"] <= rows.groupby("seed")["epoch"].max().min()]


if __name__ == "__main__":
    tpdl.main(__file__)
