"""Segmenting the object with its saliency map (Simonyan et al. 2014, section 3.2), by random walks."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import label


def object_mask(
    image: np.ndarray, saliency: np.ndarray, *, front: float = 0.95, back: float = 0.3, beta: float = 130.0
) -> np.ndarray:
    """The mask of the object: strong saliency is object, weak is background, and colour decides about the rest.

    The decision is a random walk on the image that avoids edges (Grady 2006): a pixel gets the label that a walk from
    it reaches first. It replaces the paper's GraphCut, with the same seeds.

    Args:
        image: colours in 0 … 1, [side, side, 3].
        saliency: non-negative, smoothed to the size of the details wanted, [side, side].
        front: quantile of the map above which pixels are certainly object.
        back: quantile below which they are certainly background.
        beta: how strongly edges hinder the walk.

    Returns:
        bool [side, side], the largest connected component.
    """
    from skimage.segmentation import random_walker

    seeds = np.zeros(saliency.shape, int)
    seeds[saliency <= np.quantile(saliency, back)] = 1
    seeds[saliency >= np.quantile(saliency, front)] = 2
    found = random_walker(image, seeds, beta=beta, mode="cg_j", tol=1e-3, channel_axis=-1, prob_tol=0.1)
    return largest_part(found == 2)


def largest_part(mask: np.ndarray) -> np.ndarray:
    """The largest connected component of a mask, bool [height, width]; the mask itself if it is empty."""
    parts, count = label(mask)
    return parts == 1 + np.argmax(np.bincount(parts.ravel())[1:]) if count else mask


def bounding_box(mask: np.ndarray) -> np.ndarray:
    """The bounding box of a mask, itself as a mask, bool [height, width]."""
    box = np.zeros_like(mask)
    if mask.any():
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        box[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    return box


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    """Intersection over union (IoU) of two masks; 0 if both are empty.

    >>> overlap(np.array([True, True, False]), np.array([False, True, True]))
    0.3333333333333333
    """
    union = (first | second).sum()
    return float((first & second).sum() / union) if union else 0.0
