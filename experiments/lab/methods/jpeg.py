"""JPEG compression of an image in memory."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image


def jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    """The image after JPEG compression at `quality` 1 … 95, uint8 [height, width, 3] in and out."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file).convert("RGB"))
