"""Both renderers give the same book. Needs Quarto (on the path, or named by TPDL_QUARTO)."""

from __future__ import annotations

import difflib
import re
import shutil
from pathlib import Path

import pytest

from tests.render.conftest import with_quarto
from tests.render.structure import structure
from tpdl.plan.project import Project
from tpdl.quarto.version import find_quarto
from tpdl.report import ReportResult, build

QUARTO = find_quarto(Path(__file__).parents[2])
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(QUARTO is None or not QUARTO.usable, reason="no Quarto that is new enough is installed"),
]
NAMES = ["index.html", "report/constructs.html", "report/second.html", "report/references.html", "report/appendix.html"]


@pytest.fixture(scope="module")
def by_quarto(measured: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample rendered by Quarto, with the filter and style of this package."""
    root = Path(shutil.copytree(measured, tmp_path_factory.mktemp("quarto") / "project"))
    with_quarto(root)
    result = build(Project(root), renderer="quarto")
    assert result.renderer == "quarto" and result.problems == []
    return root / "_book"


def comparable(page: str) -> list[str]:
    """The structure without what renderers are free to do: the book's title on its first page, chapters' addresses."""
    lines = structure(page)
    start = next(index for index, line in enumerate(lines) if re.match(r"h1 (?!A book of shapes)", line))
    kept = [re.sub(r"^(text|figcaption) A plain", "A plain", line) for line in lines[start:]]
    # A reference to a chapter leads to its page in Quarto's book, to its title in ours.
    return [re.sub(r"<#\S* (Chapter|Appendix)", r"<# \1", line) for line in kept]


@pytest.mark.parametrize("name", NAMES[1:])
def test_same_structure(by_quarto: Path, built: tuple[Path, ReportResult], name: str) -> None:
    ours = comparable((built[0] / "_book" / name).read_text())
    theirs = comparable((by_quarto / name).read_text())
    difference = "\n".join(difflib.unified_diff(theirs, ours, "Quarto", "embedded", lineterm=""))
    assert not difference, difference


def test_same_numbers_in_the_pdf(by_quarto: Path, built: tuple[Path, ReportResult]) -> None:
    from pypdf import PdfReader

    def captions(folder: Path) -> set[str]:
        text = "\n".join(page.extract_text() for page in PdfReader(folder / "A-book-of-shapes.pdf").pages)
        return set(re.findall(r"(?:Figure|Table) [1-9A]\.\d(?=:)", text.replace("\u00a0", " ")))

    ours = captions(built[0] / "_book")
    assert len(ours) >= 10
    assert ours <= captions(by_quarto)


def test_a_demo_report_has_a_folder_of_its_own(by_quarto: Path) -> None:
    before = {path: path.read_bytes() for path in by_quarto.rglob("*") if path.is_file()}
    (page, *_) = build(Project(by_quarto.parent), "demo", to=["html"], renderer="quarto", draft=True).outputs
    assert page == by_quarto.parent / "_book-demo" / "index.html" and "stand-ins" in page.read_text(encoding="utf-8")
    assert {path: path.read_bytes() for path in by_quarto.rglob("*") if path.is_file()} == before
