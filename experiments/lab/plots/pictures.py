"""From arrays to images that are kept: file names, pixels of network inputs, and stretched contrast."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from experiments.lab.plots.tiles import MAP_COLOURS
from tpdl import Box

if TYPE_CHECKING:
    import numpy as np


def slug(*words: object) -> str:
    """A file name of words: small letters and digits, with "-" between them.

    >>> slug("Yorkshire terrier", "efficientnet_lite0")
    'yorkshire-terrier-efficientnet-lite0'
    """
    return re.sub(r"[^a-z0-9.]+", "-", " ".join(map(str, words)).lower()).strip("-")


def colours(image: np.ndarray) -> np.ndarray:
    """The pixels of a network input.

    Args:
        image: normalised as networks take it, float32 [3, height, width].

    Returns:
        uint8 [height, width, 3].
    """
    import numpy as np
    import torch

    from experiments.lab.nets.frozen import pixels

    return np.round(255 * pixels(torch.from_numpy(image)[None])[0]).astype(np.uint8)


def stretched(pixels: np.ndarray, tail: float = 0.5) -> np.ndarray:
    """The same image with its contrast stretched, as class images are usually shown: ascent leaves them pale.

    Args:
        pixels: uint8 [height, width, 3].
        tail: percent of the values at either end that become black or full; the rest is spread over 0 to 255.

    Returns:
        uint8 of the same shape. All three channels are stretched alike, so that hues stay.
    """
    import numpy as np

    low, high = np.percentile(pixels, [tail, 100 - tail])
    return np.round(np.clip((pixels - low) / max(high - low, 1.0), 0, 1) * 255).astype(np.uint8)


def map_colours(values: np.ndarray) -> np.ndarray:
    """A map in the colours that all maps of the report have, from black (0) to bright yellow (its 99th percentile).

    Args:
        values: float [height, width], non-negative.

    Returns:
        uint8 [height, width, 3], of at most 256 colours, so that it is kept as it is, to the last pixel.
    """
    import numpy as np
    from matplotlib import colormaps

    levels = np.round(255 * np.clip(values / max(float(np.quantile(values, 0.99)), 1e-30), 0, 1)).astype(int)
    return np.round(255 * colormaps[MAP_COLOURS](levels)[..., :3]).astype(np.uint8)


def box_marks(image: int, side: int) -> list[Box]:
    """The boxes around the object of one of the 25 photographs (from 0), as they are drawn over it.

    Args:
        image: number of the photograph, from 0.
        side: of the picture, in pixels.
    """
    from experiments.lab.data.object_boxes import boxes

    return [Box(left, top, right - left, bottom - top) for left, top, right, bottom in boxes(image, side)]
