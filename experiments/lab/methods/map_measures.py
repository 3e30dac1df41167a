"""Numbers for saliency maps: where they are strong, how noisy they are, and whether the network heeds what they mark.

Maps are [images, height, width], not negative.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torchvision.transforms.v2.functional import gaussian_blur


def concentration(maps: np.ndarray, share: float = 0.1) -> np.ndarray:
    """How much of the total is in the strongest `share` of the pixels: `share` for an even map, 1 for one that is zero
    elsewhere.
    """
    flat = np.sort(maps.reshape(len(maps), -1).astype(np.float64), axis=1)[:, ::-1]
    return flat[:, : round(share * flat.shape[1])].sum(1) / np.maximum(flat.sum(1), 1e-30)


def mass_inside(maps: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """How much of the total is inside a mask, bool [images, height, width]."""
    values = maps.astype(np.float64)
    return (values * masks).sum((1, 2)) / np.maximum(values.sum((1, 2)), 1e-30)


def rank_correlations(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Spearman's ρ of each pair of maps, over pixels: [images]."""
    from scipy.stats import rankdata

    ranks = [rankdata(maps.reshape(len(maps), -1), axis=1) for maps in (first, second)]
    centred = [r - r.mean(1, keepdims=True) for r in ranks]
    norms = [np.sqrt((r**2).sum(1)) for r in centred]
    return (centred[0] * centred[1]).sum(1) / np.maximum(norms[0] * norms[1], 1e-30)


def axis_spectrum(maps: np.ndarray) -> np.ndarray:
    """Power of each spatial frequency k / side, k = 0 … side / 2, along both axes: the mean over rows, columns and
    maps, with sum 1.

    Each map is divided by its mean first, so that all weigh the same.
    """
    values = maps.astype(np.float64) / np.maximum(maps.mean((1, 2), keepdims=True), 1e-30)
    across = (np.abs(np.fft.rfft(values, axis=2)) ** 2).mean((0, 1))
    down = (np.abs(np.fft.rfft(values, axis=1)) ** 2).mean((0, 2))
    power = across + down
    power[0] = 0
    return power / power.sum()


def peak_ratio(spectrum: np.ndarray, place: int, around: int = 4) -> float:
    """Power at index `place` as a multiple of the median of its neighbours, up to `around` on each side."""
    low, high = max(1, place - around), min(len(spectrum), place + around + 1)
    return float(spectrum[place] / np.median(np.delete(spectrum[low:high], place - low)))


def heeded(
    scores: Callable[[Tensor], Tensor], images: Tensor, classes: Tensor, maps: np.ndarray, steps: int = 16
) -> tuple[np.ndarray, np.ndarray]:
    """Deletion and insertion (Petsiuk, Das and Saenko 2018): probability of the class while pixels go, or come, the
    strongest first.

    Deleted pixels become ImageNet's mean colour; insertion begins with the image blurred beyond recognition.

    Args:
        scores: network inputs -> class scores, on the CPU.
        images: network inputs [images, 3, side, side].
        classes: [images].
        steps: equal shares of the pixels.

    Returns:
        probabilities while deleting and while inserting, float64 [images, steps + 1]. The mean over the steps is the
        area under the curve.
    """
    side = images.shape[-1]
    sigma = side / 12
    blurred = gaussian_blur(images, [int(4 * sigma) // 2 * 2 + 1] * 2, [sigma, sigma])
    order = np.argsort(-maps.reshape(len(maps), -1), axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(side * side)[None].repeat(len(maps), 0), 1)
    place_of = torch.from_numpy(place.reshape(len(maps), 1, side, side))
    curves = []
    for gone, kept in ((torch.zeros_like(images), images), (images, blurred)):
        curve = []
        for step in range(steps + 1):
            mixed = torch.where(place_of < side * side * step / steps, gone, kept)
            curve.append(scores(mixed).double().softmax(1).gather(1, classes.view(-1, 1))[:, 0].numpy())
        curves.append(np.stack(curve, 1))
    return curves[0], curves[1]
