"""Titles, results and mistakes may hold `<script>` and `&`: in the pages they are text."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from tests.render.conftest import write_chapter
from tpdl.plan.project import Project
from tpdl.report import build

EVIL = '<script>alert("1")</script> & co'
CHAPTER = r"""# Less \<script\> & more

## A section without \<script\>

::: {#tbl-a .results from="shapes/areas" columns="shape"}
The shapes.
:::

It is `areas['<script> & co']`{.value}.

[Wrong]{claim="areas['<script>'] > 1"}
"""


class Page(HTMLParser):
    """The scripts of a page, and the text of elements by tag and by class."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts = 0
        self.description: str | None = ""
        self.texts: dict[str, list[str]] = {}
        self._open: list[tuple[str, str, list[str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.scripts += tag == "script"
        if given.get("name") == "description":
            self.description = given["content"]
        self._open.append((tag, given.get("class") or "", []))

    def handle_data(self, data: str) -> None:
        for _, _, text in self._open:
            text.append(data)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            opened, name, text = self._open.pop()
            for key in {opened, name}:
                self.texts.setdefault(key, []).append(" ".join("".join(text).split()))
            if opened == tag:
                break


@pytest.fixture
def pages(root: Path) -> dict[str, Page]:
    """The pages of a book full of markup that is none."""
    settings = yaml.safe_load((root / "_quarto.yml").read_text())
    settings["book"] |= {"title": EVIL, "subtitle": EVIL, "description": EVIL, "author": [EVIL, {"name": "B & C"}]}
    (root / "_quarto.yml").write_text(yaml.safe_dump(settings))
    table = root / "figures" / "shapes" / "areas.csv"
    table.write_text(table.read_text().replace("circle", '"<script>alert(1)</script> & co"'))
    write_chapter(root, CHAPTER)
    result = build(Project(root), to=["html"], renderer="embedded", draft=True)
    return {path.stem: Page(path.read_text(encoding="utf-8")) for path in result.outputs}


def test_no_page_has_a_script_that_is_not_ours(pages: dict[str, Page]) -> None:
    assert {page.scripts for page in pages.values()} == {3, 5}, (
        "the theme's, page.js and elements.js, and two for pictures"
    )


def test_what_the_book_says_of_itself(pages: dict[str, Page]) -> None:
    index = pages["index"]
    for place in ("title", "book-title", "subtitle", "home"):
        assert index.texts[place][0] == EVIL, place
    assert index.texts["authors"] == [f"{EVIL}, B & C"]
    assert {page.description for page in pages.values()} == {EVIL}


def test_titles_of_chapters(pages: dict[str, Page]) -> None:
    page = pages["second"]
    assert page.texts["title"] == [f"Less <script> & more – {EVIL}", "2 Less <script> & more"]
    assert any("Less <script> & more" in text for text in pages["index"].texts["li"])
    assert "Next Less <script> & more" in pages["constructs"].texts["a"]


def test_results_and_mistakes(pages: dict[str, Page]) -> None:
    page = pages["second"]
    assert "<script>alert(1)</script> & co" in page.texts["td"]
    assert any("unknown: areas['<script> & co']" in text for text in page.texts["p"])
