"""Which classes a set of generated images holds, as a classifier sees it: a generator that collapses leaves some out."""

from __future__ import annotations

import numpy as np


def class_shares(predicted: np.ndarray, classes: int) -> np.ndarray:
    """[classes] share of the images that are taken for each class: predicted int [images]."""
    return np.bincount(predicted, minlength=classes) / len(predicted)


def classes_covered(shares: np.ndarray, least: float = 0.01) -> int:
    """How many classes have a share of at least `least`."""
    return int((shares >= least).sum())


def effective_classes(shares: np.ndarray) -> float:
    """exp of the entropy of the shares (the perplexity): from 1, all of one class, to their number, all equally
    frequent.
    """
    there = shares[shares > 0]
    return float(np.exp(-(there * np.log(there)).sum()))
