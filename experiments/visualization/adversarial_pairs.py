"""Do targets need less change if the network finds them like the image's class in other photographs (question 5)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.visualization.adversarial import adversarial, needs_less
from tpdl import experiment, progress, summary

if TYPE_CHECKING:
    import numpy as np


@experiment(
    inputs={"results": adversarial},
    data=["imagenet-25", "scenes", "weights/{network}"],
    demo={"network": "tiny_squeezenet"},
    device="gpu",
)
def adversarial_pairs(results: pd.DataFrame, network: str = "squeezenet1_1") -> pd.DataFrame:
    """How alike the two classes of each pair are to the network: one row for each image and target.

    `correlation` is that of the scores of the class that the image is taken for and of the target, over the grey
    photographs of chapter 1. `centred` is the same after each photograph's mean score of all classes is taken off: the
    softmax does not depend on it either. `scenes` is the number of these photographs.
    """
    import torch

    from experiments.lab.data import chosen_scenes, imagenet
    from experiments.lab.nets.frozen import frozen, scores_of
    from experiments.lab.nets.inputs import batches
    from experiments.lab.nets.registry import image_size
    from experiments.visualization.ascent import class_index

    scenes, model, side = chosen_scenes.load(), frozen(network), image_size(network)
    parts = progress(batches(lambda i: scenes.pixels(i, side), len(scenes)), "batches")
    scores = torch.cat([scores_of(model, part) for part in parts]).double().numpy()
    names = imagenet.load().classes
    first, second = ([class_index(names, name) for name in results[column]] for column in ("predicted", "target"))
    return results[["image", "predicted", "target"]].assign(
        correlation=correlations(scores, first, second).round(4),
        centred=correlations(scores - scores.mean(1, keepdims=True), first, second).round(4),
        scenes=len(scenes),
    )


def correlations(scores: np.ndarray, first: list[int], second: list[int]) -> np.ndarray:
    """Pearson's correlation of two classes' scores over images, for each pair of classes: [pairs].

        correlations(scores, [0, 0], [1, 2])    # of class 0 with class 1, and with class 2

    Args:
        scores: [images, classes]. A class whose score is the same for all images is correlated with none: 0.
        first, second: class indices [pairs].
    """
    import numpy as np

    away = scores - scores.mean(0)
    lengths = np.linalg.norm(away, axis=0)
    away = away / np.where(lengths > 0, lengths, 1)
    return (away[:, first] * away[:, second]).sum(0)


@summary(adversarial_pairs, adversarial)
def adversarial_pairs_values(pairs: pd.DataFrame, results: pd.DataFrame) -> dict:
    """Whether alike classes need less change, with the scores as they are (`alike`) and centred (`centred`).

    Each is what `needs_less` returns. `scenes` is the number of photographs over which classes are compared.

    A statement of the text, false as soon as one part of it is: `alike_says_little`, more alike classes need less (the
    interval of `alike` is above 0), but not by much (its mean is below 0.5).
    """
    both = results.merge(pairs, on=["image", "target"])
    alike = needs_less(both, "correlation")
    return {
        "scenes": pairs["scenes"].iloc[0],
        "alike": alike,
        "centred": needs_less(both, "centred"),
        "alike_says_little": bool(alike and alike["interval"][0] > 0 and alike["mean"] < 0.5),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
