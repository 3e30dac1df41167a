"""Digits of 28×28 in squares whose side is a power of two, as networks that halve and double it want them."""

from __future__ import annotations

import numpy as np

SIDE = 32


def padded(digits: np.ndarray, side: int = SIDE) -> np.ndarray:
    """Digits with a frame of background around them: uint8 [images, side, side] of uint8 [images, height, width].

    Padding, not resizing: strokes keep their width and their grey levels, and no filter blurs them. MNIST's digits
    fill the inner 20×20 pixels, so the frame only widens a margin that is there.

    Raises:
        ValueError: the digits are larger than that.
    """
    height, width = digits.shape[1:]
    if max(height, width) > side:
        raise ValueError(f"digits of {height}×{width} do not fit into {side}×{side}")
    above, left = (side - height) // 2, (side - width) // 2
    return np.pad(digits, ((0, 0), (above, side - height - above), (left, side - width - left)))


def enlarged(squares: np.ndarray, factor: int) -> np.ndarray:
    """Squares `factor` times as large, by bilinear interpolation: uint8 [images, side × factor, side × factor]."""
    from PIL import Image

    side = squares.shape[1] * factor
    size, filter = (side, side), Image.Resampling.BILINEAR
    return np.stack([np.asarray(Image.fromarray(square).resize(size, filter)) for square in squares])
