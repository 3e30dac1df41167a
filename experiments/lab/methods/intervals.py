"""Confidence intervals of accuracies, and a test for the difference of two classifiers."""

from __future__ import annotations

import numpy as np
from scipy.stats import binomtest


def bootstrap_interval(
    correct: np.ndarray, level: float = 0.95, resamples: int = 10_000, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap interval of the fraction of correct items (Efron and Tibshirani 1993, chapter 13).

    The sum of n draws with replacement from n zeros and ones is binomial, so it is drawn as one number.

        >>> low, high = bootstrap_interval(np.arange(100) < 80)
        >>> low < 0.8 < high
        True

    Args:
        correct: bool [items].
        level: confidence level.
        resamples: number of bootstrap samples.
        seed: of the samples.

    Raises:
        ValueError: there are no items.
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
    """Percentile bootstrap interval of a mean over items.

    For example of the fraction of networks, trained with different seeds, that classify an item correctly.

    Args:
        values: [items].
        level: confidence level.
        resamples: number of bootstrap samples.
        seed: of the samples.

    Raises:
        ValueError: there are no items.
    """
    if len(values) == 0:
        raise ValueError("no items to draw from")
    rng = np.random.default_rng(seed)
    means = [values[rng.integers(len(values), size=len(values))].mean() for _ in range(resamples)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def mcnemar(first: np.ndarray, second: np.ndarray) -> tuple[int, int, float]:
    """McNemar's exact test (1947): are two classifiers equally accurate on the same items?

        >>> first, second = np.array([True] * 8 + [False] * 2), np.array([True] * 2 + [False] * 8)
        >>> only_first, only_second, p = mcnemar(first, second)
        >>> only_first, only_second, round(p, 3)
        (6, 0, 0.031)

    Args:
        first, second: whether each classifier is correct, bool [items].

    Returns:
        how many items only the first, and only the second, classifies correctly, and the two-sided p-value.
    """
    only_first, only_second = int(np.sum(first & ~second)), int(np.sum(~first & second))
    if only_first + only_second == 0:
        return 0, 0, 1.0
    return only_first, only_second, float(binomtest(only_first, only_first + only_second).pvalue)
