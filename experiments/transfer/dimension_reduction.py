"""How many principal components does the classifier need (question 11)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.transfer.gram import gram
from experiments.transfer.layer_cut import layer_cut
from tpdl import Arrays, experiment, figure, progress, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DIMENSIONS = (8, 16, 32, 64, 128, 256, 512, 1024)


@experiment(inputs={"gram": gram, "curve": layer_cut}, demo={"network": "tiny_squeezenet"})
def dimension_reduction(
    gram: Arrays, curve: pd.DataFrame, network: str = "squeezenet1_1", C: float = 1.0, seed: int = 0
) -> pd.DataFrame:
    """One row for each number of principal components: test accuracy of the SVM, interval and time.

    The last row has all components: the SVM of the other experiments, except for the centring. `gain` is the difference
    from it on the same test images, with its 95 % bootstrap interval, and `p_against_all` McNemar's p-value for that
    comparison; `variance` is the explained variance ratio on the training images. Seconds are the processor's;
    `pca_seconds` is for all rows together.
    """
    import time

    from experiments.lab.methods.factor import coordinates
    from experiments.lab.methods.intervals import bootstrap_interval, mcnemar, mean_interval
    from experiments.lab.methods.linear_svm import linear_svm
    from experiments.lab.methods.pca import principal_components

    chosen = curve.loc[curve["validation"].idxmax()]
    train = int(gram["train"])
    labels, truth = gram["label"][:train], gram["label"][train:]
    known, unknown = coordinates(gram[f"{chosen['cut']}/kernel"], train)
    begun = time.process_time()
    known, unknown, shares = principal_components(known, unknown)
    pca_seconds = round(time.process_time() - begun, 2)
    tried = [count for count in DIMENSIONS if count < known.shape[1]] + [known.shape[1]]
    right, rows = {}, []
    for count in progress(tried, "numbers of dimensions"):
        begun = time.process_time()
        machine = linear_svm(known[:, :count], labels, C, seed)
        seconds = round(time.process_time() - begun, 2)
        right[count] = machine.predict(unknown[:, :count]) == truth
        low, high = bootstrap_interval(right[count], seed=seed)
        rows.append(
            {"network": network, "cut": chosen["cut"], "features": chosen["features"], "dimensions": count}
            | {"variance": shares[:count].sum(), "accuracy": right[count].mean(), "low": low, "high": high}
            | {"train_accuracy": machine.score(known[:, :count], labels), "svm_seconds": seconds}
            | {"pca_seconds": pca_seconds, "test_images": len(truth)}
        )
    for row, count in zip(rows, tried, strict=True):
        gains = right[count].astype(float) - right[tried[-1]]
        row["gain"] = gains.mean()
        row["gain_low"], row["gain_high"] = mean_interval(gains, seed=seed)
        row["p_against_all"] = mcnemar(right[count], right[tried[-1]])[2]
    return pd.DataFrame(rows)


@figure(
    dimension_reduction,
    caption="[With `dimension_reduction.as_good_as_all.dimensions`{.value} of "
    "`dimension_reduction.all.dimensions:,d`{.value} components, the accuracy is less than two points below that with "
    "all, though they keep only `dimension_reduction.as_good_as_all.variance:.0%`{.value} of the variance.]"
    '{claim="dimension_reduction.as_good_as_all.gain_low > -0.02 and dimension_reduction.as_good_as_all.variance < '
    '0.8"} '
    "In order: test accuracy with its 95% interval, on an axis that does not start at zero; share of the training "
    "variance; seconds of the processor to train the SVM once, while other work shared the machine. Ring: the fewest "
    "components that McNemar's test cannot tell from all at 5%.",
    alt="Three curves over the number of components on a logarithmic axis. Accuracy rises steeply and levels off, the "
    "share of the variance rises more slowly up to one, and the seconds of training rise most steeply at the end.",
)
def dimension_reduction_curve(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Accuracy, explained variance and seconds, over the number of components."""
    from matplotlib.ticker import MaxNLocator

    from experiments.lab.plots.curve import curve
    from experiments.lab.plots.panels import panels

    fig, axes = panels(3, narrow=narrow, height=3.1, narrow_height=2.0)
    left, middle, right = axes
    curve(left, results, "dimensions", "accuracy", "low", "high", filled=True)
    curve(middle, results, "dimensions", "variance", colour="C3")
    curve(right, results, "dimensions", "svm_seconds", colour="C4")
    fewest = results[results["p_against_all"] > 0.05].iloc[0]
    left.plot(fewest["dimensions"], fewest["accuracy"], "o", color="C0", markersize=13, fillstyle="none")
    left.annotate(
        f"{fewest['dimensions']:.0f}:\n{fewest['accuracy']:.1%}", (fewest["dimensions"], fewest["accuracy"]), (0, -14),
        textcoords="offset points", ha="center", va="top", fontsize=9,
    )  # fmt: skip
    for axis, words in zip(axes, ("test accuracy", "share of the variance", "seconds of training"), strict=True):
        axis.set_title(words, fontsize=10)
    middle.set_ylim(0, 1.02)
    right.set_ylim(0, None)
    left.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ticks = [count for count in (10, 100, 1000) if count < results["dimensions"].max()]
    for axis in axes:
        axis.set_xscale("log")
        axis.set_xticks(ticks, map(str, ticks))
        axis.minorticks_off()
    for axis in (left, middle):
        axis.yaxis.set_major_formatter("{x:.0%}")
    fig.supxlabel("principal components", fontsize=10)
    return fig


@summary(dimension_reduction)
def dimension_reduction_values(results: pd.DataFrame) -> dict:
    """Every number of components, the fewest that do not differ significantly from all, and the most accurate.

    `level_p` is the p below which the best of all comparisons with all components would be significant at the 5 %
    level (Bonferroni).
    """
    keys = ["dimensions", "accuracy", "low", "high", "variance", "svm_seconds", "train_accuracy"]
    keys += ["gain", "gain_low", "gain_high", "p_against_all"]
    rows = [{key: row[key] for key in keys} for row in results.to_dict("records")]
    return {
        "network": results["network"].iloc[0],
        "cut": results["cut"].iloc[0],
        "features": results["features"].iloc[0],
        "test_images": results["test_images"].iloc[0],
        "pca_seconds": results["pca_seconds"].iloc[0],
        "by_dimensions": {row["dimensions"]: row for row in rows},
        "level_p": 0.05 / max(1, len(rows) - 1),
        "fewest": rows[0],
        "all": rows[-1],
        "as_good_as_all": next(row for row in rows if row["p_against_all"] > 0.05),
        "best": max(rows, key=lambda row: row["accuracy"]),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
