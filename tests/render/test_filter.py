"""The filter finds its parts wherever it lies and whoever loads it: Pandoc, or Quarto from a filter of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import tpdl.render
from tests.render.conftest import prepared
from tpdl.embedded.pandoc import pandoc_path

PACKAGE = Path(tpdl.render.__file__).parent
AS_QUARTO = Path(__file__).parent / "as_quarto.lua"


@pytest.fixture
def project(root: Path) -> Path:
    """The sample, prepared, in a folder with spaces in its name and with the filter where Quarto's users have it."""
    prepared(root)
    project = root.rename(root.with_name("a project; with signs?"))
    shutil.copy(PACKAGE / "tpdl.lua", project / "report" / "tpdl.lua")
    shutil.copytree(PACKAGE / "tpdl-filter", project / "report" / "tpdl-filter")
    return project


def pandoc(lua_filter: Path | str, cwd: Path, to: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Convert the chapter constructs.qmd."""
    project = cwd if (cwd / "report").is_dir() else cwd.parent
    arguments = ["--from=markdown", f"--to={to}", f"--lua-filter={lua_filter}"]
    return subprocess.run(
        [pandoc_path(), *arguments, str(project / "report" / "constructs.qmd")],
        cwd=cwd,
        env=os.environ | variables,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("to", ["html", "typst"])
def test_pandoc_and_quarto_load_the_same_filter(project: Path, to: str) -> None:
    by_pandoc = pandoc("report/tpdl.lua", project, to)
    assert by_pandoc.returncode == 0, by_pandoc.stderr
    assert ("how it was made" if to == "html" else "#align(center, block(above") in by_pandoc.stdout
    # Quarto runs Pandoc in the folder of the chapter, which need not be that of the filter, and names filters from it.
    named = {"TPDL_TEST_FILTER": "../report/tpdl.lua", "QUARTO_PROJECT_DIR": str(project)}
    by_quarto = pandoc(AS_QUARTO, project / "figures", to, **named)
    assert by_quarto.returncode == 0, by_quarto.stderr
    assert by_quarto.stdout == by_pandoc.stdout


def test_parts_come_from_beside_the_filter_and_not_from_the_current_folder(project: Path) -> None:
    as_it_should = pandoc("report/tpdl.lua", project, "html").stdout
    shutil.copytree(project / "report" / "tpdl-filter", project / "tpdl-filter")
    for part in (project / "tpdl-filter").iterdir():
        part.write_text("error 'not this one'")
    assert pandoc("report/tpdl.lua", project, "html").stdout == as_it_should != ""


def test_a_filter_without_its_parts_says_what_it_needs(project: Path) -> None:
    shutil.rmtree(project / "report" / "tpdl-filter")
    done = pandoc("report/tpdl.lua", project, "html")
    assert done.returncode
    (said,) = [line for line in done.stderr.splitlines() if "needs the folder tpdl-filter" in line]
    assert str(Path("report") / "tpdl-filter") in said
