"""Transfer to 15-Scene by fine-tuning (questions 5, 7, 10): how much of the network should be trained?

The regimes are a new last layer, the last blocks, all layers, and training from scratch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

import tpdl
from experiments.transfer.tuned_from_scratch import tuned_from_scratch
from experiments.transfer.tuned_networks import tuned_top, tuned_whole
from tpdl import experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REGIMES = {
    "frozen": "frozen, new last layer",
    "last-blocks": "last two blocks free",
    "all": "all free, small rate",
    "scratch": "from scratch",
}


@experiment(inputs={"top": tuned_top, "whole": tuned_whole, "scratch": tuned_from_scratch})
def fine_tuning_curves(top: dict, whole: dict, scratch: dict) -> pd.DataFrame:
    """The learning curves: one row for each epoch of each training run.

    `train_accuracy` is on augmented images, with dropout, during the epoch; `validation_accuracy` is on held-out
    training images. `kept` marks the epoch whose weights were kept: the one with the lowest validation loss.
    """
    columns = ("epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "seconds")
    parts = []
    for regime, runs in _by_regime(top, whole, scratch).items():
        for seed, run in runs.items():
            rows = pd.DataFrame({column: run[column] for column in columns})
            kept = rows["validation_loss"].idxmin()
            parts.append(rows.assign(regime=regime, seed=seed, kept=rows.index == kept))
    return pd.concat(parts, ignore_index=True)[["regime", "seed", *columns, "kept"]]


@experiment(inputs={"top": tuned_top, "whole": tuned_whole, "scratch": tuned_from_scratch})
def fine_tuning(top: dict, whole: dict, scratch: dict, bootstrap_seed: int = 0) -> pd.DataFrame:
    """One row for each regime: test accuracy, averaged over seeds.

    The interval is a 95 % bootstrap over test images; an image counts with the fraction of seeds that classify it
    correctly. `lowest` and `highest` are of single seeds. `p_against_frozen` is McNemar's p-value for the comparison
    with the frozen network, seed 0 against seed 0. `epochs` is the epoch whose weights were kept, on average.
    """
    import numpy as np

    from experiments.lab.methods.intervals import mcnemar, mean_interval

    regimes = _by_regime(top, whole, scratch)
    rows = []
    for regime, runs in regimes.items():
        found = list(runs.values())
        correct = np.array([run["correct"] for run in found])
        low, high = mean_interval(correct.mean(0), seed=bootstrap_seed)
        kept = [run["validation_loss"].argmin() for run in found]
        rows.append(
            {
                "regime": regime,
                "seeds": len(found),
                "accuracy": correct.mean(),
                "low": low,
                "high": high,
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
                "seconds": round(np.mean([run["seconds"].sum() for run in found]), 1),
                "test_images": correct.shape[1],
            }
        )
    return pd.DataFrame(rows)


def _by_regime(top: dict, whole: dict, scratch: dict) -> dict[str, dict[int, Any]]:
    """Regime -> seed -> run. If an experiment has a single cell, its result comes without a label."""
    found: dict[str, dict[int, Any]] = {regime: {} for regime in REGIMES}
    for regime, cells in (("", top), ("all", whole), ("scratch", scratch)):
        for label, run in ({"seed=0": cells} if "correct" in cells else cells).items():
            cell = dict(part.split("=") for part in label.split(","))
            found[cell.get("regime", regime)][int(cell["seed"])] = run
    return found


@figure(
    fine_tuning,
    caption="Accuracy on the test images when more or less of the network is trained: mean of the seeds with its 95% "
    "bootstrap interval over test images. Small dots: lowest and highest seed. The axis does not start at zero.",
    alt="Four dots with intervals, one below the other. Those of the three regimes that start from the pretrained "
    "network are close together; the one for training from scratch is far to the left of them.",
)
def fine_tuning_bars(results: pd.DataFrame) -> Figure:
    """A dot for each regime, sorted."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(7.2, 0.5 * len(results) + 1))
    axis = fig.subplots()
    rows = results.sort_values("accuracy")
    names = [REGIMES[regime] for regime in rows["regime"]]
    errors = [rows["accuracy"] - rows["low"], rows["high"] - rows["accuracy"]]
    axis.errorbar(rows["accuracy"], names, xerr=errors, fmt="o", color="C0", markersize=7, capsize=4, linewidth=1.5)
    for name, (_, row) in zip(names, rows.iterrows(), strict=True):
        axis.plot([row["lowest"], row["highest"]], [name, name], ".", color="C1", markersize=6)
        end = max(row["high"], row["highest"])
        axis.annotate(
            f"{row['accuracy']:.1%}", (end, name), (6, 0), textcoords="offset points", va="center", fontsize=9
        )
    axis.set(xlabel="test accuracy", ylim=(-0.6, len(rows) - 0.4))
    axis.margins(x=0.12)
    axis.xaxis.set_major_formatter("{x:.0%}")
    axis.grid(axis="y", visible=False)
    return fig


@figure(
    fine_tuning,
    fine_tuning_curves,
    suffix="curves",
    caption="Learning curves: accuracy on the training images (augmented, with dropout) and on the validation images, "
    "mean of the seeds and, in the band, the lowest and the highest. A curve ends where the first of its seeds "
    "stopped.",
    alt="Four panels, one for each regime, with two curves over epochs. In the three that start from the pretrained "
    "network both rise within a few epochs. From scratch both rise slowly and end far lower.",
)
def fine_tuning_learning(results: pd.DataFrame, curves: pd.DataFrame) -> Figure:
    """A panel for each regime, all with the same scale of accuracy."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    fig = Figure(figsize=(7.2, 3.4))
    axes = fig.subplots(1, len(REGIMES), sharey=True)
    for axis, (regime, name) in zip(axes, REGIMES.items(), strict=True):
        rows = _of_all_seeds(curves, regime).groupby("epoch")
        for colour, (column, label, line) in enumerate(
            (("validation_accuracy", "held out", "o-"), ("train_accuracy", "learned from", "s--"))
        ):
            by = rows[column]
            axis.fill_between(by.min().index, by.min(), by.max(), color=f"C{colour}", alpha=0.25, linewidth=0)
            axis.plot(by.mean(), line, color=f"C{colour}", markersize=3, label=label)
        axis.set_title(name.replace(", ", ",\n"), fontsize=10)
        axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes[0].set(ylabel="accuracy", ylim=(0, 1))
    axes[0].yaxis.set_major_formatter("{x:.0%}")
    fig.supxlabel("epoch", fontsize=10)
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return fig


@summary(fine_tuning, fine_tuning_curves)
def fine_tuning_values(results: pd.DataFrame, curves: pd.DataFrame) -> dict:
    """Every regime by a short name, the best one, how fast each learns, and its last epoch."""
    keys = (
        "regime",
        "seeds",
        "accuracy",
        "low",
        "high",
        "lowest",
        "highest",
        "p_against_frozen",
        "free",
        "epochs",
        "longest",
        "train_accuracy",
        "validation",
    )
    by_regime = {
        row["regime"].replace("-", "_"): {key: row[key] for key in keys}
        | _pace(curves, row["regime"])
        | _ends(curves, row["regime"])
        for row in results.to_dict("records")
    }
    best = max(by_regime.values(), key=lambda row: row["accuracy"])
    return {
        "by_regime": by_regime,
        "best": best | {"name": REGIMES[best["regime"]]},
        "fit": results["fit"].iloc[0],
        "held_out": results["held_out"].iloc[0],
        "test_images": results["test_images"].iloc[0],
        "seeds": results["seeds"].min(),
        "gap_to_scratch": by_regime["frozen"]["accuracy"] - by_regime["scratch"]["accuracy"],
        "gain": best["accuracy"] - by_regime["frozen"]["accuracy"],
        "minutes": curves["seconds"].sum() / 60,
    }


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
    """Where the runs end: kept epochs, the shortest run, and the accuracies and losses at each run's last epoch."""
    rows = curves[curves["regime"] == regime]
    last = rows.loc[rows.groupby("seed")["epoch"].idxmax()]
    kept = rows.loc[rows["kept"], "epoch"]
    return {
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
