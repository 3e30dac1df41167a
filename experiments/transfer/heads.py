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

    C is the inverse regularisation strength. One row for each classifier, C and fold, at the network's best cut.
    """
    import time

    from sklearn.model_selection import StratifiedKFold

    from experiments.lab.methods.factor import coordinates
    from experiments.lab.methods.linear_svm import linear_svm
    from experiments.lab.methods.logistic_regression import logistic_regression

    cut = str(curve.loc[curve["validation"].idxmax(), "cut"])
    train = int(gram["train"])
    labels = gram["label"][:train]
    known, _ = coordinates(gram[f"{cut}/kernel"], train)
    splits = list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(known, labels))
    rows = []
    for head, fit in (("SVM", linear_svm), ("logistic regression", logistic_regression)):
        for C in progress(STRENGTHS, "values of C"):
            for fold, (learned, held_out) in enumerate(splits):
                begun = time.perf_counter()
                machine = fit(known[learned], labels[learned], C, seed)
                seconds = round(time.perf_counter() - begun, 2)
                accuracy = machine.score(known[held_out], labels[held_out])
                rows.append(
                    {"network": network, "cut": cut, "head": head, "C": C, "fold": fold, "accuracy": accuracy}
                    | {"seconds": seconds}
                )
    return pd.DataFrame(rows)


@experiment(
    inputs={"gram": gram, "curve": layer_cut, "strengths": head_strengths},
    demo={"network": "tiny_squeezenet", "epochs": 60},
    may_be_missing=["C"],
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
    caption="Accuracy on the test images of classifiers on the same features, with 95% bootstrap intervals over test "
    "images. The axis does not start at zero.",
    alt="Dots with intervals, one below the other and sorted by accuracy; the intervals overlap.",
)
def heads_bars(results: pd.DataFrame) -> Figure:
    """Sorted dots with intervals."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(7.2, 0.5 * len(results) + 1))
    axis = fig.subplots()
    rows = results[::-1]
    errors = [rows["accuracy"] - rows["low"], rows["high"] - rows["accuracy"]]
    axis.errorbar(rows["accuracy"], rows["head"], xerr=errors, fmt="o", color="C0", markersize=7, capsize=4)
    for head, high, accuracy in zip(rows["head"], rows["high"], rows["accuracy"], strict=True):
        axis.annotate(f"{accuracy:.1%}", (high, head), (6, 0), textcoords="offset points", va="center", fontsize=9)
    axis.set(xlabel="test accuracy", ylim=(-0.6, len(rows) - 0.4))
    axis.margins(x=0.15)
    axis.xaxis.set_major_formatter("{x:.0%}")
    axis.grid(axis="y", visible=False)
    return fig


@figure(
    heads,
    head_strengths,
    suffix="c",
    caption="Cross-validated accuracy on the training images against C, the inverse regularisation strength: mean of "
    "the folds, and in the band the lowest and highest fold. The ring is the chosen C.",
    alt="Two curves over a logarithmic axis, one for each classifier, that rise and level off.",
)
def heads_strengths(results: pd.DataFrame, strengths: pd.DataFrame) -> Figure:
    """A curve over C for each classifier, with the chosen value marked."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MultipleLocator

    fig = Figure(figsize=(7.2, 3.8))
    axis = fig.subplots()
    for colour, (head, rows) in enumerate(strengths.groupby("head")):
        by = rows.groupby("C")["accuracy"]
        axis.fill_between(by.min().index, by.min(), by.max(), color=f"C{colour}", alpha=0.2, linewidth=0)
        axis.semilogx(by.mean(), "o-", color=f"C{colour}", label=head)
        axis.plot(by.mean().idxmax(), by.mean().max(), "o", color=f"C{colour}", markersize=13, fillstyle="none")
    axis.set(xlabel="C", ylabel="accuracy in cross-validation")
    axis.xaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_major_locator(MultipleLocator(0.02))
    axis.yaxis.set_major_formatter("{x:.0%}")
    axis.legend(loc="lower right")
    return fig


@summary(heads, head_strengths)
def heads_values(results: pd.DataFrame, strengths: pd.DataFrame) -> dict:
    """Every classifier by a short name, the best two, and the path of C."""
    keys = ("head", "accuracy", "low", "high", "lowest", "highest", "seeds", "epochs", "seconds", "p_against_best")
    rows = [{key: row[key] for key in keys} for row in results.to_dict("records")]
    folds = strengths.groupby(["head", "C"])["accuracy"].mean().unstack("head")
    return {
        "network": results["network"].iloc[0],
        "cut": results["cut"].iloc[0],
        "original_accuracy": ORIGINAL_ACCURACY,
        "count": len(rows),
        "best": rows[0],
        "second": rows[1],
        "worst": rows[-1],
        "spread": rows[0]["accuracy"] - rows[-1]["accuracy"],
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
