"""Diversity within a class: how different the images of one class are. A generator that repeats itself has little."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import pdist


def within_class_diversity(features: np.ndarray, labels: np.ndarray, most: int = 200) -> dict[int, float]:
    """Mean Euclidean distance between two images of a class, for every class with at least two images.

    Args:
        features: [images, dimensions].
        labels: class indices [images].
        most: images of a class that are compared, the first ones.

    Returns:
        class -> mean distance, in the unit of the features.
    """
    distances = {}
    for label in np.unique(labels):
        members = features[labels == label][:most]
        if len(members) > 1:
            distances[int(label)] = float(pdist(members).mean())
    return distances


def relative_diversity(found: dict[int, float], real: dict[int, float]) -> float:
    """Diversity of generated images relative to real ones: the mean ratio over the real classes.

    A class that was not generated counts as 0.
    """
    return float(np.mean([found.get(label, 0.0) / distance for label, distance in real.items()]))
