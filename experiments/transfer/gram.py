"""Gram matrices of the images at every cut of a network, for all linear classifiers of this chapter."""

from __future__ import annotations

from typing import Any

import tpdl
from tpdl import Arrays, checkpoint, experiment, note, profile, progress

EACH_NETWORK: dict[str, Any] = {
    "matrix": {"network": ["squeezenet1_1", "efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2", "vgg16"]},
    "optional": {"network": ["vgg16"]},
    "demo": {"network": ["tiny_squeezenet", "tiny_vgg"]},
}
"""Decorator arguments of the steps that have a cell for each network."""

LATE = {"efficientnet_lite1": 9, "efficientnet_lite2": 9}
"""Network -> side in places of the largest maps that it is cut after; all others are cut everywhere.

In Lite0, which has the same stages, every cut of the last stage is better than all before it, and those before are nine
tenths of the work.
"""


@experiment(
    **EACH_NETWORK,
    data=["scenes", "weights/{network}"],
    local=True,
    device="gpu",
)
def gram(network: str, width: int = 49_152) -> Arrays:
    """Gram matrices of L2-normalised features, and their cost.

    One forward pass for each image serves all cuts (see `experiments.lab.methods.gram`).

    Args:
        network: a torchvision classifier or another that `experiments.lab.nets.registry.build` knows; pretrained.
        width: features in a block; it decides the memory, not the result.

    Returns:
        for every cut "CUT/kernel", float32 [images, training images], training images first; arrays over cuts: "cut",
        "index" (its number, from 1 at the input), "module", "shape", "features", "passes", "forward_seconds",
        "gram_seconds", "peak_bytes"; over images: "image" (names), "label"; and "class" (names), "train" (number
        of training images), "data" (what they are called).
    """
    from functools import cache

    import numpy as np

    from experiments.lab.data import chosen_scenes
    from experiments.lab.methods.gram import Totals, gram_matrices
    from experiments.lab.nets.cuts import cuts
    from experiments.lab.nets.inputs import batches
    from experiments.lab.nets.registry import build, image_size
    from experiments.lab.nets.tiny import BUILDERS

    # The demo profile downloads nothing: there, networks that are no stand-ins have random weights.
    untrained = profile() == "demo" and network not in BUILDERS
    wanted = [cut for cut in cuts(network) if cut.shape[-1] <= LATE.get(network, cut.shape[-1])]
    scenes, side, totals = chosen_scenes.load(), image_size(network), Totals()
    pixels = cache(lambda i: scenes.pixels(i, side))  # decoded once, also if the network runs several times
    made = gram_matrices(
        build(network, "random" if untrained else "pretrained"),
        wanted,
        lambda: batches(pixels, len(scenes)),
        len(scenes),
        scenes.train,
        checkpoint.path("spool"),
        width=width,
        load=checkpoint.load,
        save=checkpoint.save,
        totals=totals,
    )
    arrays: dict[str, np.ndarray] = {}
    columns: list[dict[str, Any]] = []
    for cut, found in progress(made, "cuts", total=len(wanted)):
        arrays[f"{cut.name}/kernel"] = found.kernel
        shape = "×".join(map(str, cut.shape))
        took = {key: getattr(found, key) for key in ("passes", "forward_seconds", "gram_seconds", "peak_bytes")}
        columns.append(
            {"cut": cut.name, "index": cut.index, "module": cut.module, "shape": shape, "features": cut.features} | took
        )
    note(
        passes=totals.passes,
        spooled_bytes=totals.spooled_bytes,
        images_per_second=round(totals.images_per_second, 1),
        images_per_second_network_alone=round(len(scenes) / columns[-1]["forward_seconds"], 1),
    )
    arrays |= {key: np.array([column[key] for column in columns]) for key in columns[0]}
    arrays |= {"image": np.array(scenes.names), "label": scenes.labels, "class": np.array(scenes.classes)}
    return arrays | {"train": np.array(scenes.train), "data": np.array(chosen_scenes.data_name())}


if __name__ == "__main__":
    tpdl.main(__file__)
