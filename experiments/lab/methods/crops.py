"""Data augmentation by cropping and mirroring (Krizhevsky, Sutskever and Hinton 2012, section 4.1)."""

from __future__ import annotations

import torch
from torch import Tensor

VIEWS = 10
"""Centre crop and four corner crops, each also mirrored; view 0 is the centre crop, not mirrored."""


def view(images: Tensor, which: int, side: int) -> Tensor:
    """One of the ten crops (centre, corners, mirrored or not) of every image.

    Args:
        images: [images, height, width], at least `side` high and wide.
        which: 0 … 9; 0 is the centre, 1 to 4 are the corners, 5 to 9 the same mirrored left to right.
        side: of the crop, in pixels.

    Returns:
        [images, side, side].
    """
    down, right = images.shape[1] - side, images.shape[2] - side
    top, left = ((down // 2, right // 2), (0, 0), (0, right), (down, 0), (down, right))[which % 5]
    cut = images[:, top : top + side, left : left + side]
    return cut.flip(2) if which >= 5 else cut


def random_view(images: Tensor, side: int) -> Tensor:
    """A random one of the ten crops of each image, drawn from torch's global random state: [images, side, side]."""
    chosen = torch.randint(VIEWS, (len(images),))
    return torch.stack([view(image[None], int(which), side)[0] for image, which in zip(images, chosen, strict=True)])


def random_crop(images: Tensor, side: int) -> Tensor:
    """A crop at a random position of each image, mirrored with probability one half: [images, side, side].

    Both are drawn from torch's global random state.

    Args:
        images: [images, height, width], at least `side` high and wide.
        side: of the crop, in pixels.
    """
    places = torch.stack(
        [torch.randint(images.shape[axis] - side + 1, (len(images),)) for axis in (1, 2)]
        + [torch.randint(2, (len(images),))]
    )
    made = []
    for image, (top, left, mirrored) in zip(images, places.T.tolist(), strict=True):
        cut = image[top : top + side, left : left + side]
        made.append(cut.flip(1) if mirrored else cut)
    return torch.stack(made)
