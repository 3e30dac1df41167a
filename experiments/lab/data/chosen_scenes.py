"""The photographs of chapter 1: the lab's 15-Scene, or any folder of images that pyproject.toml names instead.

    [tool.tpdl.data]
    scenes = "photographs"          # photographs/train/CLASS/*.jpg and photographs/test/CLASS/*.jpg

Classes, their number and how many images each has are read from the folder. Colour is dropped, as the lab's photographs
have none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from experiments.lab.data import fifteen_scene
from experiments.lab.data.scenes import Scenes
from tpdl import UserError, profile
from tpdl.data import data_folder, image_folder

NAME = "scenes"
"""In `[tool.tpdl.data]`, and in `data=[…]` of the experiments."""
LAB, LAB_FOLDER = "15-scene", "15SceneData"
FEWEST = 5
"""Training images that each class needs: one for each fold of the cross-validation that chooses the cut."""


@dataclass(frozen=True)
class Photographs(Scenes):
    """Labelled images of any size, in colour or grey."""

    opened: Callable[[int], Image.Image]
    """Index -> the image, upright."""

    def image(self, index: int) -> Image.Image:
        """One image in its own size, grey.

        Raises:
            UserError: the file is missing or is no image; the message names it.
        """
        return self.opened(index).convert("L")


def data_name() -> str:
    """What the data set is called: "15-scene" for the lab's and for its stand-in, otherwise the folder's name."""
    name = LAB_FOLDER if profile() == "demo" else data_folder(NAME).name
    return LAB if name == LAB_FOLDER else name


def load() -> Scenes:
    """The photographs that pyproject.toml names, training images first; in the demo profile, the stand-in.

        photographs = load()
        photographs.pixels(0, 224)      # uint8 [224, 224]

    Raises:
        UserError: the data set is not on this machine, or is not arranged in this way; it has one class only, a class
            without test images, or one with fewer training images than the cross-validation has folds.
    """
    if profile() == "demo":
        return fifteen_scene.load()
    folder = data_folder(NAME)
    if folder.name == LAB_FOLDER:
        return fifteen_scene.read(folder)
    found = image_folder(NAME)
    if len(found.classes) < 2:
        raise UserError(f"{folder / 'train'} has one class, {found.classes[0]}; a classifier needs two or more")
    for label, name in enumerate(found.classes):
        fit, held_out = (int((part.labels == label).sum()) for part in (found.train, found.test))
        if not held_out:
            raise UserError(f"there are no images in {folder / 'test' / name}; each class of train/ needs some")
        if fit < FEWEST:
            raise UserError(
                f"{folder / 'train' / name} has {fit} of the {FEWEST} images or more that a class needs, "
                "one for each fold of the cross-validation; add some, or remove the class"
            )
    train, files = len(found.train), (*found.train.files, *found.test.files)
    return Photographs(
        list(found.classes),
        [path.relative_to(folder).as_posix() for path in files],
        np.concatenate([found.train.labels, found.test.labels]),
        train,
        lambda index: files[index].read_bytes(),
        lambda index: found.train.image(index) if index < train else found.test.image(index - train),
    )
