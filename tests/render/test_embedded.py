"""The embedded renderer: one book with every construct, against an expectation that was looked at by eye.

After a change that is meant, write the expectation anew with `python -m tests.render.test_embedded`, and read the
difference.
"""

from __future__ import annotations

import difflib
import itertools
import json
import re
import shutil
import subprocess
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.render.conftest import SAMPLE, measure, pdf_text, prepared, write_chapter
from tests.render.structure import structure
from tpdl.errors import UserError
from tpdl.plan.project import Project
from tpdl.render.tables import in_one_line
from tpdl.report import ReportResult, build

EXPECTED = Path(__file__).parent / "expected_structure.txt"
Built = tuple[Path, ReportResult]


def line_of_curve() -> int:
    """The line of the function that draws the figure."""
    source = (SAMPLE / "experiments" / "shapes" / "areas.py").read_text().splitlines()
    return next(number for number, line in enumerate(source, 1) if line.startswith("def area_curve"))


def pages(built: Built) -> dict[str, str]:
    """Every page by its path in the book."""
    root, result = built
    found = [path for path in result.outputs if path.suffix == ".html"]
    return {path.relative_to(root / "_book").as_posix(): path.read_text(encoding="utf-8") for path in found}


def whole_structure(built: Built) -> str:
    """The structure of all pages."""
    parts = [f"## {name}\n" + "\n".join(structure(page)) for name, page in pages(built).items()]
    return "\n\n".join(parts) + "\n"


def test_structure_is_as_expected(built: Built) -> None:
    found, expected = whole_structure(built), EXPECTED.read_text(encoding="utf-8")
    difference = "\n".join(
        difflib.unified_diff(expected.splitlines(), found.splitlines(), "expected", "found", lineterm="")
    )
    assert not difference, difference


def test_it_says_what_it_did(built: Built) -> None:
    root, result = built
    assert result.renderer == "embedded" and result.problems == []
    assert [(claim.path, claim.holds) for claim in result.claims] == [
        ("index.qmd", True),
        ("report/constructs.qmd", True),
        ("report/constructs.qmd", True),
    ]
    assert (root / "_book" / "A-book-of-shapes.pdf") in result.outputs


class _Page(HTMLParser):
    """Addresses, identifiers and what accessibility asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[tuple[str, str, str]] = []
        self.identifiers: list[str] = []
        self.without_alt: list[str] = []
        self.headings: list[int] = []
        self.landmarks: list[str] = []
        self.lang = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        self.lang = given.get("lang", "") if tag == "html" else self.lang
        for name in ("href", "src", "srcset", "poster", "action", "data"):
            if name in given:
                self.targets.append((tag, name, given[name]))
        if given.get("id"):
            self.identifiers.append(given["id"])
        if tag == "img" and not given.get("alt"):
            self.without_alt.append(given.get("src", ""))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in ("main", "nav", "header", "aside"):
            self.landmarks.append(tag)


def read_page(text: str) -> _Page:
    page = _Page()
    page.feed(text)
    return page


def test_every_link_and_file_resolves(built: Built) -> None:
    root, _ = built
    texts = pages(built)
    for name, text in texts.items():
        for tag, attribute, target in read_page(text).targets:
            if target.startswith(("https://example.org", "data:,")):
                continue
            assert "://" not in target and not target.startswith(("/", "mailto:")), (name, tag, attribute, target)
            path, _, fragment = target.partition("#")
            there = (root / "_book" / name).parent / unquote(path.partition("?")[0]) if path else root / "_book" / name
            assert there.is_file(), (name, target)
            if fragment and there.suffix == ".html":
                key = there.resolve().relative_to((root / "_book").resolve()).as_posix()
                assert unquote(fragment) in read_page(texts[key]).identifiers, (name, target)


def test_nothing_is_asked_of_another_host(built: Built) -> None:
    root, _ = built
    for path in (root / "_book").rglob("*"):
        # GLightbox would fetch a player for films; it is shown none. The browser's tests see what is asked for.
        if path.suffix in (".html", ".css", ".js") and path.parent.name != "glightbox":
            text = re.sub(
                r'(?s)<a [^>]*href="https://example.org/[^"]*"|xmlns="[^"]*"', "", path.read_text(encoding="utf-8")
            )
            assert not re.search(r"(https?:)?//[a-z]+\.[a-z]|@import|url\(", text), path


def test_accessible_by_construction(built: Built) -> None:
    for name, text in pages(built).items():
        page = read_page(text)
        assert page.lang == "en" and page.without_alt == [], name
        assert sorted(page.identifiers) == sorted(set(page.identifiers)), name
        assert page.headings.count(1) == 1 and {"main", "nav", "header"} <= set(page.landmarks), name
        main = text[text.index("<main") : text.index("</main>")]
        levels = read_page(main).headings
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), (name, levels)
        assert 'class="skip" href="#main"' in text and 'name="viewport"' in text


def test_values_are_everywhere_and_say_where_they_come_from(built: Built) -> None:
    page = pages(built)["report/constructs.html"]
    assert '<span class="chapter-title">Constructs with <span class="value" title="areas.ratio = 3.14159' in page
    assert '<td style="text-align: right;"><span class="value"' in page
    assert "<title>Constructs with 3.14 in the title – A book of shapes</title>" in page
    assert 'alt="Lines; the ratio is 3.14."' in page
    assert "{.value}" not in page and "no.such.value" not in page


def test_provenance(built: Built) -> None:
    page = pages(built)["report/constructs.html"]
    first = page[page.index('id="fig-curve"') :]
    line = first[first.index('<div class="provenance">') :]
    for part in (
        f"shapes/areas.py:{line_of_curve()}",
        "count=3, shape=square|circle",
        "outlines/square",
        'download="download"',
        "SHA-256",
        "on CPU (",
    ):
        assert part in line[:3000].replace('download=""', 'download="download"'), part


def test_source_links_lead_to_the_line_at_the_commit(root: Path) -> None:
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "All"]):
        subprocess.run([*git, *arguments], cwd=root, check=True)
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.strip()
    (line, *_) = prepared(root).data["figures"]["../figures/shapes/areas.svg"]["provenance"]["line"]
    assert line["url"] == f"https://example.org/shapes/blob/{commit}/experiments/shapes/areas.py#L{line_of_curve()}"


def test_search_finds_text_by_section(built: Built) -> None:
    root, _ = built
    index = (root / "_book" / "site_libs" / "tpdl" / "search.js").read_text(encoding="utf-8")
    entries = json.loads(index.removeprefix("window.tpdlSearch = ").removesuffix(";\n"))
    assert [(entry["page"], entry["id"], entry["title"]) for entry in entries] == [
        ("index.html", "findings", "Findings"),
        ("report/constructs.html", "sec-constructs", "Constructs with 3.14 in the title"),
        ("report/constructs.html", "sec-values", "1.1 Values and claims"),
        ("report/constructs.html", "sec-figures", "1.2 Figures"),
        ("report/constructs.html", "sec-sheets", "1.3 Sheets"),
        ("report/constructs.html", "sec-tables", "1.4 Tables"),
        ("report/constructs.html", "references-equations-notes", "1.5 References, equations, notes"),
        ("report/constructs.html", "a-third-level", "1.5.1 A third level"),
        ("report/constructs.html", "footnotes", ""),
        ("report/second.html", "sec-second", "Second chapter"),
        ("report/second.html", "a-section", "2.1 A section"),
        ("report/second.html", "without-number", "Without number"),
        ("report/references.html", "references", "References"),
        ("report/appendix.html", "sec-appendix", "Extra"),
    ]
    constructs = [entry for entry in entries if entry["page"] == "report/constructs.html"]
    assert {entry["chapter"] for entry in constructs} == {"Constructs with 3.14 in the title"}
    said = {entry["id"]: entry["text"] for entry in entries}
    assert said["sec-values"] == (
        "Prose with 3.142, a percentage −25.0%, a list square and circle, a slice 1 and 10, a computed 10,000, and "
        "code that is no value: areas.ratio:.3f. Circles of the largest size have the largest area, 31,416.1 There are "
        "squares. Nested in a condition A callout inside a condition. Only without blobs."
    )
    assert said["sec-constructs"] == "", "what a section says is not said again by the chapter"
    assert "square 1 1.00 yes square 10 100.00 yes" in said["sec-tables"], "cells do not run into each other"
    assert "a formula a=πr2. areas.py" in said["sec-figures"], "a formula once, without its TeX"
    assert "SHA-256" not in index, "what is folded away"


def test_pdf(built: Built) -> None:
    from pypdf import PdfReader

    root, _ = built
    reader = PdfReader(root / "_book" / "A-book-of-shapes.pdf")
    text = "\n".join(page.extract_text() for page in reader.pages)
    text = " ".join(text.replace("\u00a0", " ").split())
    for part in (
        "Contents",
        "Figure 1.1: Areas against size, with 3.14 in the caption",
        "Table 1.1: Areas by shape and size, 6 rows.",
        "31,415.90",
        "tpdl run shapes/areas/shape=blob",
        "See Figure 1.1, Figure 1.4 (a), 1.1",
        "Chapter 2, Appendix A and Figure 2.1",
        "Figure A.1: In the appendix",
        "Only on paper.",
        "A Mathematical Theory of Communication",
    ):
        assert part in text, part
    assert "Only on the web." not in text and "There are blobs" not in text
    assert reader.metadata is not None and reader.metadata.title == "A book of shapes"
    root_object = reader.trailer["/Root"]
    assert root_object["/Lang"] == "en" and root_object["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in (root / "_book" / "A-book-of-shapes.pdf").read_bytes()  # meets PDF/UA-1
    links = [a.get_object() for page in reader.pages for a in page.get("/Annots", [])]
    assert sum("/Dest" in link or "/A" in link for link in links) > 20
    addresses = {link["/A"]["/URI"] for link in links if "/URI" in link.get("/A", {})}
    assert addresses == {"https://example.org/"}  # a link to another chapter is none to a page of the web site


def test_rendering_twice_gives_the_same_pages(root: Path) -> None:
    def contents() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (root / "_book").rglob("*.html")}

    build(Project(root), to=["html"], renderer="embedded")
    first = contents()
    build(Project(root), to=["html"], renderer="embedded")
    assert contents() == first


def test_pages_of_former_chapters_are_removed(root: Path) -> None:
    build(Project(root), to=["html"], renderer="embedded")
    foreign = root / "_book" / "foreign.html"
    foreign.write_text("not ours")
    settings = root / "_quarto.yml"
    settings.write_text(settings.read_text().replace("  appendices:\n    - report/appendix.qmd\n", ""))
    constructs = root / "report" / "constructs.qmd"
    constructs.write_text(constructs.read_text().replace("@sec-appendix and ", ""))
    assert build(Project(root), to=["html"], renderer="embedded").problems == []
    assert not (root / "_book" / "report" / "appendix.html").exists() and foreign.exists()


@pytest.mark.parametrize(("text", "line"), [("Text first.\n\n## Section\n", 3), ("No heading.\n", 1)])
def test_a_chapter_without_title_is_one_problem(root: Path, text: str, line: int) -> None:
    write_chapter(root, text)
    result = build(Project(root), to=["html"], renderer="embedded")
    assert result.outputs == []
    message = "a chapter starts with its title; write `# Title` above this"
    assert [str(problem) for problem in result.problems] == [f"report/second.qmd:{line}: {message}"]
    draft = build(Project(root), to=["html"], renderer="embedded", draft=True)
    page = (root / "_book" / "report" / "second.html").read_text(encoding="utf-8")
    assert len(draft.outputs) == 5 and '<span class="chapter-title">report/second.qmd</span>' in page


def test_a_demo_report_has_a_folder_of_its_own(root: Path) -> None:
    build(Project(root), to=["html"], renderer="embedded")
    before = {path: path.read_bytes() for path in (root / "_book").rglob("*") if path.is_file()}
    (page, *_) = build(Project(root), "demo", to=["html"], renderer="embedded", draft=True).outputs
    assert page == root / "_book-demo" / "index.html" and "stand-ins" in page.read_text(encoding="utf-8")
    assert {path: path.read_bytes() for path in (root / "_book").rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("to", "renderer", "message"), [("epub", "auto", "no format"), ("html", "latex", "no renderer")]
)
def test_unknown_formats_and_renderers(root: Path, to: str, renderer: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        build(Project(root), to=[to], renderer=renderer)


def test_without_quarto_the_embedded_renderer_is_chosen(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_QUARTO", "/nowhere/quarto")
    assert build(Project(root), to=["html"]).renderer == "embedded"
    with pytest.raises(UserError, match="Quarto is not installed"):
        build(Project(root), to=["html"], renderer="quarto")


def write_expectation() -> None:
    """Measure and render the sample, and store its structure."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(SAMPLE, Path(folder) / "project"))
        measure(root)
        EXPECTED.write_text(whole_structure((root, build(Project(root), renderer="embedded"))), encoding="utf-8")


def test_an_interval_stays_in_one_line_and_words_do_not() -> None:
    assert in_one_line("62.4% – 64.8%") == "62.4%\u00a0–\u2060\u00a064.8%"
    assert in_one_line("0 of 9") == "0\u00a0of\u00a09"
    assert in_one_line("from 3 – 4 of them") == "from 3 – 4 of them"


def test_items_in_conditions_of_their_own_are_one_list(root: Path) -> None:
    items = "".join(f'::: {{when="{number} > 1"}}\n- Item {number}.\n:::\n\n' for number in (1, 2, 3))
    write_chapter(root, f"# Second {{#sec-second}}\n\n{items}Text.\n\n- Another.\n\n<!-- apart -->\n\n- And another.\n")
    build(Project(root), to=["html"], renderer="embedded", draft=True)
    body = (root / "_book/report/second.html").read_text().partition("<main")[2].partition("</main>")[0]
    assert [part.count("<li>") for part in body.split("<ul>")[1:4]] == [2, 1, 1]


def html_of(root: Path, name: str, text: str) -> str:
    """The page of a chapter that has this text."""
    (root / "report" / f"{name}.qmd").write_text(text, encoding="utf-8")
    build(Project(root), to=["html"], renderer="embedded", draft=True)
    return (root / "_book" / "report" / f"{name}.html").read_text(encoding="utf-8")


def test_citations_lead_to_the_one_bibliography_from_before_and_behind_it(root: Path) -> None:
    page = html_of(root, "appendix", "# Extra {#sec-appendix}\n\nSee @shannon1948.\n")
    assert 'href="references.html#ref-shannon1948"' in page and 'id="ref-shannon1948"' not in page
    page = (root / "_book" / "report" / "constructs.html").read_text(encoding="utf-8")
    assert 'href="references.html#ref-shannon1948"' in page and 'href="#ref-' not in page


def test_equations_of_a_chapter_are_counted(root: Path) -> None:
    equations = "".join(f"$$\nx = {number}\n$$ {{#eq-{number}}}\n\n" for number in ("one", "two"))
    page = html_of(root, "appendix", f"# Extra {{#sec-appendix}}\n\n{equations}See @eq-one and @eq-two.\n")
    assert re.findall(r"Equation\s*(A\.\d)", re.sub("<[^>]+>|&nbsp;|\u00a0", " ", page)) == ["A.1", "A.2"]


def test_a_heading_for_pages_alone_takes_no_number_from_those_behind_it(root: Path) -> None:
    pages_alone = '::: {.content-visible when-format="html"}\n## On pages\n:::\n'
    write_chapter(root, f"# Second {{#sec-second}}\n\n{pages_alone}\n## Behind {{#sec-behind}}\n\nSee @sec-behind.\n")
    build(Project(root), renderer="embedded")
    assert "See Section 2.2." in (paper := pdf_text(root / "_book/A-book-of-shapes.pdf"))
    assert "2.2 Behind" in paper and "On pages" not in paper


def test_what_typst_refuses_is_said_with_its_document(root: Path) -> None:
    write_chapter(root, "# Second {#sec-second}\n\n```{=typst}\n#nosuch\n```\n")
    with pytest.raises(UserError, match=r"unknown variable: nosuch, in report/second\.qmd \(\S*chapter-2\.typ:\d+\)$"):
        build(Project(root), to=["pdf"], renderer="embedded")


def test_a_book_says_what_it_is_about(root: Path) -> None:
    settings = root / "_quarto.yml"
    settings.write_text(settings.read_text().replace("  author:", "  description: Circles & squares\n  author:"))
    page = html_of(root, "appendix", "# Extra {#sec-appendix}\n")
    assert '<meta name="description" content="Circles &amp; squares">' in page


def test_on_paper_an_apostrophe_after_a_digit_is_no_prime(root: Path) -> None:
    write_chapter(root, "# Second {#sec-second}\n\nThe year 1948's paper, and Turing's.\n")
    build(Project(root), renderer="embedded", draft=True)
    written = (root / ".tpdl" / "book" / "_book").glob("chapter-*.typ")
    text = "".join(path.read_text(encoding="utf-8") for path in written)
    assert "1948’s" in text and "1948's" not in text and "Turing’s" in text


if __name__ == "__main__":
    write_expectation()
