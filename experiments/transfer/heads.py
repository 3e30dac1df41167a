"""Classifiers on the same features: does it matter which one is used (questions 10 and 11)?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

import tpdl
from experiments.transfer.gram import gram
from experiments.transfer.layer_cut import layer_cut
from tpdl import Arrays, experiment, figure, progress, summary

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

    from experiments.lab.methods.head_training import Make, Optimiser

ORIGINAL_ACCURACY = 0.91
"""Of both the SVM and the multi-layer perceptron in the original report, with VGG16."""

STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Values of C that are tried."""

SVM, LOGISTIC, LAST_LAYER, MLP = "SVM", "logistic regression", "new last layer, SGD", "multi-layer perceptron"

SETTINGS = ["rate", "dropout", "decay"]
"""Of what is trained by gradient descent: learning rate, dropout, and the weight decay of AdamW."""

GRID: dict[str, list[dict[str, float]]] = {
    LAST_LAYER: [{"rate": rate, "dropout": 0.0, "decay": 0.0} for rate in (0.001, 0.003, 0.01, 0.03)],
    MLP: [
        {"rate": 3e-3, "dropout": dropout, "decay": decay}
        for dropout in (0.0, 0.5)
        for decay in (0.001, 0.01, 0.1, 1.0)
    ],
}
"""Settings that are tried."""


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


def recipe(head: str, features: int, classes: int, rate: float, dropout: float, decay: float) -> tuple[Make, Optimiser]:
    """How a network is made and trained: the arguments of `lab.methods.head_training`.

    Args:
        head: a key of `GRID`.
        features, classes: what goes in and comes out.
        rate, dropout, decay: one of its settings.
    """
    import torch

    from experiments.lab.methods.head_training import last_layer, perceptron

    if head == LAST_LAYER:
        return lambda: last_layer(features, classes), lambda found: torch.optim.SGD(found, lr=rate, momentum=0.9)
    return (
        lambda: perceptron(features, classes, dropout=dropout),
        # Fused, because the update of so many weights takes longer than the gradient otherwise.
        lambda found: torch.optim.AdamW(found, lr=rate, weight_decay=decay, fused=True),
    )


def network_inputs(known: np.ndarray, unknown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates as networks get them: minus the mean of the training images, and times √rank.

    All features of an image are positive, so the first coordinate is nearly the same large number everywhere, which
    would slow gradient descent down. The scale makes coordinates of the order of 1.
    """
    mean, scale = known.mean(0), known.shape[1] ** 0.5
    return (known - mean) * scale, (unknown - mean) * scale


@experiment(
    inputs={"gram": gram, "curve": layer_cut},
    demo={"network": "tiny_squeezenet", "epochs": 300, "patience": 10},
    device="gpu",
)
def head_settings(
    gram: Arrays,
    curve: pd.DataFrame,
    network: str = "squeezenet1_1",
    folds: int = 5,
    epochs: int = 1000,
    patience: int = 20,
    seed: int = 0,
) -> pd.DataFrame:
    """Cross-validation of what is trained by gradient descent: its settings, and its number of epochs.

    The folds are those of `head_strengths`. One row for each classifier, setting and fold, at the network's best cut.
    `epochs` is the number with the lowest validation loss, averaged over folds; `loss` and `accuracy` are those of the
    fold at that epoch. `longest` is the number of epochs when training stopped, and `converged` says that it did so
    because the loss had not fallen for `patience` epochs.
    """
    import time

    from sklearn.model_selection import StratifiedKFold

    from experiments.lab.methods.factor import coordinates
    from experiments.lab.methods.head_training import cross_validate

    cut = str(curve.loc[curve["validation"].idxmax(), "cut"])
    train, classes = int(gram["train"]), len(gram["class"])
    labels = gram["label"][:train]
    x, _ = network_inputs(*coordinates(gram[f"{cut}/kernel"], train))
    splits = list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(x, labels))
    rows = []
    for head, setting in progress([(head, each) for head, grid in GRID.items() for each in grid], "settings"):
        begun = time.perf_counter()
        found = cross_validate(
            *recipe(head, x.shape[1], classes, **setting),
            x,
            labels,
            splits,
            seed=seed,
            epochs=epochs,
            patience=patience,
        )
        seconds = round((time.perf_counter() - begun) / folds, 2)
        measured = zip(found.loss[found.epochs - 1], found.accuracy[found.epochs - 1], strict=True)
        for fold, (loss, accuracy) in enumerate(measured):
            rows.append(
                {"network": network, "cut": cut, "head": head, **setting, "fold": fold, "epochs": found.epochs}
                | {"loss": loss, "accuracy": accuracy, "longest": len(found.loss), "converged": found.converged}
                | {"seconds": seconds}
            )
    return pd.DataFrame(rows)


def chosen_settings(settings: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """For each classifier the setting with the highest mean accuracy over folds: a row with the means over folds."""
    means = settings.groupby(["head", *SETTINGS], as_index=False)[["epochs", "longest", "loss", "accuracy"]].mean()
    best = means.loc[means.groupby("head")["accuracy"].idxmax()]
    return {row["head"]: row | {"epochs": int(row["epochs"])} for row in best.to_dict("records")}


@experiment(
    inputs={"gram": gram, "curve": layer_cut, "strengths": head_strengths, "settings": head_settings},
    demo={"network": "tiny_squeezenet"},
    may_be_missing=["C", *SETTINGS, "over_seeds"],
    device="gpu",
)
def heads(
    gram: Arrays,
    curve: pd.DataFrame,
    strengths: pd.DataFrame,
    settings: pd.DataFrame,
    network: str = "squeezenet1_1",
    seeds: int = 5,
    seed: int = 0,
) -> pd.DataFrame:
    """One row for each classifier, with the settings of its cross-validation: test accuracy, and the gain over the SVM.

    The accuracy is averaged over seeds if training is random. Its interval is a 95 % bootstrap over test images; an
    image counts with the fraction of seeds that classify it correctly. `over_seeds` is half the width of Student's 95 %
    interval of the mean over seeds. `gain` is the difference from the SVM on the same images, with a bootstrap interval
    at 95 % and one, `all_low` to `all_high`, at the level that the Bonferroni correction for all comparisons asks for.
    `p_against_best` and `p_against_svm` are McNemar's p-values for the comparison with the most accurate classifier and
    with the SVM, seed 0 against seed 0. Networks get the coordinates of `network_inputs`; SVM and logistic regression
    get them as they are.
    """
    import time

    import numpy as np

    from experiments.lab.methods.factor import coordinates
    from experiments.lab.methods.head_training import predicted, train
    from experiments.lab.methods.intervals import mcnemar, mean_interval
    from experiments.lab.methods.linear_svm import linear_svm
    from experiments.lab.methods.logistic_regression import logistic_regression
    from experiments.lab.methods.seed_interval import seed_interval

    cut = str(curve.loc[curve["validation"].idxmax(), "cut"])
    count, classes = int(gram["train"]), len(gram["class"])
    labels, truth = gram["label"][:count], gram["label"][count:]
    known, unknown = coordinates(gram[f"{cut}/kernel"], count)
    x, unknown_x = network_inputs(known, unknown)
    strength = strengths.groupby(["head", "C"])["accuracy"].mean().unstack("head").idxmax()
    setting = chosen_settings(settings)

    def answers(head: str) -> np.ndarray:
        """The classes of the test images, [seeds, images]."""
        if head in strength:
            fit = linear_svm if head == SVM else logistic_regression
            return fit(known, labels, strength[head], seed).predict(unknown)[None]
        chosen = setting[head]
        made = recipe(head, x.shape[1], classes, **{key: chosen[key] for key in SETTINGS})
        stack = train(*made, x, labels, epochs=chosen["epochs"], seeds=range(seed, seed + seeds))
        return predicted(stack, unknown_x)

    compared, right, rows = (SVM, LOGISTIC, LAST_LAYER, MLP), {}, []
    for head in progress(compared, "classifiers"):
        begun = time.perf_counter()
        correct = right[head] = answers(head) == truth
        seconds = round((time.perf_counter() - begun) / len(correct), 2)
        low, high = mean_interval(correct.mean(0), seed=seed)
        gains = correct.mean(0) - right[SVM].mean(0)
        gain_low, gain_high = mean_interval(gains, seed=seed)
        # Its ends are in the tails, which take more samples.
        all_low, all_high = mean_interval(gains, 1 - 0.05 / (len(compared) - 1), 10_000, seed)
        mean, _, above = seed_interval(correct.mean(1))
        rows.append(
            {"network": network, "cut": cut, "head": head, "C": strength.get(head, np.nan)}
            | {key: setting[head][key] if head in setting else np.nan for key in SETTINGS}
            | {"seeds": len(correct), "accuracy": correct.mean(), "low": low, "high": high}
            | {"over_seeds": above - mean if len(correct) > 1 else np.nan}
            | {"lowest": correct.mean(1).min(), "highest": correct.mean(1).max()}
            | {"epochs": setting[head]["epochs"] if head in setting else 0, "seconds": seconds}
            | {"test_images": len(truth), "gain": gains.mean(), "gain_low": gain_low, "gain_high": gain_high}
            | {"all_low": all_low, "all_high": all_high}
            | {"p_against_svm": mcnemar(correct[0], right[SVM][0])[2]}
        )
    results = pd.DataFrame(rows).sort_values("accuracy", ascending=False, ignore_index=True)
    best = right[results["head"].iloc[0]][0]
    return results.assign(p_against_best=[mcnemar(right[head][0], best)[2] for head in results["head"]])


@figure(
    heads,
    caption="[Which classifier is used matters little: the best and the worst of `heads.count`{.value} are "
    '`100 * heads.spread:.1f`{.value} points apart.]{claim="heads.spread < 0.05"} '
    "First panel: test accuracy of classifiers on the same features, each with the settings of its cross-validation, "
    "with 95% bootstrap intervals over test images. Small dots: the lowest and the highest of the seeds, where "
    "training is random. Second: the difference from the SVM on the same images, in points; an interval that holds "
    "zero shows neither to be ahead. The first axis does not start at zero.",
    alt="Left, dots with intervals, one below the other and sorted by accuracy. Right, for each the difference from "
    "the SVM with its interval, beside a line at zero.",
)
def heads_bars(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Sorted dots with intervals, the best on top, and beside them the difference of each from the SVM."""
    from matplotlib import rcParams
    from matplotlib.ticker import MaxNLocator

    from experiments.lab.plots.dots import intervals
    from experiments.lab.plots.panels import panels

    height = 0.45 * len(results) + 0.7
    fig, (left, right) = panels(2, narrow=narrow, height=height, narrow_height=height, ratios=(5, 4))
    rows = results.assign(head=results["head"].str.replace(r"[ ,]+(?=\S+$)", "\n", regex=True))
    runs = [(row["lowest"], row["highest"]) if row["seeds"] > 1 else () for row in results.to_dict("records")]
    intervals(left, rows, "head", "accuracy", runs=runs, written=".1%")
    left.set_xlabel("test accuracy")
    left.xaxis.set_major_formatter("{x:.0%}")
    points = rows.assign(**{key: 100 * rows[key] for key in ("gain", "gain_low", "gain_high")})
    right.axvline(0, color=rcParams["text.color"], linestyle=":", linewidth=1.2, zorder=0)
    intervals(right, points, "head", "gain", "gain_low", "gain_high", colours="C4")
    for place, row in enumerate(points.to_dict("records")):
        if row["head"] != SVM:  # on the side away from zero
            ahead = row["gain"] > 0
            right.annotate(
                f"{row['gain']:+.1f}".replace("-", "−"), (row["gain_high" if ahead else "gain_low"], place),
                (6 if ahead else -6, 0), textcoords="offset points", va="center", ha="left" if ahead else "right",
                fontsize=9,
            )  # fmt: skip
    right.set_xlabel("difference from the SVM, points")
    if not narrow:
        right.set_yticklabels([])
    for axis in (left, right):
        axis.margins(x=0.25)
        axis.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    return fig


@figure(
    head_settings,
    head_strengths,
    caption="[No setting of the MLP gives more than `100 * heads.tuning.mlp.range:.1f`{.value} points over another.]"
    '{claim="heads.tuning.mlp.range < 0.1"} '
    "First panel: its accuracy in cross-validation on the training images against weight decay, without dropout and "
    "with it. Thin lines are folds, the strong line is their mean, the band reaches from the lowest to the highest; "
    "the ring marks the chosen setting, the dashed line the SVM with its best C in the same folds. Second: the "
    "number of epochs after which the loss on the images held out was lowest.",
    alt="Left, two curves over a logarithmic axis of weight decay, each with thin lines for five folds, and a dashed "
    "line for the SVM. Right, the number of epochs for the same settings.",
)
def head_settings_grid(settings: pd.DataFrame, strengths: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A curve over weight decay for each dropout, with the chosen setting marked; and the epochs that each took."""
    from matplotlib import rcParams
    from matplotlib.ticker import MaxNLocator

    from experiments.lab.plots.band import band
    from experiments.lab.plots.panels import legend_above, panels

    fig, (left, right) = panels(2, narrow=narrow, height=3.4, narrow_height=2.8, ratios=(3, 2))
    grid, chosen = settings[settings["head"] == MLP], chosen_settings(settings)[MLP]
    for colour, (dropout, rows) in zip(("C0", "C3"), grid.groupby("dropout"), strict=True):
        band(left, rows, "decay", "accuracy", colour, f"dropout {dropout:g}" if dropout else "no dropout", unit="fold")
        right.plot("decay", "epochs", "o-", data=rows[rows["fold"] == 0], color=colour)
        if dropout == chosen["dropout"]:
            left.plot(chosen["decay"], chosen["accuracy"], "o", color=colour, markersize=13, fillstyle="none")
    svm = strengths[strengths["head"] == SVM].groupby("C")["accuracy"].mean().max()
    left.axhline(svm, color=rcParams["text.color"], linestyle="--", linewidth=1.2, zorder=0, label="SVM")
    left.set_ylabel("accuracy in cross-validation")
    right.set_ylabel("epochs")
    right.set_ylim(0, 1.1 * grid["epochs"].max())
    left.yaxis.set_major_formatter("{x:.0%}")
    left.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    for axis in (left, right):
        axis.set_xscale("log")
        axis.set_xlabel("weight decay")
        axis.xaxis.set_major_formatter("{x:g}")
    legend_above(fig, left)
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


@summary(heads, head_strengths, head_settings)
def heads_values(results: pd.DataFrame, strengths: pd.DataFrame, settings: pd.DataFrame) -> dict:
    """Every classifier by a short name, the best two, the path of C, and the settings of what is trained.

    `level_p` is the p below which the best of all comparisons with one classifier would be significant at the 5 % level
    (Bonferroni). `alike_if_tuned`: logistic regression needs a larger C than the SVM, and with the C of each they are
    less than a point apart in cross-validation; false if the order is another, or they stay apart. A classifier is
    `ahead` of the SVM or `behind` if the interval of its gain does not hold zero; `at_most` is the largest difference
    in either direction that the interval does not exclude. `gain_over_seeds`, of what is trained at random, is
    Student's 95 % interval of the gain; the SVM has no seeds. `limited` counts the settings whose training did not
    converge.
    """
    keys = ["head", "accuracy", "low", "high", "lowest", "highest", "seeds", "epochs", "seconds"]
    keys += ["p_against_best", "p_against_svm", "gain", "gain_low", "gain_high", "all_low", "all_high"]
    rows = [{key: row[key] for key in keys} | _sides(row) for row in results.to_dict("records")]
    folds = strengths.groupby(["head", "C"])["accuracy"].mean().unstack("head")
    chosen, reached = folds.idxmax(), folds.max()
    others = [row for row in rows if row["head"] != SVM]
    return {
        "network": results["network"].iloc[0],
        "cut": results["cut"].iloc[0],
        "original_accuracy": ORIGINAL_ACCURACY,
        "count": len(rows),
        "best": rows[0],
        "second": rows[1],
        "worst": rows[-1],
        "level_p": 0.05 / max(1, len(rows) - 1),
        "spread": rows[0]["accuracy"] - rows[-1]["accuracy"],
        "ahead_of_svm": [row["head"] for row in others if row["ahead"]],
        "behind_svm": [row["head"] for row in others if row["behind"]],
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
        "tuning": {SHORT[head]: row | _path(settings, head) for head, row in chosen_settings(settings).items()},
        "limited": int((~settings.groupby(["head", *SETTINGS])["converged"].all()).sum()),
    }


def _sides(row: dict[str, Any]) -> dict[str, Any]:
    """On which side of the SVM a classifier is, by the interval of the difference, and that over seeds."""
    gain, half = row["gain"], row["over_seeds"]
    over_seeds = {"gain_over_seeds": {"low": gain - half, "high": gain + half}} if row["seeds"] > 1 else {}
    return over_seeds | {
        "ahead": bool(row["gain_low"] > 0),
        "behind": bool(row["gain_high"] < 0),
        "at_most": max(abs(row["gain_low"]), abs(row["gain_high"])),
    }


def _path(settings: pd.DataFrame, head: str) -> dict[str, Any]:
    """How much the settings of a classifier matter.

    `range` is of their mean accuracies, `plateau` counts those within a point of the best, `dropouts` are those that
    were tried, in order, and `decay_inside` says that the chosen weight decay is neither the least nor the largest that
    was tried.
    """
    rows = settings[settings["head"] == head]
    means = rows.groupby(SETTINGS)["accuracy"].mean()
    decay = chosen_settings(settings)[head]["decay"]
    return {
        "settings": len(means),
        "folds": rows["fold"].nunique(),
        "least": means.min(),
        "range": means.max() - means.min(),
        "plateau": int((means > means.max() - 0.01).sum()),
        "dropouts": sorted(rows["dropout"].unique()),
        "decay_inside": bool(rows["decay"].min() < decay < rows["decay"].max()),
        "patience": int((rows["longest"] - rows["epochs"]).max()),
        "longest_of_all": int(rows["longest"].max()),
        "seconds": rows["seconds"].sum(),
    }


SHORT = {SVM: "svm", LOGISTIC: "logistic", LAST_LAYER: "last_layer", MLP: "mlp"}


if __name__ == "__main__":
    tpdl.main(__file__)
