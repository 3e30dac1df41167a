"""Mistakes in documents: every one is found, with file and line, and says what to do."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
from pathlib import Path

import pytest

from tests.render.conftest import pdf_text, prepared, write_chapter
from tpdl.errors import UserError
from tpdl.plan.project import Project
from tpdl.report import build

MISTAKES = [
    ("unknown name", "Text.\n\nIt is `areas.ratoi:.1f`{.value}.", 5, "did you mean `ratio`"),
    ("unknown experiment", "`aeras.ratio:.1f`{.value}", 3, "did you mean `areas`"),
    ("no format for a fraction", "`areas.ratio`{.value}", 3, "say how many digits"),
    ("format that does not fit", "`areas.largest.shape:.1f`{.value}", 3, "does not fit the text"),
    ("false claim", "A.\n\n[Squares win]{claim=\"areas.largest.shape == 'square'\"}", 5, "“Squares win” does not hold"),
    ("what was found instead", '[No]{claim="len(areas.shapes) > 99"}', 3, "does not hold: len(areas.shapes) = "),
    ("claim that is no truth", '[Wrong]{claim="areas.ratio"}', 3, "neither true nor false; compare it"),
    (
        "part that is no truth",
        '[Wrong]{claim="areas.ratio > 0 or areas.ratio"}',
        3,
        "neither true nor false; compare it",
    ),
    ("condition that is no truth", '[Wrong]{when="areas.largest"}', 3, "ask whether it `is not None`"),
    ("huge power", "`9**9**9`{.value}", 3, "asks for too much"),
    ("wide format", "`areas.ratio:>2000000000`{.value}", 3, "asks for more than 100 characters"),
    ("unknown format", "`areas.ratio:.1q`{.value}", 3, "formats are such as `.1%`"),
    ("claim that cannot be evaluated", '[Wrong]{claim="areas.larges.shape"}', 3, "did you mean `largest`"),
    ("broken claim", '[Wrong]{claim="areas.shapes =="}', 3, "is no expression"),
    ("broken condition", '::: {when="nothing.here"}\nText\n:::', 3, "condition `nothing.here` names `nothing`"),
    ("not measured", "`never.x`{.value}", 3, "`tpdl run shapes/never` measures it"),
    ("label used twice", "![A](../figures/shapes/areas.svg){#fig-curve}", 3, "first at report/constructs.qmd:31"),
    ("label used twice in the chapter", "## A {#sec-a}\n\n## B {#sec-a}", 5, "first at report/second.qmd:3"),
    ("reference to nothing", "See @fig-cruve.", 3, "did you mean `fig-curve`"),
    ("reference to what is dropped", "See @fig-hidden.", 3, "refers to nothing"),
    ("citation of nothing", "As @shannon1984 says.", 3, "did you mean `shannon1948`"),
    (
        "work and figure in one bracket",
        "So it is [@shannon1948, p. 1; @fig-curve].",
        3,
        "mixes a work with a part of the book",
    ),
    ("reference to no theorem", "See @thm-one.\n\n::: {#thm-two}\nTrue.\n:::", 3, "did you mean `thm-two`"),
    ("listing used twice", "```{#lst-a .python}\n1\n```\n\n```{#lst-a .python}\n2\n```", 7, "report/second.qmd:3"),
    ("no such image", "![A](../figures/shapes/aera.svg){#fig-a}", 3, "did you mean `figures/shapes/areas.svg`"),
    ("image elsewhere", "![A](https://example.org/a.png){#fig-a}", 3, "another host"),
    ("table of nothing", '::: {#tbl-a .results from="shapes/aera"}\nA\n:::', 3, "did you mean `shapes/areas`"),
    ("unknown column", '::: {#tbl-a .results from="shapes/areas" columns="sise"}\nA\n:::', 3, "did you mean `size`"),
    (
        "unknown attribute",
        '::: {#tbl-a .results from="shapes/areas" colums="size"}\nA\n:::',
        3,
        "did you mean `columns`",
    ),
    ("table without label", '::: {.results from="shapes/areas"}\nA\n:::', 3, "needs a label"),
]


@pytest.mark.parametrize(("text", "line", "message"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_mistake(root: Path, text: str, line: int, message: str) -> None:
    write_chapter(root, f"# Second\n\n{text}\n")
    problems = [str(problem) for problem in prepared(root).problems]
    assert len(problems) == 1, problems
    assert problems[0].startswith(f"report/second.qmd:{line}: ")
    assert message in problems[0]


def test_the_sample_has_no_mistake(root: Path) -> None:
    assert prepared(root).problems == []


def test_a_mistake_in_an_included_file_is_reported_there(root: Path) -> None:
    with (root / "report" / "_findings.qmd").open("a") as file:
        file.write("\n`nothing.here`{.value}\n")
    assert str(prepared(root).problems[0]).startswith("report/_findings.qmd:6: ")


def test_all_mistakes_at_once(root: Path) -> None:
    write_chapter(root, '# Second\n\n@fig-x\n\n`y.z`{.value}\n\n[No]{claim="1 > 2"}\n')
    assert [problem.line for problem in prepared(root).problems] == [3, 5, 7]


def test_ambiguous_names(root: Path) -> None:
    shutil.copytree(root / "experiments" / "shapes", root / "experiments" / "other")
    write_chapter(root, "# Second\n\n`shapes.areas.ratio:.1f`{.value}\n")
    problems = [str(problem) for problem in prepared(root).problems]
    assert problems and all("`areas` is ambiguous: write `other.areas` or `shapes.areas`" in p for p in problems)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("_quarto.yml", "report/second.qmd", "report/third.qmd", "there is no document report/third.qmd"),
        ("_quarto.yml", "  title: A book of shapes", "  name: A book", "`title:` and `chapters:`"),
        ("_quarto.yml", "report/references.bib", "report/refs.bib", "report/refs.bib does not exist"),
        ("_quarto.yml", "book:", "book: [", "_quarto.yml:"),
        ("index.qmd", "report/_findings.qmd", "report/_found.qmd", "index.qmd:9: there is no document"),
        ("report/_findings.qmd", "See", "{{< include _findings.qmd >}}\nSee", "includes itself"),
    ],
)
def test_broken_book(root: Path, file: str, old: str, new: str, message: str) -> None:
    path = root / file
    path.write_text(path.read_text().replace(old, new if "include _f" not in new else "\n" + new))
    with pytest.raises(UserError, match=re.escape(message)):
        prepared(root)


def test_false_claim_stops_the_report_and_a_draft_marks_it(root: Path) -> None:
    write_chapter(root, "# Second\n\n[Squares win]{claim=\"areas.largest.shape == 'square'\"}\n")
    result = build(Project(root), to=["html"], renderer="embedded")
    assert result.outputs == [] and len(result.problems) == 1 and not (root / "_book").exists()
    drafted = build(Project(root), to=["html"], renderer="embedded", draft=True)
    page = (root / "_book" / "report" / "second.html").read_text()
    assert drafted.problems == result.problems
    assert "claim-false" in page and "this claim does not hold" in page


def test_prepare_neither_imports_torch_nor_pandas_and_is_quick(root: Path) -> None:
    prepared(root)  # the fingerprint is warm afterwards
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tpdl.plan.project import Project\n"
        "from tpdl.render.prepare import prepare\n"
        "prepared = prepare(Project(Path('.')))\n"
        "print(prepared.seconds, *[m for m in ('torch', 'pandas', 'matplotlib') if m in sys.modules])"
    )
    started = time.perf_counter()
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True, env=os.environ
    )
    seconds, *heavy = done.stdout.split()
    assert heavy == []
    assert float(seconds) < 0.5, (seconds, time.perf_counter() - started)


def test_what_is_written_down(root: Path) -> None:
    data = json.loads(prepared(root).path.read_text())
    assert data["values"]["areas.largest.area:,.0f"]["text"] == "31,416"
    assert "from shapes/areas.values" in data["values"]["areas.largest.area:,.0f"]["title"]
    assert data["whens"]["'blob' in areas.shapes"] is False
    figure = data["figures"]["../figures/shapes/areas.svg"]
    assert (
        figure["dark"] == "figures/shapes/areas.dark.svg" and figure["provenance"]["csv"] == "figures/shapes/areas.csv"
    )
    table = data["tables"]["tbl-areas"]
    assert table["align"] == ["left", "right", "right", "left"]
    assert [cell["text"] for cell in table["rows"][2]] == ["square", "100", "10,000.00", "yes"]
    assert table["rows"][-1][-1]["command"] == "tpdl run shapes/areas/shape=blob"
    assert table["rows"][-1][-1]["span"] == 3
    assert data["tables"]["tbl-unmeasured"]["missing"]


def test_stale_figures_have_a_badge(root: Path) -> None:
    source = root / "experiments" / "shapes" / "areas.py"
    source.write_text(source.read_text().replace("factor * s * s", "factor * s ** 2"))
    badge = prepared(root).data["figures"]["../figures/shapes/areas.svg"]["provenance"]["badge"]
    assert badge["text"].startswith("out of date")


def test_demo_reports_say_so_everywhere(root: Path) -> None:
    shutil.copytree(root / "figures", root / ".tpdl" / "demo" / "figures")
    result = build(Project(root), profile="demo", to=["html", "pdf"], renderer="embedded", draft=True)
    pages = [path for path in result.outputs if path.suffix == ".html"]
    assert all("stand-in-notice" in page.read_text() for page in pages)
    constructs = (root / "_book-demo" / "report" / "constructs.html").read_text()
    assert constructs.count('class="badge badge-stand-in"') == constructs.count('class="provenance"') > 0
    assert ".tpdl/demo/figures/shapes/areas.svg" in constructs


QUARTO_KNOWS = {
    "theorem": "::: {#thm-line}\n## Line\nTrue.\n:::\n\nBy @thm-line and @Thm-line.",
    "listing": '```{#lst-code .python lst-cap="Code"}\n1 + 1\n```\n\nSee @lst-code.',
    "listing in a block": "::: {#lst-code}\n```python\n1\n```\n\nCode\n:::\n\nSee @lst-code.",
    "note": "::: {#nte-a .callout-note}\n## A\nNote.\n:::\n\n@nte-a says so.",
    "cell": "```{python}\n#| label: fig-cell\n#| fig-cap: A\nplot()\n```\n\n@fig-cell shows it.",
    "figure of a cell": "```{r}\n#| label: fig-cell\n#| lst-label: lst-cell\nplot()\n```\n\n@fig-cell-2, by @lst-cell.",
    "cell of another language": "```{ojs}\n//| label: tbl-cell\n1\n```\n\n@tbl-cell shows it.",
}


@pytest.mark.parametrize("text", QUARTO_KNOWS.values(), ids=QUARTO_KNOWS)
def test_what_quarto_knows_passes(root: Path, text: str) -> None:
    write_chapter(root, f"# Second\n\n{text}\n")
    assert prepared(root).problems == []


def test_parts_among_the_chapters(root: Path) -> None:
    (root / "report/part.qmd").write_text("# A part of its own {.unnumbered}\n")
    settings = root / "_quarto.yml"
    text = settings.read_text()
    assert "    - report/constructs.qmd\n    - report/second.qmd\n" in text
    settings.write_text(
        text.replace(
            "    - report/constructs.qmd\n    - report/second.qmd\n",
            "    - part: Shapes\n      chapters:\n        - report/constructs.qmd\n"
            "    - part: report/part.qmd\n      chapters:\n        - file: report/second.qmd\n          text: Other\n"
            "    - text: '---'\n",
        )
    )
    found = prepared(root)
    paths = [chapter.path for chapter in found.book.chapters]
    assert paths[1:4] == ["report/constructs.qmd", "report/part.qmd", "report/second.qmd"]
    assert found.problems == []
    (problem,) = build(Project(root), to=["html"], renderer="embedded").problems
    line = settings.read_text().splitlines().index("    - text: '---'") + 1
    assert str(problem).startswith(f"_quarto.yml:{line}: `text: ---` among the chapters; the embedded")
    settings.write_text(settings.read_text().replace("    - text: '---'\n", ""))
    assert build(Project(root), renderer="embedded").problems == []
    page = (root / "_book/report/second.html").read_text(encoding="utf-8")
    navigation = re.sub("<[^>]+>", " ", page[page.index('<nav id="chapters"') : page.index("</nav>")])
    expected = "Findings Shapes 1 Constructs with 3.14 in the title A part of its own 2 Other References A Extra"
    assert " ".join(navigation.split()) == expected
    paper = pdf_text(root / "_book/A-book-of-shapes.pdf")
    assert "Shapes" in paper and "Chapter 2 Second chapter" in paper and "Chapter 3" not in paper


@pytest.mark.parametrize("item", ["3", "[a.qmd]", "{chapters: [a.qmd]}", "{part: A, chapters: a.qmd}"])
def test_what_is_no_chapter(root: Path, item: str) -> None:
    settings = root / "_quarto.yml"
    settings.write_text(settings.read_text().replace("    - report/second.qmd\n", f"    - {item}\n"))
    with pytest.raises(UserError, match="a chapter is a file name, or a part with its chapters, not"):
        prepared(root)


TITLED = [
    '---\ntitle: "Second things {#sec-second}"\n---\n',
    "---\nlang: en\ntitle: >\n  Second\n  things {#sec-second}\nabstract: |\n  Short.\n---\n",
    "---\ntitle: Second things {#sec-second}\ndescription: x\n...\n\n",
]


@pytest.mark.parametrize("head", TITLED, ids=range(len(TITLED)))
def test_a_title_in_the_metadata(root: Path, head: str) -> None:
    (root / "report/second.qmd").write_text(
        f"{head}Text.\n\n![A](../figures/shapes/areas.svg){{#fig-second}}\n\n`no.x`{{.value}}\n"
    )
    (problem,) = prepared(root).problems
    assert (problem.path, problem.line) == ("report/second.qmd", head.count("\n") + 5)
    build(Project(root), to=["html"], renderer="embedded", draft=True)
    page = (root / "_book/report/second.html").read_text(encoding="utf-8")
    assert (
        re.search(r"<h1[^>]*>.*Second things</span></h1>", page) and "title:" not in page and "description:" not in page
    )


def test_a_false_claim_behind_a_title_in_the_metadata(root: Path) -> None:
    page = root / "index.qmd"
    text = (
        page.read_text(encoding="utf-8").replace("== 'circle'", "== 'square'").replace("# Findings {.unnumbered}", "")
    )
    page.write_text(text.replace("---\n", "---\ntitle: Findings {.unnumbered}\n", 1), encoding="utf-8")
    assert [(problem.path, problem.line) for problem in prepared(root).problems] == [("index.qmd", 4)]


def test_a_false_claim_in_the_abstract_is_found_where_it_stands(root: Path) -> None:
    page = root / "index.qmd"
    page.write_text(page.read_text(encoding="utf-8").replace("== 'circle'", "== 'square'"), encoding="utf-8")
    found = prepared(root)
    assert [(problem.path, problem.line) for problem in found.problems] == [("index.qmd", 3)]
    assert "The largest is a circle" in found.problems[0].message
