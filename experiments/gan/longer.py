"""The lab's DCGAN, trained eight times as long: how good do its digits get (question 4)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.curves import COLOURS, floor, iterations_axis, logarithmic, over_seeds, ratio_over_seeds
from experiments.gan.dcgan import SHEET
from experiments.gan.precision import precision_classifier, precision_real_measures
from experiments.gan.training import built, digit_measure, measured_runs, train_seeds
from experiments.lab.plots.picture_grid import side_by_side
from tpdl import Arrays, Cells, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LAB = 3000
"""Batches after which the lab's own training of this report ends."""
SHOWN = 6
"""Rows of eight images on the sheet."""
LATER = (0, 100, 300, 750, *range(1500, 24_000, 1500))
"""Iterations before which the generator is measured; it is also measured at the end."""


@experiment(
    matrix={"seed": [0, 1, 2]},
    inputs={"classifier": precision_classifier},
    data=["mnist"],
    demo={"seed": [0, 1], "iterations": 60, "width": 8, "rate": 1e-3},
    local=True,
    device="gpu",
    together=["seed"],
)
def longer_training(
    seed: list[int],
    classifier: Arrays,
    iterations: int = 24_000,
    width: int = 32,
    rate: float = 2e-4,
    precision: str = "bfloat16",
) -> list[Arrays]:
    """`experiments.gan.dcgan.dcgan_training` for eight times as many batches (51 epochs), in mixed precision.

    It takes 40 to 60 minutes for each seed on one core that multiplies bfloat16 numbers itself. On a GPU the seeds are
    one stack.
    """
    from experiments.lab.data import mnist
    from experiments.lab.data.squares import padded
    from experiments.lab.methods.adversarial_training import Setting, noise
    from experiments.lab.nets.dcgan import Discriminator, Generator

    digits = mnist.load()
    measure, samples = digit_measure(classifier)
    return train_seeds(
        [
            (built(lambda: Generator(width=width), 2 * one), built(lambda: Discriminator(width), 2 * one + 1))
            for one in seed
        ],
        (padded(digits.train), digits.train_labels),
        Setting(generator_rate=rate, discriminator_rate=rate, precision=precision),  # type: ignore[arg-type]
        seed,
        iterations,
        [measure] * len(seed),
        samples,
        noise(SHEET, 100, [3]),
        moments=LATER,
    )


@experiment(inputs={"training": longer_training})
def longer(training: Cells[Arrays]) -> pd.DataFrame:
    """Quality measures of the generated digits, one row for each measurement of each run."""
    return measured_runs(training)


@experiment(inputs={"training": longer_training}, local=True)
def longer_sheet(training: Arrays, seed: int = 0) -> Arrays:
    """Images of one seed's generator after as many batches as in the lab, and at the end, from the same noise.

    Returns:
        "moment" [2]; uint8 "image" [2, images, 32, 32].
    """
    import numpy as np

    moments = training["moment"]
    chosen = [int(np.searchsorted(moments, LAB).clip(max=len(moments) - 2)), len(moments) - 1]
    return {"moment": moments[chosen], "image": training["sheet"][chosen]}


@figure(
    longer,
    precision_real_measures,
    caption="[Trained eight times as long, the DCGAN comes to an eighth of the Fréchet "
    'distance.]{claim="0.1 < longer.ratio.mean < 0.15"} Thick line: mean over seeds; thin lines: each seed; band: '
    "lowest to highest seed. Dashed: real digits against real digits. Dotted: where the training of @sec-dcgan ends.",
    alt="A curve that falls steeply at first, then more and more slowly, with ups and downs, and ends well above the "
    "dashed line of real digits.",
)
def longer_curves(results: pd.DataFrame, real: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """The Fréchet distance over the iterations."""
    from experiments.lab.plots.band import band
    from experiments.lab.plots.panels import legend_above, panels

    fig, (axis,) = panels(narrow=narrow, height=3.4, narrow_height=2.8)
    band(axis, results, "iteration", "frechet", COLOURS["generated"], "generated")
    floor(axis, real["frechet"])
    axis.axvline(LAB, color=COLOURS["generated"], linestyle=":", linewidth=1.5, label="shorter training")
    iterations_axis(axis, results, few=narrow)
    logarithmic(axis, "y")
    axis.set(ylabel="Fréchet distance")
    legend_above(fig, axis, compact=narrow)
    return fig


@figure(
    longer_sheet,
    format="png",
    caption="To the eye, fewer of these digits are broken in the end. They are the first seed's, after as many batches "
    "as in @sec-dcgan (left) and after eight times as many (right), from the same noise, not selected.",
    alt="Two grids of 48 generated digits each. On the right fewer look broken.",
)
def longer_pictures(images: Arrays) -> Figure:
    """The upper rows of both squares, side by side."""
    side = int(images["image"].shape[1] ** 0.5)
    squares = images["image"].reshape(-1, side, side, 32, 32)
    return side_by_side(squares[:, :SHOWN], [f"{moment:,d} batches" for moment in images["moment"]])


@summary(longer, precision_real_measures)
def longer_values(results: pd.DataFrame, real: pd.DataFrame) -> dict:
    """The digits after as many batches as in the lab and at the end of the longer training, and what lies between.

    "ratio" is the Fréchet distance at the end in units of that after the lab's number of batches, "lab", and
    "last_third" the same for the mean over the last third of the measurements since then, of which there are
    "measurements", in units of that over the third before: see `ratio_over_seeds`; "highest_seed" is that of the seed
    that falls least. "best" is the iteration with the lowest mean. "times_floor": the end, in units of real digits
    against real digits. "d_real" and "d_fake": what the discriminator says over the second half of the training.
    """
    by = results.pivot(index="iteration", columns="seed", values="frechet").sort_index()
    end, lab = by.index[-1], by.index[:-1][by.index[:-1] <= LAB][-1]
    later = by[by.index > lab]
    third = max(len(later) // 3, 1)
    last = later[-third:].mean()
    before = later[-2 * third : -third].mean() if len(later) > third else by.loc[lab]
    ends = results[results["iteration"] == end]
    return {
        "iterations": int(end),
        "lab": int(lab),
        "epochs": end * 128 / 60_000,
        "seeds": by.shape[1],
        "end": over_seeds(ends),
        "at_lab": over_seeds(results[results["iteration"] == lab]),
        "ratio": ratio_over_seeds(by.loc[end], by.loc[lab]),
        "last_third": ratio_over_seeds(last, before)
        | {"measurements": third, "highest_seed": float((last / before).max())},
        "d_real": ends["d_real"].mean(),
        "d_fake": ends["d_fake"].mean(),
        "best": int(by.mean(axis=1).idxmin()),
        "floor": real["frechet"].mean(),
        "times_floor": by.loc[end].mean() / real["frechet"].mean(),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
