"""A folder of images as a data set: `train/CLASS/*.jpg`, `test/CLASS/*.jpg`.

photographs = image_folder("photographs")
photographs.classes                     # ("bark", "grass")
photographs.train.files[0]              # …/photographs/train/bark/01.jpg
photographs.train.labels                # array([0, 0, 1, 1])
photographs.test.pixels(64)             # array of shape (images, 64, 64, 3), uint8
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tpdl.data.declared import data_folder
from tpdl.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
PARTS = ("train", "test")


@dataclass(frozen=True)
class Part:
    """The images for training, or those for testing. They are read when they are asked for."""

    files: tuple[Path, ...]
    """In the order of the classes, then of their names."""
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.files)

    @cached_property
    def labels(self) -> np.ndarray:
        """For each image the index of its class: shape (images,), int64."""
        import numpy as np

        return np.array([self.classes.index(path.parent.name) for path in self.files], dtype=np.int64)

    def image(self, index: int) -> Image.Image:
        """One image, upright, in colour.

        Raises:
            UserError: the file is no image, or not all of it.
        """
        from PIL import Image, ImageOps

        path = self.files[index]
        try:
            with Image.open(path) as opened:
                return ImageOps.exif_transpose(opened).convert("RGB")
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise UserError(f"{path} cannot be read as an image ({error}); replace or remove it") from error

    def images(self) -> Iterator[Image.Image]:
        """One after the other, so that not all of them are in memory."""
        return map(self.image, range(len(self)))

    def pixels(self, size: int) -> np.ndarray:
        """All images as squares: the shorter side scaled to `size`, the middle cut out.

        Returns:
            shape (images, size, size, 3), uint8.
        """
        import numpy as np
        from PIL import ImageOps

        squares = np.empty((len(self), size, size, 3), dtype=np.uint8)
        for square, image in zip(squares, self.images(), strict=True):
            square[:] = np.asarray(ImageOps.fit(image, (size, size)))
        return squares


@dataclass(frozen=True)
class ImageFolder:
    """A data set of images with classes."""

    classes: tuple[str, ...]
    """The names of the folders in `train/`, sorted."""
    train: Part
    test: Part


def image_folder(name: str) -> ImageFolder:
    """The images of a data set that `[tool.tpdl.data]` in pyproject.toml declares.

        @experiment(data=["photographs"])
        def brightness() -> dict:
            photographs = image_folder("photographs")
            return {"mean": float(photographs.train.pixels(32).mean())}

    Classes are the folders in `train/`; what is no image is passed over. In the demo profile, which has no data, there
    are two classes of plain images in two colours.

    Raises:
        UserError: it is not declared, not there, or not arranged in this way.
    """
    if os.environ.get("TPDL_PROFILE") == "demo":
        return _stand_in()
    return read_image_folder(data_folder(name))


def read_image_folder(folder: Path) -> ImageFolder:
    """The images in a folder.

    Raises:
        UserError: it is not arranged as `train/CLASS/*.jpg` and `test/CLASS/*.jpg`.
    """
    found = {part: _classes(folder / part) for part in PARTS}
    for part, by_class in found.items():
        if not any(by_class.values()):
            raise UserError(f"there are no images in {folder / part}; put them into {part}/CLASS/, such as {part}/cat/")
    classes = tuple(sorted(name for name, files in found["train"].items() if files))
    if strange := sorted(name for name, files in found["test"].items() if files and name not in classes):
        raise UserError(
            f"{folder / 'test' / strange[0]} is a class that train/ has no image of; add some, or remove it"
        )
    train, test = (
        Part(tuple(path for name in classes for path in found[part].get(name, ())), classes) for part in PARTS
    )
    return ImageFolder(classes, train, test)


def _classes(folder: Path) -> dict[str, list[Path]]:
    """Class -> its images, sorted by name."""
    if not folder.is_dir():
        return {}
    return {
        inside.name: sorted(path for path in inside.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
        for inside in folder.iterdir()
        if inside.is_dir() and not inside.name.startswith(".")
    }


class _Plain(Part):
    """Images that are in no file: each class has a colour, each image a brightness."""

    def image(self, index: int) -> Image.Image:
        from PIL import Image

        light = 100 + 20 * (index % 7)
        return Image.new("RGB", (64, 64), ((40, 40, light), (light, 40, 40))[int(self.labels[index])])


def _stand_in() -> ImageFolder:
    classes = ("blue", "red")
    train, test = (
        _Plain(tuple(Path(part, name, f"{number}.png") for name in classes for number in range(count)), classes)
        for part, count in (("train", 8), ("test", 4))
    )
    return ImageFolder(classes, train, test)
