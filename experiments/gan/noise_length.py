"""Noise vectors of 10, 100 and 1000 numbers: do the digits differ, and what does the length cost (question 5)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.curves import COLOURS, iterations_axis, logarithmic, over_seeds, ratio_over_seeds
from experiments.gan.dcgan import dcgan_training
from experiments.gan.iterations import iterations_in_turns
from experiments.gan.precision import precision_classifier, precision_real_measures
from experiments.gan.training import measured_runs
from experiments.lab.plots.picture_grid import side_by_side
from tpdl import Arrays, Cells, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LENGTHS = (10, 100, 1000)
"""How many random numbers the generator makes an image of; the lab's 100 among them."""


@experiment(
    matrix={"nz": [10, 100, 1000], "seed": [0, 1, 2, 3, 4]},
    inputs={"classifier": precision_classifier},
    data=["mnist"],
    demo={"nz": [10, 100], "seed": [0, 1], "iterations": 50, "width": 8, "rate": 1e-3},
    local=True,
    device="gpu",
    together=["seed"],
)
def noise_training(
    nz: int,
    seed: list[int],
    classifier: Arrays,
    iterations: int = 3000,
    width: int = 32,
    rate: float = 2e-4,
    precision: str = "bfloat16",
) -> list[Arrays]:
    """The lab's training with noise of another length, and with its own 100 numbers, in mixed precision.

    3000 batches take five minutes on one core that multiplies bfloat16 numbers itself. On a GPU the seeds of a length
    are one stack.
    """
    return dcgan_training(seed, classifier, iterations, nz, width, width, rate, precision)


@experiment(inputs={"training": noise_training})
def noise_length(training: Cells[Arrays]) -> pd.DataFrame:
    """Quality measures of the generated digits, one row for each measurement of each run."""
    return measured_runs(training)


@experiment(demo={"rounds": 2, "iterations": 1, "width": 8})
def noise_times(rounds: int = 15, iterations: int = 5, width: int = 32) -> pd.DataFrame:
    """Milliseconds of an iteration with each length, in float32; see `iterations_in_turns` for the columns."""
    from experiments.lab.methods.adversarial_training import Setting
    from experiments.lab.nets.dcgan import Discriminator, Generator

    trained = {nz: (Generator(nz, width), Discriminator(width), Setting()) for nz in LENGTHS}
    return iterations_in_turns("nz", trained, rounds, iterations)


@experiment(inputs={"training": noise_training}, local=True)
def noise_sheet(training: Cells[Arrays], seed: int = 0, side: int = 8) -> Arrays:
    """Images with each length of noise at the end of one seed's training: "nz", uint8 "image" [nz, images, 32, 32]."""
    import numpy as np

    chosen = {cell["nz"]: run["sheet"][-1][: side * side] for cell, run in training.each() if cell["seed"] == seed}
    return {"nz": np.array(list(chosen)), "image": np.stack(list(chosen.values()))}


@figure(
    noise_length,
    precision_real_measures,
    caption='[Training is faster with shorter noise, in every seed.]{claim="noise_length.is_ordered"} Fréchet distance '
    "during training with noise of 10, 100 (the lab's) and 1000 numbers. Thick lines: means over seeds; thin lines: "
    "each seed; bands: lowest to highest seed. Real digits lie below the axis.",
    alt="Three curves that fall over the iterations. The dashed one, with 10 numbers, is the lowest from early on, and "
    "the dotted one, with 1000, the highest.",
)
def noise_length_curves(results: pd.DataFrame, real: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A band for each length."""
    from experiments.lab.plots.band import band
    from experiments.lab.plots.beyond import beyond
    from experiments.lab.plots.panels import legend_above, panels

    fig, (axis,) = panels(narrow=narrow, height=3.4, narrow_height=2.8)
    for nz, colour, style in zip(LENGTHS, ("C1", "C0", "C4"), ("--", "-", ":"), strict=True):
        band(axis, results[results["nz"] == nz], "iteration", "frechet", colour, f"nz = {nz}", style=style)
    iterations_axis(axis, results)
    logarithmic(axis, "y")
    axis.set(ylabel="Fréchet distance", ylim=(0.5 * results["frechet"].min(), None))
    beyond(axis, f"real against real: {real['frechet'].mean():.1f}", COLOURS["real"], "below")
    legend_above(fig, axis, compact=narrow)
    return fig


@figure(
    noise_sheet,
    format="png",
    caption="With each length of noise readable digits stand beside broken ones. Digits of the first seed at the end "
    "of training, not selected.",
    alt="Three squares of generated digits, with noise of 10, 100 and 1000 numbers.",
)
def noise_pictures(images: Arrays) -> Figure:
    """The squares side by side."""
    side = int(images["image"].shape[1] ** 0.5)
    squares = images["image"].reshape(-1, side, side, 32, 32)
    return side_by_side(squares, [f"{nz} numbers" for nz in images["nz"]])


@summary(noise_length, noise_times, precision_real_measures)
def noise_length_values(results: pd.DataFrame, times: pd.DataFrame, real: pd.DataFrame) -> dict:
    """Each length at the end of training, in order, and what an iteration takes.

    "nz_10", "nz_100", "nz_1000": means over seeds with Student's intervals, and "milliseconds" of an iteration.
    "relative" is the geometric mean over seeds of the Fréchet distance in units of that of the same seed with the lab's
    length, with Student's interval; "p" is that of the Mann–Whitney test between the two lengths, which ignores the
    pairs. "is_ordered": within every seed shorter noise is closer to real digits than longer noise. "ten_is_ahead" and
    "thousand_is_behind": the whole interval of "relative" lies on that side of 1. "thousand_takes_longer": in the
    slowest round with 100 numbers an iteration took less time than in the fastest with 1000.
    """
    from scipy.stats import mannwhitneyu

    end = results[results["iteration"] == results["iteration"].max()]
    runs = {int(nz): rows for nz, rows in end.groupby("nz")}  # type: ignore[call-overload]
    by, took = end.pivot(index="seed", columns="nz", values="frechet"), times.set_index("nz")
    found: dict = {}
    for nz, rows in runs.items():
        one = over_seeds(rows) | {"milliseconds": took["milliseconds"][nz]}
        if nz != 100:
            one["relative"] = ratio_over_seeds(by[nz], by[100])
            one["p"] = float(mannwhitneyu(rows["frechet"], runs[100]["frechet"], method="exact").pvalue)
        found[f"nz_{nz}"] = one
    return {
        **found,
        "seeds": end["seed"].nunique(),
        "iterations": end["iteration"].iloc[0],
        "floor": real["frechet"].mean(),
        "is_ordered": bool((by.dropna().diff(axis=1).iloc[:, 1:] > 0).all(axis=None)),
        "ten_is_ahead": "nz_10" in found and found["nz_10"]["relative"]["high"] < 1,
        "thousand_is_behind": "nz_1000" in found and found["nz_1000"]["relative"]["low"] > 1,
        "thousand_takes_longer": bool(took["fastest"][1000] > took["slowest"][100]),
        "times_as_long": took["milliseconds"][1000] / took["milliseconds"][100],
        "ten_times_as_long": took["milliseconds"][10] / took["milliseconds"][100],
        "idleness": times["idleness"].min(),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
