"""Principal component analysis of features of which only the inner products are known.

The coordinates Z of `experiments.lab.methods.factor` are the features rotated into the span of the training images, and
a rotation leaves variances unchanged. So the principal components of Z (Hotelling 1933) are those of the features.
Centring Z by the training mean is the same as centring the kernel (Schölkopf, Smola and Müller 1998, appendix A).
"""

from __future__ import annotations

import numpy as np


def principal_components(known: np.ndarray, unknown: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rotate coordinates so that the first axis has the largest variance over the training images, and so on.

    Args:
        known: training images [images, rank].
        unknown: test images [images, rank]; they are centred by the training mean, too.

    Returns:
        both, [images, components], and the explained variance ratios, which sum to 1.
    """
    mean = known.mean(0)
    values, axes = np.linalg.eigh((known - mean).T @ (known - mean))
    values, axes = np.maximum(values[::-1], 0), axes[:, ::-1]
    return (known - mean) @ axes, (unknown - mean) @ axes, values / values.sum()
