"""TeX that nobody could read: one line with file and line number, whatever renders; everything else passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.render.conftest import prepared, write_chapter
from tpdl.plan.project import Project
from tpdl.report import build

BROKEN = {
    r"Half is $\frac{a}{b$ of it.": r"the formula $\frac{a}{b$ ends too early; is a brace or an \end missing?",
    "Power $x^{2$.": "the formula $x^{2$ ends too early",
    "$$\n\\begin{aligned} a &= b\n$$": r"the formula $$ \begin{aligned} a &= b $$ ends too early",
    r"The $\reals$ here.": r"the formula $\reals$ has the command \reals, which is not known; ",
    "The $a}$ here.": "the formula $a}$ is no TeX that can be shown: unexpected",
    "> Quoted $x^{$.": "the formula $x^{$ ends too early",
    "A value in $a = `1`{.value}$.": "`1`{.value} is in math, where no value is filled in; put it into the text",
    '::: {when="1 == 1"}\nPower $x^{2$.\n:::': "the formula $x^{2$ ends too early",
    "Well $x$ and\nbadly $y^{$.": "the formula $y^{$ ends too early",
}
FINE = {
    "macros": "\\newcommand{\\reals}{\\mathbb{R}}\n\\DeclareMathOperator{\\rank}{rank}\n\n$\\rank x \\in \\reals^n$",
    "macro in the formula": r"$$ \newcommand{\half}{\frac12} \half $$",
    "environments": "$$\n\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}\n$$ {#eq-matrix}\n\nSee @eq-matrix.",
    "quoted": "> A formula\n>\n> $$\n> a > b\n> $$",
    "money": "It costs $5 here and $7 there, or 3$.",
    "code": "Write `$x^{$`.\n\n```tex\n$x^{$\n```\n\n<!-- $x^{$ -->",
    "dropped": '::: {when="1 == 2"}\n$x^{$\n:::',
    "escaped": r"\$x^{$",
}


@pytest.mark.parametrize("text", BROKEN)
def test_broken(root: Path, text: str) -> None:
    write_chapter(root, f"# Second {{#sec-second}}\n\n{text}\n")
    at = next(n for n, line in enumerate(text.splitlines(), 3) if "$" in line and line not in ("Well $x$ and",))
    [problem] = prepared(root).problems
    assert str(problem).startswith(f"report/second.qmd:{at}: {BROKEN[text]}") and "\n" not in str(problem)


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_fine(root: Path, text: str) -> None:
    write_chapter(root, f"# Second {{#sec-second}}\n\n{text}\n")
    assert prepared(root).problems == []


def test_nothing_is_rendered_with_it(root: Path) -> None:
    write_chapter(root, "# Second {#sec-second}\n\n$\\frac{a}{b$\n")
    for to in ("html", "pdf"):
        result = build(Project(root), to=[to], renderer="embedded")
        assert result.outputs == [] and [problem.line for problem in result.problems] == [3]


def test_what_only_mathjax_knows_is_quartos(root: Path) -> None:
    """Without Pandoc's translation, on a page alone, a command that Pandoc does not know may be known."""
    settings = root / "_quarto.yml"
    text = settings.read_text(encoding="utf-8").replace("html-math-method: mathml", "html-math-method: mathjax")
    settings.write_text(text.replace("  typst:\n    citeproc: true\n", ""), encoding="utf-8")
    write_chapter(root, "# Second {#sec-second}\n\n$\\hphantom{x}$ and $\\enclose{circle}{x}$\n")
    assert prepared(root).problems == []
    result = build(Project(root), to=["html"], renderer="embedded")
    assert result.outputs == [] and "the command \\enclose" in str(result.problems[0])
    write_chapter(root, "# Second {#sec-second}\n\n$x^{$\n")
    assert len(prepared(root).problems) == 1
