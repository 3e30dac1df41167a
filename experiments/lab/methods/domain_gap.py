"""How far apart two domains lie in a space of features, in numbers."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.preprocessing import StandardScaler

from experiments.lab.methods.logistic_regression import logistic_regression


def probe_accuracy(source: np.ndarray, target: np.ndarray, C: float = 1.0) -> float:
    """How well a fresh linear classifier tells the domains apart: 0.5 where it cannot, 1 where they do not overlap.

    Logistic regression on standardised features, trained on the first half of both domains and scored on the second.
    "Fresh" matters: the domain classifier of a training has seen the features move and may lag behind them.

    Args:
        source, target: [images, features], equally many images.
        C: weight of the errors.
    """
    half = len(source) // 2
    known, unknown = np.concatenate([source[:half], target[:half]]), np.concatenate([source[half:], target[half:]])
    scaler = StandardScaler().fit(known)
    labels = np.repeat([0, 1], half)
    machine = logistic_regression(scaler.transform(known), labels, C)
    return float(machine.score(scaler.transform(unknown), np.repeat([0, 1], len(source) - half)))


def a_distance(accuracy: float) -> float:
    """The proxy A-distance 2 (1 − 2ε) of a domain classifier with error ε (Ben-David et al. 2007): 0 … 2.

    An error above one half says no more than one half, so it gives 0.
    """
    return max(0.0, 2.0 * (1.0 - 2.0 * (1.0 - accuracy)))


def mmd(source: np.ndarray, target: np.ndarray) -> float:
    """The squared maximum mean discrepancy, unbiased (Gretton et al. 2012, lemma 6), so it may fall below 0.

    The kernel is exp(−|x − y|² / m) with m the median of |x − y|² over all pairs of both domains: a change of scale
    changes nothing.

    Args:
        source, target: [images, features].
    """
    both = np.concatenate([source, target]).astype(np.float64)
    squares = cdist(both, both, "sqeuclidean")
    n, m = len(source), len(target)
    kernel = np.exp(-squares / np.median(squares[np.triu_indices(n + m, 1)]))
    np.fill_diagonal(kernel, 0.0)
    within = kernel[:n, :n].sum() / (n * (n - 1)) + kernel[n:, n:].sum() / (m * (m - 1))
    return float(within - 2 * kernel[:n, n:].mean())
