"""Feature vectors from a Gram matrix: as many coordinates as training images, and nothing is lost.

With K = Z Zᵀ on the training images, a linear SVM on the rows of Z is the SVM on the features themselves: both see the
same inner products, and by the representer theorem nothing else matters. Z comes from the eigendecomposition

    K_train = U Λ Uᵀ,    Z_train = U Λ^½,    Z_test = K_test U Λ^−½,

which is kernel principal component analysis (Schölkopf, Smola and Müller 1998) without centring and with all
components.
"""

from __future__ import annotations

import numpy as np


def coordinates(kernel: np.ndarray, train: int) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates of training and test images whose inner products are those of the features.

    Directions that float32 cannot distinguish from zero are dropped: independent errors of size ε in the entries of a
    symmetric n × n matrix have a spectral norm of 2 ε √n (Wigner 1955), so a smaller eigenvalue may be zero. Identical
    training images make such directions; no combination of training images lies along them.

    Args:
        kernel: [images, training images], the training images first; entries of at most 1, rounded to float32.
        train: number of training images.

    Returns:
        float64 [train, rank] and [images − train, rank], the directions of largest variance first.
    """
    symmetric = kernel[:train].astype(np.float64)
    symmetric = (symmetric + symmetric.T) / 2
    values, vectors = np.linalg.eigh(symmetric)
    kept = values > 2 * np.finfo(np.float32).eps * np.sqrt(train)
    roots, vectors = np.sqrt(values[kept][::-1]), vectors[:, kept][:, ::-1]
    return vectors * roots, kernel[train:].astype(np.float64) @ (vectors / roots)
