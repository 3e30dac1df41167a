"""Which classes a set of generated images covers, according to a classifier: a collapsed generator omits some."""

from __future__ import annotations

import numpy as np


def class_shares(predicted: np.ndarray, classes: int) -> np.ndarray:
    """The fraction of images that are classified as each class.

        >>> class_shares(np.array([0, 0, 1, 3]), 4).tolist()
        [0.5, 0.25, 0.0, 0.25]

    Args:
        predicted: class indices [images].
        classes: number of classes.

    Returns:
        [classes], with sum 1.
    """
    return np.bincount(predicted, minlength=classes) / len(predicted)


def classes_covered(shares: np.ndarray, least: float = 0.01) -> int:
    """How many classes have a share of at least `least`."""
    return int((shares >= least).sum())


def effective_classes(shares: np.ndarray) -> float:
    """The effective number of classes: exp of the entropy of the shares (their perplexity).

    It is 1 if all images are of one class, and the number of classes if all are equally frequent.

        >>> effective_classes(np.array([0.5, 0.5, 0.0]))
        2.0
    """
    there = shares[shares > 0]
    return float(np.exp(-(there * np.log(there)).sum()))
