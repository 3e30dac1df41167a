"""How much of a cell of the grid is the setting, and how much the start (question 9): classes and starts repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.visualization.ascent import class_index, noise, snapshots
from experiments.visualization.class_image_grid import RATES
from experiments.visualization.class_measures import measured
from tpdl import experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@experiment(
    matrix={"target": ["gorilla", "tarantula"]},
    data=["imagenet-25", "weights/{network}", "weights/{judge}"],
    demo={
        "target": ["texture 22", "texture 3"],
        "network": "tiny_squeezenet",
        "judge": "tiny_vgg",
        "iterations": 40,
        "seeds": 2,
    },
    device="gpu",
)
def class_image_seeds(
    target: str,
    network: str = "squeezenet1_1",
    judge: str = "efficientnet_lite0",
    iterations: int = 1000,
    seeds: int = 3,
    l2: float = 1e-3,
) -> pd.DataFrame:
    """One row for each learning rate and start: the measures of `class_measures` after all iterations."""
    import torch

    from experiments.lab.data import imagenet
    from experiments.lab.nets.registry import image_size

    wanted = class_index(imagenet.load().classes, target)
    start = torch.cat([noise(len(RATES), image_size(network), seed) for seed in range(seeds)])
    rates = list(RATES) * seeds
    kept, _ = snapshots(network, start, [wanted] * len(rates), [iterations], rate=rates, l2=l2)
    about = {"network": network, "judge": judge, "iteration": iterations, "rate": rates}
    about["seed"] = [seed for seed in range(seeds) for _ in RATES]
    return pd.DataFrame(about | measured(kept[0], [wanted] * len(rates), network, judge))


@figure(
    class_image_seeds,
    caption="[Learning rates of 5 and 10 convince the other network most; which of the two is better depends on the "
    'class.]{claim="class_image_seeds.lead_is_shared"} Probability of the class for EfficientNet-Lite0 after '
    "`class_image_seeds.iterations:,d`{.value} iterations: a dot for each of `class_image_seeds.seeds`{.value} noise "
    "images, a ring at their mean.",
    alt="Two panels, one for each class, with five rows of dots. Those of rates 5 and 10 lie far to the right of the "
    "others and overlap with each other.",
)
def class_image_seeds_dots(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A panel for each class, a row for each learning rate."""
    from experiments.lab.plots.dots import dots
    from experiments.lab.plots.panels import panels

    classes = list(results.groupby("target", sort=False))
    fig, axes = panels(len(classes), narrow=narrow, height=2.8, narrow_height=2.4, same_y=not narrow)
    for colour, (axis, (name, rows)) in enumerate(zip(axes, classes, strict=True)):
        dots(axis, {f"η = {rate:g}": each["judge_probability"] for rate, each in rows.groupby("rate")}, f"C{colour}")
        axis.set_title(name, fontsize=10)
        axis.set(xlabel="probability, other network", xlim=(-0.02, 1.08 * results["judge_probability"].max()))
        axis.xaxis.set_major_formatter("{x:.0%}")
    return fig


@summary(class_image_seeds)
def class_image_seeds_values(results: pd.DataFrame) -> dict:
    """Means over starts by class and learning rate, the best rate of each class, and what starts make of it.

    `seed_share` is the share of the variance between images of one class that is between starts at one learning rate.
    `best_two` are the two best learning rates, if these are the same for all classes; `ahead` how many times as
    probable the class is at the second best as at the third, for the class where that is least.
    `colour_rises` and `noise_rises` say whether, for every class and start, colourfulness and the difference of
    neighbours are the larger the larger the rate; `one_behind_ten` that the other network gives every class and start
    a smaller probability at a rate of 1 than at 10.

    Statements of the text, each false as soon as one part of it is:

    - `five_and_ten_lead`: rates of 5 and 10 are the best two for every class, at least twice as probable as the
      third.
    - `lead_is_shared`: this, and which of the two is best differs between classes.
    """
    by = results.groupby(["target", "rate"])["judge_probability"]
    means = by.mean().unstack()
    within = by.var(ddof=0).groupby("target").mean()
    whole = results.groupby("target")["judge_probability"].var(ddof=0)
    best = means.idxmax(axis=1)
    ranked = {name: means.loc[name].sort_values(ascending=False) for name in means.index}
    two = {tuple(sorted(float(rate) for rate in order.index[:2])) for order in ranked.values()}
    classes = {
        name: {
            "best_rate": float(best[name]),
            "mean": float(means.loc[name].max()),
            "lowest": float(by.min()[name, best[name]]),
            "highest": float(by.max()[name, best[name]]),
            "seed_share": float(within[name] / whole[name]),
            "by_rate": {f"rate{rate:g}".replace(".", "_"): float(mean) for rate, mean in means.loc[name].items()},
        }
        for name in means.index
    }
    best_two = list(two.pop()) if len(two) == 1 else []
    ahead = float(min(order.iloc[1] / order.iloc[2] for order in ranked.values()))
    five_and_ten_lead = best_two == [5, 10] and ahead > 2
    each = results.set_index(["target", "seed", "rate"]).sort_index()
    grows = lambda column: bool((each[column].unstack("rate").diff(axis=1).iloc[:, 1:] > 0).all(axis=None))  # noqa: E731
    judged = each["judge_probability"].unstack("rate")
    return {
        "five_and_ten_lead": five_and_ten_lead,
        "lead_is_shared": five_and_ten_lead and best.nunique() > 1,
        "classes": classes,
        "names": list(classes),
        "seeds": results["seed"].nunique(),
        "iterations": results["iteration"].iloc[0],
        "smallest_rate": float(means.iloc[:, 0].max()),
        "largest_rate": float(means.iloc[:, -1].max()),
        "seed_share": float(within.mean() / whole.mean()),
        "best_two": best_two,
        "best_differs": best.nunique() > 1,
        "colour_rises": grows("colourfulness"),
        "noise_rises": grows("total_variation"),
        "one_behind_ten": bool((judged[1.0] < judged[10.0]).all()),
        "ahead": ahead,
    }


if __name__ == "__main__":
    tpdl.main(__file__)
