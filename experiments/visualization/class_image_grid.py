"""Class images for every learning rate and number of iterations (question 9), all in one batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.tiles import grid
from experiments.visualization.ascent import class_index, noise, snapshots
from experiments.visualization.class_measures import measured, tile
from tpdl import Arrays, experiment, figure, summary

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


@experiment(inputs={"made": class_image_trajectories}, local=True)
def class_image_grid_thumbnails(made: Arrays) -> Arrays:
    """For the sheet: "image", uint8 [rates, iterations, side, side, 3]."""
    import numpy as np

    return {"image": np.stack([np.stack([tile(x, 76, 16) for x in row]) for row in made["image"]])}


@figure(
    class_image_grid,
    class_image_grid_thumbnails,
    format="png",
    caption="The class image for each learning rate (rows) and number of iterations (columns). Under each, its "
    "colourfulness, and the probability of the class for the other network.",
    alt="Five rows of five pictures. The first row stays grey noise that clears slowly; further down and to the right, "
    "parts of the class appear in stronger and stronger colours.",
)
def class_image_grid_sheet(results: pd.DataFrame, images: Arrays) -> Figure:
    """Learning rates down, iterations across."""
    shown = results[results["iteration"] > 0]
    rates, steps = (sorted(shown[column].unique()) for column in ("rate", "iteration"))
    cell = shown.set_index(["rate", "iteration"])
    below = [
        [f"{cell.loc[(r, n), 'colourfulness']:.0f} · {cell.loc[(r, n), 'judge_probability']:.1%}" for n in steps]
        for r in rates
    ]
    tiles = [list(row) for row in images["image"]]
    return grid(
        tiles, [f"η = {rate:g}" for rate in rates], [f"{n:,d} iterations" for n in steps], below=below, label=0.6
    )


@figure(
    class_image_grid,
    suffix="judge",
    caption="The other network recognises the class at middling learning rates only. Probability of the class for "
    "EfficientNet-Lite0, which took no part in making the images, for each learning rate η and number of iterations. "
    "It is highest, `class_image_grid.best_for_judge.judge_probability:.1%`{.value}, at "
    "η = `class_image_grid.best_for_judge.rate:g`{.value} after "
    "`class_image_grid.best_for_judge.iteration:,.0f`{.value} iterations.",
    alt="A table of five learning rates by five numbers of iterations, shaded by the number in each cell. The largest "
    "are in the rows of η = 5 and 10, from 500 iterations on; that of the smallest rate is nearly 0 throughout.",
)
def class_image_grid_judge(results: pd.DataFrame) -> Figure:
    """Learning rates down, iterations across."""
    from matplotlib.figure import Figure

    from experiments.lab.plots.annotated_matrix import annotated_matrix

    shown = results[results["iteration"] > 0]
    cells = shown.pivot(index="rate", columns="iteration", values="judge_probability")
    fig = Figure(figsize=(4.8, 2.9))
    axis = fig.subplots()
    annotated_matrix(axis, cells.rename(index="{:g}".format, columns="{:,d}".format), numbers=".1%")
    axis.set(xlabel="iterations", ylabel="learning rate η")
    return fig


@figure(
    class_image_grid,
    class_image_trajectories,
    suffix="measures",
    caption="The grid in numbers: colourfulness (33 is moderately, 59 quite, 109 extremely colourful), difference of "
    "neighbouring pixels, the probability of the class for the other network at each snapshot, and for the network "
    "itself at every step (mean of 50).",
    alt="Four panels of five curves over the number of iterations, one for each learning rate. Colour and differences "
    "grow with the learning rate.",
)
def class_image_grid_measures(results: pd.DataFrame, trajectories: Arrays) -> Figure:
    """A panel for each measure, a line for each learning rate."""
    import numpy as np
    from matplotlib.figure import Figure

    fig = Figure(figsize=(7.6, 5.4))
    axes = fig.subplots(2, 2, sharex=True).ravel()
    panels = {
        "colourfulness": "colourfulness",
        "total_variation": "neighbour difference, grey levels",
        "judge_probability": "probability, other network",
    }
    sure = trajectories["probability"]
    width = max(1, min(50, len(sure) // 10))
    smooth = sure[: len(sure) // width * width].reshape(-1, width, sure.shape[1]).mean(1)
    for colour, (rate, rows) in enumerate(results.groupby("rate")):
        rows = rows[rows["iteration"] > 0]
        for axis, column in zip(axes, panels, strict=False):
            axis.semilogx(
                rows["iteration"], rows[column], "o-", color=f"C{colour}", markersize=4, label=f"η = {rate:g}"
            )
        axes[3].semilogx(width * (np.arange(len(smooth)) + 0.5), smooth[:, colour], color=f"C{colour}", linewidth=1.2)
    for axis, label in zip(axes, [*panels.values(), "probability, network itself"], strict=True):
        axis.set_ylabel(label, fontsize=9)
        axis.set_ylim(bottom=0)
    steps = sorted(results.loc[results["iteration"] > 0, "iteration"].unique())
    axes[0].set_xticks(steps, [f"{n:,d}" for n in steps])
    axes[0].minorticks_off()
    axes[0].set_xlim(steps[0] / 2, steps[-1] * 1.2)
    for axis in axes[2:]:
        axis.set_xlabel("iterations")
        axis.yaxis.set_major_formatter("{x:.0%}")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=5, fontsize=8)
    return fig


@summary(class_image_grid)
def class_image_grid_values(results: pd.DataFrame) -> dict:
    """Every cell by learning rate and iterations, and the best one for the other network.

    `settled` is the first snapshot at which the network itself is at least 99 % certain at every rate but the smallest
    (the last one if there is none).
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
        "trajectory_steps": shown["iteration"].max(),
        "separate_steps": shown["iteration"].sum() // shown["rate"].nunique(),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
