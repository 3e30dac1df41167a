"""The lab's DCGAN on MNIST: its training, the quality of its digits, and the effect of the seed (question 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.classifier import classifier, real_measures
from experiments.gan.curves import curve_by_seed, floor, iterations_axis, logarithmic
from experiments.gan.training import built, digit_measure, history_rows, measured_rows, train
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
)
def dcgan_training(
    seed: int,
    classifier: Arrays,
    iterations: int = 3000,
    nz: int = 100,
    ngf: int = 32,
    ndf: int = 32,
    rate: float = 2e-4,
) -> Arrays:
    """Train the lab's networks with the lab's settings; see `experiments.gan.training.train` for the result.

    3000 batches of 128 are 6.4 epochs, about 15 minutes for each seed on one core.
    """
    from experiments.lab.data import mnist
    from experiments.lab.data.squares import padded
    from experiments.lab.methods.adversarial_training import AdversarialTraining, Setting, noise
    from experiments.lab.nets.dcgan import Discriminator, Generator

    digits = mnist.load()
    training = AdversarialTraining(
        built(lambda: Generator(nz, ngf), 2 * seed),
        built(lambda: Discriminator(ndf), 2 * seed + 1),
        padded(digits.train),
        digits.train_labels,
        Setting(generator_rate=rate, discriminator_rate=rate),
        seed=seed,
    )
    measure, samples = digit_measure(classifier)
    return train(training, iterations, measure, samples, noise(SHEET, nz, [3]))


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
    caption="Quality measures of generated digits during training. Line: mean over seeds; band: lowest and highest "
    "seed; dashed: real digits against real digits.",
    alt="Four panels over the iterations: the Fréchet distance falls towards the dashed line of real digits; effective "
    "classes rise to theirs; confidence falls at first and then rises towards its line; diversity rises past its line.",
)
def dcgan_measures(results: pd.DataFrame, real: pd.DataFrame) -> Figure:
    """A panel for each measure."""
    from matplotlib.figure import Figure

    panels = {
        "frechet": "Fréchet distance",
        "effective_classes": "effective classes",
        "confidence": "classifier's confidence",
        "diversity": "diversity within a class",
    }
    fig = Figure(figsize=(7.2, 5.2))
    axes = fig.subplots(2, 2, sharex=True)
    for axis, (name, title) in zip(axes.ravel(), panels.items(), strict=True):
        curve_by_seed(axis, results, name, "C0", "generated")
        floor(axis, real[name])
        axis.set_title(title)
    logarithmic(axes[0, 0], "y")
    axes[1, 0].yaxis.set_major_formatter("{x:.0%}")
    for axis in axes[1]:
        iterations_axis(axis, results)
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return fig


@figure(
    dcgan_losses,
    caption="Losses, and the discriminator's outputs for real and generated digits: means over 20 iterations, one thin "
    "line for each seed, the thick line their mean. Dotted: the equilibrium, D = 1/2 everywhere.",
    alt="Two panels over the iterations. Above, the generator's and the discriminator's loss; below, the "
    "discriminator's output for real and for generated images, between 0 and 1.",
)
def dcgan_losses_curves(results: pd.DataFrame) -> Figure:
    """Losses above, the discriminator's outputs below."""
    import math

    from matplotlib.figure import Figure

    fig = Figure(figsize=(7.2, 5.2))
    axes = fig.subplots(2, 1, sharex=True)
    panels = (
        (("loss_g", "C0", "generator"), ("loss_d", "C1", "discriminator")),
        (("d_real", "C1", "D(x), real"), ("d_fake", "C0", "D(G(z)), generated")),
    )
    for axis, lines in zip(axes, panels, strict=True):
        for name, colour, label in lines:
            for _, rows in results.groupby("seed"):
                axis.plot(rows["iteration"], rows[name], color=colour, alpha=0.3, linewidth=0.7)
            axis.plot(results.groupby("iteration")[name].mean(), color=colour, label=label)
    for axis, levels in zip(axes, ((math.log(2), 2 * math.log(2)), (0.5,)), strict=True):
        for level, colour in zip(levels, ("C0", "C1") if len(levels) == 2 else ("C2",), strict=True):
            axis.axhline(level, color=colour, linestyle=":", linewidth=1.2)
        axis.legend(loc="center right", bbox_to_anchor=(1, 0.6))
    axes[0].set_ylabel("loss")
    axes[1].set(ylabel="discriminator's output", xlabel="iteration", ylim=(0, 1))
    return fig


@figure(
    dcgan_sheet,
    suffix="progress",
    format="png",
    caption="One column for each noise vector, one row for each measurement during the first seed's training.",
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
    caption="Generated digits at the end of training (left), not selected, and real test digits (right).",
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
    """Start and end of training over seeds, the Fréchet distance throughout, and losses over the second half."""
    from experiments.gan.curves import collapsed, over_seeds

    end = results[results["iteration"] == results["iteration"].max()]
    late = losses[losses["iteration"] > losses["iteration"].max() / 2]
    half = results[results["iteration"] >= results["iteration"].max() / 2]
    by_iteration = results.groupby("iteration")["frechet"].mean()
    return {
        "iterations": results["iteration"].max(),
        "seeds": results["seed"].nunique(),
        "end": over_seeds(end),
        "start": over_seeds(results[results["iteration"] == 0]),
        "by_iteration": by_iteration.to_dict(),
        "collapsed": collapsed(end, real),
        "times_floor": end["frechet"].mean() / real["frechet"].mean(),
        "spread": end["frechet"].max() / end["frechet"].min(),
        "best_iteration": by_iteration.idxmin(),
        "worst_after_half": half["frechet"].max(),
        "minutes": end["seconds"].mean() / 60,
        "loss_d": late["loss_d"].mean(),
        "loss_g": late["loss_g"].mean(),
        "d_real": late["d_real"].mean(),
        "d_fake": late["d_fake"].mean(),
        "loss_g_early": losses[losses["iteration"] <= 100]["loss_g"].mean(),
        "loss_g_trend": losses[losses["iteration"] > losses["iteration"].max() * 0.9]["loss_g"].mean()
        - late["loss_g"].mean(),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
