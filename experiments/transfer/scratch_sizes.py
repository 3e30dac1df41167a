"""Is 15-Scene too small to train on directly (question 5)? From scratch to a plateau, with more and more images.

The regimes of `experiments.transfer.tuned_networks` have equal budgets, in which training from scratch has not ended.
Here it goes on until the validation loss no longer falls, with and without the batch normalisation that was added to
SqueezeNet there. Without it the learning rate is lower: in a pilot with 25 images of each class, a rate of 0.002 left
the plain network at chance for all of 140 updates, and with 0.0005 its losses fell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.transfer.fine_tuning import fine_tuning
from experiments.transfer.training import HELD_OUT
from experiments.transfer.tuned_networks import from_scratch
from experiments.transfer.tuning_images import tuning_images
from tpdl import Arrays, Cells, checkpoint, experiment, figure, note, progress, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@experiment(
    matrix={"each": [10, 25, 50, 100], "norm": [True, False], "seed": [0, 1, 2]},
    demo={
        "each": [5, 10],
        "seed": [0, 1],
        "network": "tiny_squeezenet",
        "side": 64,
        "patience": 20,
        "most": 60,
        "decay": 20,
    },
    inputs={"images": tuning_images},
    device="gpu",
)
def scratch_run(
    each: int,
    norm: bool,
    seed: int,
    images: Arrays,
    network: str = "squeezenet1_1",
    side: int = 112,
    patience: int = 600,
    most: int = 6000,
    decay: int = 600,
    rate: float = 2e-3,
    rate_without_norm: float = 5e-4,
) -> Arrays:
    """Train a SqueezeNet from random weights to a plateau, on the first images of each class in a random order.

    Args:
        each: images of each class, or all that it has, validation images among them. With a seed, fewer are a part of
            more.
        norm: whether it has batch normalisation.
        seed: of the images, the validation split, the weights, the order, the crops and dropout.
        images: pixels and labels.
        network: a SqueezeNet.
        side: of the random crops for training, in pixels.
        patience, most, decay: the `Plateau`, in updates.
        rate, rate_without_norm: AdamW's highest learning rate.

    Returns:
        over epochs "update", "decaying", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy" and
        "seconds"; over test images "predicted" (class) and "correct"; and "ended" (whether there was a plateau before
        the largest number of updates), "weights", "classes", "fit" and "held_out" (numbers of them, and of
        images).
    """
    import numpy as np
    import torch
    from sklearn.model_selection import train_test_split
    from torch import nn

    from experiments.lab.device import best_device
    from experiments.lab.methods.crops import random_crop, view
    from experiments.lab.methods.fine_tuning import scores_of
    from experiments.lab.methods.plateau import Plateau, train_to_plateau
    from experiments.lab.nets.inputs import GreyInput

    labels, train, classes = images["label"], int(images["train"]), len(images["class"])
    rng = np.random.default_rng(seed)
    chosen = np.concatenate([rng.permutation(np.flatnonzero(labels[:train] == c))[:each] for c in range(classes)])
    fit, held_out = train_test_split(chosen, test_size=HELD_OUT, stratify=labels[chosen], random_state=seed)
    torch.manual_seed(seed)
    model = nn.Sequential(GreyInput(), *from_scratch(network, classes, seed, norm))
    pixels = torch.from_numpy(images["image"]).to(best_device())

    def plain(indices: torch.Tensor) -> torch.Tensor:
        return view(pixels[indices], 0, side)

    trained, curve, ended = train_to_plateau(
        model,
        [{"params": list(model.parameters()), "lr": rate if norm else rate_without_norm}],
        lambda indices: random_crop(pixels[indices], side),
        plain,
        labels,
        fit,
        held_out,
        Plateau(patience, most, decay),
        seed=seed,
        load=checkpoint.load,
        save=checkpoint.save,
        watch=lambda row: progress.update(done=row["update"], total=most + decay, unit="updates"),
    )
    predicted = scores_of(trained, plain, np.arange(train, len(labels))).argmax(1).numpy()
    note(updates=int(curve[-1]["update"]), seconds_in_training=round(sum(row["seconds"] for row in curve), 1))
    return {key: np.array([row[key] for row in curve]) for key in curve[0] if key not in ("epoch", "memory")} | {
        "predicted": predicted.astype(np.min_scalar_type(classes)),
        "correct": predicted == labels[train:],
        "ended": np.array(ended),
        "weights": np.array(sum(value.numel() for value in trained.parameters())),
        "classes": np.array(classes),
        "fit": np.array(len(fit)),
        "held_out": np.array(len(held_out)),
    }


@experiment(inputs={"cells": scratch_run})
def scratch_sizes(cells: Cells[Arrays], bootstrap_seed: int = 0) -> pd.DataFrame:
    """One row for each number of images, with and without batch normalisation, and seed: test accuracy.

    The interval is a 95 % bootstrap over test images. `train_accuracy` (augmented, with dropout) and
    `validation_accuracy` are those of the epoch whose weights were kept, and `best_validation_accuracy` is that of any
    epoch while the rate fell; `plateau` is the number of updates before the
    rate fell, `updates` that of the whole run, and `ended` whether the validation loss had stopped falling by then.
    """
    import numpy as np

    from experiments.lab.methods.intervals import bootstrap_interval

    rows = []
    for cell, run in cells.each():
        low, high = bootstrap_interval(run["correct"], seed=bootstrap_seed)
        decaying = np.flatnonzero(run["decaying"])
        kept = decaying[run["validation_loss"][decaying].argmin()]
        rows.append(
            cell
            | {"accuracy": run["correct"].mean(), "low": low, "high": high}
            | {key: run[key][kept] for key in ("train_accuracy", "validation_accuracy")}
            | {"best_validation_accuracy": run["validation_accuracy"][decaying].max()}
            | {"plateau": run["update"][decaying[0] - 1], "updates": run["update"][-1], "ended": bool(run["ended"])}
            | {key: int(run[key]) for key in ("weights", "classes", "fit", "held_out")}
            | {"test_images": len(run["correct"]), "seconds": round(run["seconds"].sum(), 1)}
        )
    return pd.DataFrame(rows).sort_values(["norm", "each", "seed"], ascending=[False, True, True], ignore_index=True)


AVERAGED = ("accuracy", "train_accuracy", "validation_accuracy", "best_validation_accuracy", "updates")
KINDS = {True: "with batch normalization", False: "without"}


@figure(
    scratch_sizes,
    fine_tuning,
    caption="[Every step to more photographs helps, with and without batch normalization, but all of them do not make "
    'up for pretraining.]{claim="scratch_sizes.least_gain > 0 and scratch_sizes.most.with_norm.highest < '
    'fine_tuning.by_regime.frozen.lowest"} '
    "Test accuracy of a network that was trained from random weights until its validation loss no longer fell, against "
    "the training images of each class, validation images among them. A dot is a training run, with a 95% bootstrap "
    "interval over test images; the line joins the means over seeds.",
    alt="Test accuracy over the number of images per class on a logarithmic axis. Two lines rise all the way: the one "
    "for the network with batch normalization, and far below it the one without. Both stay below a dashed line for the "
    "frozen pretrained network, and above a dotted one for chance.",
)
def scratch_sizes_curve(results: pd.DataFrame, tuned: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A line for each kind of network, and every run as a dot."""
    import matplotlib

    from experiments.lab.plots.curve import curve
    from experiments.lab.plots.panels import legend_above, panels

    fig, (axis,) = panels(narrow=narrow, height=3.6, narrow_height=3.1)
    ink = matplotlib.rcParams["text.color"]
    for shade, marker, beside, (norm, name) in zip(("C0", "C4"), "os", (0.985, 1.015), KINDS.items(), strict=True):
        rows = results[results["norm"] == norm].assign(beside=lambda rows, beside=beside: beside * rows["each"])
        means = rows.groupby("beside", as_index=False)["accuracy"].mean()
        curve(axis, means, "beside", "accuracy", colour=shade, label=name, style="-")
        for ended, runs in rows.groupby("ended"):
            shape = marker if ended else marker.upper()
            curve(axis, runs, "beside", "accuracy", "low", "high", shade, style=shape)
    chance, frozen = 1 / results["classes"].iloc[0], tuned.set_index("regime")["accuracy"]["frozen"]
    for level, style, words in (
        (frozen, "--", f"pretrained and frozen, {frozen:.0%}"),
        (chance, (0, (1, 1)), f"chance, {chance:.1%}"),
    ):
        axis.axhline(level, color=ink, linestyle=style, linewidth=1.5)
        axis.annotate(
            words, (1, level), (0, 4), xycoords=("axes fraction", "data"),
            textcoords="offset points", ha="right", fontsize=9, color=ink,
        )  # fmt: skip
    axis.set(xscale="log", xlabel="training images of each class", ylabel="test accuracy")
    axis.set_ylim(0, 1)
    ticks = sorted(results["each"].unique())
    axis.set_xticks(ticks, map(str, ticks))
    axis.minorticks_off()
    axis.yaxis.set_major_formatter("{x:.0%}")
    legend_above(fig, axis)
    return fig


@summary(scratch_sizes)
def scratch_sizes_values(results: pd.DataFrame) -> dict:
    """The mean accuracy of each kind by images per class, and what batch normalisation and more images add.

    `fewest` and `most` are of the smallest and largest number of images that both kinds were trained with; `norm_gain`
    is the difference between them with and without batch normalisation there. `late_gain` is what the last step to more
    images adds with batch normalisation, by seed; `late_factor` is how many times as many images it is, and
    `least_gain` what any step to more images adds for any seed of either kind. `over_seeds` are Student's 95 %
    intervals of means over seeds.
    """
    kinds = {
        name: {
            int(each): {key: rows[key].mean() for key in AVERAGED}
            | {"lowest": rows["accuracy"].min(), "highest": rows["accuracy"].max(), "runs": len(rows)}
            | {"over_seeds": _over_seeds(rows["accuracy"])}
            for each, rows in results[results["norm"] == norm].groupby("each")
        }
        for norm, name in ((True, "with_norm"), (False, "without_norm"))
    }
    both = sorted(kinds["with_norm"].keys() & kinds["without_norm"].keys())
    ends = {
        name: {"each": each}
        | {kind: rows[each] for kind, rows in kinds.items()}
        | {"norm_gain": kinds["with_norm"][each]["accuracy"] - kinds["without_norm"][each]["accuracy"]}
        for name, each in (("fewest", both[0]), ("most", both[-1]))
    }
    by_seed = results.pivot(index=["norm", "seed"], columns="each", values="accuracy")
    late = by_seed.loc[True, both[-1]] - by_seed.loc[True, both[-2]]
    return {
        "by_kind": kinds,
        **ends,
        "late_gain": {
            "mean": late.mean(),
            "lowest": late.min(),
            "highest": late.max(),
            "over_seeds": _over_seeds(late),
        },
        "late_factor": both[-1] / both[-2],
        "least_gain": by_seed.diff(axis=1).min().min(),
        "chance": 1 / results["classes"].iloc[0],
        "all_ended": bool(results["ended"].all()),
        "runs": len(results),
        "seeds": results["seed"].nunique(),
        "minutes": results["seconds"].sum() / 60,
    }


def _over_seeds(values: pd.Series) -> dict[str, float]:
    """Student's 95 % interval of a mean over seeds."""
    from experiments.lab.methods.seed_interval import seed_interval

    return dict(zip(("low", "high"), seed_interval(values.to_numpy())[1:], strict=True))


if __name__ == "__main__":
    tpdl.main(__file__)
