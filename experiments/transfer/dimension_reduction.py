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

    The last row has all components: the SVM of the other experiments, except for the centring. `p_against_all` is
    McNemar's p-value for the comparison with it; `variance` is the explained variance ratio on the training images;
    `pca_seconds` is for all rows together.
    """
    import time

    from experiments.lab.methods.factor import coordinates
    from experiments.lab.methods.intervals import bootstrap_interval, mcnemar
    from experiments.lab.methods.linear_svm import linear_svm
    from experiments.lab.methods.pca import principal_components

    chosen = curve.loc[curve["validation"].idxmax()]
    train = int(gram["train"])
    labels, truth = gram["label"][:train], gram["label"][train:]
    known, unknown = coordinates(gram[f"{chosen['cut']}/kernel"], train)
    begun = time.perf_counter()
    known, unknown, shares = principal_components(known, unknown)
    pca_seconds = round(time.perf_counter() - begun, 2)
    tried = [count for count in DIMENSIONS if count < known.shape[1]] + [known.shape[1]]
    right, rows = {}, []
    for count in progress(tried, "numbers of dimensions"):
        begun = time.perf_counter()
        machine = linear_svm(known[:, :count], labels, C, seed)
        seconds = round(time.perf_counter() - begun, 2)
        right[count] = machine.predict(unknown[:, :count]) == truth
        low, high = bootstrap_interval(right[count], seed=seed)
        rows.append(
            {"network": network, "cut": chosen["cut"], "features": chosen["features"], "dimensions": count}
            | {"variance": shares[:count].sum(), "accuracy": right[count].mean(), "low": low, "high": high}
            | {"train_accuracy": machine.score(known[:, :count], labels), "svm_seconds": seconds}
            | {"pca_seconds": pca_seconds, "test_images": len(truth)}
        )
    return pd.DataFrame(rows).assign(p_against_all=[mcnemar(right[count], right[tried[-1]])[2] for count in tried])


@figure(
    dimension_reduction,
    caption="Accuracy of the SVM on the first principal components, with 95% bootstrap intervals, and the share of the "
    "variance that they keep (left); time of the SVM (right).",
    alt="Left, two curves over the number of dimensions on a logarithmic axis: accuracy rises steeply and levels off, "
    "the share of the variance rises more slowly up to one. Right, a curve of the seconds that training takes.",
)
def dimension_reduction_curve(results: pd.DataFrame) -> Figure:
    """Accuracy and explained variance on the left, seconds on the right."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(7.2, 3.8))
    left, right = fig.subplots(1, 2, width_ratios=(3, 2))
    left.fill_between(results["dimensions"], results["low"], results["high"], color="C0", alpha=0.25, linewidth=0)
    left.semilogx(results["dimensions"], results["accuracy"], "o-", color="C0", label="test accuracy")
    left.semilogx(results["dimensions"], results["variance"], "s--", color="C1", label="share of the variance")
    left.set_ylim(0, 1.02)
    left.yaxis.set_major_formatter("{x:.0%}")
    left.legend(loc="lower right")
    right.semilogx(results["dimensions"], results["svm_seconds"], "o-", color="C2")
    right.set(ylabel="seconds of training", ylim=(0, None))
    ticks = [count for count in (10, 30, 100, 300, 1000) if count < results["dimensions"].max()]
    for axis in (left, right):
        axis.set_xlabel("dimensions")
        axis.set_xticks(ticks, map(str, ticks))
        axis.minorticks_off()
    return fig


@summary(dimension_reduction)
def dimension_reduction_values(results: pd.DataFrame) -> dict:
    """Every number of components, the fewest that do not differ significantly from all, and the most accurate."""
    keys = ("dimensions", "accuracy", "low", "high", "variance", "svm_seconds", "p_against_all", "train_accuracy")
    rows = [{key: row[key] for key in keys} for row in results.to_dict("records")]
    return {
        "network": results["network"].iloc[0],
        "cut": results["cut"].iloc[0],
        "features": results["features"].iloc[0],
        "test_images": results["test_images"].iloc[0],
        "pca_seconds": results["pca_seconds"].iloc[0],
        "by_dimensions": {row["dimensions"]: row for row in rows},
        "fewest": rows[0],
        "all": rows[-1],
        "as_good_as_all": next(row for row in rows if row["p_against_all"] > 0.05),
        "best": max(rows, key=lambda row: row["accuracy"]),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
