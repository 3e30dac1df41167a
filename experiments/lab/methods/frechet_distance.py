"""Fréchet distance of two sets of features (Heusel et al. 2017): how far generated images are from real ones."""

from __future__ import annotations

import numpy as np


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½), the distance of two normal distributions (Dowson and Landau 1982).

    Means and covariances are estimated from the features. The estimate has an upward bias that falls with the number of
    images, so compare sets of the same size.

    Args:
        first, second: features [images, dimensions], at least two images each.

    Returns:
        the distance, in squared units of the features; 0 for equal sets.

    Raises:
        ValueError: there are too few images, or the numbers of dimensions differ.
    """
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[1] or min(len(first), len(second)) < 2:
        raise ValueError(f"two sets of features of at least two images each, not {first.shape} and {second.shape}")
    first, second = first.astype(np.float64), second.astype(np.float64)
    difference = first.mean(0) - second.mean(0)
    one, other = (np.atleast_2d(np.cov(features, rowvar=False)) for features in (first, second))
    # The eigenvalues of Σ₁Σ₂ are those of the symmetric Σ₁^½ Σ₂ Σ₁^½, which rounding cannot make complex.
    values, vectors = np.linalg.eigh(one)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    overlap = np.sqrt(np.linalg.eigvalsh(root @ other @ root).clip(0)).sum()
    return float(difference @ difference + np.trace(one) + np.trace(other) - 2 * overlap)
