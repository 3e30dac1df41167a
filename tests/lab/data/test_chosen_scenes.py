"""The photographs of chapter 1: whichever folder pyproject.toml names, in a fixed order, or refused in one line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from experiments.lab.data import chosen_scenes
from tpdl.data.declared import VARIABLE
from tpdl.errors import UserError

COUNTS = {"train": {"ash": 5, "birch": 7, "oak": 6}, "test": {"ash": 3, "birch": 1, "oak": 2}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three classes of unequal sizes, some images in colour, some grey; and a step that may read them."""
    root = tmp_path / "leaves"
    for part, classes in COUNTS.items():
        for name, count in classes.items():
            (root / part / name).mkdir(parents=True)
            for number in range(count):
                grey = number % 2
                image = Image.new("L", (30, 20), 40) if grey else Image.new("RGB", (20, 30), (200, 100, 50))
                image.save(root / part / name / (f"{number}.png" if grey else f"{number}.JPG"), quality=95)
    monkeypatch.delenv("TPDL_PROFILE", raising=False)
    monkeypatch.setenv(VARIABLE, json.dumps({"scenes": os.fspath(root)}))
    return root


def test_classes_and_counts_are_those_of_the_folder(folder: Path) -> None:
    photographs = chosen_scenes.load()
    assert photographs.classes == ["ash", "birch", "oak"]
    assert photographs.train == 18 and len(photographs) == 24
    assert np.bincount(photographs.labels[:18]).tolist() == list(COUNTS["train"].values())
    assert np.bincount(photographs.labels[18:]).tolist() == list(COUNTS["test"].values())
    assert [photographs.names[i] for i in (0, 5, 18, 23)] == [
        *("train/ash/0.JPG", "train/birch/0.JPG", "test/ash/0.JPG", "test/oak/1.png"),
    ]
    assert photographs.encoded(19) == (folder / "test/ash/1.png").read_bytes()
    assert chosen_scenes.data_name() == "leaves"


def test_colour_is_dropped(folder: Path) -> None:
    photographs = chosen_scenes.load()
    pixels = photographs.pixels(0, 8)
    assert pixels.shape == (8, 8) and pixels.dtype == np.uint8
    assert abs(int(pixels.mean()) - (0.299 * 200 + 0.587 * 100 + 0.114 * 50)) < 3
    assert photographs.image(0).size == (20, 30)
    assert (photographs.pixels(1, 8) == 40).all(), "grey stays as it is, to the last bit"


def test_photographs_are_upright(folder: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.new("L", (30, 20), 9).save(folder / "test/oak/0.JPG", exif=turned)
    assert chosen_scenes.load().image(22).size == (20, 30)


def test_the_labs_own_folder_is_counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = folder.rename(folder.with_name("15SceneData"))
    monkeypatch.setenv(VARIABLE, json.dumps({"scenes": os.fspath(lab)}))
    assert chosen_scenes.data_name() == "15-scene"
    with pytest.raises(UserError, match="instead of 1500 and 2985"):
        chosen_scenes.load()


def test_the_demo_profile_has_its_stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "demo")
    assert len(chosen_scenes.load().classes) == 15 and chosen_scenes.data_name() == "15-scene"


def emptied(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def kept(folder: Path, count: int) -> None:
    for path in sorted(folder.iterdir())[count:]:
        path.unlink()


def removed(folder: Path) -> None:
    emptied(folder)
    folder.rmdir()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda root: (root / "train").rename(root / "fit"), r"no images in .*train; put them into train/CLASS/"),
        (lambda root: removed(root / "train/oak"), r"test.oak is a class that train/ has no image of"),
        (lambda root: [removed(root / p / n) for p in COUNTS for n in ("ash", "oak")], r"train has one class, birch"),
        (lambda root: emptied(root / "test/birch"), r"no images in .*test.birch; each class of train/ needs some"),
        (lambda root: removed(root / "test/birch"), r"no images in .*test.birch; each class of train/ needs some"),
        (lambda root: kept(root / "train/oak", 4), r"train.oak has 4 of the 5 images or more .* each fold"),
    ],
)
def test_what_is_arranged_otherwise_is_one_line(folder: Path, spoil, said: str) -> None:  # type: ignore[no-untyped-def]
    spoil(folder)
    with pytest.raises(UserError, match=said) as error:
        chosen_scenes.load()
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_image_is_named(folder: Path) -> None:
    (folder / "test/oak/1.png").write_bytes(b"no image")
    photographs = chosen_scenes.load()
    with pytest.raises(UserError, match=r"oak.1\.png cannot be read as an image") as error:
        photographs.pixels(23, 8)
    assert "\n" not in str(error.value)
