"""A discriminator without the class: does the generator still use it (question 7)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.cdcgan import narrow_training
from experiments.gan.classifier import real_measures
from experiments.gan.curves import curve_by_seed, floor, iterations_axis, logarithmic, over_seeds
from experiments.gan.training import measured_rows
from experiments.lab.plots.picture_grid import picture_grid
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHANCE = 0.1


@experiment(
    matrix={"sees_class": [True, False], "seed": [0, 1, 2]},
    demo={"seed": [0]},
    inputs={"training": narrow_training},
)
def unconditioned_discriminator(sees_class: bool, seed: int, training: Arrays) -> pd.DataFrame:
    """Quality measures with cD(x, y) and with cD(x), at a quarter of the lab's width; one row for each measurement."""
    return pd.DataFrame(measured_rows(training, sees_class=sees_class, seed=seed))


@experiment(inputs={"training": narrow_training}, local=True)
def unconditioned_sheet(training: dict, seed: int = 0) -> Arrays:
    """Images of one seed at the end of training, ten classes by eight noise vectors.

    Returns:
        uint8 "with" and "without" [10, 8, 32, 32]: with and without the class in the discriminator's input.
    """
    sheets = {
        label.partition(",")[0]: arrays["sheet"][-1].reshape(10, 8, 32, 32)
        for label, arrays in training.items()
        if label.endswith(f"seed={seed}")
    }
    return {"with": sheets["sees_class=true"], "without": sheets["sees_class=false"]}


@figure(
    unconditioned_discriminator,
    real_measures,
    caption="Agreement of the classifier with the requested class (left) and Fréchet distance (right), with and "
    "without the class in the discriminator's input. Line: mean over seeds; band: lowest and highest seed; dashed: "
    "real digits; dotted: chance.",
    alt="Two panels over the iterations. Left, the agreement with the class in the discriminator's input and without "
    "it, with a dotted line for chance at ten percent; right, the Fréchet distances of both.",
)
def unconditioned_discriminator_curves(results: pd.DataFrame, real: pd.DataFrame) -> Figure:
    """Agreement and Fréchet distance, with and without y."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(7.2, 3.4))
    axes = fig.subplots(1, 2)
    for axis, name in zip(axes, ("agreement", "frechet"), strict=True):
        for sees_class, colour, label in ((True, "C0", "cD(x, y)"), (False, "C1", "cD(x)")):
            curve_by_seed(axis, results[results["sees_class"] == sees_class], name, colour, label)
        floor(axis, real[name])
        iterations_axis(axis, results)
    axes[0].axhline(CHANCE, color="C4", linestyle=":", linewidth=1.5, label="chance")
    axes[0].set(ylabel="agreement with the class", ylim=(0, 1.03))
    axes[0].yaxis.set_major_formatter("{x:.0%}")
    axes[1].set_ylabel("Fréchet distance")
    logarithmic(axes[1], "y")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return fig


@figure(
    unconditioned_sheet,
    format="png",
    caption="One row for each requested class, one column for each noise vector, with the class in the discriminator's "
    "input (left) and without it (right), at the end of the first seed's training.",
    alt="Two blocks of ten rows and eight columns of digits. On the left most rows resemble the requested digit, in a "
    "few shapes that repeat; on the right every row repeats nearly one shape, often another digit.",
)
def unconditioned_pictures(images: Arrays) -> Figure:
    """Two blocks of images side by side."""
    import numpy as np

    gap = np.full((10, 1, 32, 32), -1)
    whole = np.concatenate([images["with"], gap, images["without"]], 1)
    heads = {3.5: "cD(x, y)", 12.5: "cD(x)"}
    return picture_grid(whole, rows=[str(digit) for digit in range(10)], heads=heads, left=0.3)


@summary(unconditioned_discriminator)
def unconditioned_discriminator_values(results: pd.DataFrame) -> dict:
    """The end of training with and without the class, and the highest agreement of any seed without it."""
    end = results[results["iteration"] == results["iteration"].max()]
    trained = results[results["iteration"] > 0]
    return {
        "iterations": results["iteration"].max(),
        "seeds": results["seed"].nunique(),
        "chance": CHANCE,
        "seen": over_seeds(end[end["sees_class"]]),
        "unseen": over_seeds(end[~end["sees_class"]]),
        "highest_unseen_agreement": trained[~trained["sees_class"]]["agreement"].max(),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
