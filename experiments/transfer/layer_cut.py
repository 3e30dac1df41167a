"""Where to cut the network: accuracy of a linear classifier after every ReLU (questions 8 and 11).

The lab's report could not include the first layers, whose features take 38 GB. Here all are included, exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.titles import title
from experiments.transfer.cut_classifiers import cut_classifiers
from experiments.transfer.gram import EACH_NETWORK, gram
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CLASSES = 15
ORIGINAL_ACCURACY = 0.91
"""Best cut in the original report, with VGG16 (ReLU14: 9.0 % error)."""
ORIGINAL_RELU15_ACCURACY = 0.888


@experiment(
    **EACH_NETWORK,
    inputs={"gram": gram, "classifiers": cut_classifiers},
)
def layer_cut(network: str, gram: Arrays, classifiers: Arrays, seed: int = 0) -> pd.DataFrame:
    """One row for each cut: test accuracy with its 95 % bootstrap interval, size, time and memory.

    `validation` is the cross-validated accuracy on the training images, by which the cut is chosen. `p_against_best` is
    McNemar's p-value for the comparison with the cut that has the best `validation`.
    """
    from experiments.lab.methods.intervals import bootstrap_interval, mcnemar

    train = int(gram["train"])
    truth = gram["label"][train:]
    right = {cut: classifiers[f"{cut}/predicted"] == truth for cut in gram["cut"]}
    best = gram["cut"][classifiers["validation_accuracy"].argmax()]
    rows = []
    for i, cut in enumerate(gram["cut"]):
        low, high = bootstrap_interval(right[cut], seed=seed)
        rows.append(
            {
                "network": network,
                "index": i + 1,
                "cut": str(cut),
                "module": str(gram["module"][i]),
                "shape": str(gram["shape"][i]),
                "features": int(gram["features"][i]),
                "accuracy": right[cut].mean(),
                "low": low,
                "high": high,
                "error": 1 - right[cut].mean(),
                "validation": classifiers["validation_accuracy"][i],
                "train_accuracy": classifiers["train_accuracy"][i],
                "p_against_best": mcnemar(right[cut], right[best])[2],
                "rank": int(classifiers["rank"][i]),
                "test_images": len(truth),
                "train_images": train,
                "forward_seconds": round(gram["forward_seconds"][i], 2),
                "gram_seconds": round(gram["gram_seconds"][i], 2),
                "factor_seconds": round(classifiers["factor_seconds"][i], 2),
                "svm_seconds": round(classifiers["svm_seconds"][i], 2),
                "peak_bytes": int(max(gram["peak_bytes"][i], classifiers["peak_bytes"][i])),
                "raw_bytes": 8 * train * int(gram["features"][i]),
                "passes": int(gram["passes"][i]),
            }
        )
    return pd.DataFrame(rows)


@figure(
    layer_cut,
    caption="Accuracy on the test images of a linear SVM on the features after each ReLU, with 95% bootstrap "
    "intervals, and the number of features there.",
    alt="Two panels for each network, over the depth of the cut. The upper one has the test accuracy with its short "
    "intervals, which rises between two level lines: chance and the best result of the original report. The lower one "
    "has the number of features on a logarithmic scale, which is largest among the first cuts.",
)
def layer_cut_curve(results: pd.DataFrame) -> Figure:
    """For each network, accuracy over depth, and below it the number of features."""
    fig, axes = _rows(results)
    for (network, rows), (upper, lower) in zip(results.groupby("network", sort=False), axes, strict=True):
        spread = [rows["accuracy"] - rows["low"], rows["high"] - rows["accuracy"]]
        upper.errorbar(
            rows["index"], rows["accuracy"], spread, fmt="o-", color="C0", markersize=2.5, linewidth=1, elinewidth=1.2,
            capsize=3.5, label="measured, with 95 % interval",
        )  # fmt: skip
        upper.axhline(
            ORIGINAL_ACCURACY, color="C1", linestyle="--", linewidth=1.2, label="original report: VGG16, best cut"
        )
        upper.axhline(1 / CLASSES, color="C2", linestyle=(0, (1, 1)), linewidth=2.2, label="chance")
        upper.set_title(title(str(network)))
        upper.set(ylabel="test accuracy", ylim=(0, 1))
        upper.yaxis.set_major_formatter("{x:.0%}")
        lower.set_ylabel("features")
        lower.semilogy(rows["index"], rows["features"], "s-", color="C4")
        _name_cuts(lower, rows)
    fig.legend(*axes[0][0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return fig


@figure(
    layer_cut,
    suffix="memory",
    caption="Time and memory at each cut: the network up to there, spooling and Gram matrix, and SVM; highest memory "
    "of the process against what the training features alone would take in double precision. The seconds of each "
    "network have their own scale.",
    alt="Two panels for each network, over the depth of the cut. The upper one has stacked bars of seconds: the "
    "network, whose share grows with depth, then spool and Gram matrix, whose share grows with the number of features, "
    "then a thin one for the classifier. The lower one has a nearly level line for the memory used, and a jagged one "
    "for what the raw features would take, which is highest among the first cuts.",
)
def layer_cut_memory(results: pd.DataFrame) -> Figure:
    """For each network, seconds over depth, and below them memory."""
    import matplotlib

    fig, axes = _rows(results)
    parts = {"time: network": "forward_seconds", "time: spool, Gram matrix": "gram_seconds"}
    for (network, rows), (upper, lower) in zip(results.groupby("network", sort=False), axes, strict=True):
        bottom = 0 * rows["index"]
        for colour, (label, column) in enumerate(parts.items()):
            upper.bar(rows["index"], rows[column], bottom=bottom, color=f"C{colour}", label=label)
            bottom = bottom + rows[column]
        svm = rows["factor_seconds"] + rows["svm_seconds"]
        upper.bar(rows["index"], svm, bottom=bottom, color="C2", label="time: factor, SVM")
        upper.set_title(title(str(network)))
        upper.set_ylabel("seconds for all images")
        ink = matplotlib.rcParams["text.color"]
        lower.semilogy(rows["index"], rows["raw_bytes"] / 1e9, "s--", color="C4", label="memory: raw training features")
        lower.semilogy(rows["index"], rows["peak_bytes"] / 1e9, "o-", color=ink, label="memory: whole process")
        lower.set_ylabel("memory in GB")
        lower.yaxis.set_major_formatter("{x:g}")
        _name_cuts(lower, rows)
    above, below = (axis.get_legend_handles_labels() for axis in axes[0])
    fig.legend(above[0] + below[0], above[1] + below[1], loc="outside upper center", ncols=3)
    return fig


@summary(layer_cut)
def layer_cut_values(results: pd.DataFrame) -> dict:
    """Every network's cuts, the best ones, and the comparison with the original report.

    `best` is chosen by cross-validation on the training images, `best_on_test` in hindsight.
    """
    by_network = {network: _about(rows) for network, rows in results.groupby("network", sort=False)}
    best = max((about["best"] for about in by_network.values()), key=lambda row: row["accuracy"])
    largest = results.loc[results["raw_bytes"].idxmax()]
    return {
        "networks": list(by_network),
        "by_network": by_network,
        "best": best,
        "chance": 1 / CLASSES,
        "original": {
            "accuracy": ORIGINAL_ACCURACY,
            "error": 1 - ORIGINAL_ACCURACY,
            "relu15_accuracy": ORIGINAL_RELU15_ACCURACY,
        },
        "gap_to_original": ORIGINAL_ACCURACY - best["accuracy"],
        "test_images": results["test_images"].iloc[0],
        "train_images": results["train_images"].iloc[0],
        "peak_gigabytes": results["peak_bytes"].max() / 1e9,
        "largest_raw_gigabytes": results["raw_bytes"].max() / 1e9,
        "largest": {"network": title(largest["network"]), "cut": largest["cut"]},
    }


def _about(rows: pd.DataFrame) -> dict:
    cuts = {row["cut"]: row for row in map(_row, rows.to_dict("records"))}
    ordered = list(cuts.values())
    best = max(ordered, key=lambda row: row["validation"])
    not_worse = [row["cut"] for row in ordered if row["p_against_best"] >= 0.05]
    return {
        "best": best,
        "best_on_test": max(ordered, key=lambda row: row["accuracy"]),
        "worst": min(ordered, key=lambda row: row["accuracy"]),
        "first": ordered[0],
        "last": ordered[-1],
        "last_fire": next((row for row in reversed(ordered) if row["cut"].endswith("-expand")), None),
        "as_good_as_best": not_worse,
        "smallest_as_good_as_best": min((cuts[cut] for cut in not_worse), key=lambda row: row["features"]),
        "cuts": cuts,
        "count": len(ordered),
        "seconds": sum(row["seconds"] for row in ordered) + ordered[-1]["forward_seconds"],
    }


def _row(row: dict) -> dict:
    kept = [
        "network",
        "cut",
        "index",
        "module",
        "shape",
        "features",
        "accuracy",
        "low",
        "high",
        "error",
        "validation",
        "train_accuracy",
        "p_against_best",
        "peak_bytes",
        "raw_bytes",
        "forward_seconds",
    ]
    seconds = row["gram_seconds"] + row["factor_seconds"] + row["svm_seconds"]
    return {key: row[key] for key in kept} | {"seconds": seconds, "raw_gigabytes": row["raw_bytes"] / 1e9}


def _rows(results: pd.DataFrame) -> tuple[Figure, list[tuple[Axes, Axes]]]:
    """Two panels for each network, one network below the other.

    Side by side, the names of the cuts would be illegible.
    """
    from matplotlib.figure import Figure

    networks = results["network"].nunique()
    fig = Figure(figsize=(7.2, 4.1 * networks + 0.4))
    grid = fig.add_gridspec(2 * networks, 1, height_ratios=(3, 2) * networks)
    uppers: list[Axes] = []
    for i in range(networks):
        uppers.append(fig.add_subplot(grid[2 * i]))
        uppers[i].tick_params("x", labelbottom=False)
    lowers: list[Axes] = []
    for i, upper in enumerate(uppers):
        lowers.append(fig.add_subplot(grid[2 * i + 1], sharex=upper, sharey=lowers[0] if lowers else None))
    return fig, list(zip(uppers, lowers, strict=True))


def _name_cuts(axis: Axes, rows: pd.DataFrame) -> None:
    axis.set_xticks(rows["index"], rows["cut"], rotation=90)
    axis.tick_params("x", labelsize=8.5)
    axis.set_xlabel("cut after")


if __name__ == "__main__":
    tpdl.main(__file__)
