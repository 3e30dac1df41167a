"""Slant, thickness and width of written digits, from image moments (Hu 1962): what is called a hand's style."""

from __future__ import annotations

import numpy as np

PROPERTIES = ("slant", "thickness", "width")


def digit_moments(images: np.ndarray) -> dict[str, np.ndarray]:
    """Three numbers for each image, with grey levels as weights.

    slant: covariance of x and y over the variance of y, with y upwards: the tangent of the angle to the right of
        vertical, as in the usual deskewing of digits.
    thickness: twice the ink over the length of the ink's border, in pixels: the width of a long straight stroke.
        The length of the border is the sum of the norms of the gradient.
    width: standard deviation of x in pixels, after the slant is taken out.

    Args:
        images: uint8 or float [images, height, width], white on black.

    Returns:
        each [images]; NaN for an image that is all black.
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
