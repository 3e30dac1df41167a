"""Nearest neighbours in pixel space: does a generator memorise its training images?"""

from __future__ import annotations

import numpy as np


def nearest(images: np.ndarray, among: np.ndarray, block: int = 5000) -> tuple[np.ndarray, np.ndarray]:
    """The nearest neighbour of each image by Euclidean distance, as scikit-learn's `NearestNeighbors` finds it.

        >>> index, distance = nearest(np.array([[0.0, 1.0]]), np.array([[5.0, 5.0], [0.0, 3.0]]))
        >>> index.tolist(), distance.tolist()
        ([1], [2.0])

    Args:
        images: [some, ...].
        among: where the neighbours are searched, [many, ...] of the same shape.
        block: images of `among` that are compared at a time.

    Returns:
        indices of the neighbours int [some], and their distances float64 [some] in the unit of the pixels.
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
