"""Networks compared, each at its best cut: accuracy against time and size (question 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.titles import colour, title
from experiments.transfer.cut_classifiers import cut_classifiers
from experiments.transfer.cut_times import cut_times
from experiments.transfer.gram import EACH_NETWORK, gram
from experiments.transfer.layer_cut import layer_cut
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FAMILY = "efficientnet_lite"
"""How the names begin of networks that differ by one rule only, which scales size and depth."""
MARKERS = "osd^v<>p"
"""Of the networks, in order."""


@experiment(**EACH_NETWORK, inputs={"gram": gram, "curve": layer_cut, "classifiers": cut_classifiers})
def best_answers(network: str, gram: Arrays, curve: pd.DataFrame, classifiers: Arrays) -> Arrays:
    """Which test images the SVM at the network's best cut gets right: "correct", bool [test images]; and "network".

    A step of its own, since it is all that a comparison of two networks on the same images needs.
    """
    import numpy as np

    best = curve.loc[curve["validation"].idxmax(), "cut"]
    correct = classifiers[f"{best}/predicted"] == gram["label"][int(gram["train"]) :]
    return {"correct": correct, "network": np.array(network)}


@experiment(inputs={"curve": layer_cut, "times": cut_times})
def networks(curve: pd.DataFrame, times: pd.DataFrame) -> pd.DataFrame:
    """One row for each network, at the cut that cross-validation on the training images chose.

    `milliseconds` is the time for an image up to the cut, `fastest` and `slowest` its range (see `cut_times`).
    `parameters` and `multiplications` (for one image) are of the whole network, `side` is of its images, in pixels.
    """
    from experiments.lab.nets.layers import layers
    from experiments.lab.nets.registry import image_size

    chosen = curve.loc[curve.groupby("network", sort=False)["validation"].idxmax()]
    chosen = chosen.merge(times, on=["network", "cut"], validate="one_to_one")
    rows = []
    for _, row in chosen.iterrows():
        made = layers(row["network"])
        kept = ("network", "cut", "features", "accuracy", "low", "high", "validation")
        rows.append(
            {key: row[key] for key in (*kept, "milliseconds", "fastest", "slowest")}
            | {"parameters": sum(layer.parameters for layer in made)}
            | {"multiplications": sum(layer.multiplications for layer in made)}
            | {"side": image_size(row["network"]), "test_images": row["test_images"]}
        )
    return pd.DataFrame(rows)


@figure(
    networks,
    caption="[`networks.best.title`{.value} is `100 * (networks.best.accuracy - networks.worst.accuracy):.1f`{.value} "
    "points more accurate than `networks.worst.title`{.value}, and takes "
    "`networks.best.milliseconds / networks.worst.milliseconds:.1f`{.value} times as long for an image.]"
    '{claim="networks.best.low > networks.worst.high"} '
    "Test accuracy at the best cut, with 95% bootstrap intervals, against what the network costs: processor time for "
    "an image up to the cut (median and range of the rounds), multiplications and parameters of the whole network. "
    "The thin line connects networks of one family. The axis of accuracy does not start at zero.",
    alt="Three panels with a dot and an interval for each network: accuracy upwards, against milliseconds, against "
    "millions of multiplications and against millions of parameters.",
)
def networks_dots(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A dot for each network against time, multiplications and parameters; a line through those of one family."""
    from matplotlib.ticker import MaxNLocator

    from experiments.lab.plots.curve import curve
    from experiments.lab.plots.panels import legend_above, panels

    fig, axes = panels(3, narrow=narrow, height=3.6, narrow_height=2.3, same_y=True)
    rows = results.assign(size=results["parameters"] / 1e6, work=results["multiplications"] / 1e6)
    against = (
        ("milliseconds", "milliseconds for an image"),
        ("work", "million multiplications"),
        ("size", "million parameters"),
    )
    family = rows[rows["network"].str.startswith(FAMILY)]
    for axis, (column, words) in zip(axes, against, strict=True):
        axis.plot(family[column], family["accuracy"], color=colour(f"{FAMILY}0"), linewidth=0.8, alpha=0.6)
        for number, (network, row) in enumerate(rows.groupby("network", sort=False)):
            shade, style = colour(str(network)), MARKERS[number % len(MARKERS)]
            if column == "milliseconds":
                axis.hlines(row["accuracy"], row["fastest"], row["slowest"], color=shade, linewidth=1.3)
            curve(axis, row, column, "accuracy", "low", "high", shade, title(str(network)), style)
        farthest = rows["slowest" if column == "milliseconds" else column].max()
        axis.set(xlabel=words, xlim=(0, 1.12 * farthest))
        axis.margins(y=0.15)
        axis.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axis.yaxis.set_major_formatter("{x:.0%}")
    for axis in axes if narrow else axes[:1]:
        axis.set_ylabel("test accuracy")
    legend_above(fig, axes[0], columns=2 if narrow else 4, compact=True)
    return fig


@summary(networks, best_answers)
def networks_values(results: pd.DataFrame, answers: dict) -> dict:
    """Each network by name, the most accurate, the least accurate, and the fastest; and each against each other.

    `by_network.A.over.B` compares A with B on the same test images: `gain` is the difference of the accuracies, with
    its 95 % bootstrap interval `low` to `high`; `better` and `worse` say that the interval lies on one side of 0.
    `dearer_is_better`: sorted by milliseconds, no network is less accurate than the one before it.
    """
    import numpy as np

    from experiments.lab.methods.intervals import mean_interval

    # The cells of a matrix with a single network come as that cell's result.
    found = [answers] if "correct" in answers else answers.values()
    correct = {str(cell["network"]): cell["correct"].astype(float) for cell in found}
    rows = [row | {"title": title(row["network"])} for row in results.to_dict("records")]
    for row in rows:
        over = {}
        for other in correct:
            if other != row["network"]:
                gains = correct[row["network"]] - correct[other]
                low, high = mean_interval(gains)
                over[other] = {"gain": gains.mean(), "low": low, "high": high, "better": low > 0, "worse": high < 0}
        row["over"] = over
    ordered = sorted(rows, key=lambda row: row["milliseconds"])
    return {
        "networks": [row["network"] for row in rows],
        "count": len(rows),
        "by_network": {row["network"]: row for row in rows},
        "best": max(rows, key=lambda row: row["accuracy"]),
        "worst": min(rows, key=lambda row: row["accuracy"]),
        "fastest": ordered[0],
        "dearer_is_better": bool(np.all(np.diff([row["accuracy"] for row in ordered]) >= 0)),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
