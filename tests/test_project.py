"""The project itself: a fresh clone is up to date, and the demo profile measures everything, traced."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LARGEST_SIZE = 32_000_000
LARGEST_ARRAY = 1_000_000


def tracked() -> list[str]:
    """The files that git knows."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).exists()]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tracked files and nothing else, as they lie here."""
    target = tmp_path_factory.mktemp("clone")
    for name in tracked():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    return target


def tpdl(clone: Path, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run the command in the clone, on the clone's own sources, with no data at hand."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TPDL_")}
    environment |= {"PYTHONPATH": str(clone), "OMP_NUM_THREADS": "1"}  # several at a time
    return subprocess.run(
        [sys.executable, "-m", "tpdl", *arguments],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def test_a_fresh_clone_is_up_to_date(clone):
    done = tpdl(clone, "status")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not measured yet" in done.stdout.splitlines()[-1], "VGG16 waits for its weights"
    assert "nothing to run" in tpdl(clone, "run").stdout


def test_every_claim_holds(clone):
    done = tpdl(clone, "claims")
    assert done.returncode == 0, done.stdout + done.stderr


def test_results_are_small_and_hold_no_data(clone):
    sizes = {name: (clone / name).stat().st_size for name in tracked() if name.startswith("figures/")}
    assert sum(sizes.values()) < LARGEST_SIZE
    # Arrays are results only where a record says which step made them, and small.
    results = {name for name, size in sizes.items() if f"{name}.record.json" in sizes and size < LARGEST_ARRAY}
    kept = [name for name in tracked() if re.search(r"\.(pth|safetensors|npz|npy|pkl|gz|zip|tar)$", name)]
    assert not [name for name in kept if not (name.endswith(".npz") and name in results)]


def test_images_have_a_record(clone):
    """Every image is a picture of the report, or a result that a recorded index names: no data set slips in."""
    figures = [name for name in tracked() if name.startswith("figures/")]
    recorded = {
        f"{Path(name).parent.as_posix()}/{product}"
        for name in figures
        if name.endswith(".record.json")
        for product in json.loads((clone / name).read_text())["products"]
    }
    named = {
        f"{index.removesuffix('.images')}/{entry['file']}"
        for index in recorded
        if index.endswith(".images")
        for entry in json.loads((clone / index).read_text())["images"].values()
    }
    images = [name for name in figures if name.endswith((".png", ".jpg"))]
    assert sorted(set(images) - named - recorded) == []
    assert {Path(name).suffix for name in figures} <= {
        ".csv",
        ".json",
        ".npz",
        ".svg",
        ".png",
        ".jpg",
        ".images",
        ".sheet",
    }


def test_photographs_keep_their_colours(clone):
    """What was posterised once had 16 to 64. A grey photograph has as many levels as it has."""
    from PIL import Image

    photographs = {
        image
        for index in (clone / "figures").rglob("*.images")
        for entry in json.loads(index.read_text())["images"].values()
        if (image := index.with_suffix("") / entry["file"]).suffix == ".jpg"
    }
    assert {image.parent.name for image in photographs} >= {"photographs", "class-image-pictures", "mistake-pictures"}
    for image in photographs:
        with Image.open(image) as opened:
            red, green, blue = (band.tobytes() for band in opened.convert("RGB").split())
            colours = len(set(zip(red, green, blue, strict=True)))
            assert colours >= (128 if red == green == blue else 256), image


HALVES = [("transfer", "visualization"), ("adaptation", "gan")]


@pytest.mark.slow
@pytest.mark.timeout(1600)
def test_the_demo_runs_every_step_and_the_fingerprint_knows_what_was_executed(clone, tmp_path):
    """The static closure of every experiment and figure against the functions that it really executes.

    Half of the chapters in each of two processes, where libraries are imported once: two hundred imports of torch take
    longer than the steps.
    """
    other = Path(shutil.copytree(clone, tmp_path / "other"))
    with ThreadPoolExecutor() as pool:
        runs = [
            pool.submit(tpdl, root, "run", "--demo", "--trace", "--executor", "inline", *chapters, timeout=1500)
            for root, chapters in zip((clone, other), HALVES, strict=True)
        ]
    for done in (run.result() for run in runs):
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        assert "does not know" not in done.stdout
    shutil.copytree(other / ".tpdl" / "demo", clone / ".tpdl" / "demo", dirs_exist_ok=True)
    assert "nothing to run" in tpdl(clone, "run", "--demo").stdout, "every step is in one of the halves"
    assert tpdl(clone, "status", "--demo").returncode == 0
    said = tpdl(clone, "report", "--demo", "--renderer", "embedded")
    assert said.returncode == 0, said.stdout + said.stderr
    assert tpdl(clone, "status").returncode == 0, "the full profile is as it was"
