"""Digits in random colours: an augmentation of the source that takes brightness and colour away as cues.

A grey digit x in 0 … 1 becomes a + (b − a) x, with the colours a of the paper and b of the ink drawn anew for each
image. White on black is one case of it, black on white another. It is domain randomisation (Tobin et al. 2017) with
flat colours, and knows nothing of the target.
"""

from __future__ import annotations

import torch
from torch import Tensor


def recolour(images: Tensor, generator: torch.Generator) -> Tensor:
    """Each image in two random colours.

    Args:
        images: [images, height, width, 3], values 0 … 255, white on black.
        generator: of the colours; on the CPU, so that every device draws the same.

    Returns:
        float32 of the same shape, 0 … 255.
    """
    colours = torch.rand(2, len(images), 1, 1, 3, generator=generator).mul(255).to(images.device)
    paper, ink = colours
    return torch.lerp(paper, ink, images.to(torch.float32) / 255)
