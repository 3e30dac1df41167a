"""Labelled photographs of scenes: what 15-Scene and its stand-in both are."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tpdl import UserError


@dataclass(frozen=True)
class Scenes:
    """Labelled images, the training images first. Images are decoded when they are asked for."""

    classes: list[str]
    names: list[str]
    """"train/kitchen/image_0001.jpg", one for each image."""
    labels: np.ndarray
    """[images] indices into `classes`."""
    train: int
    """How many of the images are for training."""
    encoded: Callable[[int], bytes]
    """Index -> the content of the image file."""

    def __len__(self) -> int:
        return len(self.names)

    def image(self, index: int) -> Image.Image:
        """One image, decoded, in its own size, grey.

        Raises:
            UserError: the file is missing or is no image; the message names it.
        """
        try:
            with Image.open(io.BytesIO(self.encoded(index))) as image:
                return image.convert("L")
        except OSError as error:
            raise UserError(f"15-scene: {self.names[index]} cannot be decoded ({error}); replace the file") from error

    def pixels(self, index: int, side: int) -> np.ndarray:
        """One image as uint8 [side, side], resized with the bilinear filter as in the lab."""
        return np.asarray(self.image(index).resize((side, side), Image.Resampling.BILINEAR))
