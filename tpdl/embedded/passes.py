"""The two passes over a book: first to number the whole of it, then each chapter in each format."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tpdl.embedded.citations import Citations
from tpdl.embedded.labels import Labels
from tpdl.embedded.pandoc import Pandoc, files_of, parallel

HERE = Path(__file__).parent
PLACE = HERE.parent / "render" / "tpdl.lua"
QUARTO = HERE / "quarto.lua"
PART = "<!-- tpdl part -->"
TEMPLATE = PART.join(["$title$\n", "\n$toc$\n", "\n$body$\n"])
"""What comes back for a page: its title, its table of contents and its text."""


def first_pass(pandoc: Pandoc) -> list[str]:
    """The syntax tree of every chapter as JSON, with everything in place but the numbers."""
    arguments = ["--from=markdown", "--to=json", f"--lua-filter={PLACE}", "--strip-comments"]
    read = files_of(PLACE)
    return parallel(lambda index: pandoc.convert(index, "tree", arguments, read), range(len(pandoc.book.chapters)))


class SecondPass:
    """Renders chapters, knowing the numbers of the whole book.

    Args:
        trees: of the first pass.
        labels: the numbers.
    """

    def __init__(self, pandoc: Pandoc, trees: Sequence[str], labels: Labels) -> None:
        self._pandoc, self._trees, self._labels, self._book = pandoc, trees, labels, pandoc.book
        self._citations = Citations(pandoc, labels)
        self._template = pandoc.write("part.html", TEMPLATE)
        if trees:
            self._citations.make(json.loads(trees[0]))

    def render(self, index: int, to: str) -> str:
        """Chapter `index` as HTML (title, contents and text, divided by `PART`) or as the body of a Typst document."""
        citing, read = self._citations.arguments(index)
        numbers = self._numbers(index, to)
        arguments = [f"--lua-filter={QUARTO}", *citing, "--wrap=none"]
        read, made = [*files_of(QUARTO), *read], self._citations.made if citing else None
        if to == "typst":  # on paper other things are put into the text, so it is read once more
            # Citations are finished text for Typst, not its own.
            arguments = ["--from=markdown", "--to=typst-citations", f"--lua-filter={PLACE}", *arguments]
            return self._pandoc.convert(index, to, arguments, [*files_of(PLACE), *read], numbers, citations=made)
        arguments += ["--from=json", "--to=html5", "--standalone", f"--template={self._template}", "--mathml"]
        arguments += ["--section-divs", "--toc", f"--toc-depth={self._book.option('toc-depth', 3)}"]
        arguments += ["--metadata=pagetitle=page"]
        return self._pandoc.convert(
            index, to, arguments, [self._template, *read], numbers, self._trees[index], citations=made
        )

    def _numbers(self, index: int, to: str) -> Path:
        numbers, chapter = self._labels.chapters[index], self._book.chapters[index]
        about = {
            "page": chapter.page,
            "source": chapter.path,
            "number": numbers.number,
            "appendix": numbers.appendix,
            "headings": numbers.headings,
        }
        text = json.dumps({"labels": self._labels.labels, "chapter": about})
        return self._pandoc.write(f"chapter-{index}-{to}.json", text)
