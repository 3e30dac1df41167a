"""Brightness and edges of an image, to compare with the feature maps of a convolution."""

from __future__ import annotations

import numpy as np
from PIL import Image
from scipy import ndimage


def brightness_and_edges(image: np.ndarray, side: int) -> np.ndarray:
    """Mean brightness and edge strength on a coarse grid.

    Args:
        image: uint8 [height, width, 3].
        side: cells of the grid along each axis.

    Returns:
        float64 [2, side, side]: brightness in 0 … 255, and the norm of the Sobel gradient.
    """
    grey = image.mean(-1)
    strength = np.hypot(ndimage.sobel(grey, 0), ndimage.sobel(grey, 1))
    shrink = lambda values: Image.fromarray(values.astype(np.float32)).resize((side, side), Image.Resampling.BOX)  # noqa: E731
    return np.stack([np.asarray(shrink(values), np.float64) for values in (grey, strength)])


def spread(points: np.ndarray, count: int) -> list[int]:
    """Choose rows of `points` that are far apart, by farthest-point sampling (Gonzalez 1985).

    Args:
        points: [points, dimensions].
        count: how many to choose.

    Returns:
        their indices; each is the farthest from those before it, the first from the mean.
    """
    chosen = [int(np.linalg.norm(points - points.mean(0), axis=1).argmax())]
    while len(chosen) < min(count, len(points)):
        distances = np.linalg.norm(points[:, None] - points[chosen], axis=2).min(1)
        chosen.append(int(distances.argmax()))
    return chosen
