"""Distances between two domains in a feature space: probe accuracy, proxy A-distance and MMD."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.preprocessing import StandardScaler

from experiments.lab.methods.logistic_regression import logistic_regression


def probe_accuracy(source: np.ndarray, target: np.ndarray, C: float = 1.0) -> float:
    """How well a linear probe separates the domains: 0.5 if it cannot, 1 if they do not overlap.

    The probe is logistic regression on standardised features, trained on the first half of both domains and tested on
    the second. It is trained from scratch: the domain classifier of adversarial training has seen the features change
    and may lag behind them.

    Args:
        source, target: features [images, features], equally many images.
        C: inverse regularisation strength.
    """
    half = len(source) // 2
    known, unknown = np.concatenate([source[:half], target[:half]]), np.concatenate([source[half:], target[half:]])
    scaler = StandardScaler().fit(known)
    labels = np.repeat([0, 1], half)
    machine = logistic_regression(scaler.transform(known), labels, C)
    return float(machine.score(scaler.transform(unknown), np.repeat([0, 1], len(source) - half)))


def a_distance(accuracy: float) -> float:
    """The proxy A-distance 2 (1 − 2ε) of a domain classifier with error ε (Ben-David et al. 2007), in 0 … 2.

    An error above one half says no more than one half, so it gives 0.

        >>> a_distance(0.75), a_distance(0.4)
        (1.0, 0.0)
    """
    return max(0.0, 2.0 * (1.0 - 2.0 * (1.0 - accuracy)))


def mmd(source: np.ndarray, target: np.ndarray) -> float:
    """The squared maximum mean discrepancy (Gretton et al. 2012), estimated without bias, so that it may fall below 0.

    The kernel is exp(−‖x − y‖² / m), where m is the median of ‖x − y‖² over all pairs of both domains, so that the
    scale of the features does not matter. The estimate is that of the paper's lemma 6.

    Args:
        source, target: features [images, features].
    """
    both = np.concatenate([source, target]).astype(np.float64)
    squares = cdist(both, both, "sqeuclidean")
    n, m = len(source), len(target)
    kernel = np.exp(-squares / np.median(squares[np.triu_indices(n + m, 1)]))
    np.fill_diagonal(kernel, 0.0)
    within = kernel[:n, :n].sum() / (n * (n - 1)) + kernel[n:, n:].sum() / (m * (m - 1))
    return float(within - 2 * kernel[:n, n:].mean())
