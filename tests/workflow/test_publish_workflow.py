"""The workflow that publishes: its commands are run here, and let pass what is up to date and true, nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Lab
from tests.workflow.conftest import commit, git, in_folder

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / ".github/workflows/publish.yml"
STARTERS = ROOT / "tpdl/starter/github/workflows"
RIGHTS_TO_PUBLISH = {"pages": "write", "id-token": "write"}


def read(path: Path) -> dict[str, Any]:
    """A workflow as GitHub reads it. (YAML 1.1 takes the key `on` for a truth value.)"""
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in found.items()}


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    return read(WORKFLOW)


def job_that(workflow: dict[str, Any], action: str) -> tuple[str, dict[str, Any], int]:
    """The only job with a step that uses an action, and the step's place in it."""
    [found] = [
        (name, job, at)
        for name, job in workflow["jobs"].items()
        for at, step in enumerate(job["steps"])
        if step.get("uses", "").startswith(f"{action}@")
    ]
    return found


def scripts(workflow: dict[str, Any]) -> list[str]:
    """What is run before anything is handed over for publishing, in this order."""
    _, job, at = job_that(workflow, "actions/upload-pages-artifact")
    return [step["run"] for step in job["steps"][:at] if "run" in step]


def parts(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key with its value, at any depth."""
    if isinstance(value, dict):
        yield from value.items()
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from parts(inner)


def run_workflow(workflow: dict[str, Any], clone: Path, tools: Path, environment: dict[str, str]) -> str:
    """Run the scripts in a clone, as GitHub does: with `bash -e`, one after the other, until one fails.

    Of `quarto render` this is what Quarto runs before it begins; what needs a package index, or builds the
    documentation of this project, is left out.

    Returns:
        the script that failed, with what it printed; "" if none did.
    """
    shim = tools / "tpdl"
    shim.parent.mkdir(exist_ok=True)
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tpdl "$@"\n')
    shim.chmod(0o755)
    env = {name: value for name, value in os.environ.items() if not name.startswith("TPDL_")} | environment
    env["PATH"] = os.pathsep.join([str(shim.parent), env["PATH"]])
    ran = 0
    before_render = yaml.safe_load((clone / "_quarto.yml").read_text(encoding="utf-8"))["project"]["pre-render"]
    for script in scripts(workflow):
        if script.startswith("quarto render"):
            script = f'"{sys.executable}" {before_render}'
        elif not script.startswith("tpdl "):
            continue
        ran += 1
        done = subprocess.run(["bash", "-e", "-c", script], cwd=clone, env=env, capture_output=True, text=True)
        if done.returncode:
            return f"{script}: {done.stdout}{done.stderr}"
    assert ran, "nothing was asked before publishing"
    return ""


def test_only_what_passed_is_published(workflow: dict[str, Any]) -> None:
    """Rendered and handed over in one job, after everything is asked; put on the web by another, which needs it."""
    gate, job, uploaded = job_that(workflow, "actions/upload-pages-artifact")
    _, deploy, _ = job_that(workflow, "actions/deploy-pages")
    assert gate in ([deploy["needs"]] if isinstance(deploy["needs"], str) else deploy["needs"])
    commands = [step.get("run", "") for step in job["steps"]]
    asked = max(at for at, command in enumerate(commands) if command.startswith("tpdl "))
    [rendered] = [at for at, command in enumerate(commands) if command.startswith("quarto render")]
    assert asked < rendered < uploaded
    ways_around = {"continue-on-error", "if"}
    assert not [key for key, _ in parts(workflow["jobs"]) if key in ways_around]
    assert not [script for script in scripts(workflow) if "||" in script or "set +e" in script]


def test_nobody_but_the_publishing_job_may_write(workflow: dict[str, Any]) -> None:
    """And nothing that a stranger proposes is run with its rights."""
    name, _, _ = job_that(workflow, "actions/deploy-pages")
    assert set(workflow["permissions"].values()) <= {"read", "none"}
    rights = {each: job["permissions"] for each, job in workflow["jobs"].items() if "permissions" in job}
    assert rights.pop(name) == RIGHTS_TO_PUBLISH
    assert all(set(each.values()) <= {"read", "none"} for each in rights.values())
    assert workflow["on"]["push"]["branches"] == ["main"]
    assert not {"pull_request", "pull_request_target", "issue_comment", "workflow_run"} & workflow["on"].keys()


ALL = sorted([*WORKFLOW.parent.glob("*.yml"), *STARTERS.glob("*.yml")])


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_actions_are_taken_at_a_version(path: Path) -> None:
    """And Quarto, too: the one that was tried, everywhere the same."""
    found = list(parts(read(path)["jobs"]))
    used = [value for key, value in found if key == "uses"]
    versions = [use.partition("@")[2] for use in used]
    assert used and all(version and version not in ("main", "master", "latest") for version in versions)
    steps = [step for key, value in found if key == "steps" for step in value]
    assert {step["with"]["version"] for step in steps if "quarto-actions" in step.get("uses", "")} <= {"1.10.18"}


def asked(path: Path) -> list[str]:
    """What of tpdl and Quarto a workflow runs, in this order."""
    steps = [step for key, value in parts(read(path)["jobs"]) if key == "steps" for step in value]
    return [step["run"] for step in steps if step.get("run", "").startswith(("tpdl ", "quarto "))]


@pytest.mark.parametrize("name", ["publish", "results"])
def test_a_new_project_has_the_same_workflow(name: str) -> None:
    ours, theirs = WORKFLOW.with_stem(name), STARTERS / f"{name}.yml"
    assert asked(theirs) == asked(ours) != []
    for part in ("on", "permissions", "concurrency"):
        assert read(theirs)[part] == read(ours)[part]
    rights = [[job.get("permissions") for job in read(path)["jobs"].values()] for path in (ours, theirs)]
    assert rights[0] == rights[1]


def test_a_pull_request_shows_what_differs_and_may_only_read(clone: Path, tmp_path: Path) -> None:
    """What differs is kept even if something is stale or false, and compared with what it would be merged into."""
    path = STARTERS / "results.yml"
    workflow = read(path)
    assert "pull_request" in workflow["on"] and "pull_request_target" not in workflow["on"]
    assert set(workflow["permissions"].values()) == {"read"}
    assert not [key for key, _ in parts(workflow["jobs"]) if key in ("permissions", "secrets", "continue-on-error")]
    [job] = workflow["jobs"].values()
    uploaded = next(at for at, step in enumerate(job["steps"]) if "upload-artifact" in step.get("uses", ""))
    commands = [step.get("run", "") for step in job["steps"]]
    assert next(at for at, command in enumerate(commands) if command.startswith("tpdl diff")) < uploaded
    assert uploaded < min(at for at, command in enumerate(commands) if command in ("tpdl status", "tpdl claims"))
    base = git(clone, "rev-parse", "HEAD")
    edit(clone / CODE, 'fmt="o"', 'fmt="s"')
    in_folder(clone).tpdl("figure", "noise/means")
    commit(clone)
    command = commands[uploaded - 1].replace('"$BASE"', base).split()
    assert "noise/means.svg" in in_folder(clone).tpdl(*command[1:])
    assert "noise/means.svg" in (clone / job["steps"][uploaded]["with"]["path"]).read_text(encoding="utf-8")


def test_what_quarto_writes_is_what_is_published(workflow: dict[str, Any]) -> None:
    _, job, at = job_that(workflow, "actions/upload-pages-artifact")
    written = yaml.safe_load((ROOT / "_quarto.yml").read_text(encoding="utf-8"))["project"]["output-dir"]
    assert Path(job["steps"][at]["with"]["path"]) == Path(written)


@pytest.fixture
def nothing_heavy(tmp_path: Path) -> str:
    """A folder for PYTHONPATH in which what only experiments need cannot be imported."""
    for name in ("torch", "torchvision", "sklearn", "scipy", "captum", "safetensors"):
        (tmp_path / "blocked" / name).mkdir(parents=True)
        (tmp_path / "blocked" / name / "__init__.py").write_text(f"raise ImportError('{name} is not installed')")
    return os.pathsep.join([str(tmp_path / "blocked"), *filter(None, [os.environ.get("PYTHONPATH")])])


@pytest.fixture
def clone(started: Lab, tmp_path: Path) -> Path:
    """What GitHub checks out: a clone of a small project, whose results are committed."""
    commit(started.root)
    git(tmp_path, "clone", "--quiet", str(started.root), "clone")
    return tmp_path / "clone"


def edit(path: Path, old: str, new: str) -> None:
    """Replace `old`, which must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


CHAPTER, CODE = "report/means.qmd", "experiments/noise/means.py"
FALSE = '[More draws make it worse.]{claim="means.slope.uniform > 0"}'
WAYS_TO_BE_WRONG = {
    "a result that is not that of the code": lambda root: edit(root / CODE, "12**-0.5", "13**-0.5"),
    "a result that was edited": lambda root: edit(next((root / "figures").rglob("means.csv")), "uniform", "Uniform"),
    "a result that is not committed": lambda root: next((root / "figures").rglob("means.values.json")).unlink(),
    "a false claim": lambda root: (root / CHAPTER).open("a", encoding="utf-8").write(f"\n\n{FALSE}\n"),
    "a value that there is not": lambda root: (root / CHAPTER).open("a").write("\n\nIt is `means.none`{.value}.\n"),
}


def test_a_fresh_clone_passes(workflow: dict[str, Any], clone: Path, tmp_path: Path, nothing_heavy: str) -> None:
    assert run_workflow(workflow, clone, tmp_path / "bin", {"PYTHONPATH": nothing_heavy}) == ""


@pytest.mark.parametrize("wrong", WAYS_TO_BE_WRONG)
def test_what_is_out_of_date_or_false_is_not_published(
    wrong: str, workflow: dict[str, Any], clone: Path, tmp_path: Path, nothing_heavy: str
) -> None:
    WAYS_TO_BE_WRONG[wrong](clone)
    commit(clone)
    assert run_workflow(workflow, clone, tmp_path / "bin", {"PYTHONPATH": nothing_heavy}) != ""


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
