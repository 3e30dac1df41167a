"""From a saliency map to a mask of the object, as Simonyan, Vedaldi and Zisserman (2014, section 3.2) do it with
GraphCut.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import label


def object_mask(
    image: np.ndarray, saliency: np.ndarray, *, front: float = 0.95, back: float = 0.3, beta: float = 130.0
) -> np.ndarray:
    """Pixels of the object: the strongest pixels of the map are taken for it, the weakest for background, and colour
    decides the others.

    The decision is a random walk over the image that avoids edges (Grady 2006): a pixel belongs to the side that a walk
    from it reaches first. It stands in for GraphCut, with the same seeds.

    Args:
        image: colours in 0 … 1, [side, side, 3].
        saliency: not negative, smoothed to the size of the details wanted, [side, side].
        front: quantile of the map above which pixels are object for certain.
        back: quantile below which they are background for certain.
        beta: how much an edge hinders the walk.

    Returns:
        bool [side, side], the largest connected part.
    """
    from skimage.segmentation import random_walker

    seeds = np.zeros(saliency.shape, int)
    seeds[saliency <= np.quantile(saliency, back)] = 1
    seeds[saliency >= np.quantile(saliency, front)] = 2
    found = random_walker(image, seeds, beta=beta, mode="cg_j", tol=1e-3, channel_axis=-1, prob_tol=0.1)
    return largest_part(found == 2)


def largest_part(mask: np.ndarray) -> np.ndarray:
    """The largest connected part of a mask, bool [height, width]; the mask itself if it is empty."""
    parts, count = label(mask)
    return parts == 1 + np.argmax(np.bincount(parts.ravel())[1:]) if count else mask


def bounding_box(mask: np.ndarray) -> np.ndarray:
    """The box around a mask, itself as a mask, bool [height, width]."""
    box = np.zeros_like(mask)
    if mask.any():
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        box[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    return box


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    """Intersection over union of two masks; 0 if both are empty."""
    union = (first | second).sum()
    return float((first & second).sum() / union) if union else 0.0
