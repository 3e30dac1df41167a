"""The two losses of a GAN: their gradients, and what happens when only one network is trained (questions 1 to 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

import tpdl
from experiments.gan.classifier import classifier
from experiments.gan.curves import COLOURS, STARTED, over_seeds
from experiments.gan.training import built, digit_measure, history_rows, measured_rows, train_seeds
from experiments.lab.plots.picture_grid import picture_grid
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@experiment()
def objectives(points: int = 199) -> pd.DataFrame:
    """The losses of one generated image and their gradients, one row for each D(G(z)) between 0 and 1.

    `pull_NAME` is the magnitude of the gradient with respect to the logit, through which all gradients of the
    generator's weights pass. The logit is the output of D's last layer, and D(G(z)) its sigmoid.
    """
    import numpy as np
    import torch

    from experiments.lab.methods.gan_losses import discriminator_loss, generator_loss

    d = np.arange(1, points + 1) / (points + 1)
    rows = {"d": d}
    for name, loss in (
        ("minimax", lambda logit: generator_loss(logit[None], "minimax")),
        ("non_saturating", lambda logit: generator_loss(logit[None])),
        # A real image of which D is certain adds nothing.
        ("discriminator", lambda logit: discriminator_loss(torch.full((1,), 40.0, dtype=torch.float64), logit[None])),
    ):
        values, pulls = [], []
        for value in d:
            logit = torch.tensor(np.log(value / (1 - value)), requires_grad=True)
            found = loss(logit)
            (gradient,) = torch.autograd.grad(found, logit)
            values.append(float(found.detach()))
            pulls.append(abs(float(gradient)))
        rows |= {f"loss_{name}": np.array(values), f"pull_{name}": np.array(pulls)}
    return pd.DataFrame(rows)


@experiment(
    matrix={"trained": ["discriminator", "generator"], "seed": [0, 1, 2]},
    inputs={"classifier": classifier},
    data=["mnist"],
    demo={"seed": [0], "iterations": 20, "width": 8, "rate": 1e-3},
    local=True,
    device="gpu",
    together=["seed"],
)
def alone_training(
    trained: str, seed: list[int], classifier: Arrays, iterations: int = 200, width: int = 32, rate: float = 2e-4
) -> list[Arrays]:
    """Train one network while the other keeps its initial weights; see `experiments.gan.training.train`.

    About a minute for each cell on one core. On a GPU the seeds are one stack.
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
        Setting(generator_rate=rate, discriminator_rate=rate, trained=trained),  # type: ignore[arg-type]
        seed,
        iterations,
        [measure] * len(seed),
        samples,
        noise(16, 100, [3]),
    )


@experiment(
    matrix={"trained": ["discriminator", "generator"], "seed": [0, 1, 2]},
    inputs={"training": alone_training},
    demo={"seed": [0]},
)
def objectives_alone(trained: str, seed: int, training: Arrays) -> pd.DataFrame:
    """Losses and outputs of D, averaged over 10 iterations each, when only one network is trained."""
    return pd.DataFrame(history_rows(training, 10, trained=trained, seed=seed))


@experiment(
    matrix={"trained": ["discriminator", "generator"], "seed": [0, 1, 2]},
    inputs={"training": alone_training},
    demo={"seed": [0]},
)
def alone_measures(trained: str, seed: int, training: Arrays) -> pd.DataFrame:
    """Quality measures of the generated images when only one network is trained, one row for each measurement."""
    return pd.DataFrame(measured_rows(training, trained=trained, seed=seed))


@experiment(inputs={"training": alone_training}, local=True)
def alone_sheet(training: dict, seed: int = 0) -> Arrays:
    """Images of one seed's generator from the same noise, before and after: uint8 [2 networks × 2, 16, 32, 32]."""
    import numpy as np

    chosen = [arrays["sheet"][[0, -1]] for label, arrays in training.items() if f"seed={seed}" in label]
    return {"image": np.concatenate(chosen)}


@figure(
    objectives,
    caption="[Where D(G(z)) is near 0, as early in training, the minimax loss hardly pulls at the "
    'generator.]{claim="objectives.ratio_low > 100"} The generator\'s two losses, and the size of their gradients '
    "with respect to the logit of a generated image, against the discriminator's output for it.",
    alt="Two panels over D(G(z)) from 0 to 1. In the first, two falling curves: one, solid, starts very high, the "
    "other, dashed, starts flat at 0 and falls steeply near 1. In the second, two straight lines that cross at one "
    "half: the gradient of the loss in use is 1 at the left end, that of the minimax loss 0.",
)
def objectives_curves(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Losses and their gradients."""
    from experiments.lab.plots.band import band
    from experiments.lab.plots.line_label import line_label
    from experiments.lab.plots.panels import panels

    fig, (left, right) = panels(2, narrow=narrow, height=3.2, narrow_height=2.4)
    lines = (
        ("non_saturating", "in use: −log D(G(z))", "C0", "-"),
        ("minimax", "minimax: log(1 − D(G(z)))", "C3", "--"),
    )
    for name, _, colour, style in lines:
        band(left, results, "d", f"loss_{name}", colour, unit="", style=style)
        band(right, results, "d", f"pull_{name}", colour, unit="", style=style)
    for (name, label, colour, _), at, offset, side in zip(
        lines, (0.15, 0.6), ((8, 4), (0, -8)), ("left", "right"), strict=True
    ):
        point = results.iloc[(results["d"] - at).abs().argmin()]
        line_label(left, (point["d"], point[f"loss_{name}"]), label, colour, offset, side)
    for (name, label, colour, _), at, side in zip(lines, (0.2, 0.8), ("left", "right"), strict=True):
        point = results.iloc[(results["d"] - at).abs().argmin()]
        offset = (6, 2) if side == "left" else (-6, 2)
        line_label(right, (point["d"], point[f"pull_{name}"]), label.partition(":")[0], colour, offset, side)
    left.set(title="loss of the generator", xlabel="D(G(z))", ylabel="", xlim=(0, 1))
    right.set(title="size of the gradient at the logit", xlabel="D(G(z))", ylabel="", xlim=(0, 1), ylim=(0, 1))
    return fig


@figure(
    objectives_alone,
    caption="[Trained alone, either network gets its way and no digits come of "
    'it.]{claim="objectives_alone.dominates_in_vain"} The discriminator\'s output for real and for generated images '
    "when only one of the two networks is trained. Thick line: mean over seeds; thin lines: each seed; band: lowest "
    "to highest seed.",
    alt="Two panels. With only the discriminator trained its output goes to 1 for real and to 0 for generated images; "
    "with only the generator trained the output for generated images rises to 1, and that for real ones stays near one "
    "half.",
)
def objectives_alone_curves(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """D(x) and D(G(z)) over iterations, a panel for each trained network."""
    from experiments.lab.plots.band import band
    from experiments.lab.plots.panels import legend_above, panels

    fig, axes = panels(2, narrow=narrow, height=3.2, narrow_height=2.3, same_y=not narrow)
    lines = (("d_real", COLOURS["real"], "D(x), real"), ("d_fake", COLOURS["generated"], "D(G(z)), generated"))
    for axis, (trained, rows) in zip(axes, results.groupby("trained"), strict=True):
        for name, colour, label in lines:
            band(axis, rows, "iteration", name, colour, label, style="-")
        axis.set(
            title=f"only the {trained} is trained", xlabel="iteration", ylabel="", ylim=(-0.03, 1.03), xlim=(0, None)
        )
        if narrow or axis is axes[0]:
            axis.set_ylabel("discriminator's output")
    legend_above(fig, axes[0])
    return fig


@figure(
    alone_sheet,
    format="png",
    caption='[No digits come of training one network alone.]{claim="objectives_alone.started == 0"} Images of the '
    "first seed from the same noise, before and after `objectives_alone.iterations`{.value} batches.",
    alt="Four rows of small images. The generator before any training is flat grey; with only the discriminator "
    "trained it ends as grey noise. The last row shows the images of a generator that was trained alone.",
)
def alone_pictures(images: Arrays) -> Figure:
    """Two rows of images for each network that is trained."""
    names = ["only D: start", "end", "only G: start", "end"]
    return picture_grid(images["image"], rows=names, left=1.05)


@summary(objectives)
def objectives_values(results: pd.DataFrame) -> dict:
    """The gradients of both losses where D is nearly certain, and where it is not.

    "largest_deviation" is that of a gradient from its closed form, D for the minimax loss and 1 - D for the other.
    """
    low, middle = results.iloc[0], results.iloc[(results["d"] - 0.5).abs().argmin()]
    keys = ("d", "pull_minimax", "pull_non_saturating", "loss_minimax", "loss_non_saturating")
    return {
        "low": {key: low[key] for key in keys},
        "middle": {key: middle[key] for key in keys},
        "ratio_low": low["pull_non_saturating"] / low["pull_minimax"],
        "largest_deviation": max(
            abs(results["pull_minimax"] - results["d"]).max(),
            abs(results["pull_non_saturating"] - (1 - results["d"])).max(),
        ),
    }


@summary(objectives_alone, alone_measures)
def objectives_alone_values(results: pd.DataFrame, measures: pd.DataFrame) -> dict:
    """For each network that is trained alone: D at the end, and the quality of the images.

    "dominates" says whether in every seed the one network that is trained has its way at the end: the discriminator
    gives real images more than 0.95 and generated ones less than 0.05, the generator gets more than 0.95, and more than
    real images. "started" counts runs by "start_limit", `experiments.gan.curves.STARTED`; "lowest_of_start" is the
    lowest Fréchet distance at the end of a run, in units of that before training.

    "dominates_in_vain" says that either network dominates when it is trained alone, in every seed, and that no run has
    started; false, that one of them does not get its way, or that digits come of it all the same.
    """
    found: dict[str, Any] = {}
    for trained, rows in results.groupby("trained"):
        measured = measures[measures["trained"] == trained]
        end = rows[rows["iteration"] == rows["iteration"].max()]
        found[trained] = {
            **{f"{name}_start": rows[rows["iteration"] == rows["iteration"].min()][name].mean() for name in D},
            **{name: end[name].mean() for name in D},
            "loss_d": end["loss_d"].mean(),
            "start": over_seeds(measured[measured["iteration"] == 0]),
            "end": over_seeds(measured[measured["iteration"] == measured["iteration"].max()]),
        }
        won = {
            "discriminator": (end["d_real"] > 0.95) & (end["d_fake"] < 0.05),
            "generator": (end["d_fake"] > 0.95) & (end["d_fake"] > end["d_real"]),
        }
        found[trained]["dominates"] = won[str(trained)].all()
    runs = measures.sort_values("iteration").groupby(["trained", "seed"])["frechet"]
    found["start_limit"] = STARTED
    found["started"] = (runs.min() < STARTED * runs.first()).sum()
    dominate = all(found[trained]["dominates"] for trained in results["trained"].unique())
    found["dominates_in_vain"] = dominate and found["started"] == 0
    found["lowest_of_start"] = (runs.last() / runs.first()).min()
    return {"iterations": results["iteration"].max(), "seeds": results["seed"].nunique(), **found}


D = ("d_real", "d_fake")

if __name__ == "__main__":
    tpdl.main(__file__)
