"""Image statistics: colourfulness, total variation, high-frequency energy, structural similarity."""

from __future__ import annotations

import numpy as np


def colourfulness(images: np.ndarray) -> np.ndarray:
    """Hasler and Süsstrunk's (2003) colourfulness M³, from the spread and the mean of two opponent colours.

    About 0 for grey images; in their study 15 was "slightly", 33 "moderately", 59 "quite" and above 109 "extremely
    colourful".

    Args:
        images: colours in 0 … 1, [images, height, width, 3].

    Returns:
        [images], in grey levels (1 / 255).
    """
    red, green, blue = np.moveaxis(255 * images.astype(np.float64), -1, 0)
    first, second = (red - green).reshape(len(images), -1), ((red + green) / 2 - blue).reshape(len(images), -1)
    spread = np.hypot(first.std(1), second.std(1))
    return spread + 0.3 * np.hypot(first.mean(1), second.mean(1))


def total_variation(images: np.ndarray) -> np.ndarray:
    """Mean absolute difference of neighbouring pixels, vertically and horizontally, over all channels.

    Args:
        images: [images, height, width] or [images, height, width, channels], in any unit.

    Returns:
        [images], in the unit of the images; 0 for a constant image.
    """
    values = images.astype(np.float64)
    down, across = np.abs(np.diff(values, axis=1)), np.abs(np.diff(values, axis=2))
    return (_mean(down) + _mean(across)) / 2


def high_frequency_share(images: np.ndarray, cutoff: float = 0.25) -> np.ndarray:
    """High-frequency energy: the fraction of an image's variance at frequencies above `cutoff`.

    Args:
        images: [images, height, width] or [images, height, width, channels].
        cutoff: in cycles per pixel; 0.5 is the Nyquist frequency along an axis.

    Returns:
        [images], in 0 … 1; 0 for a constant image, about 0.8 for white noise.
    """
    values = images.astype(np.float64)
    power = np.abs(np.fft.fft2(values, axes=(1, 2))) ** 2
    if power.ndim == 4:
        power = power.sum(-1)
    power[:, 0, 0] = 0
    down, across = np.meshgrid(*(np.fft.fftfreq(n) for n in values.shape[1:3]), indexing="ij")
    total = power.sum((1, 2))
    high = power[:, np.hypot(down, across) > cutoff].sum(1)
    return np.divide(high, total, out=np.zeros_like(total), where=total > 1e-20)


def structural_similarity(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """SSIM of each pair of images (Wang et al. 2004, with their Gaussian window): 1 for equal images.

    Args:
        first, second: colours in 0 … 1, [images, height, width, 3].

    Returns:
        [images].
    """
    from skimage.metrics import structural_similarity as ssim

    settings = {"channel_axis": 2, "data_range": 1.0, "gaussian_weights": True, "sigma": 1.5}
    return np.array([ssim(a, b, use_sample_covariance=False, **settings) for a, b in zip(first, second, strict=True)])


def _mean(values: np.ndarray) -> np.ndarray:
    return values.reshape(len(values), -1).mean(1)
