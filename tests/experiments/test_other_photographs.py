"""Chapter 1 on another folder of images: the edit that the documentation shows, and the command line does the rest."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.docs.reader import Reader, blocks

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/how-to/your-own-edition.md"
COUNTS = {"train": (5, 6, 8), "test": (2, 4, 3)}
CLASSES = ("ash", "birch", "old oak")
INLINE = ("--executor", "inline")
SMALL = '\n[tool.tpdl.matrix]\nnetwork = ["squeezenet1_1"]\n'


def draw(folder: Path) -> None:
    """Noise with stripes; how far they are apart, and their colour, is the class."""
    rng = np.random.default_rng(0)
    for part, counts in COUNTS.items():
        for place, (name, count) in enumerate(zip(CLASSES, counts, strict=True)):
            (folder / part / name).mkdir(parents=True)
            for number in range(count):
                pixels = rng.integers(0, 120, (36 + 6 * place, 48, 3), dtype=np.uint8)
                pixels[:: 2 + 3 * place, :, place] += 130
                Image.fromarray(pixels).save(folder / part / name / f"{number}.{'png' if number % 2 else 'jpg'}")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the laboratory without results, three kinds of leaves, and a network with random weights."""
    import torch
    from torchvision.models import get_model

    root = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "experiments", root / "experiments", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8") + SMALL)
    (edit,) = (block for block in blocks(PAGE.read_text(encoding="utf-8")) if '-scenes = "' in block.content)
    Reader(root, {}, root / "unused").edit("pyproject.toml", edit.content)
    draw(root / "leaves")
    (root / "data/weights").mkdir(parents=True)
    torch.manual_seed(0)
    torch.save(get_model("squeezenet1_1", weights=None).state_dict(), root / "data/weights/squeezenet1_1.pth")
    return root


def tpdl(project: Path, *arguments: str, code: int = 0) -> str:
    """What the command prints in the copy of the project."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TPDL_")}
    environment |= {"TPDL_DATA": str(project / "data"), "PYTHONPATH": str(ROOT), "COLUMNS": "200", "TERM": "dumb"}
    done = subprocess.run(
        [sys.executable, "-m", "tpdl", *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == code and not re.search("^Traceback", said, re.MULTILINE), said
    return said


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_from_the_folder_to_the_figure(project: Path) -> None:
    tpdl(project, "run", "transfer/layer-cut.svg", "transfer/layer-cut.values", *INLINE)
    folder = project / "figures/transfer"
    with (folder / "layer-cut.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["cut"] for row in rows} >= {"conv1", "fire9-expand"}
    assert {(row["data"], row["classes"], row["train_images"], row["test_images"]) for row in rows} == {
        ("leaves", "3", "19", "9")
    }
    best = max(float(row["validation"]) for row in rows)
    assert best > 0.5, "stripes are seen by random weights, too"
    values = json.loads((folder / "layer-cut.values.json").read_text(encoding="utf-8"))
    found = json.dumps(values)
    assert '"chance": 0.333' in found and '"dashed": ""' in found and '"gap_to_original": null' in found
    picture = (folder / "layer-cut.svg").read_text(encoding="utf-8")
    assert "chance, 33.3%" in picture and "original report" not in picture
    Image.new("L", (9, 9)).save(project / "leaves/train/ash/9.png")
    assert "data scenes changed" in tpdl(project, "status", "transfer/gram", code=1)
    (project / "leaves/train/ash/9.png").unlink()


def test_what_is_wrong_with_a_folder_is_one_line(project: Path) -> None:
    away = (project / "leaves/test/birch").rename(project / "birch")
    try:
        said = tpdl(project, "run", "transfer/dataset-audit.csv", *INLINE, code=1)
    finally:
        away.rename(project / "leaves/test/birch")
    (line,) = [line for line in said.splitlines() if "no images in" in line]
    assert line.rstrip().endswith("each class of train/ needs some")
    tpdl(project, "run", "transfer/dataset-audit.csv", *INLINE)
    with (project / "figures/transfer/dataset-audit.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(map(sum, COUNTS.values()))
    assert {(row["class"], row["height"]) for row in rows} == {("ash", "36"), ("birch", "42"), ("old oak", "48")}
