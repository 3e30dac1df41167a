"""How strongly should the gradient be reversed (question 3)? Constant λ from 0 to 3 against the schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

import tpdl
from experiments.adaptation.dann import COLOURS, DOMAIN, LABEL, dann_training
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
    caption="[The reversal helps up to a point: at λ = `grl_weight.strongest.weight:g`{.value} not one run learns the "
    "digits.]{claim=\"grl_weight.strongest.highest < 0.15 and grl_weight.settings['0'].highest < "
    'grl_weight.best.lowest"} After the last epoch, for five constant λ and, set apart, the schedule: accuracy on the '
    "test images of the target, accuracy of the domain classifier on test images of both domains, and norms of the two "
    "gradients at the features. Dots: seeds, side by side; ring and line: their mean; band: from the lowest to the "
    "highest. Dotted: guessing.",
    alt="Three panels over lambda from 0 to 3. The accuracy on the target rises until 1 and falls to a tenth at 3, for "
    "every seed; the schedule is as good as 1. The domain accuracy falls all the way; at 3 two seeds are at one half "
    "and one is at 70 %. The gradients rise and are zero at 3.",
)
def grl_weight_curves(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Three panels over λ, a place for each value and one for the schedule."""
    from matplotlib import rcParams

    from experiments.lab.plots.panels import panels

    fig, axes = panels(3, narrow=narrow, height=3.6, narrow_height=2.4)
    last = results[results["epoch"] == results["epoch"].max()]
    weights = sorted(last["constant"].dropna().unique())
    places = {f"{weight:g}": float(place) for place, weight in enumerate(weights)}
    if SCHEDULE in set(last["setting"]):
        places[SCHEDULE] = len(weights) + 0.4
    last = last.assign(place=last["setting"].map(places))
    _by_weight(axes[0], last, "target_accuracy", COLOURS["dann"])
    _by_weight(axes[1], last, "domain_test_accuracy", DOMAIN)
    _by_weight(axes[2], last, "label_gradient", LABEL, "label classifier")
    _by_weight(axes[2], last, "reversed_gradient", DOMAIN, "domain, times λ")
    for axis, guessing in zip(axes, (0.1, 0.5), strict=False):
        axis.axhline(guessing, color=rcParams["text.color"], linestyle=":", linewidth=1.2, zorder=0)
        axis.yaxis.set_major_formatter("{x:.0%}")
    titles = ("accuracy on the target", "domain accuracy", "gradient norm")
    for axis, name in zip(axes, titles, strict=True):
        axis.set_xticks(list(places.values()), ["sched." if name == SCHEDULE else name for name in places])
        axis.set(title=name, xlabel="λ", ylabel="")
        axis.margins(x=0.08, y=0.08)
    axes[0].set_ylim(0, 1)
    if weights:
        axes[2].legend(loc="upper left", fontsize=8)
    most = last[["label_gradient", "reversed_gradient"]].max(axis=None)
    axes[2].set_ylim(-0.06 * most, 1.45 * most)
    return fig


def _by_weight(axis: Axes, last: pd.DataFrame, column: str, colour: str, label: str = "") -> None:
    """The seeds and their mean: a line over constant λ, and the schedule beside it."""
    from experiments.lab.plots.band import band

    constant = last[last["setting"] != SCHEDULE]
    if len(constant):
        band(axis, constant, "place", column, colour, label, style="-")
    aside = 0.09 * (last["seed"] - last["seed"].mean())  # or two seeds that end alike would look like one
    axis.plot(last["place"] + aside, last[column], "o", color=colour, markersize=3.5, alpha=0.8)
    means = last.groupby("place")[column].mean()
    axis.plot(means.index, means, "o", color=colour, fillstyle="none", markersize=8, markeredgewidth=1.5)


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
        strongest = max(constant, key=float)
        found |= {"strongest": {"weight": float(strongest)} | constant[strongest]}
    return found


if __name__ == "__main__":
    tpdl.main(__file__)
