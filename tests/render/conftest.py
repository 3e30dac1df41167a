"""A small book that holds every construct, with results that its own experiments measured."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import tpdl.render
from tests.render.sheets import write_sheets
from tpdl.plan.plan import read_plan
from tpdl.plan.project import Project
from tpdl.plan.selection import select
from tpdl.render.prepare import Prepared, prepare
from tpdl.report import ReportResult, build
from tpdl.run.schedule import Listener
from tpdl.run.steps import run_steps

SAMPLE = Path(__file__).parent / "sample"


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project after `tpdl run shapes/areas`, and with sheets. Not to be changed."""
    root = tmp_path_factory.mktemp("shapes") / "project"
    shutil.copytree(SAMPLE, root, ignore=shutil.ignore_patterns("__pycache__"))
    measure(root)
    return root


def measure(root: Path) -> None:
    """`tpdl run shapes/areas`, and sheets of images, which no step of the sample makes."""
    plan = read_plan(Project(root))
    names = [name for name in select(plan, ["shapes/areas"]) if not plan.steps[name].optional]
    report = run_steps(plan, names, Listener(), "process", 2)
    assert not report.failed, report
    write_sheets(root / "figures")


@pytest.fixture
def root(measured: Path, tmp_path: Path) -> Path:
    """A copy of the measured project, to be edited."""
    return Path(shutil.copytree(measured, tmp_path / "project"))


@pytest.fixture(scope="session")
def built(measured: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ReportResult]:
    """The whole book, rendered once by the embedded renderer. Not to be changed."""
    root = Path(shutil.copytree(measured, tmp_path_factory.mktemp("built") / "project"))
    return root, build(Project(root), renderer="embedded")


def prepared(root: Path) -> Prepared:
    """`prepare` of the project at `root`."""
    return prepare(Project(root))


def write_chapter(root: Path, text: str) -> None:
    """Make `text` the only content of the chapter report/second.qmd, and drop what refers to it."""
    (root / "report" / "second.qmd").write_text(text, encoding="utf-8")
    constructs = root / "report" / "constructs.qmd"
    kept = constructs.read_text(encoding="utf-8").replace("@sec-second, ", "").replace(" and @fig-second", "")
    constructs.write_text(kept.replace("](second.qmd#sec-second)", "](second.qmd)"), encoding="utf-8")


class Text(NamedTuple):
    """What a reader reads, in one line each."""

    page: str
    paper: str


def pdf_text(path: Path) -> str:
    """The words of a PDF."""
    from pypdf import PdfReader

    text = "\n".join(page.extract_text() for page in PdfReader(path).pages)
    return " ".join(text.replace("\u00a0", " ").split())


def with_quarto(root: Path) -> None:
    """Put beside a project what Quarto looks for there: the filter of this package, and a Python that has it."""
    package = Path(tpdl.render.__file__).parent
    shutil.copy(package / "tpdl.lua", root / "tpdl.lua")
    shutil.copytree(package / "tpdl-filter", root / "tpdl-filter")
    settings = root / "_quarto.yml"
    settings.write_text(settings.read_text().replace("python -m tpdl", f"{sys.executable} -m tpdl"))
