"""Sample digits of the two domains, and of the recoloured source."""

from __future__ import annotations

import tpdl
from tpdl import Images, Picture, Sheet, Tile, experiment, figure

COLUMNS = 8
ROWS = {"source": "MNIST", "target": "MNIST-M", "recoloured": "MNIST, recoloured"}


@experiment(data=["mnist", "mnist-m"])
def domain_samples(seed: int = 0) -> Images:
    """The first test images of both domains, and those of the source in two random colours."""
    import numpy as np
    import torch

    from experiments.lab.data import mnist, mnist_m
    from experiments.lab.methods.recolour import random_colours, recolour

    digits, target = mnist_m.coloured(mnist.load()), mnist_m.load()
    source = digits.test[:COLUMNS]
    colours = random_colours(COLUMNS, torch.Generator().manual_seed(seed))
    recoloured = recolour(torch.from_numpy(source), colours).round().numpy().astype(np.uint8)
    kinds = {
        "source": (source, digits.test_labels),
        "target": (target.test[:COLUMNS], target.test_labels),
        "recoloured": (recoloured, digits.test_labels),
    }
    return {
        f"{kind}-{i:02d}": Picture(image, f"digit {labels[i]}, {ROWS[kind]}", exact=True)
        for kind, (images, labels) in kinds.items()
        for i, image in enumerate(images)
    }


@figure(
    domain_samples,
    format="sheet",
    caption="A digit of MNIST-M has no colour of its own. The first test images of MNIST and of MNIST-M, and those of "
    "MNIST in two random colours.",
    alt="Three rows of digits: white on black; inverted within crops of photographs; and in one flat colour on "
    "another.",
)
def domain_samples_sheet(images: Images) -> Sheet:
    """A row of digits for each domain."""
    digits = [images[f"{kind}-{i:02d}"] for kind in ROWS for i in range(COLUMNS)]
    tiles = [Tile(digit, alt=f"Handwritten {digit.shows}", pixelated=True) for digit in digits]
    return Sheet(tiles, columns=COLUMNS, row_labels=list(ROWS.values()))


if __name__ == "__main__":
    tpdl.main(__file__)
