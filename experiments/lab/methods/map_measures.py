"""Quality measures of saliency maps: concentration, smoothness, agreement, deletion and insertion.

Maps are non-negative, [images, height, width].
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torchvision.transforms.v2.functional import gaussian_blur


def concentration(maps: np.ndarray, share: float = 0.1) -> np.ndarray:
    """The fraction of a map's sum that lies in its strongest pixels.

    Args:
        maps: [images, height, width].
        share: fraction of the pixels that count as strongest.

    Returns:
        [images]: `share` for a constant map, 1 for one that is zero elsewhere.
    """
    flat = np.sort(maps.reshape(len(maps), -1).astype(np.float64), axis=1)[:, ::-1]
    return flat[:, : round(share * flat.shape[1])].sum(1) / np.maximum(flat.sum(1), 1e-30)


def mass_inside(maps: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """The fraction of each map's sum that lies inside its mask, bool [images, height, width]."""
    values = maps.astype(np.float64)
    return (values * masks).sum((1, 2)) / np.maximum(values.sum((1, 2)), 1e-30)


def rank_correlations(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Spearman's rank correlation ρ of each pair of maps, over pixels: [images]."""
    from scipy.stats import rankdata

    ranks = [rankdata(maps.reshape(len(maps), -1), axis=1) for maps in (first, second)]
    centred = [r - r.mean(1, keepdims=True) for r in ranks]
    norms = [np.sqrt((r**2).sum(1)) for r in centred]
    return (centred[0] * centred[1]).sum(1) / np.maximum(norms[0] * norms[1], 1e-30)


def axis_spectrum(maps: np.ndarray) -> np.ndarray:
    """Power spectrum along the axes: the mean over rows, columns and maps, normalised to sum 1.

    Index k is the spatial frequency k / side, k = 0 … side / 2. Each map is divided by its mean first, so that all have
    equal weight.
    """
    values = maps.astype(np.float64) / np.maximum(maps.mean((1, 2), keepdims=True), 1e-30)
    across = (np.abs(np.fft.rfft(values, axis=2)) ** 2).mean((0, 1))
    down = (np.abs(np.fft.rfft(values, axis=1)) ** 2).mean((0, 2))
    power = across + down
    power[0] = 0
    return power / power.sum()


def peak_ratio(spectrum: np.ndarray, place: int, around: int = 4) -> float:
    """Power at index `place` relative to the median of its neighbours, up to `around` on each side."""
    low, high = max(1, place - around), min(len(spectrum), place + around + 1)
    return float(spectrum[place] / np.median(np.delete(spectrum[low:high], place - low)))


def blurred(images: Tensor) -> Tensor:
    """Images [images, 3, side, side] blurred so much that no object can be told: from there insertion starts."""
    sigma = images.shape[-1] / 12
    return gaussian_blur(images, [int(4 * sigma) // 2 * 2 + 1] * 2, [sigma, sigma])


def heeded(
    scores: Callable[[Tensor], Tensor],
    images: Tensor,
    classes: Tensor,
    maps: np.ndarray,
    without: Tensor,
    steps: int = 16,
) -> tuple[np.ndarray, np.ndarray]:
    """Deletion and insertion (Petsiuk, Das and Saenko 2018): do the strongest pixels decide the class probability?

    Pixels are removed, or added, the strongest first. Deleted pixels become ImageNet's mean colour; insertion starts
    from a strongly blurred image. A good map makes the probability fall fast under deletion and rise fast under
    insertion.

        deleting, inserting = heeded(model, images, classes, maps, blurred(images))

    Args:
        scores: network inputs -> class scores, on the CPU.
        images: network inputs [images, 3, side, side].
        classes: class indices [images].
        maps: saliency maps [images, side, side].
        without: what insertion starts from, `blurred(images)`, which all maps of the same images share.
        steps: equal fractions of the pixels.

    Returns:
        probabilities during deletion and during insertion, float64 [images, steps + 1]. Their mean is the area under
        the curve.
    """
    side = images.shape[-1]
    order = np.argsort(-maps.reshape(len(maps), -1), axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(side * side)[None].repeat(len(maps), 0), 1)
    place_of = torch.from_numpy(place.reshape(len(maps), 1, side, side))
    curves = []
    for gone, kept in ((torch.zeros_like(images), images), (images, without)):
        curve = []
        for step in range(steps + 1):
            mixed = torch.where(place_of < side * side * step / steps, gone, kept)
            curve.append(scores(mixed).double().softmax(1).gather(1, classes.view(-1, 1))[:, 0].numpy())
        curves.append(np.stack(curve, 1))
    return curves[0], curves[1]
