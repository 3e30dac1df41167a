"""The lab's DCGAN on MNIST: its training, the quality of its digits, and the effect of the seed (question 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.classifier import classifier, real_measures
from experiments.gan.curves import COLOURS, floor, iterations_axis, logarithmic
from experiments.gan.training import built, digit_measure, history_rows, measured_rows, train_seeds
from experiments.lab.plots.picture_grid import picture_grid
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHEET = 64
"""Noise vectors whose images are kept throughout training."""


@experiment(
    matrix={"seed": [0, 1, 2]},
    inputs={"classifier": classifier},
    data=["mnist"],
    demo={"seed": [0, 1], "iterations": 60, "ngf": 8, "ndf": 8, "rate": 1e-3},
    local=True,
    device="gpu",
    together=["seed"],
)
def dcgan_training(
    seed: list[int],
    classifier: Arrays,
    iterations: int = 3000,
    nz: int = 100,
    ngf: int = 32,
    ndf: int = 32,
    rate: float = 2e-4,
    precision: str = "float32",
) -> list[Arrays]:
    """Train the lab's networks with the lab's settings; see `experiments.gan.training.train` for the results.

    3000 batches of 128 are 6.4 epochs, about ten minutes for each seed on one core. On a GPU the seeds are one stack.
    With a `precision` of "bfloat16" convolutions have a third of the digits (`experiments.gan.precision`).
    """
    from experiments.lab.data import mnist
    from experiments.lab.data.squares import padded
    from experiments.lab.methods.adversarial_training import Setting, noise
    from experiments.lab.nets.dcgan import Discriminator, Generator

    digits = mnist.load()
    measure, samples = digit_measure(classifier)
    return train_seeds(
        [(built(lambda: Generator(nz, ngf), 2 * one), built(lambda: Discriminator(ndf), 2 * one + 1)) for one in seed],
        (padded(digits.train), digits.train_labels),
        Setting(generator_rate=rate, discriminator_rate=rate, precision=precision),  # type: ignore[arg-type]
        seed,
        iterations,
        [measure] * len(seed),
        samples,
        noise(SHEET, nz, [3]),
    )


@experiment(matrix={"seed": [0, 1, 2]}, demo={"seed": [0, 1]}, inputs={"training": dcgan_training})
def dcgan(seed: int, training: Arrays) -> pd.DataFrame:
    """Quality measures of the generated digits, one row for each measurement during training."""
    return pd.DataFrame(measured_rows(training, seed=seed))


@experiment(matrix={"seed": [0, 1, 2]}, demo={"seed": [0, 1]}, inputs={"training": dcgan_training})
def dcgan_losses(seed: int, training: Arrays) -> pd.DataFrame:
    """Both losses, D(x) and D(G(z)), averaged over 20 iterations each."""
    return pd.DataFrame(history_rows(training, seed=seed))


@experiment(inputs={"training": dcgan_training}, data=["mnist"], local=True)
def dcgan_sheet(training: Arrays, seed: int = 0, columns: int = 16, rows: int = 8) -> Arrays:
    """Images of one seed's generator: from the same noise during training, more at its end, and real ones.

    Returns:
        "moment" [moments], iterations; uint8 "progress" [moments, columns, 32, 32], "end" and "real" [rows × 8, 32,
        32].
    """
    import numpy as np

    from experiments.lab.data import mnist
    from experiments.lab.data.squares import padded

    digits = mnist.load().test
    real = padded(digits[np.random.default_rng(seed).choice(len(digits), rows * 8, replace=False)])
    sheets = training["sheet"]
    return {"moment": training["moment"], "progress": sheets[:, :columns], "end": sheets[-1][: rows * 8], "real": real}


@figure(
    dcgan,
    real_measures,
    caption='[The digits still improve when the training stops, in every seed]{claim="dcgan.falls_to_the_end"}, and '
    '[are then far from real ones]{claim="dcgan.times_floor > 2"}. Quality of generated digits during training. Thick '
    "line: mean over seeds; thin lines: each seed; band: lowest to highest seed; dashed: real digits against real "
    "digits.",
    alt="Four panels over the iterations: the Fréchet distance falls towards the dashed line of real digits and stays "
    "far above it; effective classes rise to theirs; confidence falls at first and then rises towards its line; "
    "diversity rises past its line. The seeds lie close together.",
)
def dcgan_measures(results: pd.DataFrame, real: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A panel for each measure."""
    from experiments.lab.plots.band import band
    from experiments.lab.plots.panels import legend_above, panels

    names = {
        "frechet": "Fréchet distance",
        "effective_classes": "effective classes",
        "confidence": "classifier's confidence",
        "diversity": "diversity within a class",
    }
    fig, axes = panels(4, narrow=narrow, height=5, narrow_height=1.9, across=2)
    for axis, (name, title) in zip(axes, names.items(), strict=True):
        band(axis, results, "iteration", name, COLOURS["generated"], "generated")
        floor(axis, real[name])
        iterations_axis(axis, results)
        axis.set(title=title, ylabel="")
    for axis in axes[: 3 if narrow else 2]:
        axis.set_xlabel("")
    logarithmic(axes[0], "y")
    axes[1].set_yticks([0, 5, 10])
    axes[2].yaxis.set_major_formatter("{x:.0%}")
    axes[3].yaxis.set_major_formatter("{x:.0%}")
    fig.set_layout_engine("constrained", h_pad=0.09)
    legend_above(fig, axes[0])
    return fig


@figure(
    dcgan_losses,
    caption='[The generator\'s loss keeps its level while its digits improve.]{claim="dcgan.improves_at_level_loss"} '
    "Losses of both networks, and the discriminator's output for real and for generated digits; means over 20 "
    "iterations. Thick line: mean over seeds; thin lines: each seed; band: lowest to highest seed. Dotted: "
    "equilibrium, with D = 1/2 everywhere.",
    alt="Two panels over the iterations. In the first the generator's loss, a solid line, falls and then stays level "
    "at `dcgan.loss_g:.1f`{.value}, far above the discriminator's, a dashed line, at `dcgan.loss_d:.1f`{.value}; in "
    "equilibrium the discriminator's would be the higher one. In the second the discriminator's output stays near "
    "`dcgan.d_real:.1f`{.value} for real digits and near `dcgan.d_fake:.1f`{.value} for generated ones, on either "
    "side of one half.",
)
def dcgan_losses_curves(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Losses, and the discriminator's outputs."""
    import math

    from matplotlib import rcParams
    from matplotlib.ticker import MaxNLocator

    from experiments.lab.plots.band import band
    from experiments.lab.plots.line_label import line_label
    from experiments.lab.plots.panels import panels

    fig, axes = panels(2, narrow=narrow, height=3.4, narrow_height=2.6)
    lines = (
        (("loss_g", "generated", "-", "generator"), ("loss_d", "discriminator", "--", "discriminator")),
        (("d_real", "real", "-", "D(x),\nreal"), ("d_fake", "generated", "-", "D(G(z)),\ngenerated")),
    )
    last = results["iteration"].max()
    for axis, drawn in zip(axes, lines, strict=True):
        for name, what, style, label in drawn:
            band(axis, results, "iteration", name, COLOURS[what], style=style)
            late = results[results["iteration"] > 0.9 * last][name].mean()
            line_label(axis, (last, late), label, COLOURS[what], (5, 0))
        axis.set(xlabel="iteration", ylabel="", xlim=(0, last))
        axis.xaxis.set_major_locator(MaxNLocator(3))
        axis.xaxis.set_major_formatter("{x:,.0f}")
    for axis, level, colour in (
        (axes[0], math.log(2), COLOURS["generated"]),
        (axes[0], 2 * math.log(2), COLOURS["discriminator"]),
        (axes[1], 0.5, rcParams["text.color"]),
    ):
        axis.axhline(level, color=colour, linestyle=":", linewidth=1.5)
    axes[0].set(title="losses", ylim=(0, None))
    axes[1].set(title="discriminator's output", ylim=(0, 1))
    return fig


@figure(
    dcgan_sheet,
    suffix="progress",
    format="png",
    caption="The same noise becomes first a blur, then strokes, then a digit. One column for each noise vector, one "
    "row for each measurement during the first seed's training.",
    alt="A grid of small images. The first row is flat grey; downwards blurred strokes appear, then digits, which keep "
    "their place in the column.",
)
def dcgan_progress(images: Arrays) -> Figure:
    """Rows of images from the same noise, labelled by iteration."""
    moments, sheets = images["moment"], images["progress"]
    return picture_grid(sheets, rows=[f"{moment:,d}" for moment in moments], title="iterations")


@figure(
    dcgan_sheet,
    format="png",
    caption="Most generated digits can be read, and some are broken or ambiguous. Digits of the first seed at the end "
    "of training (left), not selected, and real test digits (right).",
    alt="Two squares of 64 digits each, generated ones on the left and real ones on the right.",
)
def dcgan_pictures(images: Arrays) -> Figure:
    """Generated and real digits side by side."""
    import numpy as np

    end, real = (images[name].reshape(-1, 8, 32, 32) for name in ("end", "real"))
    gap = np.full((len(end), 1, 32, 32), -1)
    return picture_grid(np.concatenate([end, gap, real], 1), heads={3.5: "generated", 12.5: "real"})


@summary(dcgan, dcgan_losses, real_measures)
def dcgan_values(results: pd.DataFrame, losses: pd.DataFrame, real: pd.DataFrame) -> dict:
    """Start and end of training over seeds, the Fréchet distance throughout, and losses over the second half.

    "before_end" is the last measurement but one, and "falls_to_the_end" whether the Fréchet distance of every seed
    still falls from there. "collapsed" counts seeds. "all_classes_from" is the iteration from which every seed makes
    all ten classes (None: never), and "no_variety_until" the last one at which not every seed is varied (see
    `experiments.gan.curves.standing`). "shapes_early": all ten classes within the first quarter. "fluctuation" is the
    standard deviation of a loss over the second half, in units of its mean, highest over seeds;
    "losses_keep_their_level" if both losses are over the last tenth what they are over that half, within 0.1.
    "after_third" is the first measurement after a third of the training, and "of_start" its Fréchet distance in units
    of that before training.

    "discriminator_leads" says that D(x) is above 1/2 and D(G(z)) below, on average over the second half; false, it
    would mean that the networks are in equilibrium, or that the generator leads. "improves_at_level_loss" says that the
    generator's loss stays level in that half (within 0.1) and fluctuates (by more than 5 %), while the Fréchet distance
    falls by more than 40 %; false, that the loss tells something about the digits, or that they do not improve.
    "early_but_unfinished" says that shapes come early, that every seed still improves at the end, and that the losses
    keep their level; false, that one of these three does not hold.
    """
    from experiments.gan.curves import falls_to_the_end, is_varied, over_seeds, standings

    end = results[results["iteration"] == results["iteration"].max()]
    late = losses[losses["iteration"] > losses["iteration"].max() / 2]
    half = results[results["iteration"] >= results["iteration"].max() / 2]
    middle = half[half["iteration"] == half["iteration"].min()]
    by_iteration = results.groupby("iteration")["frechet"].mean()
    complete = results.groupby("iteration")["classes_covered"].min() == 10
    varied = is_varied(results, real).groupby(results["iteration"]).all()
    spread = late.groupby("seed")[["loss_d", "loss_g"]].agg(lambda loss: loss.std() / abs(loss.mean())).max()
    early = complete[complete[::-1].cummin()].index.min() if complete.iloc[-1] else None
    drift = losses[losses["iteration"] > losses["iteration"].max() * 0.9][["loss_d", "loss_g"]].mean()
    drift -= late[["loss_d", "loss_g"]].mean()
    outputs = late[["d_real", "d_fake"]].mean()
    third = by_iteration[by_iteration.index >= results["iteration"].max() / 3]
    shapes_early = early is not None and early <= results["iteration"].max() / 4
    level = bool((abs(drift) < 0.1).all())
    improves = end["frechet"].mean() < 0.6 * middle["frechet"].mean()
    return {
        "iterations": results["iteration"].max(),
        "seeds": results["seed"].nunique(),
        "end": over_seeds(end),
        "start": over_seeds(results[results["iteration"] == 0]),
        "half": {"iteration": middle["iteration"].iloc[0], "frechet": middle["frechet"].mean()},
        "by_iteration": by_iteration.to_dict(),
        "before_end": {"iteration": by_iteration.index[-2], "frechet": by_iteration.iloc[-2]},
        "falls_to_the_end": falls_to_the_end(results),
        "all_classes_from": early,
        "no_variety_until": None if varied.all() else varied[~varied].index.max(),
        "shapes_early": shapes_early,
        "fluctuation": spread.to_dict(),
        "losses_keep_their_level": level,
        "after_third": {
            "iteration": third.index[0],
            "frechet": third.iloc[0],
            "of_start": third.iloc[0] / by_iteration.iloc[0],
        },
        "discriminator_leads": outputs["d_real"] > 0.5 > outputs["d_fake"],
        "improves_at_level_loss": improves and abs(drift["loss_g"]) < 0.1 and spread["loss_g"] > 0.05,
        "early_but_unfinished": shapes_early and falls_to_the_end(results) and level,
        "collapsed": standings(results, real)["collapsed"],
        "times_floor": end["frechet"].mean() / real["frechet"].mean(),
        "spread": end["frechet"].max() / end["frechet"].min(),
        "best_iteration": by_iteration.idxmin(),
        "worst_after_half": half["frechet"].max(),
        "minutes": end["seconds"].mean() / 60,
        "loss_d": late["loss_d"].mean(),
        "loss_g": late["loss_g"].mean(),
        **outputs.to_dict(),
        "loss_g_early": losses[losses["iteration"] <= 100]["loss_g"].mean(),
        "loss_g_trend": drift["loss_g"],
    }


if __name__ == "__main__":
    tpdl.main(__file__)
