"""Self-training with pseudo-labels (question 4): how confident and how accurate must the network be?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

import tpdl
from experiments.adaptation.dann import dann_training, recoloured_training
from experiments.adaptation.runs import several
from tpdl import checkpoint, experiment, figure, progress, summary

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

    from experiments.lab.data.mnist import Digits
    from experiments.lab.nets.dann import DomainAdversarialNetwork

THRESHOLDS = (0.0, 0.8, 0.95, 0.99)
"""Probabilities from which a label is kept; 0 keeps all."""
STARTS = ("early", "source-only", "dann")
NAMES = {"early": "source only, far too early", "source-only": "source only", "dann": "DANN"}
EARLY_STEPS = 30
"""Batches on which the network "early" is trained before self-training starts."""


@experiment(
    matrix={"start": ["early", "source-only", "dann"], "seed": [0, 1, 2]},
    demo={"seed": [0], "rounds": 2, "steps": 5, "pool": 200},
    inputs={"runs": dann_training},
    data=["mnist", "mnist-m"],
    may_be_missing=["kept_accuracy"],
)
def pseudo_labels(
    start: str, seed: int, runs: Mapping[str, Any], rounds: int = 4, steps: int = 200, pool: int = 20_000
) -> pd.DataFrame:
    """One row for each threshold and round: which pseudo-labels of the target are kept, and how accurate they are.

    `coverage` is the fraction of images whose label is kept, `kept_accuracy` the accuracy of these labels (empty if
    there are none), `rarest` the fraction of the rarest digit among them, and `target_accuracy` the accuracy on the
    target's test images. Round 0 is before any training on pseudo-labels. The true labels of the target are used for
    these columns only.

    Args:
        start: "early" (source only, stopped after 30 batches), or the end of a training run of `dann_training`.
        seed: of that run and of the batches here.
        rounds, steps: see `experiments.lab.methods.self_training`.
        pool: number of training images of the target that take part.
    """
    from experiments.lab.data import mnist, mnist_m

    source, target = mnist_m.coloured(mnist.load()), mnist_m.load()
    rows: list[dict[str, Any]] = []
    for threshold in progress(THRESHOLDS, "thresholds"):
        if (known := checkpoint.load(f"{threshold}")) is not None:
            rows += known["rows"]
            continue
        model = _started(start, seed, source, several(runs))
        found = _rounds(model, source, target, threshold, rounds, steps, pool, seed)
        # NaN is no JSON, so a state keeps None in its place.
        clean = [{key: None if value != value else value for key, value in row.items()} for row in found]
        checkpoint.save(f"{threshold}", {"rows": clean})
        rows += found
    return pd.DataFrame(rows).astype({"kept_accuracy": float})


@experiment(
    matrix={"seed": [0, 1, 2]},
    demo={"seed": [0], "rounds": 2, "steps": 5, "pool": 200},
    inputs={"runs": recoloured_training},
    data=["mnist", "mnist-m"],
    may_be_missing=["kept_accuracy"],
)
def recoloured_pseudo_labels(
    seed: int, runs: Mapping[str, Any], threshold: float = 0.95, rounds: int = 4, steps: int = 200, pool: int = 20_000
) -> pd.DataFrame:
    """The same from DANN on the recoloured source, with one threshold fixed beforehand: all three remedies together."""
    from experiments.lab.data import mnist, mnist_m

    source, target = mnist_m.coloured(mnist.load()), mnist_m.load()
    model = _started("recoloured-dann", seed, source, several(runs))
    return pd.DataFrame(_rounds(model, source, target, threshold, rounds, steps, pool, seed))


def _rounds(
    model: DomainAdversarialNetwork,
    source: Digits,
    target: Digits,
    threshold: float,
    rounds: int,
    steps: int,
    pool: int,
    seed: int,
) -> list[dict[str, Any]]:
    """One row for each round of self-training. The target's labels are used for evaluation, never for training."""
    import numpy as np

    from experiments.lab.methods.self_training import self_train

    rows: list[dict[str, Any]] = []
    known, images, truth = (source.train, source.train_labels), target.train[:pool], target.train_labels[:pool]
    trained = self_train(model, *known, images, threshold=threshold, rounds=rounds, steps=steps, seed=seed)
    for number, labelled in enumerate(trained):
        right, kept = labelled.labels == truth, labelled.kept
        counts = np.bincount(labelled.labels[kept], minlength=10)
        rows.append(
            {"threshold": threshold, "round": number, "coverage": float(kept.mean())}
            | {"kept_accuracy": float(right[kept].mean()) if kept.any() else float("nan")}
            | {"rarest": float(counts.min() / max(1, counts.sum()))}
            | {"target_accuracy": _accuracy(model, target.test, target.test_labels)}
            | {"source_accuracy": _accuracy(model, source.test, source.test_labels)}
        )
    return rows


def _started(start: str, seed: int, source: Digits, runs: list) -> DomainAdversarialNetwork:
    """A new copy of the network that a sweep starts from."""
    from experiments.lab.device import best_device
    from experiments.lab.methods.domain_adversarial import set_weights, train
    from experiments.lab.nets.dann import DomainAdversarialNetwork

    if start == "early":
        shown = 32 * EARLY_STEPS
        return train(source.train[:shown], source.train_labels[:shown], epochs=1, batch=64, seed=seed).model
    model = DomainAdversarialNetwork()
    set_weights(model, next(run for run in runs if str(run["method"]) == start))
    return model.to(best_device())


def _accuracy(model: DomainAdversarialNetwork, images: np.ndarray, labels: np.ndarray) -> float:
    from experiments.lab.methods.domain_adversarial import outputs

    return float((outputs(model.eval(), images)["probabilities"].argmax(1) == labels).mean())


@figure(
    pseudo_labels,
    caption="Self-training by rounds, from three starts (rows): accuracy on the target's test images (left, each row "
    "its own scale) and, of the labels kept, coverage against accuracy (right; the ring is the first round; the line "
    "leads to the last). A colour for each threshold; means over seeds.",
    alt="Three rows of two panels. Left, target accuracy over rounds for each threshold; right, paths of coverage "
    "against the accuracy of the kept labels.",
)
def pseudo_labels_paths(results: pd.DataFrame) -> Figure:
    """A row of panels for each start, a colour for each threshold."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    starts = [start for start in STARTS if start in set(results["start"])]
    fig = Figure(figsize=(7.6, 2.5 * len(starts) + 0.5))
    axes = fig.subplots(len(starts), 2, squeeze=False, sharex="col")
    means = results.groupby(["start", "threshold", "round"]).mean(numeric_only=True).reset_index()
    for (left, right), start in zip(axes, starts, strict=True):
        for i, (threshold, rows) in enumerate(means[means["start"] == start].groupby("threshold")):
            label = "all kept" if threshold == 0 else f"kept from {threshold:g}"
            seeds = results[(results["start"] == start) & (results["threshold"] == threshold)].groupby("round")
            low, high = seeds["target_accuracy"].min(), seeds["target_accuracy"].max()
            left.fill_between(low.index, low, high, color=f"C{i}", alpha=0.2, linewidth=0)
            left.plot(rows["round"], rows["target_accuracy"], "o-", color=f"C{i}", label=label)
            right.plot(rows["kept_accuracy"], rows["coverage"], ".-", color=f"C{i}")
            right.plot(
                rows["kept_accuracy"].iloc[:1],
                rows["coverage"].iloc[:1],
                "o",
                color=f"C{i}",
                markersize=10,
                fillstyle="none",
            )
        shown = results.loc[results["start"] == start, "target_accuracy"]
        left.set(ylabel="target accuracy", ylim=(shown.min() - 0.02, shown.max() + 0.02))
        right.set(ylabel="coverage", xlim=(0, 1.02), ylim=(0, 1.05))
        left.set_title(f"from: {NAMES[start]}", loc="left", fontsize=10)
        left.xaxis.set_major_locator(MaxNLocator(integer=True))
        for axis in (left, right):
            axis.yaxis.set_major_formatter("{x:.0%}")
    axes[-1, 0].set_xlabel("round")
    axes[-1, 1].set_xlabel("accuracy of the kept labels")
    axes[-1, 1].xaxis.set_major_formatter("{x:.0%}")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return fig


@summary(pseudo_labels)
def pseudo_labels_values(results: pd.DataFrame) -> dict:
    """The first and last round for every start and threshold, averaged over seeds; and each start's best threshold."""
    columns = ("coverage", "kept_accuracy", "rarest", "target_accuracy", "source_accuracy")
    last = results["round"].max()
    starts: dict[str, Any] = {}
    for start, of_start in results.groupby("start"):
        by: dict[str, Any] = {}
        for threshold, rows in of_start.groupby("threshold"):
            ends = {"first": rows[rows["round"] == 0], "last": rows[rows["round"] == last]}
            by[f"{threshold:g}"] = {
                end: {column: part[column].mean() for column in columns if part[column].notna().any()}
                | {"lowest": part["target_accuracy"].min(), "highest": part["target_accuracy"].max()}
                for end, part in ends.items()
            }
        best = max(by, key=lambda threshold: by[threshold]["last"]["target_accuracy"])
        starts[str(start).replace("-", "_")] = {
            "seeds": of_start["seed"].nunique(),
            "begins": by[best]["first"]["target_accuracy"],
            "thresholds": by,
            "best": {"threshold": float(best)} | by[best]["last"],
        }
    return {"starts": starts, "begun": list(starts), "rounds": last, "early_steps": EARLY_STEPS}


@summary(recoloured_pseudo_labels)
def recoloured_pseudo_labels_values(results: pd.DataFrame) -> dict:
    """The first and the last round, averaged over seeds."""
    columns = ("coverage", "kept_accuracy", "target_accuracy", "source_accuracy")
    ends = {"first": results[results["round"] == 0], "last": results[results["round"] == results["round"].max()]}
    found: dict[str, Any] = {
        end: {column: part[column].mean() for column in columns if part[column].notna().any()}
        for end, part in ends.items()
    }
    found["last"] |= {
        "lowest": ends["last"]["target_accuracy"].min(),
        "highest": ends["last"]["target_accuracy"].max(),
    }
    return found | {"seeds": results["seed"].nunique(), "threshold": results["threshold"].iloc[0]}


if __name__ == "__main__":
    tpdl.main(__file__)
