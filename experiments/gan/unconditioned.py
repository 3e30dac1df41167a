"""A discriminator without the class: does the generator still use it (question 7)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.cdcgan import narrow_training
from experiments.gan.classifier import real_measures
from experiments.gan.curves import COLOURS, apart, floor, iterations_axis, logarithmic, over_seeds, standings
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
    caption="[A discriminator that is not told the class cannot ask for it: the digits agree with the class no more "
    'often than by chance.]{claim="unconditioned_discriminator.does_not_obey"} Agreement with the requested class, '
    "and Fréchet distance, with and without the class in the discriminator's input. Thick line: mean over seeds; thin "
    "lines: each seed; band: lowest to highest seed; dashed: real digits; dotted: chance.",
    alt="Two panels over the iterations. In the first the agreement rises to "
    "`unconditioned_discriminator.seen.agreement:.0%`{.value} with the class in the discriminator's input, and "
    "without it stays around the dotted line for chance. In the second the Fréchet distances of both fall, and the "
    "one with the class ends lower; that of real digits lies far below the axis.",
)
def unconditioned_discriminator_curves(results: pd.DataFrame, real: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Agreement and Fréchet distance, with and without y."""
    from matplotlib import rcParams

    from experiments.lab.plots.band import band
    from experiments.lab.plots.beyond import beyond
    from experiments.lab.plots.panels import legend_above, panels

    fig, axes = panels(2, narrow=narrow, height=3.4, narrow_height=2.4)
    kinds = (
        (True, COLOURS["conditional-narrow"], "told the class, cD(x, y)"),
        (False, COLOURS["class-unseen"], "not told, cD(x)"),
    )
    for axis, name in zip(axes, ("agreement", "frechet"), strict=True):
        for sees_class, colour, label in kinds:
            band(axis, results[results["sees_class"] == sees_class], "iteration", name, colour, label)
        iterations_axis(axis, results)
    floor(axes[0], real["agreement"])
    axes[0].axhline(CHANCE, color=rcParams["text.color"], linestyle=":", linewidth=1.5, label="chance")
    axes[0].set(title="agreement with the class", ylabel="", ylim=(0, 1.03))
    axes[0].yaxis.set_major_formatter("{x:.0%}")
    axes[1].set(title="Fréchet distance", ylabel="")
    logarithmic(axes[1], "y")
    axes[1].set_ylim(bottom=0.6 * results["frechet"].min())
    beyond(axes[1], f"real against real: {real['frechet'].mean():.1f}", COLOURS["real"], "below")
    if narrow:
        axes[0].set_xlabel("")
    legend_above(fig, axes[0], 2 if narrow else 4)
    return fig


@figure(
    unconditioned_sheet,
    format="png",
    caption="A discriminator that is told the class gets digits of that class (left); one that is not gets a single "
    "shape for each class, often of another digit (right). One row for each requested class, one column for each "
    "noise vector, at the end of the first seed's training.",
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


@summary(unconditioned_discriminator, real_measures)
def unconditioned_discriminator_values(results: pd.DataFrame, real: pd.DataFrame) -> dict:
    """The end of training with and without the class, and the highest agreement of any seed without it.

    "standing" counts seeds (see `experiments.gan.curves.standing`). "highest_unseen_diversity" is that of any seed at
    any moment, and "unseen_agreements" are the seeds at the end, in order.

    "does_not_obey" says that without the class no seed draws the digit asked for clearly more often than chance (by
    less than 2 points), and every seed less often than any with it; false, that a generator obeys although nothing asks
    it to. "digits_are_worse" says that every seed without the class is farther from real digits than any with it.
    """
    end = results[results["iteration"] == results["iteration"].max()]
    trained = results[results["iteration"] > 0]
    seen, unseen = end[end["sees_class"]], end[~end["sees_class"]]
    highest = unseen["agreement"].max()
    return {
        "iterations": results["iteration"].max(),
        "seeds": results["seed"].nunique(),
        "chance": CHANCE,
        "seen": over_seeds(seen),
        "unseen": over_seeds(unseen),
        "does_not_obey": highest < CHANCE + 0.02 and highest < seen["agreement"].min(),
        "digits_are_worse": apart(seen, unseen),
        "standing": {
            name: standings(rows, real)
            for name, rows in (("seen", results[results["sees_class"]]), ("unseen", results[~results["sees_class"]]))
        },
        "unseen_agreements": sorted(unseen["agreement"]),
        "highest_unseen_diversity": trained[~trained["sees_class"]]["diversity"].max(),
        "highest_unseen_agreement": trained[~trained["sees_class"]]["agreement"].max(),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
