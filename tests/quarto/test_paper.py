"""What `_quarto.yml` asks of Typst, tried on the part of Quarto's book template that it is about.

Quarto's books break to an odd page before each chapter, put a running head on even pages, and take the chapter's number
from the counter even where the chapter has none.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import yaml

from tpdl.init import start_project

ROOT = Path(__file__).parents[2]
TEMPLATE = """
#let book(body) = {
  set page(width: 8cm, height: 6cm, margin: 1cm, header: context {
    let number = counter(page).at(here()).first()
    if query(heading.where(level: 1)).any(it => it.location().page() == number) { return }
    let before = query(selector(heading.where(level: 1)).before(here()))
    let chapter = counter(heading).at(here()).first()
    if before != () and chapter > 0 { before.last().supplement + " " + str(chapter) + ". " + before.last().body }
  })
  set heading(numbering: "1.")
  show heading.where(level: 1): set heading(supplement: "Chapter")
  show heading: it => if it.level == 1 { pagebreak(to: "odd"); block(it.body) } else { it }
  outline()
  body
}
INCLUDED
#show: book
#heading(level: 1, numbering: none)[Summary]
Text.
= One
Text. #lorem(60)
= Two
Text.
#heading(level: 1, numbering: none)[References]
REFERENCES
#lorem(80)
"""


@pytest.mark.parametrize("project", ["report", "starter"])
def test_no_blank_pages_and_no_number_where_there_is_none(project: str, tmp_path: Path) -> None:
    import typst
    from pypdf import PdfReader

    root = ROOT
    if project == "starter":
        root = tmp_path / "my-report"
        start_project(root)
    text = (root / "_quarto.yml").read_text(encoding="utf-8")
    settings = yaml.safe_load(text)
    included = settings["format"]["typst"]["include-in-header"]["text"]
    references = (root / "report/references.qmd").read_text(encoding="utf-8")
    raw = references.split("```{=typst}\n")[1].split("```")[0]
    source = TEMPLATE.replace("INCLUDED", included).replace("REFERENCES", raw)
    pdf = PdfReader(io.BytesIO(typst.compile(source.encode())))
    pages = [" ".join(page.extract_text().split()) for page in pdf.pages]
    assert all(pages), "a page is empty"
    assert any(page.startswith("Chapter 1. One") for page in pages)
    assert not any("Chapter 2. References" in page for page in pages)
