"""The nearest of many images to each of some, by Euclidean distance of pixels: has a generator learned images by heart?"""

from __future__ import annotations

import numpy as np


def nearest(images: np.ndarray, among: np.ndarray, block: int = 5000) -> tuple[np.ndarray, np.ndarray]:
    """Index of the nearest image, and its distance.

    Args:
        images: [some, ...] numbers.
        among: [many, ...] numbers of the same shape.
        block: images of `among` that are compared at a time.

    Returns:
        int [some], and float64 [some] in units of the numbers.
    """
    flat = images.reshape(len(images), -1).astype(np.float32)
    best, index = np.full(len(flat), np.inf), np.zeros(len(flat), int)
    for begin in range(0, len(among), block):
        others = among[begin : begin + block].reshape(len(among[begin : begin + block]), -1).astype(np.float32)
        squares = (flat**2).sum(1)[:, None] - 2 * flat @ others.T + (others**2).sum(1)
        closest = squares.argmin(1)
        # The expanded square loses digits where two images are alike: the smallest is computed again as it is.
        exact = np.linalg.norm(flat.astype(np.float64) - others[closest], axis=1)
        better = exact < best
        best[better], index[better] = exact[better], closest[better] + begin
    return index, best
