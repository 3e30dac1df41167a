"""Sample digits of the two domains, and of the recoloured source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tpdl
from tpdl import Arrays, experiment, figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 12


@experiment(data=["mnist", "mnist-m"], local=True)
def domain_samples(seed: int = 0) -> Arrays:
    """The first test images: "source", "target" and "recoloured", uint8 [images, 28, 28, 3]."""
    import numpy as np
    import torch

    from experiments.lab.data import mnist, mnist_m
    from experiments.lab.methods.recolour import recolour

    source, target = mnist_m.coloured(mnist.load()).test[:COLUMNS], mnist_m.load().test[:COLUMNS]
    colours = recolour(torch.from_numpy(source), torch.Generator().manual_seed(seed))
    return {"source": source, "target": target, "recoloured": colours.round().numpy().astype(np.uint8)}


@figure(
    domain_samples,
    format="png",
    caption="The first test images of MNIST and of MNIST-M, and those of MNIST in two random colours.",
    alt="Three rows of digits: white on black; inverted within crops of photographs; and in one flat colour on "
    "another.",
)
def domain_samples_sheet(images: Arrays) -> Figure:
    """A row of digits for each domain."""
    import numpy as np
    from matplotlib.figure import Figure

    fig = Figure(figsize=(7.6, 2.1))
    for axis, kind in zip(fig.subplots(3, 1), ("source", "target", "recoloured"), strict=True):
        framed = np.pad(images[kind], ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=128)
        axis.imshow(np.concatenate(list(framed), axis=1), interpolation="nearest")
        axis.set(xticks=[], yticks=[])
        axis.grid(False)
        axis.set_ylabel(
            {"source": "MNIST", "target": "MNIST-M", "recoloured": "recoloured"}[kind],
            rotation=0, ha="right", va="center", fontsize=9,
        )  # fmt: skip
        axis.spines[["left", "bottom"]].set_visible(False)
    return fig


if __name__ == "__main__":
    tpdl.main(__file__)
