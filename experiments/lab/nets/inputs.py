"""From decoded images to what an ImageNet network is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from experiments.lab.nets.imagenet_statistics import DEVIATION, MEAN

BATCH = 32
"""Images in a batch; `benchmarks/throughput.py` compares sizes."""


def normalised(grey: np.ndarray) -> Tensor:
    """Grey images, uint8 [images, side, side], as the input of an ImageNet network: float32 [images, 3, side, side].

    The channel is repeated, scaled to 0 … 1, and ImageNet's mean is subtracted and divided by its deviation.
    """
    mean, deviation = torch.tensor(MEAN).view(3, 1, 1), torch.tensor(DEVIATION).view(3, 1, 1)
    return (torch.from_numpy(grey).float().div_(255).unsqueeze(1) - mean).div_(deviation)


def coloured(images: np.ndarray, side: int, *, normalise: bool = True) -> Tensor:
    """The middle of colour images, uint8 [images, height, width, 3], as network input: float32 [images, 3, side, side].

    Args:
        images: at least `side` pixels high and wide.
        side: in pixels.
        normalise: subtract ImageNet's mean and divide by its deviation; otherwise values stay in 0 … 1.
    """
    top, left = (images.shape[1] - side) // 2, (images.shape[2] - side) // 2
    cropped = np.ascontiguousarray(images[:, top : top + side, left : left + side].transpose(0, 3, 1, 2))
    scaled = torch.from_numpy(cropped).float().div_(255)
    if not normalise:
        return scaled
    return (scaled - torch.tensor(MEAN).view(3, 1, 1)).div_(torch.tensor(DEVIATION).view(3, 1, 1))


def batches(pixels: Callable[[int], np.ndarray], images: int, size: int = BATCH) -> Iterator[Tensor]:
    """Network inputs of images 0 … `images` - 1, `size` at a time; `pixels(i)` decodes one to uint8 [side, side]."""
    for first in range(0, images, size):
        yield normalised(np.stack([pixels(i) for i in range(first, min(first + size, images))]))
