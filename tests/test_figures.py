"""Every figure of the report can be drawn again in a fresh clone, without torch, and is the same file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pytest

from tpdl.plan.plan import read_plan
from tpdl.plan.project import Project

ROOT = Path(__file__).parent.parent
FIGURES = sorted(step.name for step in read_plan(Project(ROOT)).steps.values() if step.kind == "figure")
HEAVY = ("torch", "torchvision", "sklearn", "skimage", "captum", "safetensors")
LONGEST = 15
"""Seconds for one figure beside another test."""
WAITS = (
    *("gan/alone-sheet", "gan/cdcgan-sheet", "gan/dcgan-sheet", "gan/interpolation-sheet", "gan/longer-sheet"),
    *("gan/neighbours", "gan/noise-sheet", "gan/sizes-sheet", "gan/unconditioned-sheet", "gan/variant-sheets"),
    "gan/z-columns-sheet",
)
"""Drawn from arrays of training runs that were not kept. They follow the way of the others when these run again."""


def same_versions() -> bool:
    """Whether the libraries are those that the committed pictures were drawn with."""
    lines = [line.partition("==") for line in (ROOT / "constraints.txt").read_text().splitlines()]
    return all(version(name) == wanted for name, _, wanted in lines if wanted)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tracked files, and in front of the libraries modules that say that there is no torch here."""
    target = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).is_file() and not name.startswith("tests/"):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    light = target / ".light"
    light.mkdir()
    for name in HEAVY:
        (light / f"{name}.py").write_text(
            f"raise ModuleNotFoundError('no {name} in the light environment', name='{name}')"
        )
    return target


@pytest.mark.slow
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_again_as_it_is(clone: Path, name: str) -> None:
    before = {path: path.read_bytes() for path in (clone / "figures").rglob("*") if path.is_file()}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TPDL_")}
    environment |= {"PYTHONPATH": os.pathsep.join([str(clone / ".light"), str(clone)]), "OMP_NUM_THREADS": "1"}
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "tpdl", "figure", name],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if name.startswith(WAITS):
        assert done.returncode == 1 and "are not here" in done.stdout, done.stdout + done.stderr
        return
    assert done.returncode == 0, done.stdout + done.stderr
    assert time.perf_counter() - begun < LONGEST, "a generous bound; by itself it takes three seconds at most"
    if same_versions():
        changed = [path for path, content in before.items() if path.read_bytes() != content]
        assert [path for path in changed if path.suffix != ".json"] == []
