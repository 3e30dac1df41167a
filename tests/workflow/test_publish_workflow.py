"""The workflow that publishes: valid, gated, light. And what it relies on: a fresh clone without data is up to date."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.conftest import Lab
from tests.workflow.conftest import commit, git, in_folder

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / ".github/workflows/publish.yml"


@pytest.fixture(scope="module")
def workflow() -> dict:
    """The file as GitHub reads it. (YAML 1.1 takes the key `on` for a truth value.)"""
    found = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in found.items()}


def steps(workflow: dict, job: str) -> list[str]:
    """What each step runs or uses, without versions."""
    return [step.get("run") or step["uses"].partition("@")[0] for step in workflow["jobs"][job]["steps"]]


def test_the_order_of_the_steps(workflow: dict) -> None:
    assert steps(workflow, "render") == [
        "actions/checkout",
        "actions/setup-python",
        "quarto-dev/quarto-actions/setup",
        'python -m pip install "pip>=25.1"\npython -m pip install --editable . --group docs\n',
        "tpdl status",
        "tpdl claims",
        "quarto render",
        "mkdocs build --strict --site-dir _book/docs",
        "actions/upload-pages-artifact",
    ]
    assert steps(workflow, "deploy") == ["actions/deploy-pages"]
    assert workflow["jobs"]["deploy"]["needs"] == "render"
    assert not re.search("continue-on-error|always\\(\\)|\\|\\| true", WORKFLOW.read_text())


def test_rights_and_triggers(workflow: dict) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["jobs"]["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert workflow["on"]["push"]["branches"] == ["main"] and "workflow_dispatch" in workflow["on"]
    pinned = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert pinned and all(re.fullmatch(r"[\w./-]+@v\d+", use) for use in pinned)


def test_it_uploads_what_quarto_writes(workflow: dict) -> None:
    uploaded = workflow["jobs"]["render"]["steps"][-1]["with"]["path"]
    assert uploaded == yaml.safe_load((ROOT / "_quarto.yml").read_text())["project"]["output-dir"]


@pytest.fixture
def nothing_heavy(tmp_path: Path) -> str:
    """A folder for PYTHONPATH in which what only experiments need cannot be imported."""
    for name in ("torch", "torchvision", "sklearn", "scipy", "pooch", "safetensors"):
        (tmp_path / "blocked" / name).mkdir(parents=True)
        (tmp_path / "blocked" / name / "__init__.py").write_text(f"raise ImportError('{name} is not installed')")
    return str(tmp_path / "blocked")


def test_a_fresh_clone_passes_the_gates(started: Lab, tmp_path: Path, nothing_heavy: str) -> None:
    commit(started.root)
    git(tmp_path, "clone", "--quiet", str(started.root), "clone")
    clone = in_folder(tmp_path / "clone")
    assert "5 steps: 5 fresh" in clone.tpdl("status", PYTHONPATH=nothing_heavy)
    assert "all of them hold" in clone.tpdl("claims", PYTHONPATH=nothing_heavy)


def test_status_of_this_project_needs_no_data_and_no_torch(tmp_path: Path, nothing_heavy: str) -> None:
    """Copied without what git ignores: whatever is recorded is judged, and data that are not here count as recorded."""
    names = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in names:
        if name.startswith(("experiments/", "tpdl/", "figures/", "report/")) or "/" not in name:
            (tmp_path / "copy" / name).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_file():
                shutil.copy2(ROOT / name, tmp_path / "copy" / name)
    path = os.pathsep.join([str(tmp_path / "copy"), nothing_heavy])
    states = json.loads(in_folder(tmp_path / "copy").tpdl("status", "--json", code=None, PYTHONPATH=path))
    measured = [step for step in states if step["made"]]
    assert states and not [reason for step in measured for reason in step["reasons"] if reason.startswith("data ")]
