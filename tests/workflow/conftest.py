"""A started project whose steps have all run, in a git repository of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Lab
from tpdl.init import start_project

Git = Callable[..., str]


@pytest.fixture(autouse=True)
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits are nobody's in particular, and nothing that the user has configured changes what git does."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A. Tester")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "tester@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def git(folder: Path, *arguments: str) -> str:
    """What git prints; it must succeed."""
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder: Path, message: str = "Results") -> str:
    """Commit everything, in a new repository if there is none yet."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "--short=7", "HEAD")


def in_folder(root: Path) -> Lab:
    """The `tpdl` command in a folder that is there already."""
    lab = Lab.__new__(Lab)
    lab.root = root
    return lab


@pytest.fixture(scope="session")
def started_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `tpdl init` makes, measured. Not to be changed."""
    root = tmp_path_factory.mktemp("started") / "my-report"
    start_project(root)
    in_folder(root).tpdl("run", "--executor", "inline")
    return root


@pytest.fixture
def started(started_template: Path, tmp_path: Path) -> Lab:
    """A copy of the started project, to be edited."""
    root = tmp_path / "my-report"
    shutil.copytree(started_template, root, ignore=shutil.ignore_patterns("__pycache__"))
    return in_folder(root)
