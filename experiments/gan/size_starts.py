"""How a training at 64×64 begins: does the discriminator run away, and does a slower one help (question 5)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.classifier import classifier
from experiments.gan.dcgan import dcgan_losses
from experiments.gan.training import built, digit_measure, history_rows, train
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RATES = {"lab": 1.0, "slower": 0.2}
"""Of the discriminator, as factors."""
WORDS = {"lab": "64×64", "slower": "64×64, discriminator's rate ÷ 5"}


@experiment(
    matrix={"discriminator": ["lab", "slower"], "seed": [0, 1]},
    inputs={"classifier": classifier},
    data=["mnist"],
    demo={"seed": [0], "iterations": 40, "width": 4, "rate": 1e-3},
)
def size_starts(
    discriminator: str, seed: int, classifier: Arrays, iterations: int = 200, width: int = 32, rate: float = 2e-4
) -> pd.DataFrame:
    """The first batches of the lab's DCGAN on MNIST at 64×64: losses, D(x) and D(G(z)), averaged over 20 iterations each.

    `frechet` is the distance to real digits after all of them, the same in every row. Seven minutes on one core each.
    """
    import numpy as np

    from tpdl.data import mnist
    from tpdl.data.squares import enlarged, padded
    from tpdl.methods.adversarial_training import AdversarialTraining, Setting, noise
    from tpdl.nets.dcgan import Discriminator, Generator

    images = enlarged(padded(mnist.load().train), 2)
    training = AdversarialTraining(
        built(lambda: Generator(width=width, side=64), 2 * seed),
        built(lambda: Discriminator(width, 64), 2 * seed + 1),
        images,
        np.zeros(len(images), int),
        Setting(generator_rate=rate, discriminator_rate=rate * RATES[discriminator]),
        seed,
    )
    measure, samples = digit_measure(classifier)
    found = train(training, iterations, measure, samples, noise(24, 100, [3]))
    rows = history_rows(found, discriminator=discriminator, seed=seed)
    return pd.DataFrame(rows).assign(frechet=float(found["measure/frechet"][-1]))


@figure(
    size_starts,
    dcgan_losses,
    caption="What the discriminator says of generated digits at the beginning of a training, over 20 batches each: one thin line for each seed, the thick line their geometric mean.",
    alt="Three groups of lines on a logarithmic axis, for digits at 32 by 32, at 64 by 64, and at 64 by 64 with a slower discriminator.",
)
def size_starts_lines(results: pd.DataFrame, small: pd.DataFrame) -> Figure:
    """D(G(z)) against batches."""
    import numpy as np
    from matplotlib.figure import Figure

    groups = {"32×32": small[small["iteration"] <= results["iteration"].max()]}
    groups |= {WORDS[str(name)]: rows for name, rows in results.groupby("discriminator")}
    fig = Figure(figsize=(7.2, 3.4))
    axis = fig.subplots()
    for colour, (label, rows) in zip(("C0", "C1", "C2"), groups.items(), strict=False):
        for _, one in rows.groupby("seed"):
            axis.plot(one["iteration"], one["d_fake"], color=colour, linewidth=0.8, alpha=0.6)
        mean = np.exp(np.log(rows.set_index("iteration")["d_fake"]).groupby("iteration").mean())
        axis.plot(mean.index, mean, color=colour, label=label)
    axis.set_yscale("log")
    axis.set(xlabel="iteration", ylabel="D(G(z))")
    fig.legend(loc="outside upper center", ncols=3)
    return fig


@summary(size_starts, dcgan_losses)
def size_starts_values(results: pd.DataFrame, small: pd.DataFrame) -> dict:
    """Over the last 20 of the iterations: D(G(z)) of each group, its lowest and highest seed, and the Fréchet distances after them."""
    last = int(results["iteration"].max())
    ends = results[results["iteration"] == last].groupby("discriminator")
    found = {
        str(name): {
            **{f"{which}_d_fake": float(getattr(rows["d_fake"], which)()) for which in ("min", "max")},
            **{f"{which}_frechet": float(getattr(rows["frechet"], which)()) for which in ("min", "max")},
        }
        for name, rows in ends
    }
    at_32 = small[small["iteration"] == last]["d_fake"]
    return {
        "iterations": last,
        "seeds": int(results["seed"].nunique()),
        "small": {"min_d_fake": float(at_32.min()), "max_d_fake": float(at_32.max())},
        **found,
    }


if __name__ == "__main__":
    tpdl.main(__file__)
