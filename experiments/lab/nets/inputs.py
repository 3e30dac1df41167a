"""Preprocessing: from decoded images to the normalised input of an ImageNet network."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np
import torch
from torch import Tensor, nn

from experiments.lab.nets.imagenet_statistics import DEVIATION, MEAN

BATCH = 32
"""Images in a batch; `benchmarks/throughput.py` compares sizes."""
AHEAD = 2
"""Batches that are decoded before they are asked for."""


def normalised(grey: np.ndarray) -> Tensor:
    """Network input float32 [images, 3, side, side] from grey images uint8 [images, side, side].

    The grey channel is repeated three times, scaled to 0 … 1, and normalised by ImageNet's mean and standard deviation.
    """
    mean, deviation = torch.tensor(MEAN).view(3, 1, 1), torch.tensor(DEVIATION).view(3, 1, 1)
    return (torch.from_numpy(grey).float().div_(255).unsqueeze(1) - mean).div_(deviation)


class GreyInput(nn.Module):
    """The same as `normalised`, as the first layer of a network: on its device, and with channels last in memory.

    network = nn.Sequential(GreyInput(), *layers)
    network(pixels)  # uint8 [images, side, side]
    """

    scale: Tensor
    shift: Tensor

    def __init__(self) -> None:
        super().__init__()
        mean, deviation = torch.tensor(MEAN), torch.tensor(DEVIATION)
        self.register_buffer("scale", 1 / (255 * deviation), persistent=False)
        self.register_buffer("shift", -mean / deviation, persistent=False)

    def forward(self, grey: Tensor) -> Tensor:
        """Network input float32 [images, 3, side, side] from grey images uint8 [images, side, side]."""
        return torch.addcmul(self.shift, grey.float().unsqueeze(3), self.scale).permute(0, 3, 1, 2)


def coloured(images: np.ndarray, side: int, *, normalise: bool = True) -> Tensor:
    """Network input float32 [images, 3, side, side] from the centre of colour images uint8 [images, height, width, 3].

    Args:
        images: at least `side` pixels high and wide.
        side: of the crop, in pixels.
        normalise: by ImageNet's mean and standard deviation; otherwise values stay in 0 … 1.
    """
    top, left = (images.shape[1] - side) // 2, (images.shape[2] - side) // 2
    cropped = np.ascontiguousarray(images[:, top : top + side, left : left + side].transpose(0, 3, 1, 2))
    scaled = torch.from_numpy(cropped).float().div_(255)
    if not normalise:
        return scaled
    return (scaled - torch.tensor(MEAN).view(3, 1, 1)).div_(torch.tensor(DEVIATION).view(3, 1, 1))


def batches(pixels: Callable[[int], np.ndarray], images: int, size: int = BATCH) -> Iterator[Tensor]:
    """Network inputs of `images` images, `size` at a time; the next ones are decoded while the network is at work.

    Where there is a GPU they lie in pinned memory, from which they are copied beside its work, too.

    Args:
        pixels: index -> a decoded grey image, uint8 [side, side].
        images: number of images.
        size: of a batch.
    """

    def decoded(first: int) -> Tensor:
        made = normalised(np.stack([pixels(i) for i in range(first, min(first + size, images))]))
        return made.pin_memory() if torch.cuda.is_available() else made

    with ThreadPoolExecutor(1) as decoder:
        waiting = (decoder.submit(decoded, first) for first in range(0, images, size))
        ahead = deque(islice(waiting, AHEAD))
        while ahead:
            batch = ahead.popleft().result()
            ahead.extend(islice(waiting, 1))
            yield batch
