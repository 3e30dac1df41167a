"""Data sets of pyproject.toml: a folder of images, and what a library downloads."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import Lab, one_line
from tpdl.data import Catalogue, Declared, Entry, image_folder
from tpdl.data.declared import VARIABLE
from tpdl.data.image_folder import read_image_folder
from tpdl.errors import StepError, UserError

BRIGHTNESS = """
from tpdl import experiment
from tpdl.data import image_folder

@experiment(data=["photos"])
def brightness() -> dict:
    photos = image_folder("photos")
    found = photos.train.pixels(8).reshape(len(photos.train), -1).mean(axis=1)
    return {name: float(found[photos.train.labels == i].mean()) for i, name in enumerate(photos.classes)}

@experiment()
def careless() -> dict:
    return {"n": len(image_folder("photos").train)}
"""


def picture(path: Path, grey: int, size: tuple[int, int] = (20, 10)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size, grey).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes, dark and light."""
    root = tmp_path / "photos"
    for part in ("train", "test"):
        for name, grey in (("light", 200), ("dark", 50)):
            picture(root / part / name / "1.png", grey)
            picture(root / part / name / "2.PNG", grey)
        (root / part / "dark" / "notes.txt").write_text("no image")
    return root


def test_a_folder_is_a_data_set_by_one_line(tmp_path: Path, folder: Path) -> None:
    lab = Lab(tmp_path)
    lab.write("experiments/toy/photos.py", BRIGHTNESS)
    lab.write("pyproject.toml", '[tool.tpdl.data]\nphotos = "photos"\n')
    lab.tpdl("run", "toy/brightness", "--executor", "inline")
    assert '"dark": 50.0' in (tmp_path / "figures/toy/brightness.json").read_text()
    said = lab.tpdl("data")
    assert "photos" in said and "here" in said and "toy/brightness" in said
    said = lab.tpdl("run", "toy/careless", code=1)
    assert "does not declare the data set 'photos'; write data=[\"photos\"] above it" in said
    picture(folder / "train/dark/1.png", 60)
    assert lab.states("toy/brightness") == {"toy/brightness": "stale: data photos changed"}
    folder.rename(tmp_path / "elsewhere")
    assert lab.states("toy/brightness") == {"toy/brightness": "fresh"}
    assert "photos is not at" in lab.tpdl("data", code=1)
    assert "it is a folder of yours; put it at" in lab.tpdl("data", "fetch", code=1)
    assert "done" in lab.tpdl("run", "--demo", "toy/brightness", "--executor", "inline")


def test_images_are_read_when_they_are_asked_for(folder: Path) -> None:
    photos = read_image_folder(folder)
    assert photos.classes == ("dark", "light")
    assert [path.name for path in photos.train.files] == ["1.png", "2.PNG"] * 2
    assert photos.train.labels.tolist() == [0, 0, 1, 1]
    pixels = photos.test.pixels(5)
    assert pixels.shape == (4, 5, 5, 3) and pixels.dtype == np.uint8
    assert (pixels[:2] == 50).all() and (pixels[2:] == 200).all()
    (folder / "test/dark/1.png").write_bytes(b"cut")
    assert read_image_folder(folder).test.image(1).size == (20, 10)
    with pytest.raises(UserError, match=r"1\.png cannot be read as an image"):
        photos.test.image(0)


def test_the_middle_is_cut_out(tmp_path: Path) -> None:
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, 10:20] = 255
    for part in ("train", "test"):
        (tmp_path / part / "a").mkdir(parents=True)
        Image.fromarray(wide).save(tmp_path / part / "a/1.png")
    assert (read_image_folder(tmp_path).train.pixels(10) == 255).all()


def test_what_is_arranged_otherwise(folder: Path) -> None:
    picture(folder / "test/unknown/1.png", 1)
    with pytest.raises(UserError, match="unknown is a class that train/ has no image of"):
        read_image_folder(folder)
    (folder / "train").rename(folder / "training")
    with pytest.raises(UserError, match=r"there are no images in .*train; put them into train/CLASS/"):
        read_image_folder(folder)


def test_the_demo_profile_has_a_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "demo")
    photos = image_folder("whatever")
    means = photos.train.pixels(4).mean(axis=(1, 2))
    assert photos.classes == ("blue", "red") and len(photos.test) < len(photos.train)
    assert ((means[:, 0] > means[:, 2]) == photos.train.labels).all()


def test_outside_of_a_step(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "experiments").mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.tpdl.data]\nphotos = "photos"\n')
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(folder)
    assert image_folder("photos").classes == ("dark", "light")
    with pytest.raises(UserError, match=r"declares no data set 'fotos'; did you mean `photos`"):
        image_folder("fotos")
    (tmp_path / "data").mkdir()
    folder.rename(tmp_path / "data/photos")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TPDL_DATA", str(tmp_path / "data"))
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "outside_catalogue.py").write_text(CATALOGUE)
    settings = '[tool.tpdl]\ncatalogue = "outside_catalogue"\n[tool.tpdl.data]\nmine = "lab-photos"\n'
    (tmp_path / "pyproject.toml").write_text(settings)
    assert image_folder("mine").classes == ("dark", "light")


@pytest.mark.parametrize("wrong", ["data = 3", 'data = ["photos"]', "data = {photos = 1}", 'data = {photos = ""}'])
def test_a_wrong_setting_is_one_line(tmp_path: Path, wrong: str) -> None:
    from tpdl.plan.project import Project

    (tmp_path / "experiments").mkdir()
    (tmp_path / "pyproject.toml").write_text(f"[tool.tpdl]\n{wrong}\n")
    with pytest.raises(UserError, match=r"data in \[tool.tpdl\] must be a table of folders") as error:
        _ = Project(tmp_path).settings
    one_line(f"tpdl: {error.value}")


def test_beside_a_catalogue(tmp_path: Path) -> None:
    module = Catalogue([Entry("toy", "a toy", "none", "https://home", 2, ("toy",), by_hand="write to its author")])
    both = Declared({"photos": "photos"}, tmp_path, module)
    assert both.names() == ["photos", "toy"]
    (tmp_path / "data/toy").mkdir(parents=True)
    (tmp_path / "data/photos").mkdir()
    assert both.resolve("toy", tmp_path / "data") == [tmp_path / "data/toy"]
    assert both.resolve("photos", tmp_path / "data") == [tmp_path / "data/photos"]
    (tmp_path / "photos").mkdir()
    assert both.resolve("photos", tmp_path / "data") == [tmp_path / "photos"], "that of the project comes first"
    with pytest.raises(UserError, match="both have 'toy'"):
        Declared({"toy": "x"}, tmp_path, module)


def test_another_name_for_a_data_set_of_the_catalogue(tmp_path: Path) -> None:
    def broken(folder: Path) -> str | None:
        return None if (folder / "a").exists() else f"{folder} is not whole"

    toy = Entry("toy", "a toy", "none", "https://home", 2, ("toys",), by_hand="write to its author", check=broken)
    two = Entry("two", "two files", "none", "https://home", 2, ("files/a", "files/b"))
    root = tmp_path / "data"
    both = Declared({"mine": "toy", "yours": "two", "folder": "toys"}, tmp_path, Catalogue([toy, two]))
    assert both.resolve("mine", root) == [] and both.declared("mine", root) == root / "toy"
    assert both.describe("mine", root).startswith(f"mine is toy: toy is not at {root}: a toy")
    with pytest.raises(UserError, match="toy cannot be fetched: write to its author"):
        both.fetch("mine", root)
    (root / "toys").mkdir(parents=True)
    assert both.resolve("mine", root) == [root / "toys"] == [both.declared("mine", root)]
    assert both.verify("mine", root) == f"{root / 'toys'} is not whole"
    assert both.verify("folder", root) is None, "a folder is nobody's to judge, be it the same"
    (root / "files").mkdir()
    for name in "ab":
        (root / "files" / name).touch()
    assert both.declared("yours", root) == root / "files"


CATALOGUE = """
from tpdl.data import Catalogue, Entry
catalogue = Catalogue([Entry("lab-photos", "photos", "none", "https://home", 2, ("photos",), by_hand="draw them")])
"""


def test_an_experiment_asks_for_the_name_and_the_settings_say_which(tmp_path: Path, folder: Path) -> None:
    lab = Lab(tmp_path)
    lab.write("experiments/toy/photos.py", BRIGHTNESS)
    lab.write("toy_catalogue.py", CATALOGUE)
    settings = '[tool.tpdl]\ncatalogue = "toy_catalogue"\n[tool.tpdl.data]\nphotos = "lab-photos"\n'
    lab.write("pyproject.toml", settings)
    said = " ".join(lab.tpdl("data", code=1).split())
    assert "photos is lab-photos: lab-photos is not at" in said and "draw them" in said
    (tmp_path / ".tpdl/data").mkdir(parents=True, exist_ok=True)
    folder.rename(tmp_path / ".tpdl/data/photos")
    lab.tpdl("run", "toy/brightness", "--executor", "inline")
    assert '"dark": 50.0' in (tmp_path / "figures/toy/brightness.json").read_text()
    picture(tmp_path / "others/train/a/1.png", 9)
    picture(tmp_path / "others/test/a/1.png", 9)
    lab.edit("pyproject.toml", '"lab-photos"', '"others"')
    assert lab.states("toy/brightness") == {"toy/brightness": "stale: data photos changed"}


DOWNLOADS = '''
"""Writes what it is asked for, as the real one does after it has downloaded it."""
from pathlib import Path
__all__ = ["Digits", "Fake"]

class Digits:
    def __init__(self, root, train=True, transform=None, download=False):
        if not download:
            raise RuntimeError("Dataset not found")
        Path(root, "train" if train else "test").write_text("digits")

class Fake:
    def __init__(self, root=None): ...

class Saved:
    def save_to_disk(self, folder):
        Path(folder, "state.json").write_text("{}")

def load_dataset(name):
    if name != "owner/reviews":
        raise ConnectionError(f"no {name}\\nhere")
    return Saved()
'''


def test_what_a_library_downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("torchvision.datasets", "torchvision", "datasets"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    libraries = tmp_path / "libraries"
    (libraries / "torchvision").mkdir(parents=True)
    (libraries / "torchvision/__init__.py").touch()
    for name in ("torchvision/datasets.py", "datasets.py"):
        (libraries / name).write_text(DOWNLOADS)
    monkeypatch.syspath_prepend(libraries)
    places = {"digits": "torchvision:Digits", "reviews": "hf:owner/reviews", "typo": "torchvision:Digit"}
    catalogue = Declared(places | {"fake": "torchvision:Fake", "gone": "hf:gone"}, tmp_path)
    root = tmp_path / "data"
    assert catalogue.resolve("digits", root) == []
    assert "get it with `tpdl data fetch digits`" in catalogue.describe("digits", root)
    catalogue.fetch("digits", root)
    (found,) = catalogue.resolve("digits", root)
    assert sorted(path.name for path in found.iterdir()) == ["test", "train"]
    assert (catalogue.fetch("reviews", root) / "state.json").exists()
    with pytest.raises(UserError, match="torchvision has no data set 'Digit'; did you mean `Digits`"):
        catalogue.fetch("typo", root)
    with pytest.raises(UserError, match="cannot download Fake; get it by hand"):
        catalogue.fetch("fake", root)
    with pytest.raises(StepError, match="gone cannot be fetched: hf:gone: no gone here"):
        catalogue.fetch("gone", root)
    assert sorted(path.name for path in (root / "hf").iterdir()) == ["owner"], "nothing is left of what failed"
    for name in ("torchvision.datasets", "torchvision", "datasets"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UserError, match=r"torchvision is not installed, .*; `pip install torchvision`"):
        catalogue.fetch("typo", root)
    with pytest.raises(UserError, match=r"datasets is not installed, .*; `pip install datasets`"):
        catalogue.fetch("gone", root)
