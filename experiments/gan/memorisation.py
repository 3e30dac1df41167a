"""Does the generator memorise training digits? Nearest-neighbour distances, against those of real test digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.curves import COLOURS
from experiments.gan.dcgan import dcgan_training
from experiments.gan.interpolation import dcgan_generator
from experiments.lab.plots.picture_grid import picture_grid
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@experiment(inputs={"training": dcgan_training}, data=["mnist"], demo={"count": 100}, local=True, device="gpu")
def neighbours(training: Arrays, seed: int = 0, count: int = 1000) -> Arrays:
    """Nearest training digits of `count` generated and as many test digits, by Euclidean distance of pixels in 0 … 1.

    Returns:
        "generated" and "test", distances [count]; uint8 "closest" and "typical" [2, 14, 32, 32], generated digits above
        their neighbours: the 14 that are nearest to a training digit, and 14 of middling distance.
    """
    import numpy as np

    from experiments.lab.data import mnist
    from experiments.lab.data.squares import padded
    from experiments.lab.methods.adversarial_training import generate, noise
    from experiments.lab.methods.nearest_neighbours import nearest

    digits, generator = mnist.load(), dcgan_generator(training)
    known = padded(digits.train)
    made = generate(generator, noise(count, generator.nz, [seed, 6]))
    chosen = np.random.default_rng([seed, 7]).choice(len(digits.test), count, replace=False)
    index, distance = nearest(made, known)
    order, middle = distance.argsort(), slice(count // 2, count // 2 + 14)
    pairs = {
        name: np.stack([made[some], known[index[some]]])
        for name, some in (("closest", order[:14]), ("typical", order[middle]))
    }
    return {"generated": distance / 255, "test": nearest(padded(digits.test)[chosen], known)[1] / 255} | pairs


@experiment(inputs={"neighbours": neighbours})
def memorisation(neighbours: Arrays) -> pd.DataFrame:
    """One row for each digit: whether it is generated, and its distance to the nearest training digit."""
    return pd.concat(
        [
            pd.DataFrame({"digits": name, "distance": neighbours[name].astype(float).round(4)})
            for name in ("generated", "test")
        ],
        ignore_index=True,
    )


@figure(
    memorisation,
    caption="[Generated digits lie farther from the training digits than real test digits do, in the "
    'median]{claim="memorisation.generated.median > memorisation.test.median"}, and [none is a '
    'copy]{claim="memorisation.copies == 0"}. Share of `memorisation.count:,d`{.value} digits whose nearest training '
    "digit is closer than the distance on the axis. Left of the dotted line, at half of the smallest distance of a "
    "test digit, they count as copies.",
    alt="Two rising curves, the shares of generated and of real test digits below each distance. The curve of the "
    "generated digits lies to the right of the other nearly everywhere.",
)
def memorisation_shares(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """The distribution functions of the distances."""
    from experiments.lab.plots.distribution import shares_below
    from experiments.lab.plots.line_label import line_label
    from experiments.lab.plots.panels import panels

    fig, (axis,) = panels(narrow=narrow, height=3.2, narrow_height=2.6)
    # To a hundredth, less than a pixel of the drawing: the file is half as large.
    values = {name: rows["distance"].round(2).tolist() for name, rows in results.groupby("digits")}
    colours = {"generated": COLOURS["generated"], "test": COLOURS["real"]}
    shares_below(axis, values, colours)
    for name, label, share, side in (("generated", "generated digits", 0.4, 8), ("test", "real test digits", 0.6, -8)):
        at = float(pd.Series(values[name]).quantile(share))
        line_label(axis, (at, share), label, colours[name], (side, 0))
    nearest = min(values["test"])
    axis.axvline(nearest / 2, color=colours["test"], linestyle=":", linewidth=1.5)
    line_label(
        axis,
        (nearest / 2, 0.9),
        "copies would lie\nleft of this line",
        colours["test"],
        (5, 0),
    )
    axis.set(xlabel="distance to the nearest training digit", ylabel="share of digits", xlim=(0, None))
    return fig


@figure(
    neighbours,
    format="png",
    caption="Generated digits resemble the training digits nearest to them, and are not the same. The closest pairs "
    "of all, and pairs of middling distance.",
    alt="Two pairs of rows of digits. In each pair the lower digit, a real one, resembles the upper one, a generated "
    "one, without being the same.",
)
def neighbour_pictures(images: Arrays) -> Figure:
    """Two pairs of rows: digits above their nearest neighbours."""
    import numpy as np

    rows = np.concatenate([images["closest"], images["typical"]])
    return picture_grid(rows, rows=["closest", "nearest real", "middling", "nearest real"], left=1.0)


@summary(memorisation)
def memorisation_values(results: pd.DataFrame) -> dict:
    """Medians, and how many generated digits are closer to the training set than real digits are."""
    made, real = (results[results["digits"] == name]["distance"] for name in ("generated", "test"))
    return {
        "count": len(made),
        "generated": {"median": made.median(), "lowest": made.min()},
        "test": {"median": real.median(), "lowest": real.min()},
        "nearer_than_real": (made < real.quantile(0.01)).mean(),
        "copies": (made < real.min() / 2).sum(),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
