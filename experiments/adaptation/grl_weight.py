"""How strongly should the gradient be reversed (question 3)? Constant λ from 0 to 3 against the schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

import tpdl
from experiments.adaptation.dann import dann_training
from experiments.adaptation.runs import histories, run, several
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SCHEDULE = "schedule"


@experiment(
    matrix={"weight": [0.0, 0.1, 0.3, 1.0, 3.0], "seed": [0, 1, 2]},
    demo={"weight": [0.0, 1.0], "seed": [0], "epochs": 3},
    data=["mnist", "mnist-m"],
    local=True,
)
def grl_weight_training(weight: float, seed: int, epochs: int = 5) -> Arrays:
    """Adversarial training with a constant λ; see `experiments.adaptation.runs.run` for the result.

    Args:
        weight: λ. With 0, the domain classifier is trained without any effect on the features: the detached branch of
            question 1.
        seed, epochs: as in `dann_training`.
    """
    import numpy as np

    return {"method": np.array(f"{weight:g}")} | dict(run(seed=seed, epochs=epochs, adapts=True, weight=weight))


@experiment(
    inputs={"constant": grl_weight_training, "scheduled": dann_training},
    may_be_missing=["constant"],
)
def grl_weight(constant: Mapping[str, Any], scheduled: Mapping[str, Any]) -> pd.DataFrame:
    """One row for each λ, seed and epoch, with the columns of `experiments.adaptation.dann.dann`.

    `setting` is λ as text, or "schedule"; `constant` is the number, or empty.
    """
    dann = [measured for measured in several(scheduled) if str(measured["method"]) == "dann"]
    rows = histories([*several(constant), *dann], "method", "seed").rename(columns={"method": "setting"})
    rows["setting"] = rows["setting"].replace("dann", SCHEDULE)
    rows.insert(1, "constant", pd.to_numeric(rows["setting"], errors="coerce"))
    return rows


@figure(
    grl_weight,
    caption="After the last epoch, against a constant λ: accuracy on the target's test images, accuracy of the domain "
    "classifier on test images, and gradient norms at the features. Dots: seeds; lines: their mean. Dotted line: the "
    "schedule.",
    alt="Three panels over lambda from 0 to 3: target accuracy, domain accuracy, and gradient norms of label and "
    "domain classifier.",
)
def grl_weight_curves(results: pd.DataFrame) -> Figure:
    """Three panels over λ, on a scale that includes 0."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(7.6, 3.8))
    axes = fig.subplots(1, 3)
    last = results[results["epoch"] == results["epoch"].max()]
    _over_weight(axes[0], last, "target_accuracy", "C1", "constant λ")
    _over_weight(axes[1], last, "domain_test_accuracy", "C0", "constant λ")
    _over_weight(axes[2], last, "label_gradient", "C2", "label classifier")
    _over_weight(axes[2], last, "reversed_gradient", "C4", "domain classifier, times λ")
    axes[1].axhline(0.5, color="C2", linestyle="--", linewidth=1.2, label="guessing")
    for axis, title in zip(axes, ("target accuracy", "domain accuracy", "gradient norm"), strict=True):
        axis.set_xscale("symlog", linthresh=0.1, linscale=0.5)
        axis.set_xticks([0, 0.1, 0.3, 1, 3])
        axis.xaxis.set_major_formatter("{x:g}")
        axis.minorticks_off()
        axis.set(title=title, xlabel="λ")
        axis.margins(y=0.1)
    for axis in axes[:2]:
        axis.set_ylim(0, 1)
        axis.yaxis.set_major_formatter("{x:.0%}")
        axis.legend(loc="lower left", fontsize=8)
    axes[2].set_ylim(0, 1.4 * max(last["label_gradient"].max(), last["reversed_gradient"].max()))
    axes[2].legend(loc="upper left", fontsize=8)
    return fig


def _over_weight(axis: Axes, last: pd.DataFrame, column: str, colour: str, label: str) -> None:
    constant, scheduled = last.dropna(subset=["constant"]), last.loc[last["setting"] == SCHEDULE, column]
    means = constant.groupby("constant")[column].mean()
    axis.plot(constant["constant"], constant[column], "o", color=colour, markersize=3, alpha=0.7)
    axis.plot(means.index, means, "-", color=colour, label=label)
    if len(scheduled) and column != "label_gradient":
        named = "schedule" if column != "reversed_gradient" else "the same, schedule"
        axis.axhline(scheduled.mean(), color=colour, linestyle=":", linewidth=1.5, label=named)


@summary(grl_weight)
def grl_weight_values(results: pd.DataFrame) -> dict:
    """The last epoch of every setting, over seeds: accuracies, gradients, and the best constant λ."""
    last = results[results["epoch"] == results["epoch"].max()]
    columns = ("target_accuracy", "source_accuracy", "domain_test_accuracy", "label_gradient", "reversed_gradient")
    settings = {}
    for setting, rows in last.groupby("setting", sort=False):
        means = {column: rows[column].mean() for column in columns}
        target = rows["target_accuracy"]
        settings[setting] = means | {
            "seeds": len(rows),
            "lowest": target.min(),
            "highest": target.max(),
            "share_of_domain": means["reversed_gradient"] / (means["reversed_gradient"] + means["label_gradient"]),
        }
    constant = {name: about for name, about in settings.items() if name != SCHEDULE}
    found = {"settings": settings, "constants": sorted(constant, key=float), "epochs": results["epoch"].max()}
    if constant:
        best = max(constant, key=lambda name: constant[name]["target_accuracy"])
        found |= {"best": {"weight": float(best)} | constant[best]}
    return found


if __name__ == "__main__":
    tpdl.main(__file__)
