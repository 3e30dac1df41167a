"""25 validation images of ImageNet (Russakovsky et al. 2015); in the demo profile 25 textures stand in."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass

import numpy as np

from experiments.lab.data.place import needed
from tpdl import UserError, profile

COUNT = 25


@dataclass(frozen=True)
class Photographs:
    """Images uint8 [25, side, side, 3], their class indices [25], and the names of all classes."""

    images: np.ndarray
    labels: np.ndarray
    classes: list[str]


def load() -> Photographs:
    """The images, or in the demo profile textures of the kinds that the stand-in networks are pretrained on.

    Raises:
        UserError: they are not on this machine, or not what they should be.
    """
    if profile() == "demo":
        return textures()
    file = needed("imagenet-25", "imagenet/imagenet_val_25.npz")
    names = needed("imagenet-25", "imagenet/imagenet_class_index.json")
    try:
        with np.load(file, allow_pickle=False) as stored:
            images, labels = stored["X"], stored["y"]  # the third array is a pickle, and stays unread
        index = json.loads(names.read_text(encoding="utf-8"))
        classes = [index[str(i)][1].replace("_", " ") for i in range(len(index))]
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UserError(
            f"imagenet-25: {file.parent} cannot be read ({error}); `tpdl data fetch imagenet-25`"
        ) from error
    if images.shape != (COUNT, 224, 224, 3) or images.dtype != np.uint8 or labels.shape != (COUNT,):
        raise UserError(f"imagenet-25: {file} holds {images.dtype} {images.shape}, not uint8 (25, 224, 224, 3)")
    return Photographs(images, labels, classes)


def textures(seed: int = 1) -> Photographs:
    """25 textures of different kinds, 64×64, their grey repeated on three channels."""
    from experiments.lab.data.textures import KINDS, draw_textures

    pixels, kinds = draw_textures(1, seed)
    chosen = np.argsort(kinds)[np.linspace(0, len(KINDS) - 1, COUNT).astype(int)]
    return Photographs(
        np.repeat(pixels[chosen, :, :, None], 3, -1), kinds[chosen], [f"texture {i}" for i in range(len(KINDS))]
    )
