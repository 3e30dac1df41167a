"""What is the gradient reversal for (question 1)? Training with it, without it, and with the branch detached."""

from __future__ import annotations

from collections.abc import Mapping
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
COLOURS = {"reversed": "C1", "detached": "C0", "joined": "C4"}


@experiment(
    matrix={"seed": [0, 1, 2]},
    demo={"seed": [0], "epochs": 3},
    data=["mnist", "mnist-m"],
    local=True,
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
    caption="The domain branch reversed, detached, and not reversed: how well a new linear probe separates the domains "
    "by the features (left), and accuracy on the target's test images (right). Dots: seeds.",
    alt="Two panels with three bars each and a dot for every seed: separability of the domains, and target accuracy.",
)
def without_grl_bars(results: pd.DataFrame) -> Figure:
    """A panel for each measure, dots for the seeds of each treatment of the branch."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(7.6, 3.0))
    axes = fig.subplots(1, 2)
    present = [branch for branch in NAMES if branch in set(results["branch"])]
    for axis, column, title in zip(
        axes, ("separability", "target_accuracy"), ("accuracy of a fresh domain probe", "target accuracy"), strict=True
    ):
        for i, branch in enumerate(present):
            values = results.loc[results["branch"] == branch, column]
            axis.bar(i, values.mean(), color=COLOURS[branch], alpha=0.5, width=0.6)
            axis.plot([i] * len(values), values, "o", color=COLOURS[branch])
            axis.annotate(
                f"{values.mean():.1%}", (i, values.max()), (0, 6), textcoords="offset points", ha="center", fontsize=9
            )
        axis.set_xticks(range(len(present)), [NAMES[branch] for branch in present])
        axis.set(title=title, ylim=(0, 1.12))
        axis.set_yticks([0, 0.25, 0.5, 0.75, 1])
        axis.yaxis.set_major_formatter("{x:.0%}")
        axis.grid(axis="x", visible=False)
    axes[0].axhline(0.5, color="C2", linestyle="--", linewidth=1.2)
    return fig


@summary(without_grl)
def without_grl_values(results: pd.DataFrame) -> dict:
    """Mean, lowest and highest seed for every treatment of the branch."""
    by = {}
    for branch, rows in results.groupby("branch"):
        columns = ("separability", "a_distance", "mmd", "domain_test_accuracy", "source_accuracy", "target_accuracy")
        by[branch] = {column: rows[column].mean() for column in columns} | {
            "seeds": len(rows),
            "lowest": rows["target_accuracy"].min(),
            "highest": rows["target_accuracy"].max(),
            "least_separable": rows["separability"].min(),
            "most_separable": rows["separability"].max(),
        }
    return by | {"branches": list(by)}


if __name__ == "__main__":
    tpdl.main(__file__)
