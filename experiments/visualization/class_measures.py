"""Measures of class images: colour, smoothness, and how two networks classify them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor


def measured(
    images: np.ndarray, targets: Sequence[int] | np.ndarray, network: str, judge: str
) -> dict[str, np.ndarray]:
    """Image statistics and class probabilities, as columns over images.

    `colourfulness` (Hasler and Süsstrunk); `total_variation` (mean difference of neighbouring pixels, in grey levels);
    `fine` (high-frequency energy, the fraction of the variance at wavelengths below 4 pixels); `probability` of the
    target for the network that the image was made with; `judge_probability` and `judge_rank` (1: first) for another
    network.

    Args:
        images: network inputs float32 [images, 3, side, side].
        targets: class indices [images].
        network, judge: names of the two networks; the second gets the image at its own input size.
    """
    import numpy as np
    import torch

    from experiments.lab.methods.image_measures import colourfulness, high_frequency_share, total_variation
    from experiments.lab.nets.frozen import frozen, pixels, scores_of

    inputs, rows = torch.from_numpy(images), range(len(images))
    colours = pixels(inputs)
    own = scores_of(frozen(network), inputs).softmax(1)
    other = scores_of(frozen(judge), resized(inputs, judge))
    wanted = other[rows, list(targets)]
    return {
        "colourfulness": colourfulness(colours),
        "total_variation": 255 * total_variation(colours),
        "fine": high_frequency_share(colours),
        "probability": own[rows, list(targets)].numpy(),
        "judge_probability": other.softmax(1)[rows, list(targets)].numpy(),
        "judge_rank": np.asarray((other > wanted[:, None]).sum(1) + 1),
    }


def resized(inputs: Tensor, network: str) -> Tensor:
    """Network inputs resized to the input size of `network`."""
    from torch.nn.functional import interpolate

    from experiments.lab.nets.registry import image_size

    side = image_size(network)
    return inputs if inputs.shape[-1] == side else interpolate(inputs, (side, side), mode="bilinear", antialias=True)
