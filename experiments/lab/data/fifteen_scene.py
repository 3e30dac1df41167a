"""15-Scene (Lazebnik, Schmid and Ponce 2006): 4485 grey photographs of 15 kinds of places, with the lab's split."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np

from experiments.lab.data.place import needed
from experiments.lab.data.scenes import Scenes
from tpdl import UserError, profile

TRAIN, TEST = 1500, 2985
CLASSES = 15

LAB_COPY = "172771c0a2931e6ca4b01b3bed0ef4eeeed69d6929890d671a740dabfcc7db6e"
"""SHA-256 over names and SHA-256 of all images of the lab's copy."""


def load() -> Scenes:
    """The data set, or in the demo profile its stand-in.

    Raises:
        UserError: it is not on this machine, or not all of it.
    """
    if profile() == "demo":
        from experiments.lab.data.drawn_scenes import draw_scenes

        return draw_scenes()
    return read(needed("15-scene", "15SceneData"))


def read(folder: Path, train: int = TRAIN, test: int = TEST) -> Scenes:
    """The images below `folder`/train/CLASS and `folder`/test/CLASS, in alphabetical order.

    Raises:
        UserError: another number of images or classes than expected.
    """
    names = [
        f"{split}/{path.parent.name}/{path.name}"
        for split in ("train", "test")
        for path in sorted((folder / split).glob("*/*.jpg"))
    ]
    found = sum(name.startswith("train/") for name in names)
    if (found, len(names) - found) != (train, test):
        raise UserError(
            f"15-scene: {folder} holds {found} training and {len(names) - found} test images "
            f"instead of {train} and {test}; "
            "remove it and fetch it again"
        )
    classes = sorted({name.split("/")[1] for name in names})
    labels = np.array([classes.index(name.split("/")[1]) for name in names])
    if train == TRAIN and len(classes) != CLASSES:
        raise UserError(
            f"15-scene: {folder} has {len(classes)} classes instead of {CLASSES}; remove it and fetch it again"
        )
    return Scenes(classes, names, labels, train, lambda index: (folder / names[index]).read_bytes())


def problem(folder: Path) -> str | None:
    """What tells the copy at `folder` from the lab's, in a line; None if it is the same, byte for byte."""
    try:
        scenes = read(folder)
    except UserError as error:
        return str(error)
    lines = (f"{name} {sha256(scenes.encoded(i)).hexdigest()}\n" for i, name in enumerate(scenes.names))
    if sha256("".join(lines).encode()).hexdigest() != LAB_COPY:
        return f"{folder} has 4485 images, but not the lab's bytes; results will differ a little"
    return None
