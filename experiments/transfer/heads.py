"""Classifiers on the same features: does it matter which one is used (questions 10 and 11)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.transfer.gram import gram
from experiments.transfer.layer_cut import layer_cut
from tpdl import Arrays, experiment, figure, progress, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ORIGINAL_ACCURACY = 0.91
"""Of both the SVM and the multi-layer perceptron in the original report, with VGG16."""

STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Values of C that are tried."""


@experiment(
    inputs={"gram": gram, "curve": layer_cut},
    demo={"network": "tiny_squeezenet"},
)
def head_strengths(
    gram: Arrays,
    curve: pd.DataFrame,
    network: str = "squeezenet1_1",
    folds: int = 5,
    seed: int = 0,
) -> pd.DataFrame:
    """Cross-validation of C on the training images, for the SVM and for logistic regression.

    C is the inverse regularisation strength. One row for each classifier, C and fold, at the network's best cut. The
    SVMs are solved all together, and each has the same part of their `seconds`.
    """
    import time

    from sklearn.model_selection import StratifiedKFold

    from experiments.lab.methods.factor import coordinates
    from experiments.lab.methods.linear_svms import linear_svms
    from experiments.lab.methods.logistic_regression import logistic_regression

    cut = str(curve.loc[curve["validation"].idxmax(), "cut"])
    train = int(gram["train"])
    labels = gram["label"][:train]
    known, _ = coordinates(gram[f"{cut}/kernel"], train)
    splits = list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(known, labels))
    tried = [(C, fold) for C in STRENGTHS for fold in range(folds)]
    begun = time.perf_counter()
    machines = linear_svms(known, labels, [splits[fold][0] for _, fold in tried], [C for C, _ in tried])
    seconds = round((time.perf_counter() - begun) / len(tried), 3)
    rows = [
        {"network": network, "cut": cut, "head": "SVM", "C": C, "fold": fold}
        | {"accuracy": machine.score(known[splits[fold][1]], labels[splits[fold][1]]), "seconds": seconds}
        for machine, (C, fold) in zip(machines, tried, strict=True)
    ]
    for C in progress(STRENGTHS, "values of C"):
        for fold, (learned, held_out) in enumerate(splits):
            begun = time.perf_counter()
            regression = logistic_regression(known[learned], labels[learned], C, seed)
            seconds = round(time.perf_counter() - begun, 2)
            accuracy = regression.score(known[held_out], labels[held_out])
            rows.append(
                {"network": network, "cut": cut, "head": "logistic regression", "C": C, "fold": fold}
                | {"accuracy": accuracy, "seconds": seconds}
            )
    return pd.DataFrame(rows)


@experiment(
    inputs={"gram": gram, "curve": layer_cut, "strengths": head_strengths},
    demo={"network": "tiny_squeezenet", "epochs": 60},
    may_be_missing=["C"],
    device="gpu",
)
def heads(
    gram: Arrays,
    curve: pd.DataFrame,
    strengths: pd.DataFrame,
    network: str = "squeezenet1_1",
    epochs: int = 100,
    seeds: int = 3,
    seed: int = 0,
) -> pd.DataFrame:
    """One row for each classifier: test accuracy, averaged over seeds if training is random.

    The interval is a 95 % bootstrap over test images; an image counts with the fraction of seeds that classify it
    correctly. `p_against_best` is McNemar's p-value for the comparison with the most accurate classifier, seed 0
    against seed 0. Neural networks get the coordinates times √rank, so that they are of the order of 1; SVM and
    logistic regression get them unscaled.
    """
    import time

    import numpy as np
    import torch

    from experiments.lab.methods.factor import coordinates
    from experiments.lab.methods.head_training import last_layer, perceptron, predicted, train_head
    from experiments.lab.methods.intervals import mcnemar, mean_interval
    from experiments.lab.methods.linear_svm import linear_svm
    from experiments.lab.methods.logistic_regression import logistic_regression

    cut = str(curve.loc[curve["validation"].idxmax(), "cut"])
    train, classes = int(gram["train"]), len(gram["class"])
    labels, truth = gram["label"][:train], gram["label"][train:]
    known, unknown = coordinates(gram[f"{cut}/kernel"], train)
    scale = np.sqrt(known.shape[1])
    chosen = strengths.groupby(["head", "C"])["accuracy"].mean().unstack("head").idxmax()

    def linear(fit, C):  # type: ignore[no-untyped-def]
        return lambda seed: (fit(known, labels, C, seed).predict(unknown), 0)

    def network_head(make, optimiser):  # type: ignore[no-untyped-def]
        def run(seed: int) -> tuple[np.ndarray, int]:
            model, spent = train_head(
                lambda: make(known.shape[1], classes), optimiser, known * scale, labels, seed=seed, epochs=epochs
            )
            return predicted(model, unknown * scale), spent

        return run

    sgd = network_head(last_layer, lambda found: torch.optim.SGD(found, lr=2e-3, momentum=0.9))
    adam = network_head(perceptron, lambda found: torch.optim.AdamW(found, lr=3e-4, weight_decay=0.1))
    wanted = {
        "SVM": (linear(linear_svm, chosen["SVM"]), 1, chosen["SVM"]),
        "logistic regression": (
            linear(logistic_regression, chosen["logistic regression"]),
            1,
            chosen["logistic regression"],
        ),
        "new last layer, SGD": (sgd, seeds, np.nan),
        "multi-layer perceptron": (adam, seeds, np.nan),
    }
    right, rows = {}, []
    for head, (run, repeats, C) in progress(wanted.items(), "classifiers"):
        begun = time.perf_counter()
        runs = [run(seed + i) for i in range(repeats)]
        seconds = (time.perf_counter() - begun) / repeats
        correct = np.array([found == truth for found, _ in runs])
        low, high = mean_interval(correct.mean(0), seed=seed)
        right[head] = correct[0]
        rows.append(
            {"network": network, "cut": cut, "head": head, "C": C, "seeds": repeats, "accuracy": correct.mean()}
            | {"low": low, "high": high, "lowest": correct.mean(1).min(), "highest": correct.mean(1).max()}
            | {"epochs": int(np.mean([spent for _, spent in runs])), "seconds": round(seconds, 2)}
            | {"test_images": len(truth)}
        )
    results = pd.DataFrame(rows).sort_values("accuracy", ascending=False, ignore_index=True)
    best = right[results["head"].iloc[0]]
    return results.assign(p_against_best=[mcnemar(right[head], best)[2] for head in results["head"]])


@figure(
    heads,
    caption="[Which classifier is used matters little: the best and the worst of `heads.count`{.value} are "
    '`100 * heads.spread:.1f`{.value} points apart.]{claim="heads.spread < 0.05"} '
    "Test accuracy of classifiers on the same features, with 95% bootstrap intervals over test images. Small dots: the "
    "lowest and the highest of the seeds, where training is random. The axis does not start at zero.",
    alt="Dots with intervals, one below the other and sorted by accuracy; the intervals overlap.",
)
def heads_bars(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Sorted dots with intervals, the best on top."""
    from matplotlib.ticker import MaxNLocator

    from experiments.lab.plots.dots import intervals
    from experiments.lab.plots.panels import panels

    height = 0.45 * len(results) + 0.7
    fig, (axis,) = panels(narrow=narrow, height=height, narrow_height=height)
    rows = results.assign(head=results["head"].str.replace(r"[ ,]+(?=\S+$)", "\n", regex=True)) if narrow else results
    runs = [(row["lowest"], row["highest"]) if row["seeds"] > 1 else () for row in results.to_dict("records")]
    intervals(axis, rows, "head", "accuracy", runs=runs, written=".1%")
    axis.set_xlabel("test accuracy")
    axis.margins(x=0.15)
    axis.xaxis.set_major_locator(MaxNLocator(4 if narrow else 7, steps=[1, 2, 5, 10]))
    axis.xaxis.set_major_formatter("{x:.0%}")
    return fig


@figure(
    heads,
    head_strengths,
    suffix="c",
    caption="[The SVM needs a smaller C than logistic regression; at their best, they are less than a point apart.]"
    '{claim="heads.alike_if_tuned"} '
    "First panel: accuracy in cross-validation on the training images against C, which weighs the errors. Thin lines "
    "are folds, the strong line is their mean, the band reaches from the lowest to the highest; rings mark the "
    "chosen C. Second: the same folds there.",
    alt="Left, two curves over a logarithmic axis, one for each classifier, that rise and level off. Right, a line for "
    "each fold from the SVM to logistic regression; they are nearly level.",
)
def heads_strengths(results: pd.DataFrame, strengths: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A curve over C for each classifier, with the chosen value marked; and the folds there, in pairs."""
    from matplotlib.ticker import MultipleLocator

    from experiments.lab.plots.band import band
    from experiments.lab.plots.panels import legend_above, panels
    from experiments.lab.plots.slopes import slopes

    fig, (left, right) = panels(2, narrow=narrow, height=3.7, narrow_height=2.8, ratios=(3, 2), same_y=not narrow)
    left.set_xscale("log")
    chosen = {}
    for colour, (head, rows) in zip(("C0", "C3"), strengths.groupby("head"), strict=True):
        band(left, rows, "C", "accuracy", colour, str(head), unit="fold")
        mean = rows.groupby("C")["accuracy"].mean()
        left.plot(mean.idxmax(), mean.max(), "o", color=colour, markersize=13, fillstyle="none")
        chosen[str(head)] = rows[rows["C"] == mean.idxmax()].sort_values("fold")
    before, after = chosen.values()
    names = [f"{head},\nC = {rows['C'].iloc[0]:g}" for head, rows in chosen.items()]
    slopes(right, before["accuracy"], after["accuracy"], (names[0], names[1]), "C4")
    right.set_xlim(-0.4, 1.4)
    left.set(xlabel="C", ylabel="accuracy in cross-validation")
    left.xaxis.set_major_formatter("{x:g}")
    for axis in (left, right) if narrow else (left,):
        axis.set_ylabel("accuracy in cross-validation")
    for axis in (left, right):
        axis.yaxis.set_major_locator(MultipleLocator(0.02))
        axis.yaxis.set_major_formatter("{x:.0%}")
    legend_above(fig, left)
    return fig


@summary(heads, head_strengths)
def heads_values(results: pd.DataFrame, strengths: pd.DataFrame) -> dict:
    """Every classifier by a short name, the best two, and the path of C.

    `level_p` is the p below which the best of all comparisons with the most accurate would be significant at the 5 %
    level (Bonferroni). `least_epochs` is of the classifiers that are trained by gradient descent. `alike_if_tuned`:
    logistic regression needs a larger C than the SVM, and with the C of each they are less than a point apart in
    cross-validation; false if the order is another, or they stay apart.
    """
    keys = ("head", "accuracy", "low", "high", "lowest", "highest", "seeds", "epochs", "seconds", "p_against_best")
    rows = [{key: row[key] for key in keys} for row in results.to_dict("records")]
    folds = strengths.groupby(["head", "C"])["accuracy"].mean().unstack("head")
    chosen, reached = folds.idxmax(), folds.max()
    return {
        "network": results["network"].iloc[0],
        "cut": results["cut"].iloc[0],
        "original_accuracy": ORIGINAL_ACCURACY,
        "count": len(rows),
        "best": rows[0],
        "second": rows[1],
        "worst": rows[-1],
        "level_p": 0.05 / max(1, len(rows) - 1),
        "least_epochs": min((row["epochs"] for row in rows if row["epochs"]), default=0),
        "spread": rows[0]["accuracy"] - rows[-1]["accuracy"],
        "alike_if_tuned": bool(
            chosen["SVM"] < chosen["logistic regression"]
            and abs(reached["SVM"] - reached["logistic regression"]) < 0.01
        ),
        "by_head": {SHORT[row["head"]]: row for row in rows},
        "strengths": {
            SHORT[str(head)]: {
                "chosen": path.idxmax(),
                "accuracy": path.max(),
                "least": path.min(),
                "at_one": path[1.0],
                "plateau": path.index[path > path.max() - 0.01].tolist(),
                "seconds": strengths.loc[strengths["head"] == head, "seconds"].sum(),
            }
            for head, path in folds.items()
        },
    }


SHORT = {
    "SVM": "svm",
    "logistic regression": "logistic",
    "new last layer, SGD": "last_layer",
    "multi-layer perceptron": "mlp",
}


if __name__ == "__main__":
    tpdl.main(__file__)
