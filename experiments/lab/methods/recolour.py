"""Random colours for digits: an augmentation that removes brightness and colour as cues.

A grey digit x in 0 … 1 becomes a + (b − a) x, with a background colour a and an ink colour b drawn anew for each image.
It is domain randomisation (Tobin et al. 2017) with flat colours, and uses no knowledge of the target domain.
"""

from __future__ import annotations

import torch
from torch import Tensor


def recolour(images: Tensor, generator: torch.Generator) -> Tensor:
    """Give each digit two random colours.

    Args:
        images: [images, height, width, 3], values 0 … 255, white on black.
        generator: of the colours; on the CPU, so that every device draws the same.

    Returns:
        float32 of the same shape, 0 … 255.
    """
    colours = torch.rand(2, len(images), 1, 1, 3, generator=generator).mul(255).to(images.device)
    paper, ink = colours
    return torch.lerp(paper, ink, images.to(torch.float32) / 255)
