"""Small copies of 15-Scene for the training runs of this chapter, decoded once."""

from __future__ import annotations

import tpdl
from tpdl import Arrays, experiment, progress


@experiment(data=["scenes"], demo={"stored": 72}, local=True)
def tuning_images(stored: int = 128) -> Arrays:
    """All images at one small size.

    Args:
        stored: side in pixels; a little more than the network's input, so that crops can be taken.

    Returns:
        "image", uint8 [images, stored, stored], training images first; "label"; "class" (names); "train" (number of
        training images).
    """
    import numpy as np

    from experiments.lab.data import chosen_scenes

    scenes = chosen_scenes.load()
    pixels = [scenes.pixels(i, stored) for i in progress(range(len(scenes)), "images")]
    return {
        "image": np.stack(pixels),
        "label": scenes.labels,
        "class": np.array(scenes.classes),
        "train": np.array(scenes.train),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
