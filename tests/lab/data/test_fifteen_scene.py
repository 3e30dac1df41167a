"""15-Scene: read in a fixed order, with clear words about what is missing or broken; and its archives."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from experiments.lab.data import fifteen_scene
from experiments.lab.data.archives import SPLIT, arrange_scenes
from tpdl.errors import UserError


def picture(value: int, mode: str = "L") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (30, 20), (value,) * len(mode) if mode != "L" else value).save(file, "jpeg")
    return file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes with two training images and one test image each."""
    for name in ("train/a/image_0001", "train/a/image_0002", "train/b/image_0001", "train/b/image_0003"):
        path = tmp_path / f"15SceneData/{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(100))
    for name in ("test/a/image_0003", "test/b/image_0002"):
        path = tmp_path / f"15SceneData/{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(200))
    return tmp_path / "15SceneData"


def test_training_images_come_first_in_alphabetical_order(folder: Path) -> None:
    scenes = fifteen_scene.read(folder, 4, 2)
    assert scenes.classes == ["a", "b"]
    assert scenes.names[:4] == [
        f"train/{n}.jpg" for n in ("a/image_0001", "a/image_0002", "b/image_0001", "b/image_0003")
    ]
    assert scenes.labels.tolist() == [0, 0, 1, 1, 0, 1]
    assert scenes.train == 4
    assert scenes.pixels(0, 8).shape == (8, 8)
    assert abs(int(scenes.pixels(4, 8).mean()) - 200) <= 1


def test_the_resizing_is_the_labs(folder: Path) -> None:
    """torchvision's Resize on a grey image, as the lab does it."""
    from torchvision.transforms import Resize

    noise = np.random.default_rng(0).integers(0, 256, (50, 70), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "train/a/image_0001.jpg", quality=95)
    with Image.open(folder / "train/a/image_0001.jpg") as image:
        expected = np.asarray(Resize((24, 24))(image))
    np.testing.assert_array_equal(fifteen_scene.read(folder, 4, 2).pixels(0, 24), expected)


def test_images_that_are_missing_are_counted(folder: Path) -> None:
    (folder / "test/a/image_0003.jpg").unlink()
    with pytest.raises(UserError, match="4 training and 1 test images instead of 4 and 2"):
        fifteen_scene.read(folder, 4, 2)


@pytest.mark.parametrize("content", [b"", b"no image", picture(100)[:200]])
def test_a_corrupt_image_is_named(folder: Path, content: bytes) -> None:
    (folder / "train/b/image_0001.jpg").write_bytes(content)
    with pytest.raises(UserError, match=r"train/b/image_0001\.jpg cannot be decoded") as caught:
        fifteen_scene.read(folder, 4, 2).pixels(2, 8)
    assert "\n" not in str(caught.value)


def test_an_image_removed_after_the_listing_is_named(folder: Path) -> None:
    scenes = fifteen_scene.read(folder, 4, 2)
    (folder / "train/b/image_0001.jpg").unlink()
    with pytest.raises(UserError, match=r"train/b/image_0001\.jpg"):
        scenes.image(2)


def test_no_data_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_DATA", str(tmp_path))
    monkeypatch.delenv("TPDL_PROFILE", raising=False)
    with pytest.raises(UserError, match=r"15-scene is not at .*tpdl data fetch 15-scene"):
        fifteen_scene.load()


def test_the_split_has_100_training_images_of_each_of_15_classes() -> None:
    split = json.loads(SPLIT.read_text())
    assert len(split) == 15
    assert all(len(set(numbers)) == 100 and min(numbers) >= 1 for numbers in split.values())


@pytest.mark.skipif("TPDL_DATA" not in os.environ, reason="needs TPDL_DATA")
def test_the_real_data_are_the_labs_and_follow_the_split() -> None:
    folder = Path(os.environ["TPDL_DATA"]) / "15SceneData"
    assert fifteen_scene.problem(folder) is None
    split = json.loads(SPLIT.read_text())
    scenes = fifteen_scene.read(folder)
    for name in scenes.names:
        part, kind, file = name.split("/")
        assert (int(file[6:10]) in split[kind]) == (part == "train")


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_the_original_archive_is_divided_by_the_labs_split(tmp_path: Path) -> None:
    training = json.loads(SPLIT.read_text())["coast"][0]
    other = next(i for i in range(1, 400) if i not in json.loads(SPLIT.read_text())["coast"])
    members = {f"scenes/MITcoast/image_{number:04d}.jpg": b"x" for number in (training, other)}
    arrange_scenes(zipped(tmp_path / "a.zip", members), tmp_path / "15SceneData")
    assert (tmp_path / f"15SceneData/train/coast/image_{training:04d}.jpg").exists()
    assert (tmp_path / f"15SceneData/test/coast/image_{other:04d}.jpg").exists()


def test_the_labs_archive_keeps_its_split(tmp_path: Path) -> None:
    members = {"15SceneData/test/coast/image_0006.jpg": b"x", "15SceneData/train/coast/image_0001.jpg": b"x"}
    arrange_scenes(zipped(tmp_path / "a.zip", members), tmp_path / "15SceneData")
    assert (tmp_path / "15SceneData/test/coast/image_0006.jpg").exists()
    assert (tmp_path / "15SceneData/train/coast/image_0001.jpg").exists()


@pytest.mark.parametrize("members", [{"cats/image_0001.jpg": b"x"}, {"readme.txt": b"x"}])
def test_another_archive_is_refused(tmp_path: Path, members: dict[str, bytes]) -> None:
    with pytest.raises(UserError, match="is not 15-Scene"):
        arrange_scenes(zipped(tmp_path / "a.zip", members), tmp_path / "15SceneData")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip"]
