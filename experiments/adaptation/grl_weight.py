"""How strongly should the gradient be reversed (question 3)? Constant λ from 0 to 3 against the schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

import tpdl
from experiments.adaptation.dann import COLOURS, DOMAIN, LABEL, dann_training
from experiments.adaptation.runs import histories, run_alike, several
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SCHEDULE = "schedule"
FLOOR = 0.95
"""Where the axis of the source's accuracy starts; runs below it have learned nothing and are marked."""


@experiment(
    matrix={"weight": [0.0, 0.1, 0.3, 1.0, 3.0], "seed": [0, 1, 2]},
    demo={"weight": [0.0, 1.0], "seed": [0], "epochs": 3},
    data=["mnist", "mnist-m"],
    local=True,
    device="gpu",
    together=["weight", "seed"],
)
def grl_weight_training(weight: list[float], seed: list[int], epochs: int = 5) -> list[Arrays]:
    """Adversarial training with a constant λ; see `experiments.adaptation.runs.run` for the results.

    On a GPU all of them are one stack.

    Args:
        weight: λ. With 0, the domain classifier is trained without any effect on the features: the detached branch of
            question 1.
        seed, epochs: as in `dann_training`.
    """
    import numpy as np

    runs = run_alike(seeds=seed, epochs=epochs, adapts=True, weights=weight)
    return [{"method": np.array(f"{constant:g}"), **found} for constant, found in zip(weight, runs, strict=True)]


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
    caption="[The reversal helps up to a point: at λ = `grl_weight.strongest.weight:g`{.value} no training run "
    'learns the digits of either domain.]{claim="grl_weight.helps_up_to_a_point"} After the last epoch, '
    "for five constant λ and the schedule. Dots and lines: seeds, side by side; ring: their mean, where "
    "they lie within ten points. Dotted: guessing. The source's panel shows what is above "
    "`grl_weight.floor:.0%`{.value}; a triangle marks the runs below.",
    alt="Four panels over lambda from 0 to 3. The accuracy on the target rises until 0.3, stays there at 1 "
    "and falls to about a tenth at 3, for every seed; the schedule is as good as 1. On the source it falls a "
    "little until 1, and to about a tenth at 3; the schedule is above 1. The domain accuracy falls from nearly "
    "all to two thirds at 1; at 3 two seeds are at one half and one is higher than before. The gradients rise "
    "and are near zero at 3.",
)
def grl_weight_curves(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Four panels over λ, a place for each value and one for the schedule."""
    from matplotlib import rcParams

    from experiments.lab.plots.curve import mark_below
    from experiments.lab.plots.panels import panels

    fig, axes = panels(4, narrow=narrow, across=2, height=5.4, narrow_height=2.2)
    last = results[results["epoch"] == results["epoch"].max()]
    weights = sorted(last["constant"].dropna().unique())
    places = {f"{weight:g}": float(place) for place, weight in enumerate(weights)}
    if SCHEDULE in set(last["setting"]):
        places[SCHEDULE] = len(weights) + 0.4
    last = last.assign(place=last["setting"].map(places))
    _by_weight(axes[0], last, "target_accuracy", COLOURS["dann"])
    _by_weight(axes[1], last[last["source_accuracy"] > FLOOR], "source_accuracy", COLOURS["source-only"])
    _by_weight(axes[2], last, "domain_test_accuracy", DOMAIN)
    _by_weight(axes[3], last, "label_gradient", LABEL, "label classifier")
    _by_weight(axes[3], last, "reversed_gradient", DOMAIN, "domain, times λ")
    for axis, guessing in ((axes[0], 0.1), (axes[2], 0.5)):
        axis.axhline(guessing, color=rcParams["text.color"], linestyle=":", linewidth=1.2, zorder=0)
    for axis in axes[:3]:
        axis.yaxis.set_major_formatter("{x:.0%}")
    titles = ("accuracy on the target", "accuracy on the source", "domain accuracy", "gradient norm")
    for axis, name in zip(axes, titles, strict=True):
        axis.set_xticks(list(places.values()), ["schedule" if name == SCHEDULE else name for name in places])
        axis.set(title=name, xlabel="λ", ylabel="", xlim=(-0.5, max(places.values()) + 0.6))
        axis.margins(y=0.08)
    axes[0].set_ylim(0, 1)
    axes[1].set_ylim(FLOOR, 1)
    for place, below in last[last["source_accuracy"] <= FLOOR].groupby("place"):
        words = f"{below['source_accuracy'].mean():.0%}, {len(below)} {'seed' if len(below) == 1 else 'seeds'}"
        mark_below(axes[1], float(str(place)), words, COLOURS["source-only"], right=False)
    if weights:
        axes[3].legend(loc="upper left", fontsize=8)
    most = last[["label_gradient", "reversed_gradient"]].max(axis=None)
    axes[3].set_ylim(-0.06 * most, 1.45 * most)
    return fig


def _by_weight(axis: Axes, last: pd.DataFrame, column: str, colour: str, label: str = "") -> None:
    """Every seed: a dot for each setting and a thin line over constant λ; and the mean where the seeds agree."""
    aside = 0.09 * (last["seed"] - last["seed"].mean())  # or two seeds that end alike would look like one
    seeds = last.assign(place=last["place"] + aside)
    axis.plot(seeds["place"], seeds[column], "o", color=colour, markersize=3.5, alpha=0.8, label=label or None)
    for _, one in seeds[seeds["setting"] != SCHEDULE].sort_values("constant").groupby("seed"):
        axis.plot(one["place"], one[column], color=colour, linewidth=0.9, alpha=0.7)
    spread = last.groupby("place")[column].agg(["mean", "min", "max"])
    agree = spread[spread["max"] - spread["min"] <= 0.1]
    axis.plot(agree.index, agree["mean"], "o", color=colour, fillstyle="none", markersize=8, markeredgewidth=1.3)


@summary(grl_weight)
def grl_weight_values(results: pd.DataFrame) -> dict:
    """The last epoch of every setting, over seeds: accuracies, gradients, the best constant λ and the strongest.

    `helps_up_to_a_point` is whether every seed of the best λ is better on the target than every seed of λ = 0, while no
    run of the strongest λ comes above 15 % on either domain. `schedule_gain` is the schedule's gain over λ = 1 at equal
    seeds, on both domains. `labels_first` is whether, in the first epoch and in every seed, both the label loss and the
    domain loss are lower with the schedule than with λ = 1: the digits are learned, and the domains are still apart.
    """
    from experiments.adaptation.dann import over_seeds

    last = results[results["epoch"] == results["epoch"].max()]
    columns = ("target_accuracy", "source_accuracy", "domain_test_accuracy", "label_gradient", "reversed_gradient")
    settings: dict[str, dict[str, Any]] = {}
    for setting, rows in last.groupby("setting", sort=False):
        means = {column: rows[column].mean() for column in columns}
        target, source = rows["target_accuracy"], rows["source_accuracy"]
        settings[str(setting)] = means | {
            "seeds": len(rows),
            "lowest": target.min(),
            "highest": target.max(),
            "source_lowest": source.min(),
            "source_highest": source.max(),
            "domain_by_seed": [float(value) for value in rows.sort_values("seed")["domain_test_accuracy"]],
            "share_of_domain": means["reversed_gradient"] / (means["reversed_gradient"] + means["label_gradient"]),
        }
    constant = {name: about for name, about in settings.items() if name != SCHEDULE}
    found = {"settings": settings, "constants": sorted(constant, key=float), "epochs": results["epoch"].max()}
    found |= {"floor": FLOOR}
    if constant:
        best = max(constant, key=lambda name: constant[name]["target_accuracy"])
        found |= {"best": {"weight": float(best)} | constant[best]}
        strongest = max(constant, key=float)
        on_either = max(constant[strongest]["highest"], constant[strongest]["source_highest"])
        found |= {"strongest": {"weight": float(strongest), "highest_on_either": on_either} | constant[strongest]}
        weakest = constant[min(constant, key=float)]
        found |= {"helps_up_to_a_point": bool(on_either < 0.15 and weakest["highest"] < constant[best]["lowest"])}
    if {"1", SCHEDULE} <= set(settings):
        by = {name: rows.set_index("seed") for name, rows in last.groupby("setting")}
        found |= {
            "schedule_gain": {
                domain: over_seeds((by[SCHEDULE][f"{domain}_accuracy"] - by["1"][f"{domain}_accuracy"]).dropna())
                for domain in ("target", "source")
            }
        }
        first = {name: rows.set_index("seed") for name, rows in results[results["epoch"] == 1].groupby("setting")}
        ahead = {
            loss: (first["1"][f"{loss}_loss"] - first[SCHEDULE][f"{loss}_loss"]).dropna()
            for loss in ("label", "domain")
        }
        found |= {"labels_first": all(bool((differences > 0).all()) for differences in ahead.values())}
        found |= {
            "first_epoch": {
                name: {loss: first[key][f"{loss}_loss"].mean() for loss in ("label", "domain")}
                for name, key in (("constant", "1"), ("schedule", SCHEDULE))
            }
        }
    return found


if __name__ == "__main__":
    tpdl.main(__file__)
