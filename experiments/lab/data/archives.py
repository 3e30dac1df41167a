"""The archives of 15-Scene and of BSDS500: their images, arranged in the folders that the loaders read."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path

from tpdl import UserError
from tpdl.data import unpack

SPLIT = Path(__file__).with_name("fifteen_scene_split.json")
"""Class -> numbers of the 100 images that the lab trains on."""


def arrange_scenes(archive: Path, folder: Path) -> None:
    """Make the lab's folders train/CLASS and test/CLASS of 15-Scene from an archive.

    The archive holds either these folders already, or the 15 folders of the original publication, some of whose names
    begin with the institute's ("MITcoast", "CALsuburb", "PARoffice"). Then the lab's split, kept here as numbers,
    divides them.

    Raises:
        UserError: the archive holds something else.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".scenes-", dir=folder.parent) as scratch:
        content, arranged = Path(scratch) / "content", Path(scratch) / "arranged"
        unpack(archive, content)
        training = {kind: set(numbers) for kind, numbers in json.loads(SPLIT.read_text()).items()}
        for image in sorted(content.rglob("image_*.jpg")):
            kind = re.sub("^(MIT|CAL|PAR)", "", image.parent.name).lower()
            if kind not in training:
                raise UserError(f"{archive} is not 15-Scene: it has a folder {image.parent.name!r}")
            split = image.parent.parent.name
            if split not in ("train", "test"):
                split = "train" if int(image.stem.removeprefix("image_")) in training[kind] else "test"
            target = arranged / split / kind / image.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(image, target)
        if not arranged.exists():
            raise UserError(f"{archive} is not 15-Scene: it has no image_*.jpg")
        arranged.rename(folder)


def arrange_photographs(archive: Path, folder: Path) -> None:
    """Take the training photographs of BSDS500 out of its archive, which holds them in BSR/BSDS500/data/images/train.

    Raises:
        UserError: the archive holds something else.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".photographs-", dir=folder.parent) as scratch:
        content, arranged = Path(scratch) / "content", Path(scratch) / "arranged"
        unpack(archive, content)
        found = sorted(content.rglob("images/train/*.jpg"))
        if not found:
            raise UserError(f"{archive} is not BSDS500: it has no images/train/*.jpg")
        arranged.mkdir()
        for photograph in found:
            shutil.move(photograph, arranged / photograph.name)
        arranged.rename(folder)
