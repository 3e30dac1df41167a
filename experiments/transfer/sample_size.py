"""What is pretraining worth? Accuracy against images per class, with pretrained and random weights (question 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.transfer.layer_cut import layer_cut
from tpdl import Arrays, checkpoint, experiment, figure, note, progress, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EACH = (5, 10, 25, 50, 100)
"""Numbers of training images per class that are tried, where the smallest class has more; then all that it has."""
STRENGTHS = (1.0, 10.0, 100.0)
"""Values of C among which cross-validation on the subset chooses."""


@experiment(inputs={"curve": layer_cut}, demo={"network": "tiny_squeezenet"})
def best_cut(curve: pd.DataFrame, network: str = "squeezenet1_1") -> dict:
    """The network's best cut, by cross-validation on the training images.

    A step of its own, so that what depends on the cut stays fresh when only the times in `layer_cut` change.
    """
    return {"network": network, "cut": curve.loc[curve["validation"].idxmax(), "cut"]}


@experiment(
    matrix={"weights": ["pretrained", "random"]},
    inputs={"best": best_cut},
    data=["scenes", "weights/{network}"],
    demo={"network": "tiny_squeezenet"},
    local=True,
    device="gpu",
)
def cut_gram(weights: str, best: dict, network: str = "squeezenet1_1", seed: int = 0) -> Arrays:
    """Gram matrix of the features at the network's best cut, with pretrained or random weights.

    Args:
        weights: "pretrained" or "random" (the initialisation of He et al. 2015, torchvision's for SqueezeNet).
        best: the best cut.
        network: whose cut it is.
        seed: of the random weights.

    Returns:
        "kernel", float32 [images, training images], training images first; "label"; "train" (number of training
        images).
    """
    import numpy as np

    from experiments.lab.data import chosen_scenes
    from experiments.lab.methods.gram import Totals, gram_matrices
    from experiments.lab.nets.cuts import cuts
    from experiments.lab.nets.inputs import BATCH, batches
    from experiments.lab.nets.registry import build, image_size

    scenes, side, totals = chosen_scenes.load(), image_size(network), Totals()
    ((_, found),) = gram_matrices(
        build(network, "pretrained" if weights == "pretrained" else "random", seed),
        [cut for cut in cuts(network) if cut.name == best["cut"]],
        lambda: progress(
            batches(lambda i: scenes.pixels(i, side), len(scenes)), "batches", total=-(-len(scenes) // BATCH)
        ),
        len(scenes),
        scenes.train,
        checkpoint.path("spool"),
        totals=totals,
    )
    note(images_per_second=round(totals.images_per_second, 1))
    return {"kernel": found.kernel, "label": scenes.labels, "train": np.array(scenes.train)}


@experiment(inputs={"grams": cut_gram, "best": best_cut}, demo={"subsets": 2})
def sample_size(grams: dict, best: dict, subsets: int = 5, folds: int = 3, seed: int = 0) -> pd.DataFrame:
    """One row for each kind of weights and number of images per class: test accuracy, averaged over random subsets.

    Both kinds of weights get the same subsets, and C is chosen by cross-validation within the subset. The interval is a
    95 % bootstrap over test images; an image counts with the fraction of subsets with which it is classified correctly.
    `lowest` and `highest` are of single subsets. All images are one subset. `C` is the value chosen most
    often.
    """
    import time

    import numpy as np
    from sklearn.model_selection import StratifiedKFold

    from experiments.lab.methods.factor import coordinates
    from experiments.lab.methods.intervals import mean_interval
    from experiments.lab.methods.linear_svms import linear_svms

    rows = []
    for weights in progress(("pretrained", "random"), "kinds of weights"):
        gram = grams[f"weights={weights}"]
        kernel, train = gram["kernel"], int(gram["train"])
        labels, truth = gram["label"][:train], gram["label"][train:]
        counts = np.bincount(labels)
        smallest = int(counts.min())
        for each in [*(each for each in EACH if each < smallest), smallest]:
            begun, chosen, right = time.perf_counter(), [], []
            for subset in range(1 if (counts == each).all() else subsets):
                rng = np.random.default_rng([seed, each, subset])
                picked = np.concatenate(
                    [rng.choice(np.flatnonzero(labels == c), each, replace=False) for c in np.unique(labels)]
                )
                wanted = np.concatenate([picked, np.arange(train, len(kernel))])
                known, unknown = coordinates(kernel[np.ix_(wanted, picked)], len(picked))
                own = labels[picked]
                splits = list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(known, own))
                tried = [(C, fit, held_out) for C in STRENGTHS for fit, held_out in splits]
                machines = linear_svms(known, own, [fit for _, fit, _ in tried], [C for C, _, _ in tried])
                scores = [
                    machine.score(known[held_out], own[held_out])
                    for machine, (_, _, held_out) in zip(machines, tried, strict=True)
                ]
                validation = dict(zip(STRENGTHS, np.reshape(scores, (len(STRENGTHS), folds)).mean(1), strict=True))
                chosen.append(max(STRENGTHS, key=lambda C: validation[C]))
                (machine,) = linear_svms(known, own, C=chosen[-1])
                right.append(machine.predict(unknown) == truth)
            correct = np.array(right)
            low, high = mean_interval(correct.mean(0), seed=seed)
            rows.append(
                {"network": best["network"], "cut": best["cut"], "weights": weights, "each": each}
                | {"classes": len(counts), "accuracy": correct.mean(), "low": low, "high": high}
                | {"lowest": correct.mean(1).min(), "highest": correct.mean(1).max(), "subsets": len(correct)}
                | {"C": max(set(chosen), key=chosen.count), "test_images": len(truth)}
                | {"seconds": round(time.perf_counter() - begun, 2)}
            )
    return pd.DataFrame(rows)


@figure(
    sample_size,
    caption="[With `sample_size.fewest.each`{.value} images of each class the pretrained features do more than random "
    'ones with `sample_size.random_all.each`{.value}.]{claim="sample_size.fewest.low > sample_size.random_all.high"} '
    "Test accuracy against training images of each class, on features of one network with pretrained and with random "
    "weights. Bands are 95% bootstrap intervals over test images; small dots are the worst and the best of the random "
    "subsets.",
    alt="Two rising curves over the number of images per class on a logarithmic axis. The one of the pretrained "
    "network is far above the one of random weights everywhere, and both are above a dotted line for chance.",
)
def sample_size_curve(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A curve for each kind of weights."""
    import matplotlib

    from experiments.lab.plots.curve import curve
    from experiments.lab.plots.panels import panels

    fig, (axis,) = panels(narrow=narrow, height=3.9, narrow_height=3.1)
    for shade, style, (weights, rows) in zip(
        ("C0", "C4"), ("o-", "s-"), results.groupby("weights", sort=False), strict=True
    ):
        curve(axis, rows, "each", "accuracy", "low", "high", shade, style=style, filled=True)
        several = rows[rows["subsets"] > 1]
        for column in ("lowest", "highest"):
            axis.plot(several["each"], several[column], ".", color=shade, markersize=4, alpha=0.7)
        last = rows.iloc[-1]
        axis.annotate(
            f"{weights} weights", (last["each"], last["accuracy"]), (0, -24 if narrow else -14),
            textcoords="offset points", ha="right", va="top", fontsize=9, color=shade,
        )  # fmt: skip
    ink = matplotlib.rcParams["text.color"]
    chance = 1 / results["classes"].iloc[0]
    axis.axhline(chance, color=ink, linestyle=(0, (1, 1)), linewidth=1.5)
    axis.annotate(
        f"chance, {chance:.1%}", (results["each"].max(), chance), (0, 4), textcoords="offset points",
        ha="right", fontsize=9, color=ink,
    )  # fmt: skip
    axis.set(xscale="log", xlabel="training images of each class", ylabel="test accuracy", ylim=(0, 1))
    ticks = sorted(results["each"].unique())
    axis.set_xticks(ticks, map(str, ticks))
    axis.minorticks_off()
    axis.yaxis.set_major_formatter("{x:.0%}")
    return fig


@summary(sample_size)
def sample_size_values(results: pd.DataFrame) -> dict:
    """Both curves by images per class, and their gap with the fewest and with all images.

    `half` is the last but one number of images on the pretrained curve; the only one, where there is but one.
    """
    keys = ("each", "accuracy", "low", "high", "lowest", "highest", "subsets", "C")
    curves = {
        weights: [{key: row[key] for key in keys} for row in rows.to_dict("records")]
        for weights, rows in results.groupby("weights", sort=False)
    }
    trained, random = curves["pretrained"], curves["random"]
    half = trained[max(0, len(trained) - 2)]
    return {
        "network": results["network"].iloc[0],
        "cut": results["cut"].iloc[0],
        "chance": 1 / results["classes"].iloc[0],
        "by_weights": {name: {row["each"]: row for row in rows} for name, rows in curves.items()},
        "fewest": trained[0],
        "half": half,
        "all": trained[-1],
        "random_fewest": random[0],
        "random_all": random[-1],
        "gap_fewest": trained[0]["accuracy"] - random[0]["accuracy"],
        "gap_all": trained[-1]["accuracy"] - random[-1]["accuracy"],
        "last_gain": trained[-1]["accuracy"] - half["accuracy"],
    }


if __name__ == "__main__":
    tpdl.main(__file__)
