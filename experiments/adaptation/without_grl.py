"""What is the gradient reversal for (question 1)? Training with it, without it, and with the branch detached."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

import tpdl
from experiments.adaptation.dann import dann_training
from experiments.adaptation.grl_weight import grl_weight_training
from experiments.adaptation.runs import run, several
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMES = {"reversed": "reversal", "detached": "branch detached", "joined": "no reversal"}
COLOURS = {"reversed": "C1", "detached": "C0", "joined": "C3"}


@experiment(
    matrix={"seed": [0, 1, 2]},
    demo={"seed": [0], "epochs": 3},
    data=["mnist", "mnist-m"],
    local=True,
    device="gpu",
)
def joined_training(seed: int, epochs: int = 5) -> Arrays:
    """DANN without the reversal: features and domain classifier descend the same loss, with the same schedule of λ.

    Args:
        seed, epochs: as in `dann_training`.
    """
    import numpy as np

    return {"method": np.array("joined")} | dict(run(seed=seed, epochs=epochs, adapts=True, sign=-1))


@experiment(inputs={"dann": dann_training, "constant": grl_weight_training, "joined": joined_training})
def without_grl(dann: Mapping[str, Any], constant: Mapping[str, Any], joined: Mapping[str, Any]) -> pd.DataFrame:
    """One row for each treatment of the domain branch and each seed, after the last epoch.

    `separability` is the accuracy of a new linear probe for the domains, on features of test images that it was not
    trained on; `domain_test_accuracy` is that of the network's own domain classifier; `a_distance` and `mmd` as in
    `experiments.lab.methods.domain_gap`. "detached" is λ = 0.
    """
    from experiments.lab.methods.domain_gap import a_distance, mmd, probe_accuracy

    rows = []
    branches = {"dann": "reversed", "joined": "joined", "0": "detached"}
    for measured in several(dann, constant, joined):
        branch = branches.get(str(measured["method"]))
        if branch is None:
            continue
        source, target = measured["features/source"], measured["features/target"]
        separability = probe_accuracy(source, target)
        rows.append(
            {"branch": branch, "name": NAMES[branch], "seed": int(measured["seed"]), "separability": separability}
            | {"a_distance": a_distance(separability), "mmd": mmd(source[:1000], target[:1000])}
            | {
                column: float(measured[f"history/{column}"][-1])
                for column in ("domain_test_accuracy", "domain_loss", "source_accuracy", "target_accuracy")
            }
        )
    return pd.DataFrame(rows).sort_values(["branch", "seed"], ignore_index=True)


@figure(
    without_grl,
    caption="[Without reversal the target fares worse than if the features never hear of the domain classifier, "
    'and the source hardly changes.]{claim="without_grl.only_the_target_suffers"} Left: accuracy of the '
    "domain probe; dotted: guessing. Middle and right: accuracy on the test images of the target and of "
    "the source. Each panel has a scale of its own. Dots: seeds; ring: their mean.",
    alt="Three panels with a row of dots for each treatment of the domain branch. With the reversal the "
    "probe is right least often and the target accuracy highest; without it the probe is nearly always right and "
    "the target accuracy lowest; the detached branch lies between. On the source the reversal is a point below "
    "the two others.",
)
def without_grl_dots(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A panel for each measure, a row of dots for each treatment of the branch."""
    from matplotlib import rcParams
    from matplotlib.ticker import MultipleLocator

    from experiments.lab.plots.dots import dots
    from experiments.lab.plots.panels import panels

    present = [branch for branch in NAMES if branch in set(results["branch"])]
    fig, axes = panels(3, narrow=narrow, height=2.5, narrow_height=1.8, same_y=not narrow)
    columns = {
        "separability": "domain probe",
        "target_accuracy": "accuracy on the target",
        "source_accuracy": "accuracy on the source",
    }
    for axis, (column, words) in zip(axes, columns.items(), strict=True):
        values = {NAMES[branch]: results.loc[results["branch"] == branch, column].to_list() for branch in present}
        dots(axis, values, {NAMES[branch]: COLOURS[branch] for branch in present})
        axis.set_xlabel(words)
        axis.xaxis.set_major_formatter("{x:.0%}")
        axis.margins(x=0.1)
    axes[0].axvline(0.5, color=rcParams["text.color"], linestyle=":", linewidth=1.2)
    axes[0].set_xlim(0.47, 1.03)
    axes[0].xaxis.set_major_locator(MultipleLocator(0.25))
    axes[1].xaxis.set_major_locator(MultipleLocator(0.2))
    axes[2].xaxis.set_major_locator(MultipleLocator(0.005))
    axes[2].xaxis.set_major_formatter("{x:.1%}")
    return fig


@summary(without_grl)
def without_grl_values(results: pd.DataFrame) -> dict:
    """Mean, lowest and highest seed for every treatment of the branch.

    `only_the_target_suffers` is whether every seed without reversal is below every seed with the detached branch on the
    target, and above 98 % on the source. `in_order` is whether the probe's seeds do not overlap and are lowest with the
    reversal and highest without it. `lost` compares each seed without reversal with the same seed and the detached
    branch: on the target, and on the source.
    """
    from experiments.adaptation.dann import over_seeds

    by: dict[str, Any] = {}
    for branch, rows in results.groupby("branch"):
        columns = ("separability", "a_distance", "mmd", "domain_test_accuracy", "source_accuracy", "target_accuracy")
        by[str(branch)] = {column: rows[column].mean() for column in columns} | {
            "seeds": len(rows),
            "lowest": rows["target_accuracy"].min(),
            "highest": rows["target_accuracy"].max(),
            "source_lowest": rows["source_accuracy"].min(),
            "source_highest": rows["source_accuracy"].max(),
            "least_separable": rows["separability"].min(),
            "most_separable": rows["separability"].max(),
        }
    found = by | {"branches": list(by)}
    if not {"joined", "detached", "reversed"} <= set(by):
        return found
    joined, detached = by["joined"], by["detached"]
    accuracies = results.pivot(index="seed", columns="branch", values=["target_accuracy", "source_accuracy"])
    lost = {
        domain: over_seeds(
            (accuracies[f"{domain}_accuracy"]["detached"] - accuracies[f"{domain}_accuracy"]["joined"]).dropna()
        )
        for domain in ("target", "source")
    }
    order = by["reversed"], detached, joined
    return found | {
        "lost": lost,
        "only_the_target_suffers": bool(joined["highest"] < detached["lowest"] and joined["source_lowest"] > 0.98),
        "in_order": all(before["most_separable"] < after["least_separable"] for before, after in pairwise(order)),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
