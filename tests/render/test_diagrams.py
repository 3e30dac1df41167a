"""Diagrams written as text, drawn by programs of their own; here a stand-in that draws a box."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.render.conftest import pdf_text, prepared, write_chapter
from tpdl.plan.project import Project
from tpdl.report import build

FLOW = """# Second {#sec-second}

As @fig-flow shows.

```{mermaid}
%%| label: fig-flow
%%| fig-cap: "What *leads* to what."
%%| fig-alt: Data lead to a report.
graph LR
  Data --> Report
```

Behind it.
"""
STANDIN = """
import sys
arguments = sys.argv[1:]
source, drawn = (arguments[arguments.index(name) + 1] for name in ("--input", "--output"))
open("{calls}", "a").write("called\\n")
text = open(source).read()
assert "%%|" not in text
if "graph" not in text:
    sys.exit("Error: Parse error on line 1: " + text)
open(drawn, "w").write('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><text>Data</text></svg>')
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for Mermaid's program is installed; the file has a line for each call."""
    if os.name == "nt":
        pytest.skip("the stand-in is a shell script")
    (tmp_path / "standin.py").write_text(STANDIN.replace("{calls}", str(tmp_path / "calls")))
    (tmp_path / "mmdc").write_text(f'#!/bin/sh\n"{sys.executable}" "{tmp_path}/standin.py" "$@"\n')
    (tmp_path / "mmdc").chmod(0o755)
    monkeypatch.setenv("TPDL_MMDC", str(tmp_path / "mmdc"))
    return tmp_path / "calls"


def test_a_diagram_is_a_figure(root: Path, calls: Path) -> None:
    write_chapter(root, FLOW)
    result = build(Project(root), renderer="embedded")
    assert result.problems == []
    page = (root / "_book/report/second.html").read_text(encoding="utf-8")
    assert "Figure\u00a02.1:" in page and "What <em>leads</em> to what." in page
    assert 'alt="Data lead to a report."' in page
    (drawn,) = (root / "_book/site_libs/diagrams").iterdir()
    assert f'src="../site_libs/diagrams/{drawn.name}"' in page and 'width="90" height="30"' in page
    assert ".tpdl" not in page and "mermaid" not in page
    assert "What leads to what." in pdf_text(root / "_book/A-book-of-shapes.pdf")
    build(Project(root), to=["html"], renderer="embedded")
    assert calls.read_text() == "called\n", "what has not changed is not drawn again"


def test_lines_stay_where_they_are(root: Path, calls: Path) -> None:
    write_chapter(root, FLOW + "\n::: {.grid}\nCells.\n:::\n")
    (problem,) = build(Project(root), to=["html"], renderer="embedded", draft=True).problems
    assert problem.line == FLOW.count("\n") + 2


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("```{mermaid}\nnonsense\n```", "this diagram cannot be drawn: mmdc: Error: Parse error on line 1: nonsense"),
        ("```{mermaid}\n%%| fig-width: 3\ngraph LR\n```", "the options known here are label, fig-cap, fig-alt"),
    ],
)
def test_a_diagram_that_cannot_be_drawn(root: Path, calls: Path, cell: str, said: str) -> None:
    write_chapter(root, f"# Second {{#sec-second}}\n\n{cell}\n")
    result = build(Project(root), to=["html"], renderer="embedded")
    (problem,) = result.problems
    assert result.outputs == [] and (problem.path, problem.line) == ("report/second.qmd", 3) and said in problem.message


def test_where_nothing_draws_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_MMDC", str(root / "nothing"))
    write_chapter(root, FLOW)
    assert prepared(root).problems == []
    (problem,) = build(Project(root), to=["html"], renderer="embedded").problems
    assert str(problem).startswith(
        "report/second.qmd:5: code cell {mermaid}, where no mmdc is installed that could draw it; the embedded renderer"
    )


@pytest.mark.skipif(shutil.which("mmdc") is None, reason="Mermaid is not installed")
def test_mermaid_itself(root: Path) -> None:
    write_chapter(root, FLOW)
    assert build(Project(root), renderer="embedded").problems == []
    (drawn,) = (root / "_book/site_libs/diagrams").iterdir()
    assert "Report" in drawn.read_text(encoding="utf-8") and "foreignObject" not in drawn.read_text(encoding="utf-8")
