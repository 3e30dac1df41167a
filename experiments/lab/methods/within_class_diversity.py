"""How different the images of one class are from each other: a generator that repeats itself has little of it."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import pdist


def within_class_diversity(features: np.ndarray, labels: np.ndarray, most: int = 200) -> dict[int, float]:
    """Mean Euclidean distance between two images of a class, for every class with at least two images.

    Args:
        features: [images, dimensions].
        labels: [images] class of each.
        most: images of a class that are compared, the first ones.
    """
    distances = {}
    for label in np.unique(labels):
        members = features[labels == label][:most]
        if len(members) > 1:
            distances[int(label)] = float(pdist(members).mean())
    return distances


def relative_diversity(found: dict[int, float], real: dict[int, float]) -> float:
    """Mean over the real classes of found / real distance. A class that is not found counts as 0: no diversity at all."""
    return float(np.mean([found.get(label, 0.0) / distance for label, distance in real.items()]))
