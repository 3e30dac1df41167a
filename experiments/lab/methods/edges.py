"""Brightness and edges of an image, to compare with the maps of a convolution."""

from __future__ import annotations

import numpy as np
from PIL import Image
from scipy import ndimage


def brightness_and_edges(image: np.ndarray, side: int) -> np.ndarray:
    """Mean brightness and strength of edges on a coarse grid.

    Args:
        image: uint8 [height, width, 3].
        side: cells of the grid along each axis.

    Returns:
        float64 [2, side, side]: brightness 0 … 255, and the length of the Sobel gradient.
    """
    grey = image.mean(-1)
    strength = np.hypot(ndimage.sobel(grey, 0), ndimage.sobel(grey, 1))
    shrink = lambda values: Image.fromarray(values.astype(np.float32)).resize((side, side), Image.Resampling.BOX)  # noqa: E731
    return np.stack([np.asarray(shrink(values), np.float64) for values in (grey, strength)])


def spread(points: np.ndarray, count: int) -> list[int]:
    """Rows of `points` [points, dimensions] far from each other: each next one is the farthest from those before
    (Gonzalez 1985).
    """
    chosen = [int(np.linalg.norm(points - points.mean(0), axis=1).argmax())]
    while len(chosen) < min(count, len(points)):
        distances = np.linalg.norm(points[:, None] - points[chosen], axis=2).min(1)
        chosen.append(int(distances.argmax()))
    return chosen
