"""Random colours for digits: an augmentation that removes brightness and colour as cues.

A grey digit x in 0 … 1 becomes a + (b − a) x, with a background colour a and an ink colour b drawn anew for each image.
It is domain randomisation (Tobin et al. 2017) with flat colours, and uses no knowledge of the target domain.
"""

from __future__ import annotations

import torch
from torch import Tensor


def random_colours(images: int, generator: torch.Generator) -> Tensor:
    """Paper and ink for so many digits, float32 [2, images, 1, 1, 3] in 0 … 255.

    The generator is one of the CPU, so that every device draws the same.
    """
    return torch.rand(2, images, 1, 1, 3, generator=generator).mul(255)


def recolour(images: Tensor, colours: Tensor) -> Tensor:
    """Give each digit its two colours.

        recolour(digits, random_colours(len(digits), generator))

    Args:
        images: [images, height, width, 3], values 0 … 255, white on black.
        colours: as of `random_colours`, on the same device.

    Returns:
        float32 of the same shape, 0 … 255.
    """
    paper, ink = colours
    return torch.lerp(paper, ink, images.to(torch.float32) / 255)
