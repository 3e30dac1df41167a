"""How certain an accuracy is, and whether two classifiers differ."""

from __future__ import annotations

import numpy as np
from scipy.stats import binomtest


def bootstrap_interval(
    correct: np.ndarray, level: float = 0.95, resamples: int = 10_000, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap interval of the share of correct items (Efron and Tibshirani 1993, chapter 13).

    Drawing n of n zeros and ones with replacement makes their sum binomial, so it is drawn as one number.

    Args:
        correct: [items] booleans.
        level: probability of the interval.

    Raises:
        ValueError: no items.
    """
    items = len(correct)
    if items == 0:
        raise ValueError("no items to draw from")
    means = np.random.default_rng(seed).binomial(items, np.mean(correct), resamples) / items
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def mean_interval(
    values: np.ndarray, level: float = 0.95, resamples: int = 2_000, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap interval of a mean over items, such as the share of trained networks that has each item
    right.

    Args:
        values: [items] numbers.
        level: probability of the interval.

    Raises:
        ValueError: no items.
    """
    if len(values) == 0:
        raise ValueError("no items to draw from")
    rng = np.random.default_rng(seed)
    means = [values[rng.integers(len(values), size=len(values))].mean() for _ in range(resamples)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def mcnemar(first: np.ndarray, second: np.ndarray) -> tuple[int, int, float]:
    """Exact test of whether two classifiers are equally often right on the same items (McNemar 1947).

    Args:
        first, second: [items] booleans, whether each classifier is right.

    Returns:
        how many items only the first, and only the second, has right, and the two-sided p.
    """
    only_first, only_second = int(np.sum(first & ~second)), int(np.sum(~first & second))
    if only_first + only_second == 0:
        return 0, 0, 1.0
    return only_first, only_second, float(binomtest(only_first, only_first + only_second).pvalue)
