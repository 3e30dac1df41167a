"""The wheel holds the tool alone: whoever starts a report of their own gets no laboratory, and no torch."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.test_project import tracked

ROOT = Path(__file__).parent.parent
DEEP_LEARNING = ("torch", "torchvision", "captum", "scikit-learn", "safetensors")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the files that git knows: a build folder of an earlier day must not leak into it."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in tracked():
        if name.startswith("tpdl/") or name in ("pyproject.toml", "README.md", "LICENSE"):
            (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "source" / name).write_bytes((ROOT / name).read_bytes())
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, folder / "source")
    (built,) = folder.glob("*.whl")
    return built


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a command that must succeed, without the variables of this test run; what it printed."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("TPDL_", "PYTHON"))}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_it_holds_the_tool_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        metadata = next(packed.read(name).decode() for name in names if name.endswith(".dist-info/METADATA"))
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"tpdl"}
    head = metadata.partition("\n\n")[0]
    assert "Requires-Dist: pandas" in head
    assert not [name for name in DEEP_LEARNING if f"Requires-Dist: {name}" in head]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_report_of_ones_own_needs_nothing_more(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run(python, "-m", "pip", "install", "--quiet", wheel)
    run(python, "-m", "tpdl", "init", "my-report", cwd=tmp_path)
    assert "done" in run(python, "-m", "tpdl", "run", cwd=tmp_path / "my-report")
    run(python, "-m", "tpdl", "report", "--renderer", "embedded", cwd=tmp_path / "my-report")
    assert (tmp_path / "my-report" / "_book" / "index.html").exists()
    assert list((tmp_path / "my-report" / "_book").glob("*.pdf"))
    # What the project declares for work on it, beside tpdl, is enough for its tests.
    run(python, "-m", "pip", "install", "--quiet", "pip>=25.1")
    run(python, "-m", "pip", "install", "--quiet", "--group", "dev", cwd=tmp_path / "my-report")
    assert "3 passed" in run(python, "-m", "pytest", "-q", cwd=tmp_path / "my-report")
    listed = run(python, "-m", "pip", "list", "--format=freeze").lower()
    assert not [name for name in DEEP_LEARNING if f"\n{name}==" in listed]
