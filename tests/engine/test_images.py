"""Images as results, and sheets of them: kept once, whole, compared by content, renamed, set aside and cleaned."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from tpdl import Picture
from tpdl.images import read_images, write_images

PICTURES = """
import numpy as np

from tpdl import Box, Images, Outline, Picture, Sheet, Tile, experiment, figure


@experiment()
def shapes(side: int = 40, names: list[str] = ["disc", "noise"]) -> Images:
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    disc = np.where((x - side / 2) ** 2 + (y - side / 2) ** 2 < side, 255, 0).astype(np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (side, side, 3)).astype(np.uint8)
    made = {
        "disc": Picture(disc, "a white disc"),
        "noise": Picture(noise, "coloured noise"),
        "exact": Picture(noise, "the same, exactly", exact=True),
        "few": Picture(noise // 128 * 128, "eight colours"),
    }
    return {name: made[name] for name in names}


@experiment(inputs={"shapes": shapes})
def brightness(shapes: Images) -> dict:
    return {name: float(picture.pixels.mean()) for name, picture in shapes.items()}


@figure(shapes, format="sheet", caption="Shapes. Two of them.", alt="A disc, and noise.")
def shapes_sheet(images: Images) -> Sheet:
    marks = [Box(1, 2, 3, 4, "box"), Outline([(0, 0), (5, 0), (5, 5)])]
    return Sheet([Tile(image, label=name, marks=marks) for name, image in images.items()], columns=2)
"""


def write(lab, **edits: str) -> None:
    text = PICTURES
    for old, new in edits.items():
        text = text.replace(f"@@{old}", new)
    lab.write("experiments/pictures.py", text)


def index(lab) -> dict:
    return json.loads((lab.root / "figures/shapes.images").read_text())


def test_each_image_is_a_file_in_a_format_made_for_it(lab):
    lab.write("experiments/pictures.py", PICTURES.replace('["disc", "noise"]', '["disc", "noise", "exact", "few"]'))
    lab.tpdl("run")
    folder = lab.root / "figures/shapes"
    assert sorted(path.name for path in folder.iterdir()) == ["disc.png", "exact.png", "few.png", "noise.jpg"]
    images = index(lab)["images"]
    assert images["disc"]["shows"] == "a white disc" and images["disc"]["width"] == 40
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    assert (np.asarray(Image.open(folder / "exact.png")) == noise).all()
    assert (np.asarray(Image.open(folder / "few.png").convert("RGB")) == noise // 128 * 128).all()
    assert np.abs(np.asarray(Image.open(folder / "noise.jpg").convert("RGB")) - noise.astype(float)).mean() < 60
    values = json.loads((lab.root / "figures/brightness.json").read_text())
    assert values["exact"] == pytest.approx(noise.mean())


def test_a_sheet_names_its_images_and_is_one_file(lab):
    write(lab)
    lab.tpdl("run")
    sheet = json.loads((lab.root / "figures/shapes.sheet").read_text())
    assert [tile["label"] for tile in sheet["tiles"]] == ["disc", "noise"]
    image = sheet["tiles"][0]["images"][0]
    assert image["file"] == "shapes/disc.png" and (image["width"], image["height"]) == (40, 40)
    assert image["marks"] == [{"box": [1, 2, 3, 4], "label": "box"}, {"outline": [[0, 0], [5, 0], [5, 5]]}]
    assert not (lab.root / "figures/shapes.dark.sheet").exists()
    assert lab.not_fresh() == {}


def test_the_same_images_are_the_same_bytes(lab):
    write(lab)
    lab.tpdl("run")
    before = {path: path.read_bytes() for path in (lab.root / "figures").rglob("*") if path.is_file()}
    assert "same result as before" in lab.tpdl("run", "--force", "shapes", "brightness")
    assert before == {path: path.read_bytes() for path in (lab.root / "figures").rglob("*") if path.is_file()}


@pytest.mark.parametrize("harm", ["edit", "remove"])
def test_an_image_that_is_not_what_was_written_is_noticed_and_made_again(lab, harm):
    write(lab)
    lab.tpdl("run")
    path = lab.root / "figures/shapes/disc.png"
    written = path.read_bytes()
    path.unlink() if harm == "remove" else path.write_bytes(b"by hand")
    said = lab.tpdl("why", "shapes")
    assert "image shapes/disc.png is " + ("gone" if harm == "remove" else "not what was written") in said
    assert lab.not_fresh()["shapes"].startswith("stale: ")
    said = lab.tpdl("run")
    assert path.read_bytes() == written and lab.not_fresh() == {}
    kept = list((lab.root / ".tpdl/kept").glob("*-disc.png"))
    assert [file.read_bytes() for file in kept] == ([b"by hand"] if harm == "edit" else [])


def test_another_image_makes_what_is_drawn_from_it_stale_and_removes_the_old(lab):
    write(lab)
    lab.tpdl("run")
    lab.edit("experiments/pictures.py", '["disc", "noise"]', '["disc"]')
    lab.tpdl("run", "shapes", "brightness")
    assert [path.name for path in (lab.root / "figures/shapes").iterdir()] == ["disc.png"]
    assert lab.not_fresh() == {}


@pytest.mark.parametrize(
    "content", ["null", "[]", "[" * 100_000, '{"format": 1, "images": {"a": {"file": "../../x"}}}']
)
def test_a_damaged_index_is_a_reason_and_no_traceback(lab, content):
    write(lab)
    lab.tpdl("run")
    (lab.root / "figures/shapes.images").write_text(content)
    assert lab.not_fresh()["shapes"].startswith("stale: ")
    lab.tpdl("run")
    assert lab.not_fresh() == {}


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ("{}", "there is no image in it"),
        ("{'../a': Picture(disc, 'a disc')}", "'../a' is no name for a file"),
        ("{'a': Picture(disc, 'a disc'), 'A': Picture(disc, 'a disc')}", "'a' and 'A' are one file on many systems"),
        ("{'a': disc}", "'a' is of type ndarray, not tpdl.Picture"),
        ("{'a': Picture(disc, ' ')}", "it is not said what 'a' shows"),
        ("{'a': Picture(disc / 255, 'a disc')}", "'a' must be an array of uint8, not float64"),
        ("{'a': Picture(disc[0], 'a line')}", "'a' has shape [40], not [height, width]"),
    ],
)
def test_what_is_no_image_is_one_line(lab, returned, message):
    text = PICTURES.replace("return {name: made[name] for name in names}", f"return {returned}")
    lab.write("experiments/pictures.py", text)
    said = lab.tpdl("run", "shapes", code=1)
    assert message in " ".join(said.split()) and "Traceback" not in said


def test_a_sheet_of_images_that_are_not_committed_is_one_line(lab):
    lab.write("experiments/pictures.py", PICTURES.replace("@experiment()", "@experiment(local=True)"))
    said = " ".join(lab.tpdl("run", code=1).split())
    assert "a sheet shows images that an experiment keeps in figures/" in said and "Traceback" not in said


def test_the_sheet_of_a_broken_file_is_known_as_a_figure(lab):
    write(lab)
    lab.tpdl("run")
    lab.edit("experiments/pictures.py", "def shapes(", "def shapes((")
    said = lab.tpdl("figure", "shapes", code=2)
    assert "experiments/pictures.py:" in said and "no figure" not in said


def test_images_follow_a_rename_and_their_sheet_is_drawn_again(lab):
    write(lab)
    lab.tpdl("run")
    path = lab.root / "experiments/pictures.py"
    text = path.read_text().replace("def shapes(", "def forms(").replace('"shapes": shapes}', '"shapes": forms}')
    path.write_text(text.replace("@figure(shapes,", "@figure(forms,"))
    lab.tpdl("mv", "experiments.pictures:shapes", "experiments.pictures:forms", code=None)
    assert sorted(path.name for path in (lab.root / "figures/forms").iterdir()) == ["disc.png", "noise.jpg"]
    assert lab.states()["forms"] == "fresh"
    lab.tpdl("run")
    assert lab.not_fresh() == {}


def test_images_that_no_step_owns_any_more_are_cleaned(lab):
    write(lab)
    lab.tpdl("run")
    (lab.root / "experiments/pictures.py").unlink()
    lab.write(
        "experiments/other.py",
        "from tpdl import experiment\n\n@experiment()\ndef one() -> dict:\n    return {'a': 1}\n",
    )
    said = lab.tpdl("clean", "--yes", "--figures")
    left = [path.name for path in (lab.root / "figures").rglob("*") if path.is_file() and "one" not in path.name]
    assert left == [] or "figures/shapes/disc.png" in said, said


def test_a_large_noisy_image_is_kept(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3)).astype(np.uint8)
    write_images(tmp_path / "all.images", {"noise": Picture(noise, "noise")})
    assert (tmp_path / "all" / "noise.jpg").stat().st_size > 2**16
    assert read_images(tmp_path / "all.images")["noise"].pixels.shape == noise.shape
