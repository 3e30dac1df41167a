"""Handwriting style in numbers: slant, thickness and width of digits from image moments (Hu 1962)."""

from __future__ import annotations

import numpy as np

PROPERTIES = ("slant", "thickness", "width")


def digit_moments(images: np.ndarray) -> dict[str, np.ndarray]:
    """Slant, thickness and width of each digit, with grey levels as weights.

    slant: covariance of x and y over the variance of y, with y upwards: the tangent of the angle to the right of
    vertical, as in the usual deskewing of digits.

    thickness: twice the area of the ink over the length of its outline, in pixels: the width of a long straight stroke.
    The length of the outline is the sum of the gradient's norms.

    width: standard deviation of x in pixels, after the slant is removed.

    Args:
        images: uint8 or float [images, height, width], white on black.

    Returns:
        name -> [images]; NaN for an image that is all black.
    """
    ink = images.astype(np.float64) / max(float(images.max()), 1.0)
    rows, columns = np.arange(ink.shape[1])[::-1, None], np.arange(ink.shape[2])[None, :]
    mass = ink.sum((1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = lambda values: (ink * values).sum((1, 2)) / mass  # noqa: E731
        x, y = columns - mean(columns)[:, None, None], rows - mean(rows)[:, None, None]
        variance_y, covariance, variance_x = mean(y**2), mean(x * y), mean(x**2)
        slant = covariance / variance_y
        down, right = np.gradient(ink, axis=(1, 2))
        thickness = 2 * mass / np.sqrt(down**2 + right**2).sum((1, 2))
        width = np.sqrt((variance_x - slant * covariance).clip(0))
    return {"slant": slant, "thickness": thickness, "width": width}
