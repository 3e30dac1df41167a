"""Class images for every learning rate and number of iterations (question 9), all in one batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.titles import title
from experiments.visualization.ascent import class_index, noise, snapshots
from experiments.visualization.class_measures import measured
from tpdl import Arrays, Images, Picture, Sheet, Tile, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RATES = (0.1, 1.0, 5.0, 10.0, 50.0)
"""Rows of the lab's grid: step lengths, in units of the normalised input."""
ITERATIONS = [100, 500, 1000, 5000, 10_000]
"""Columns of the lab's grid."""
DEMO_ITERATIONS = [10, 20, 40, 60, 80]


@experiment(
    data=["imagenet-25", "weights/{network}"],
    demo={"network": "tiny_squeezenet", "target": "texture 22", "iterations": DEMO_ITERATIONS},
    local=True,
    device="gpu",
)
def class_image_trajectories(
    network: str = "squeezenet1_1",
    target: str = "gorilla",
    iterations: list[int] = ITERATIONS,
    l2: float = 1e-3,
    seed: int = 0,
) -> Arrays:
    """One trajectory for each learning rate, with snapshots.

    The cost is that of one run of the largest number of iterations, instead of 25 runs.

    Returns:
        "image", network inputs float32 [rates, iterations, 3, side, side]; "probability" of the target before each
        step, float32 [steps, rates]; "rate", "iteration"; "start", the noise that all rows start from [3, side, side].
    """
    import numpy as np

    from experiments.lab.data import imagenet
    from experiments.lab.nets.registry import image_size

    start = noise(len(RATES), image_size(network), seed)
    wanted = class_index(imagenet.load().classes, target)
    kept, sure = snapshots(
        network, start, [wanted] * len(RATES), iterations, rate=RATES, l2=l2, seed=seed, key="trajectories"
    )
    return {
        "image": kept.transpose(1, 0, 2, 3, 4),
        "probability": sure,
        "rate": np.array(RATES),
        "iteration": np.array(iterations),
        "start": start[0].numpy(),
    }


@experiment(
    inputs={"made": class_image_trajectories},
    data=["imagenet-25", "weights/{network}", "weights/{judge}"],
    demo={"network": "tiny_squeezenet", "judge": "tiny_vgg", "target": "texture 22"},
    device="gpu",
)
def class_image_grid(
    made: Arrays, network: str = "squeezenet1_1", judge: str = "efficientnet_lite0", target: str = "gorilla"
) -> pd.DataFrame:
    """One row for each learning rate and number of iterations, and the start (0): the measures of `class_measures`."""
    from experiments.lab.data import imagenet

    wanted, rows = class_index(imagenet.load().classes, target), []
    about = {"network": network, "judge": judge, "class": target}
    settings: dict = {"rate": made["rate"].repeat(len(made["iteration"]))}
    settings |= {"iteration": list(made["iteration"]) * len(made["rate"])}
    images = made["image"].reshape(-1, *made["image"].shape[2:])
    rows.append(pd.DataFrame(about | settings | measured(images, [wanted] * len(images), network, judge)))
    start = measured(made["start"][None], [wanted], network, judge)
    rows += [pd.DataFrame(about | {"rate": [rate], "iteration": 0} | start) for rate in made["rate"]]
    return pd.concat(rows).sort_values(["rate", "iteration"], ignore_index=True)


@experiment(inputs={"made": class_image_trajectories})
def class_image_grid_probability(made: Arrays, per_decade: int = 20) -> pd.DataFrame:
    """How certain the network itself was on the way: means over windows that are as wide on a logarithmic axis.

    `iteration` is the middle of the window, `steps` how many it has: 1 at the beginning, about a tenth of its
    beginning later on.
    """
    from itertools import pairwise

    import numpy as np

    probability = made["probability"]
    windows = round(per_decade * np.log10(len(probability)))
    edges = np.unique(np.round(np.geomspace(1, len(probability) + 1, windows + 1)).astype(int))
    return pd.DataFrame(
        {
            "rate": rate,
            "iteration": (first + after - 1) / 2,
            "steps": after - first,
            "probability": probability[first - 1 : after - 1, column].mean(),
        }
        for column, rate in enumerate(made["rate"])
        for first, after in pairwise(edges)
    )


@experiment(inputs={"made": class_image_trajectories, "results": class_image_grid})
def class_image_grid_pictures(made: Arrays, results: pd.DataFrame) -> Images:
    """Each image of the grid, and the noise at the start, at the size they were made, with their contrast stretched."""
    from experiments.lab.plots.pictures import colours, slug, stretched

    name, network = results.iloc[0][["class", "network"]]
    pictures = {"start": Picture(stretched(colours(made["start"])), "the noise that all class images start from")}
    for rate, row in zip(made["rate"], made["image"], strict=True):
        for iteration, image in zip(made["iteration"], row, strict=True):
            shows = f"class image of {name} after {iteration:,d} iterations at η = {rate:g}, made with {title(network)}"
            pictures[slug("rate", f"{rate:g}", "after", iteration)] = Picture(stretched(colours(image)), shows)
    return pictures


@figure(
    class_image_grid,
    class_image_grid_pictures,
    format="sheet",
    caption="Faces come out of the noise at every learning rate η, [the sooner the larger it "
    'is.]{claim="class_image_grid.sooner_with_rate"} Class images of '
    "*`class_image_grid['class']`{.value}* after more and more iterations. Contrast is stretched, for each image, "
    "between the 0.5th and the 99.5th percentile: they show what is drawn, not how strongly.",
    alt="Five images, one for each learning rate, that begin as the same noise. After a hundred iterations "
    "it has faces in it at the larger rates, and after thousands of iterations the images are full of them.",
)
def class_image_grid_sheet(results: pd.DataFrame, images: Images) -> Sheet:
    """A tile for each learning rate, in which the iterations are gone through."""
    from experiments.lab.plots.pictures import slug

    steps = sorted(results["iteration"].unique())
    name, network = results.iloc[0][["class", "network"]]
    tiles = [
        Tile(
            [images[slug("rate", f"{rate:g}", "after", n) if n else "start"] for n in steps],
            label=f"η = {rate:g}",
            alt=f"class image of {name} at η = {rate:g}, made with {title(network)}",
        )
        for rate in sorted(results["rate"].unique())
    ]
    return Sheet(tiles, columns=3, frames=[f"{n:,d}" for n in steps], frame_label="iterations")


@figure(
    class_image_grid,
    suffix="judge",
    caption="[The other network recognizes the class best at middling learning "
    'rates.]{claim="class_image_grid.middling_is_best and class_image_seeds.five_and_ten_lead"} Probability of the '
    "class for EfficientNet-Lite0, which took no part in making the images, for each learning rate η and number of "
    "iterations. One class and one start.",
    alt="A table of five learning rates by five numbers of iterations, shaded by the number in each cell. The largest "
    "are in the rows of η = 5 and 10, from 500 iterations on; that of the smallest rate is nearly 0 throughout.",
)
def class_image_grid_judge(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Learning rates down, iterations across."""
    from matplotlib.figure import Figure

    from experiments.lab.plots.annotated_matrix import annotated_matrix
    from experiments.lab.plots.panels import NARROW

    shown = results[results["iteration"] > 0]
    cells = shown.pivot(index="rate", columns="iteration", values="judge_probability")
    fig = Figure(figsize=(NARROW, 2.7) if narrow else (4.8, 2.9))
    axis = fig.subplots()
    annotated_matrix(axis, cells.rename(index="{:g}".format, columns="{:,d}".format), numbers=".1%")
    axis.set(xlabel="iterations", ylabel="learning rate η")
    return fig


@figure(
    class_image_grid,
    class_image_grid_probability,
    suffix="measures",
    caption="[Larger learning rates make more colourful and noisier "
    'images.]{claim="class_image_grid.colour_rises and class_image_grid.noise_rises and class_image_seeds.colour_rises '
    'and class_image_seeds.noise_rises"} Colourfulness (33 is moderately, 59 quite, 109 extremely colourful), '
    "difference of neighbouring pixels, and the probability of the class for the network itself, against the number of "
    "iterations. One class and one start. The probability is averaged over windows that grow with it.",
    alt="Three panels of five curves over the number of iterations, one for each learning rate. Colour and differences "
    "grow with the learning rate; the probability of every rate but the smallest is at 1 from 1,000 iterations on.",
)
def class_image_grid_measures(results: pd.DataFrame, curve: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A panel for each measure, a line for each learning rate."""
    from experiments.lab.plots.band import band
    from experiments.lab.plots.panels import legend_above, panels

    titles = ("colourfulness", "neighbour difference, grey levels", "probability, network itself")
    fig, axes = panels(3, narrow=narrow, height=3.1, narrow_height=2.1)
    shown = results[results["iteration"] > 0]
    for number, rate in enumerate(sorted(shown["rate"].unique())):
        rows, line = shown[shown["rate"] == rate], curve[curve["rate"] == rate]
        colour, label = f"C{number}", f"η = {rate:g}"
        band(axes[0], rows, "iteration", "colourfulness", colour, label, unit="")
        band(axes[1], rows, "iteration", "total_variation", colour, unit="")
        band(axes[2], line, "iteration", "probability", colour, unit="", style="-")
    for axis, words in zip(axes, titles, strict=True):
        axis.set_title(words, fontsize=9)
        axis.set(xscale="log", xlabel="iterations", ylabel="")
        axis.set_ylim(bottom=0)
    axes[2].yaxis.set_major_formatter("{x:.0%}")
    legend_above(fig, axes[0], columns=3 if narrow else 5)
    return fig


@summary(class_image_grid)
def class_image_grid_values(results: pd.DataFrame) -> dict:
    """Every cell by learning rate and iterations, and the best one for the other network.

    `settled` is the first snapshot at which the network itself is at least 99 % certain at every rate but the smallest
    (the last one if there is none). `colour_rises` and `noise_rises` say whether colourfulness and the difference of
    neighbours after the last iteration are the larger the larger the rate; `middling_is_best` that the other network
    gives no image of the smallest or the largest rate half of what it gives the best.

    Statements of the text, each false as soon as one part of it is:

    - `sooner_with_rate`: the larger the rate, the fewer iterations until the network itself gives the class more
      than a half, up to equality.
    - `settles_early`: `settled` is in the first fifth and above 99 %.
    - `rate_counts_more`: after the last iteration colourfulness differs more than twice as much between rates as,
      at any rate but the smallest, between the middle and the last number of iterations (largest over smallest).
    - `rate1_is_not_best`: after the last iteration the other network gives the image of rate 1 less than half of
      the best.
    """
    columns = ["colourfulness", "total_variation", "fine", "probability", "judge_probability", "judge_rank"]
    shown = results[results["iteration"] > 0]
    about = lambda row: {key: float(row[key]) for key in ["rate", "iteration", *columns]}  # noqa: E731
    cells: dict = {}
    for _, row in shown.iterrows():
        cells.setdefault(f"rate{row['rate']:g}".replace(".", "_"), {})[f"n{row['iteration']}"] = about(row)
    table = shown.pivot(index="iteration", columns="rate", values="probability").iloc[:, 1:].min(axis=1)
    sure = table[table >= 0.99] if (table >= 0.99).any() else table.iloc[-1:]
    last = shown[shown["iteration"] == shown["iteration"].max()].sort_values("rate")
    best = shown.groupby("rate")["judge_probability"].max()
    steps = sorted(shown["iteration"].unique())
    colour = shown.pivot(index="iteration", columns="rate", values="colourfulness").loc[steps[len(steps) // 2] :]
    certain = shown[shown["probability"] > 0.5]
    half = certain.groupby("rate")["iteration"].min().reindex(sorted(shown["rate"].unique()), fill_value=2 * steps[-1])
    later = (colour.max() / colour.min()).iloc[1:].max()
    between_rates = colour.iloc[-1].max() / colour.iloc[-1].min()
    at_one = last.loc[last["rate"] == 1, "judge_probability"].max()
    return {
        "network": results["network"].iloc[0],
        "judge": results["judge"].iloc[0],
        "class": results["class"].iloc[0],
        "rates": sorted(shown["rate"].unique()),
        "iterations": sorted(shown["iteration"].unique()),
        "cells": cells,
        "start": about(results[results["iteration"] == 0].iloc[0]),
        "settled": {"iteration": sure.index[0], "probability": sure.iloc[0]},
        "slowest": about(last.iloc[0]),
        "fastest": about(last.iloc[-1]),
        "best_for_judge": about(shown.loc[shown["judge_probability"].idxmax()]),
        "colour_rises": bool(last["colourfulness"].is_monotonic_increasing),
        "noise_rises": bool(last["total_variation"].is_monotonic_increasing),
        "sooner_with_rate": bool(half.is_monotonic_decreasing),
        "settles_early": bool(sure.index[0] < 0.2 * steps[-1] and sure.iloc[0] > 0.99),
        "rate_counts_more": bool(between_rates > 2 * later),
        "rate1_is_not_best": bool(at_one < 0.5 * shown["judge_probability"].max()),
        "middling_is_best": bool(max(best.iloc[0], best.iloc[-1]) < best.max() / 2),
        "trajectory_steps": shown["iteration"].max(),
        "separate_steps": shown["iteration"].sum() // shown["rate"].nunique(),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
