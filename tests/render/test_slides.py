"""Slides: their values and claims are checked with those of the book, and the book does not change by them."""

from __future__ import annotations

import re
import shutil
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from tests.render.conftest import prepared
from tpdl.embedded.slides import PACKAGE
from tpdl.errors import UserError
from tpdl.plan.project import Project
from tpdl.quarto.version import find_quarto
from tpdl.report import build

SLIDES = """---
title: Shapes in short
format:
  revealjs:
    css: own.css
---

## Circles win

![](../figures/shapes/areas.svg)

[Circles of the largest size have the largest area]{claim="areas.largest.shape == 'circle'"}:
`areas.largest.area:,.0f`{.value}, and $\\pi r^2$.

## The end

Nothing more.
"""
QUARTO = find_quarto(Path(__file__).parents[2])


def reveal_is_here() -> bool:
    try:
        distribution(PACKAGE)
    except PackageNotFoundError:
        return False
    return True


@pytest.fixture
def with_slides(root: Path) -> Path:
    (root / "_quarto-slides.yml").write_text("project:\n  type: default\n  render: [report/slides.qmd]\n")
    (root / "report/slides.qmd").write_text(SLIDES)
    (root / "report/own.css").write_text(".reveal h2 { color: inherit; }\n")
    return root


def test_values_and_claims_are_checked_with_the_book(with_slides: Path) -> None:
    found = prepared(with_slides)
    assert found.problems == [] and "report/slides.qmd" in {claim.path for claim in found.claims}
    assert [chapter.path for chapter in found.book.chapters if "slides" in chapter.path] == []
    slides = with_slides / "report/slides.qmd"
    slides.write_text(SLIDES.replace("== 'circle'", "== 'square'").replace("\\pi r^2", "\\pi r^{2"))
    false, broken = prepared(with_slides).problems
    assert (false.path, false.line, broken.line) == ("report/slides.qmd", 12, 13) and "ends too early" in str(broken)
    assert build(Project(with_slides), to=["html"], renderer="embedded").outputs == []


@pytest.mark.parametrize("render", ["report/slides.qmd", "[]", "[a.qmd, b.qmd]"])
def test_what_names_no_document(root: Path, render: str) -> None:
    (root / "_quarto-slides.yml").write_text(f"project: {{render: {render}}}\n")
    with pytest.raises(UserError, match=r"_quarto-slides.yml: `project:` must name the document of slides"):
        prepared(root)


def test_without_slides_or_reveal(root: Path, with_slides: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tpdl.embedded.slides.PACKAGE", "no-such-package")
    with pytest.raises(UserError, match=r"reveal.js is not here; .* or `quarto render --profile slides`"):
        build(Project(with_slides), to=["slides"])
    with pytest.raises(UserError, match=r"Quarto makes no slides of a book; .* run `quarto render --profile slides`"):
        build(Project(with_slides), to=["slides"], renderer="quarto")
    (with_slides / "_quarto-slides.yml").unlink()
    with pytest.raises(UserError, match=r"there are no slides; _quarto-slides.yml names their document"):
        build(Project(with_slides), to=["slides"])


def test_what_slides_do_not_know_here_is_refused(with_slides: Path) -> None:
    (with_slides / "report/slides.qmd").write_text(f"{SLIDES}\n::: {{.callout-note}}\nA.\n:::\n")
    result = build(Project(with_slides), to=["slides"])
    line = SLIDES.count("\n") + 2
    assert result.outputs == []
    assert [str(p) for p in result.problems] == [
        f"report/slides.qmd:{line}: class .callout-note; on slides Quarto alone knows it"
    ]


@pytest.mark.skipif(not reveal_is_here(), reason=f"{PACKAGE} is not installed")
def test_slides_ask_nothing_of_another_host(with_slides: Path) -> None:
    (page,) = build(Project(with_slides), to=["slides"]).outputs
    text = page.read_text(encoding="utf-8")
    assert page == with_slides / "_slides/report/slides.html"
    assert text.count("<section") >= 3 and "31,416" in text and "<math" in text and "{.value}" not in text
    for address in re.findall(r'(?:src|href)="([^"#][^"]*)"', text):
        assert "//" not in address and (page.parent / address).is_file(), address


@pytest.mark.slow
@pytest.mark.skipif(QUARTO is None or not QUARTO.usable, reason="no Quarto that is new enough is installed")
def test_quarto_makes_the_same_slides(with_slides: Path) -> None:
    import subprocess

    from tests.render.conftest import with_quarto

    assert QUARTO
    with_quarto(with_slides)
    (with_slides / "_quarto-slides.yml").write_text(
        "project:\n  type: default\n  output-dir: _slides\n  render: [report/slides.qmd]\n"
    )
    shutil.rmtree(with_slides / "_slides", ignore_errors=True)
    command = [QUARTO.path, "render", "--profile", "slides"]
    done = subprocess.run(command, cwd=with_slides, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    text = (with_slides / "_slides/report/slides.html").read_text(encoding="utf-8")
    assert "31,416" in text and "reveal" in text and "{.value}" not in text
