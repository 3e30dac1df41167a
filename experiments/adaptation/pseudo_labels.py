"""Self-training with pseudo-labels (question 4): how confident and how accurate must the network be?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

import tpdl
from experiments.adaptation.dann import COLOURS, dann_training, recoloured_training
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
NAMES = {"early": "source only, stopped early", "source-only": "source only", "dann": "DANN"}
EARLY_STEPS = 30
"""Batches on which the network "early" is trained before self-training starts."""


@experiment(
    matrix={"start": ["early", "source-only", "dann"], "seed": [0, 1, 2]},
    demo={"seed": [0], "rounds": 2, "steps": 5, "pool": 200},
    inputs={"runs": dann_training},
    data=["mnist", "mnist-m"],
    may_be_missing=["kept_accuracy"],
    device="gpu",
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
    device="gpu",
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
    caption="[Self-training adds little to a trained network. To one stopped early it adds more, the surer the "
    'labels, but not with every seed.]{claim="pseudo_labels.little_unless_early"} A pair of panels for '
    "each threshold, a colour for each start, a line for each seed. Above: accuracy on the target over "
    "rounds. Below: share of the labels that is kept, against the share of these that is correct; ring: "
    "first round that keeps any.",
    alt="Four pairs of panels with a line for each seed. In each the accuracy over rounds stays near where "
    "it was from DANN, at the top, and from source only, in the middle. From the early start two seeds rise, the "
    "higher the threshold the more, and end just below source only; one stays where it was unless all labels are "
    "kept. Of the labels kept, nearly all are correct at first; as more are kept, fewer are.",
)
def pseudo_labels_paths(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A pair of panels for each threshold, a colour for each start."""
    from matplotlib import rcParams
    from matplotlib.ticker import MaxNLocator

    from experiments.lab.plots.panels import legend_above, panels

    colours = {"early": rcParams["ytick.color"]} | COLOURS
    thresholds = sorted(results["threshold"].unique())
    starts = [start for start in STARTS if start in set(results["start"])]
    fig, axes = panels(
        2 * len(thresholds), narrow=narrow, across=len(thresholds), narrow_across=2, height=4.6, narrow_height=1.75
    )
    upper, lower = (axes[0::2], axes[1::2]) if narrow else (axes[: len(thresholds)], axes[len(thresholds) :])
    ring: dict[str, Any] = {"fillstyle": "none", "markersize": 6, "markeredgewidth": 1.2}
    lowest = results["target_accuracy"].min() - 0.03, results["kept_accuracy"].min() - 0.05
    for place, (threshold, accuracy, kept) in enumerate(zip(thresholds, upper, lower, strict=True)):
        for start in starts:
            rows = results[(results["start"] == start) & (results["threshold"] == threshold)]
            for number, (_, seed) in enumerate(rows.groupby("seed")):
                label = NAMES[start] if number == 0 else None  # in the legend once
                accuracy.plot(
                    seed["round"],
                    seed["target_accuracy"],
                    "o-",
                    color=colours[start],
                    linewidth=1,
                    markersize=3,
                    label=label,
                )
                path = seed["coverage"], seed["kept_accuracy"]
                kept.plot(*path, "o-", color=colours[start], linewidth=1, markersize=2)
                kept.plot(
                    *seed[["coverage", "kept_accuracy"]].dropna()[:1].to_numpy().T, "o", **ring, color=colours[start]
                )
        name = "all kept" if threshold == 0 else f"kept from {threshold:g}"
        accuracy.set_title(name, fontsize=10)
        accuracy.set(
            ylim=(lowest[0], results["target_accuracy"].max() + 0.03), xlabel="round", ylabel="target accuracy"
        )
        accuracy.xaxis.set_major_locator(MaxNLocator(integer=True))
        kept.set(xlim=(-0.06, 1.06), ylim=(lowest[1], 1.05), xlabel="labels kept", ylabel="of these, correct")
        kept.set_xticks([0, 0.5, 1])
        kept.xaxis.set_major_formatter("{x:.0%}")
        for axis in (accuracy, kept):
            axis.yaxis.set_major_formatter("{x:.0%}")
            if place and not narrow:
                axis.set_ylabel("")
                axis.tick_params(labelleft=False)
            if narrow and threshold != thresholds[-1]:
                axis.set_xlabel("")
                axis.tick_params(labelbottom=False)
    legend_above(fig, upper[0], columns=2 if narrow else 3)
    return fig


@summary(pseudo_labels)
def pseudo_labels_values(results: pd.DataFrame) -> dict:
    """The first and last round for every start and threshold, and the gain of every seed between them.

    `gain` is each seed's accuracy on the target after the last round less that before the first. `trained` looks at the
    two starts that are trained to their end: the least and greatest gain of any seed and threshold; the thresholds that
    help every seed of both; how many of the runs that select labels improve from each round to the next; and whether in
    all of these the labels kept become more and less accurate (`dilutes`). `helps_but_not_steadily` is whether some
    threshold helps every seed of both, while fewer than half of the runs that select labels improve in every round.
    `all_kept_greatest_mean` is the greater of the two starts' mean gains where all labels are kept.
    `early` looks at the early start: the seeds that never keep a label where labels are selected; whether the others
    gain more with every higher threshold; their least gain; and how many of its runs end above the network of the same
    seed that was trained on the source to its end.
    """
    from experiments.adaptation.dann import over_seeds

    columns = ("coverage", "kept_accuracy", "rarest", "target_accuracy", "source_accuracy")
    last = results["round"].max()
    starts: dict[str, Any] = {}
    for start, of_start in results.groupby("start"):
        by: dict[str, Any] = {}
        for threshold, rows in of_start.groupby("threshold"):
            ends = {"first": rows[rows["round"] == 0], "last": rows[rows["round"] == last]}
            accuracy = {end: part.set_index("seed")["target_accuracy"] for end, part in ends.items()}
            by[f"{threshold:g}"] = {
                end: {column: part[column].mean() for column in columns if part[column].notna().any()}
                | {"lowest": part["target_accuracy"].min(), "highest": part["target_accuracy"].max()}
                for end, part in ends.items()
            } | {"gain": over_seeds(accuracy["last"] - accuracy["first"])}
        best = max(by, key=lambda threshold: by[threshold]["last"]["target_accuracy"])
        starts[str(start).replace("-", "_")] = {
            "seeds": of_start["seed"].nunique(),
            "begins": by[best]["first"]["target_accuracy"],
            "begins_by_seed": over_seeds(of_start[of_start["round"] == 0].groupby("seed")["target_accuracy"].first())[
                "each"
            ],
            "thresholds": by,
            "best": {"threshold": float(best)} | by[best]["last"],
        }
    found = {"starts": starts, "begun": list(starts), "rounds": last, "early_steps": EARLY_STEPS}
    trained = results[results["start"] != "early"]
    if trained.empty or "early" not in starts:
        return found
    found |= {"trained": _of_trained(trained), "early": _of_early(results)}
    little = found["trained"]["greatest_gain"] < min(0.05, found["early"]["least_gain"])
    more = found["early"]["grows_with_threshold"] and found["early"]["never_kept"] > 0
    return found | {"little_unless_early": bool(little and more)}


def _of_trained(results: pd.DataFrame) -> dict:
    """What self-training adds to a network that is trained to its end."""
    gains = _gains(results)
    helped = gains.groupby("threshold").min() > 0
    courses = [part.sort_values("round") for _, part in results.groupby(["threshold", "start", "seed"])]
    courses = [course for course in courses if course["threshold"].iloc[0] > 0]
    ends = [(course.iloc[0], course.iloc[-1]) for course in courses]
    helpful = [float(threshold) for threshold in helped.index[helped]]
    steady = sum(bool((course["target_accuracy"].diff().dropna() > 0).all()) for course in courses)
    return {
        "least_gain": gains.min(),
        "greatest_gain": gains.max(),
        "helpful_thresholds": helpful,
        "runs": len(courses),
        "steady": steady,
        "helps_but_not_steadily": bool(max(helpful, default=0) > 0 and steady < len(courses) / 2),
        "all_kept_greatest_mean": gains.unstack("threshold")[0.0].groupby("start").mean().max(),
        "dilutes": all(
            before["coverage"] < after["coverage"] and before["kept_accuracy"] > after["kept_accuracy"]
            for before, after in ends
        ),
    }


def _of_early(results: pd.DataFrame) -> dict:
    """What self-training adds to a network that was stopped early."""
    early = results[results["start"] == "early"]
    selecting = early[early["threshold"] > 0]
    kept = selecting.groupby("seed")["coverage"].max()
    moved = kept.index[kept > 0]
    gains = _gains(early).unstack("threshold").droplevel("start")
    last = early[early["round"] == early["round"].max()]
    full = (
        results[(results["start"] == "source-only") & (results["round"] == 0)]
        .groupby("seed")["target_accuracy"]
        .first()
    )
    ends = {end: early[(early["threshold"] == 0) & (early["round"] == number)] for end, number in _ends(early).items()}
    return {
        "seeds": len(kept),
        "moved": len(moved),
        "never_kept": len(kept) - len(moved),
        "stays_at": [
            float(value) for value in last[~last["seed"].isin(moved)]["target_accuracy"][last["threshold"] > 0]
        ],
        "grows_with_threshold": bool(len(moved) and (gains.loc[moved].diff(axis=1).iloc[:, 1:] > 0).all(axis=None)),
        "least_gain": gains.loc[moved, gains.columns > 0].min(axis=None) if len(moved) else 0.0,
        "above_trained": int((last["target_accuracy"] > last["seed"].map(full)).sum()),
        "all_kept_least_gain": gains[0.0].min(),
        "all_kept_greatest_gain": gains[0.0].max(),
        "source": {end: rows["source_accuracy"].mean() for end, rows in ends.items()},
    }


def _ends(results: pd.DataFrame) -> dict[str, int]:
    return {"first": 0, "last": int(results["round"].max())}


def _gains(results: pd.DataFrame) -> pd.Series:
    """The gain on the target of every threshold, start and seed."""
    by = results.set_index(["threshold", "start", "seed", "round"])["target_accuracy"].unstack("round")
    return by[by.columns.max()] - by[0]


@summary(recoloured_pseudo_labels)
def recoloured_pseudo_labels_values(results: pd.DataFrame) -> dict:
    """The first and the last round, averaged over seeds, and what each seed gains between them."""
    from experiments.adaptation.dann import over_seeds

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
    accuracy = {end: part.set_index("seed")["target_accuracy"] for end, part in ends.items()}
    found |= {"gain": over_seeds(accuracy["last"] - accuracy["first"])}
    return found | {"seeds": results["seed"].nunique(), "threshold": results["threshold"].iloc[0]}


if __name__ == "__main__":
    tpdl.main(__file__)
