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
    """A random one of the ten crops of each image, drawn from the device's global random state: [images, side, side].

    Args:
        images: [images, height, width], at least `side` high and wide.
        side: of the crop, in pixels.
    """
    down, right = images.shape[1] - side, images.shape[2] - side
    chosen = torch.randint(VIEWS, (len(images),), device=images.device)
    place, mirrored = chosen % 5, chosen >= 5
    top = torch.where(place == 0, down // 2, down * (place > 2))
    left = torch.where(place == 0, right // 2, right * (place % 2 == 0))
    return _cut(images, top, left, mirrored, side)


def random_crop(images: Tensor, side: int) -> Tensor:
    """A crop at a random position of each image, mirrored with probability one half: [images, side, side].

    Both are drawn from the device's global random state.

    Args:
        images: [images, height, width], at least `side` high and wide.
        side: of the crop, in pixels.
    """
    top, left, mirrored = (
        torch.randint(choices, (len(images),), device=images.device)
        for choices in (images.shape[1] - side + 1, images.shape[2] - side + 1, 2)
    )
    return _cut(images, top, left, mirrored == 1, side)


def _cut(images: Tensor, top: Tensor, left: Tensor, mirrored: Tensor, side: int) -> Tensor:
    """The crop of each image at its own place, all at once: one gather, which waits for no number."""
    along = torch.arange(side, device=images.device)
    rows = top[:, None] + along
    columns = left[:, None] + torch.where(mirrored[:, None], side - 1 - along, along)
    which = torch.arange(len(images), device=images.device)
    return images[which[:, None, None], rows[:, :, None], columns[:, None, :]]
