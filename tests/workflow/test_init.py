"""`tpdl init`: a project that runs, renders and is tested at once."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from tests.conftest import Lab, one_line
from tests.workflow.conftest import in_folder
from tpdl.errors import StepError, UserError
from tpdl.init import KINDS, STARTER, start_project

ROOT = Path(__file__).parents[2]


def test_it_runs_and_renders_at_once(started: Lab) -> None:
    assert "5 steps: 5 fresh" in started.tpdl("status")
    assert "1 claim, all of them hold" in started.tpdl("claims")
    said = started.tpdl("report", "--renderer", "embedded")
    assert "_book/index.html" in said
    page = (started.root / "_book" / "report" / "means.html").read_text()
    values = json.loads((started.root / "figures/noise/means.values.json").read_text())
    assert f"{values['inside']}</span> of" in page or re.search(rf">{values['inside']}<", page)
    assert list((started.root / "_book").glob("*.pdf"))


def test_its_own_tests_pass_and_can_fail(started: Lab) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        return subprocess.run(command, cwd=started.root, capture_output=True, text=True, check=False)

    done = run()
    assert done.returncode == 0 and "3 passed" in done.stdout, done.stdout
    started.edit("experiments/noise/means.py", ".mean(axis=1)", ".sum(axis=1)")
    assert "1 failed" in run().stdout


def test_the_demo_profile_runs_too(started: Lab) -> None:
    assert "5 done" in started.tpdl("run", "--demo", "--executor", "inline")


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    lab = in_folder(tmp_path)
    (tmp_path / "mine.txt").write_text("work of years")
    assert "is not empty" in one_line(lab.tpdl("init", ".", code=2))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert "is a file" in one_line(lab.tpdl("init", "mine.txt", code=2))


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = in_folder(tmp_path).tpdl("init", "empty")
    assert "next: cd empty && tpdl run && tpdl report" in said
    listed = re.findall(r"^  (\S+)$", said, re.MULTILINE)
    assert {".gitignore", "_quarto.yml", "experiments/noise/means.py", "report/tpdl.lua"} <= set(listed)
    assert all((tmp_path / "empty" / name).is_file() for name in listed)


def test_it_brings_the_whole_filter(tmp_path: Path) -> None:
    started, package = tmp_path / "started", ROOT / "tpdl" / "render"
    start_project(started)
    settings = yaml.safe_load((started / "_quarto.yml").read_text(encoding="utf-8"))
    (named,) = settings["filters"]
    copied = (started / named["path"]).parent
    parts = sorted(path.relative_to(package) for path in (package / "tpdl-filter").rglob("*.lua"))
    assert parts
    for part in (Path("tpdl.lua"), *parts):
        assert (copied / part).read_bytes() == (package / part).read_bytes(), part


def test_quarto_finds_the_python_that_has_tpdl(tmp_path: Path) -> None:
    """With the script of this repository, which needs no activated environment; and it says so if there is none."""
    start_project(tmp_path / "started")
    script = tmp_path / "started" / "report" / "prepare.py"
    settings = yaml.safe_load((tmp_path / "started" / "_quarto.yml").read_text(encoding="utf-8"))
    assert settings["project"]["pre-render"] == "report/prepare.py"
    assert script.read_bytes() == (ROOT / "report" / "prepare.py").read_bytes()
    venv.create(tmp_path / "empty", with_pip=False, symlinks=True)
    python = next(path for path in (tmp_path / "empty").glob("*/python*") if path.stem == "python")
    alone = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    alone["PATH"] = str(tmp_path)
    done = subprocess.run([python, script], env=alone, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert one_line(done.stderr).startswith("tpdl: no Python that this project knows of has it; install it into .venv")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StepError, match="cannot write"):
        start_project(tmp_path / "new")


def test_a_parent_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"cannot write|is a file"):
        start_project(tmp_path / "file" / "new")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("my-report", "My report"),
        ("über_alles 2", "Über alles 2"),
        ('a"b: #c', 'A"b: #c'),
        ("R&D <script> {{x}} $y 'z' \\ 😀", "R&D <script> {{x}} $y 'z' \\ 😀"),
        ("yes", "Yes"),
        ("1.0", "1.0"),
        ("---", "A report"),
    ],
)
def test_titles_are_valid_settings(tmp_path: Path, name: str, title: str) -> None:
    start_project(tmp_path / name)
    settings = yaml.safe_load((tmp_path / name / "_quarto.yml").read_text(encoding="utf-8"))
    assert settings["book"]["title"] == title
    heading = (tmp_path / name / "README.md").read_text(encoding="utf-8").partition("\n")[0]
    assert heading.startswith("# ") and re.sub(r"\\(.)", r"\1", heading[2:]) == title
    assert not re.search(r"(?<!\\)[<&*]", heading), "no markup in Markdown"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "report"])
def test_every_template_renders_with_the_same_results(kind: str, started: Lab, tmp_path: Path) -> None:
    lab = in_folder(tmp_path / "other")
    start_project(lab.root, kind)
    shutil.copytree(started.root / "figures", lab.root / "figures")
    if kind == "slides":
        assert "report/slides.qmd" in lab.tpdl("claims")
        return
    lab.tpdl("report", "--renderer", "embedded", "--to", "html")
    first = (lab.root / "_book/index.html").read_text(encoding="utf-8")
    expected = {"lab": ("It halves.", "contradicted"), "paper": ("Wainer", "Figure")}[kind]
    assert all(text in first for text in expected)
    assert (lab.root / "_book/report/means.html").exists() == (kind == "lab")


def test_a_template_that_there_is_not(tmp_path: Path) -> None:
    said = in_folder(tmp_path).tpdl("init", "--template", "slide", "new", code=2)
    assert "no template 'slide'; did you mean `slides`?" in one_line(said)
    assert not (tmp_path / "new").exists()


def test_one_file_declares_what_pip_uv_pixi_and_conda_install(tmp_path: Path) -> None:
    """Conda has a file of its own, which must ask for no less."""
    start_project(tmp_path / "Äpfel & Birnen")
    root = tmp_path / "Äpfel & Birnen"
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["name"] == "apfel-birnen"
    needed = [Requirement(text) for text in settings["project"]["dependencies"]]
    groups = {name: [Requirement(text) for text in texts] for name, texts in settings["dependency-groups"].items()}
    assert [each.name for each in needed] == ["tpdl"] and needed[0].url
    assert [each.name for each in groups["dev"]] == ["pytest"]
    assert settings["tool"]["setuptools"]["packages"] == [] and settings["tool"]["uv"] == {"package": False}
    assert {name for names in settings["tool"]["pixi"]["environments"].values() for name in names} == set(groups)
    conda = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    assert conda["name"] == settings["project"]["name"]
    *packages, by_pip = conda["dependencies"]
    assert {Requirement(text) for text in packages} >= {*groups["dev"], Requirement("pip"), Requirement("python>=3.11")}
    assert by_pip == {"pip": ["--editable ."]}


def test_its_notebook_shows_results(started: Lab) -> None:
    """Every cell, in the folder where Jupyter runs it."""
    path = started.root / "notebooks/results.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4 and not any(cell.get("outputs") for cell in notebook["cells"])
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(cells) == len({cell["id"] for cell in notebook["cells"]}) - 1 == 4
    code = "import warnings\nwarnings.simplefilter('error', UserWarning)\n" + "\n".join(cells) + "\nprint(means.shape)"
    done = subprocess.run([sys.executable, "-c", code], cwd=path.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "(18, 7)"


def test_its_tests_run_on_every_system() -> None:
    workflow = yaml.safe_load((STARTER / "github/workflows/test.yml").read_text(encoding="utf-8"))
    [job] = workflow["jobs"].values()
    assert {name.partition("-")[0] for name in job["strategy"]["matrix"]["os"]} == {"ubuntu", "macos", "windows"}
    commands = "\n".join(step.get("run", "") for step in job["steps"])
    assert "pytest" in commands and "--group dev" in commands


def test_every_file_is_package_data() -> None:
    """A wheel must bring the whole starter, though none of it is a package."""
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["tpdl"]
    package = ROOT / "tpdl"
    covered = {path for pattern in patterns for path in package.glob(pattern)}
    starters = [STARTER, *package.glob("starter-*")]
    needed = {path for root in starters for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert {root.name.removeprefix("starter-") for root in starters[1:]} == set(KINDS) - {"report"}
    needed |= {path for kind in ("css", "html", "js", "lua", "svg", "typ") for path in package.rglob(f"*.{kind}")}
    assert needed <= covered
    assert not any(part.startswith(".") for path in needed for part in path.relative_to(package).parts)
