"""Does adversarial training transfer digits to MNIST-M, and what exceeds the paper's accuracy (question 2)?"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

import tpdl
from experiments.adaptation.runs import histories, run_alike, several
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPER = {"source-only": 0.5225, "dann": 0.7666, "target": 0.9596}
"""Accuracy on MNIST-M in Ganin et al. 2016, table 2."""

NAMES = {
    "source-only": "source only",
    "dann": "DANN",
    "target": "trained on target",
    "recoloured": "source only, recoloured",
    "recoloured-dann": "DANN, recoloured",
}
COLOURS = {"source-only": "C0", "dann": "C1", "target": "C2", "recoloured": "C5", "recoloured-dann": "C4"}
LABEL, DOMAIN = "C2", "C3"
"""Colours of what belongs to the label classifier and to the domain classifier."""


@experiment(
    matrix={"method": ["source-only", "dann", "target"], "seed": [0, 1, 2]},
    demo={"seed": [0], "epochs": 3},
    data=["mnist", "mnist-m"],
    local=True,
    device="gpu",
    together=["seed"],
)
def dann_training(method: str, seed: list[int], epochs: int = 5) -> list[Arrays]:
    """Train by the three methods of the paper's table 2; see `experiments.adaptation.runs.run` for the results.

    On a GPU the seeds of a method are one stack.

    Args:
        method: "source-only", "dann", or "target", which is trained on the labels of MNIST-M: an upper bound for
            adaptation.
        seed: of the initial weights and of the order of the images.
        epochs: passes over the labelled images.
    """
    import numpy as np

    trained_on = "target" if method == "target" else "source"
    runs = run_alike(seeds=seed, epochs=epochs, trained_on=trained_on, adapts=method == "dann")
    return [{"method": np.array(method), **found} for found in runs]


@experiment(
    matrix={"method": ["recoloured", "recoloured-dann"], "seed": [0, 1, 2]},
    demo={"seed": [0], "epochs": 3},
    data=["mnist", "mnist-m"],
    local=True,
    device="gpu",
    together=["seed"],
)
def recoloured_training(method: str, seed: list[int], epochs: int = 5) -> list[Arrays]:
    """Train "source-only" and "dann" again, with every source digit in two random colours whenever it is shown.

    Args:
        method: "recoloured" without and "recoloured-dann" with the domain branch.
        seed, epochs: as in `dann_training`.
    """
    import numpy as np

    runs = run_alike(seeds=seed, epochs=epochs, adapts=method == "recoloured-dann", recoloured=True)
    return [{"method": np.array(method), **found} for found in runs]


@experiment(
    inputs={"runs": dann_training, "recoloured": recoloured_training},
    may_be_missing=[
        "label_gradient",
        "domain_gradient",
        "reversed_gradient",
        "domain_loss",
        "domain_accuracy",
        "domain_test_accuracy",
    ],
)
def dann(runs: Mapping[str, Any], recoloured: Mapping[str, Any]) -> pd.DataFrame:
    """One row for each training run and epoch: accuracy on the test images of both domains, and the domain branch.

    `domain_accuracy` is the domain classifier's mean accuracy over the epoch's batches, `domain_test_accuracy` that on
    the test images after the epoch. The gradients are norms of the gradient of a batch's loss with respect to its
    features, averaged over the epoch (see `experiments.lab.methods.domain_adversarial.train`). These columns are empty
    if there is no domain branch.
    """
    return histories(several(runs, recoloured), "method", "seed")


@experiment(inputs={"runs": dann_training, "recoloured": recoloured_training}, may_be_missing=["paper"])
def dann_accuracy(runs: Mapping[str, Any], recoloured: Mapping[str, Any]) -> pd.DataFrame:
    """One row for each method and domain: test accuracy after the last epoch, over seeds.

    The interval is a 95 % bootstrap over test images; an image counts with the fraction of seeds that classify it
    correctly. `p_against_dann` is McNemar's p-value for the comparison with DANN, the lowest seed of each. No label of
    the target and no test image was used to choose anything: the last epoch counts, and every setting is the paper's or
    was fixed beforehand.
    """
    import numpy as np

    from experiments.lab.methods.intervals import mcnemar, mean_interval

    found: dict[str, dict[int, Arrays]] = {}
    for measured in several(runs, recoloured):
        found.setdefault(str(measured["method"]), {})[int(measured["seed"])] = measured
    rows = []
    for method, by_seed in found.items():
        for domain in ("source", "target"):
            correct = np.stack([by_seed[seed][f"correct/{domain}"] for seed in sorted(by_seed)])
            low, high = mean_interval(correct.mean(0))
            means = correct.mean(1)
            reference = found["dann"][min(found["dann"])][f"correct/{domain}"]
            seconds = sum(float(one["seconds"]) for one in by_seed.values())
            rows.append(
                {"method": method, "name": NAMES[method], "domain": domain, "seeds": len(correct)}
                | {"accuracy": means.mean(), "low": low, "high": high, "lowest": means.min(), "highest": means.max()}
                | {"p_against_dann": mcnemar(correct[0], reference)[2], "test_images": correct.shape[1]}
                | {"paper": PAPER.get(method, np.nan) if domain == "target" else np.nan}
                | {"seconds": round(seconds / len(correct), 1)}
                | {"images_per_second": sum(int(one["images"]) for one in by_seed.values()) / seconds}
            )
    return pd.DataFrame(rows)


@experiment(inputs={"results": dann, "accuracies": dann_accuracy}, may_be_missing=["paper"])
def dann_intervals(results: pd.DataFrame, accuracies: pd.DataFrame) -> pd.DataFrame:
    """One row for each method: accuracy on the target after the last epoch, and what two kinds of interval say of it.

    `seeds_low` to `seeds_high` is Student's 95 % interval over seeds: other training runs on the same test images.
    `images_low` to `images_high` is the bootstrap interval over test images of `dann_accuracy`: the same networks.
    """
    last = results[results["epoch"] == results["epoch"].max()]
    rows = []
    for row in accuracies[accuracies["domain"] == "target"].to_dict("records"):
        seeds = over_seeds(last[last["method"] == row["method"]].set_index("seed")["target_accuracy"])
        rows.append(
            {key: row[key] for key in ("method", "name", "seeds", "accuracy", "lowest", "highest")}
            | {"seeds_low": seeds["low"], "seeds_high": seeds["high"]}
            | {"images_low": row["low"], "images_high": row["high"], "paper": row["paper"]}
        )
    return pd.DataFrame(rows)


@figure(
    dann,
    caption="[After `dann.epochs`{.value} epochs, DANN gains less on MNIST-M than random colours do, and both "
    'together most.]{claim="dann.ordered"} Accuracy on the test images of both domains. Lines: mean over '
    "`dann_accuracy.dann.target.seeds`{.value} seeds; thin lines: seeds; band: from the lowest to the "
    "highest. Dotted, in the colour of the method: accuracy on MNIST-M in the paper. The panels have "
    "scales of their own.",
    alt="Two panels of curves over epochs, one curve for each method. On the source all end within a few points of "
    "each other. On the target they lie apart in layers: source only at the bottom, then DANN, random colours, and "
    "both together, a few points below the network trained on the target.",
)
def dann_curves(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Accuracy over epochs: a panel for each domain, a colour for each method."""
    from matplotlib.ticker import MaxNLocator

    from experiments.lab.plots.band import band
    from experiments.lab.plots.panels import legend_above, panels

    fig, axes = panels(2, narrow=narrow, height=4.0, narrow_height=2.7)
    for axis, domain, name in zip(axes, ("source", "target"), ("MNIST (source)", "MNIST-M (target)"), strict=True):
        for method, rows in results.groupby("method", sort=False):
            band(axis, rows, "epoch", f"{domain}_accuracy", COLOURS[str(method)], NAMES[str(method)])
            if domain == "target" and method in PAPER:
                axis.axhline(PAPER[str(method)], color=COLOURS[str(method)], linestyle=":", linewidth=1.2, zorder=0)
        axis.set(title=name, xlabel="epoch", ylabel="test accuracy")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.yaxis.set_major_formatter("{x:.0%}")
        axis.set_ylim(top=1)
    legend_above(fig, axes[0], columns=2 if narrow else 3)
    return fig


@figure(
    dann,
    suffix="domains",
    caption="[The domain classifier does well in the first epoch only: from the second on its loss is close to "
    'that of guessing.]{claim="dann.domain.close_to_guessing"} DANN over epochs. Domain accuracy: on the '
    "test images of both domains. Domain loss: mean over the epoch's batches. Gradient norms at the "
    "features: from the label classifier, and from the domain classifier before and after the reversal. "
    "Dotted: guessing. Thin lines: seeds; line and band: mean and range.",
    alt="Three panels over epochs. On test images the domain classifier's accuracy lies between one half and "
    "a little more than three quarters, and the seeds cross. Its loss jumps up after the first epoch and stays "
    "just below that of guessing. The gradient of the label classifier rises once and then falls, until the "
    "reversed one is nearly as strong.",
)
def dann_domain_curves(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """The domain classifier's accuracy and loss, and gradient norms, of DANN."""
    from math import log

    from matplotlib import rcParams
    from matplotlib.ticker import MaxNLocator

    from experiments.lab.plots.band import band
    from experiments.lab.plots.panels import panels

    fig, axes = panels(3, narrow=narrow, height=3.6, narrow_height=2.4)
    rows = results[results["method"] == "dann"]
    band(axes[0], rows, "epoch", "domain_test_accuracy", DOMAIN)
    band(axes[1], rows, "epoch", "domain_loss", DOMAIN)
    band(axes[2], rows, "epoch", "label_gradient", LABEL, "label classifier")
    band(axes[2], rows, "epoch", "domain_gradient", DOMAIN, "domain classifier")
    band(axes[2], rows, "epoch", "reversed_gradient", DOMAIN, "the same, times λ", style="s--")
    for axis, guessing in zip(axes, (0.5, log(2)), strict=False):
        axis.axhline(guessing, color=rcParams["text.color"], linestyle=":", linewidth=1.2, zorder=0)
    titles = ("domain accuracy", "domain loss (nats)", "gradient norm")
    for axis, name in zip(axes, titles, strict=True):
        axis.set(title=name, xlabel="epoch", ylabel="")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.margins(y=0.08)
    axes[0].yaxis.set_major_formatter("{x:.0%}")
    axes[2].set_ylim(bottom=0)
    axes[2].legend(loc="lower right", fontsize=8)
    return fig


@summary(dann_accuracy)
def dann_accuracy_values(results: pd.DataFrame) -> dict:
    """Both domains of every method by a short name, and what share of the gap between them DANN and colours close.

    `low` and `high` are an interval over test images; for one over seeds see `dann_values`. `closed` is DANN's share of
    the gap between our networks trained on the source and on the target, `paper_closed` the paper's between its own,
    and `closed_from_paper` that of our DANN in the paper's gap, whose source-only network does worse. `speeds_differ`
    is whether training on the source and on the target, the same updates, differ in images per second by a fifth.
    """
    keys = (
        "name",
        "seeds",
        "accuracy",
        "low",
        "high",
        "lowest",
        "highest",
        "p_against_dann",
        "seconds",
        "images_per_second",
    )
    by: dict[str, dict] = {}
    for row in results.to_dict("records"):
        by.setdefault(row["method"].replace("-", "_"), {})[row["domain"]] = {key: row[key] for key in keys} | {
            "high_less_low": row["high"] - row["low"],
            "range": row["highest"] - row["lowest"],
        }
    target = {method: domains["target"]["accuracy"] for method, domains in by.items()}
    best = max((method for method in target if method != "target"), key=lambda method: target[method])
    span = target["target"] - target["source_only"]
    speeds = [by[method]["target"]["images_per_second"] for method in ("source_only", "target")]
    paper_span = PAPER["target"] - PAPER["source-only"]
    return by | {
        "methods": list(by),
        "paper": {method.replace("-", "_"): accuracy for method, accuracy in PAPER.items()},
        "paper_closed": (PAPER["dann"] - PAPER["source-only"]) / paper_span,
        "closed_from_paper": (target["dann"] - PAPER["source-only"]) / paper_span,
        "closed": (target["dann"] - target["source_only"]) / span if span else 0.0,
        "closed_by_colours": (target.get("recoloured", target["source_only"]) - target["source_only"]) / span
        if span
        else 0.0,
        "best": by[best]["target"],
        "test_images": results["test_images"].iloc[0],
        "speeds_differ": max(speeds) > 1.2 * min(speeds),
    }


@summary(dann)
def dann_values(results: pd.DataFrame) -> dict:
    """What DANN's curves and the seeds of all methods say after the last epoch.

    `seeds` has, for each method and domain, every seed's accuracy, their mean, and Student's 95 % interval over seeds;
    `ordered` is whether the target's intervals of source only, DANN, random colours, and both lie apart in this order.
    `gain` and `source_loss` are DANN's gain on the target and loss on the source, seed by seed, against the same seed
    of the network trained on the source alone; `closed` is the share of the gap to the network trained on the target.
    `rises` is whether DANN's mean target accuracy rises in every epoch; `fell_last`, how many seeds fell in the last.
    `label_loss_falls` is whether DANN's label loss fell in the last epoch with every seed.
    `domain` compares its loss with guessing (ln 2), for the seed and epoch where it is farthest from the sentence.
    """
    from math import log

    rows = results[results["method"] == "dann"]
    columns = (
        "domain_test_accuracy",
        "domain_loss",
        "label_gradient",
        "domain_gradient",
        "reversed_gradient",
        "target_accuracy",
    )
    ends = {"first": rows[rows["epoch"] == 1], "last": rows[rows["epoch"] == rows["epoch"].max()]}
    last = results[results["epoch"] == results["epoch"].max()].set_index("seed")
    by = {
        method.replace("-", "_"): {domain: part[f"{domain}_accuracy"] for domain in ("source", "target")}
        for method, part in last.groupby("method", sort=False)
    }
    found: dict[str, Any] = {"epochs": results["epoch"].max()}
    found |= {end: {column: part[column].mean() for column in columns} for end, part in ends.items()}
    found |= {"seeds": {name: {key: over_seeds(part) for key, part in both.items()} for name, both in by.items()}}
    target = {name: both["target"] for name, both in found["seeds"].items()}
    order = [target[name] for name in ("source_only", "dann", "recoloured", "recoloured_dann") if name in target]
    found |= {"ordered": all(before["high"] < after["low"] for before, after in pairwise(order))}
    found |= {"gain": over_seeds(by["dann"]["target"] - by["source_only"]["target"])}
    found |= {"source_loss": over_seeds(by["source_only"]["source"] - by["dann"]["source"])}
    span = by["target"]["target"] - by["source_only"]["target"]
    found |= {"closed": over_seeds((by["dann"]["target"] - by["source_only"]["target"]) / span)}
    course = rows.pivot(index="seed", columns="epoch", values="target_accuracy")
    steps = course.diff(axis=1).iloc[:, 1:]
    found |= {"rises": bool((steps.mean() > 0).all()), "last_gain": steps.iloc[:, -1].mean()}
    found |= {"fell_last": int((steps.iloc[:, -1] < 0).sum())}
    label_loss = rows.pivot(index="seed", columns="epoch", values="label_loss").diff(axis=1).iloc[:, -1]
    found |= {"label_loss_falls": bool((label_loss < 0).all())}
    first, later = (rows.loc[part, "domain_loss"] / log(2) for part in (rows["epoch"] == 1, rows["epoch"] > 1))
    ratio = ends["last"]["reversed_gradient"] / ends["last"]["label_gradient"]
    changes = (
        ends["last"].set_index("seed")["domain_test_accuracy"] - ends["first"].set_index("seed")["domain_test_accuracy"]
    )
    return found | {
        "domain": {
            "first_highest": first.max(),
            "later_lowest": later.min(),
            "close_to_guessing": bool(first.max() < 0.7 and later.min() > 0.8),
            "rose": int((changes > 0).sum()),
            "fell": int((changes < 0).sum()),
            "last_lowest": ends["last"]["domain_test_accuracy"].min(),
            "last_highest": ends["last"]["domain_test_accuracy"].max(),
            "least_ratio": ratio.min(),
            "greatest_ratio": ratio.max(),
        }
    }


def over_seeds(values: pd.Series) -> dict:
    """The mean over seeds, Student's 95 % interval of it, the lowest and the highest, and each seed in order."""
    from experiments.lab.methods.seed_interval import seed_interval

    mean, low, high = seed_interval(values.to_numpy(float))
    each = [float(value) for value in values.sort_index()]
    return {"mean": mean, "low": low, "high": high, "lowest": min(each), "highest": max(each), "each": each}


if __name__ == "__main__":
    tpdl.main(__file__)
