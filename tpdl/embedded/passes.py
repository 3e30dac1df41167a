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
"""The filter that places values, claims, figures and tables; Quarto runs it, too."""
QUARTO = HERE / "quarto.lua"
"""The filter that does what Quarto would do: numbers, references, callouts, layouts."""
PART = "<!-- tpdl part -->"
"""What divides the parts of a rendered page."""
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
        pandoc: converts the chapters.
        trees: the syntax trees that the first pass has returned.
        labels: the numbers.
    """

    def __init__(self, pandoc: Pandoc, trees: Sequence[str], labels: Labels) -> None:
        self._pandoc, self._trees, self._labels, self._book = pandoc, trees, labels, pandoc.book
        self._citations = Citations(pandoc, labels)
        self._template = pandoc.write("part.html", TEMPLATE)
        if trees:
            self._citations.make(json.loads(trees[0]))

    def render(self, index: int, to: str) -> str:
        """A chapter in a format.

        Args:
            index: of the chapter.
            to: "html" for title, contents and text, divided by `PART`; "typst" for the body of a Typst document.
        """
        citing, read = self._citations.arguments(index)
        numbers, citations = self._numbers(index, to), self._citations.made if citing else None
        arguments = [f"--lua-filter={QUARTO}", *citing, "--wrap=none"]
        read = [*files_of(QUARTO), *read]
        if to == "typst":
            # From the source once more, and not from the tree: on paper other things are put into the text.
            # `-citations`: citeproc has made text of them; Typst's own citations are not used.
            arguments = ["--from=markdown", "--to=typst-citations", f"--lua-filter={PLACE}", *arguments]
            read = [*files_of(PLACE), *read]
            return self._pandoc.convert(index, to, arguments, read, numbers, citations=citations)
        arguments += ["--from=json", "--to=html5", "--standalone", f"--template={self._template}", "--mathml"]
        arguments += ["--section-divs", "--toc", f"--toc-depth={self._book.option('toc-depth', 3)}"]
        arguments += ["--metadata=pagetitle=page"]
        read = [self._template, *read]
        return self._pandoc.convert(index, to, arguments, read, numbers, self._trees[index], citations)

    def _numbers(self, index: int, to: str) -> Path:
        """Write the file in which the filter finds the numbers of the book, and what it has to know of the chapter."""
        numbers, chapter = self._labels.chapters[index], self._book.chapters[index]
        described = {
            "page": chapter.page,
            "source": chapter.path,
            "number": numbers.number,
            "appendix": numbers.appendix,
            "part": chapter.is_part,
            "headings": numbers.headings,
            "lightbox": self._book.option("lightbox", False) in (True, "auto"),
        }
        text = json.dumps({"labels": self._labels.labels, "chapter": described})
        return self._pandoc.write(f"chapter-{index}-{to}.json", text)
