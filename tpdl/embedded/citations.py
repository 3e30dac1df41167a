"""Citations and the bibliography.

Citeproc, the part of Pandoc that cites, sees every citation of the book once; each chapter then looks up what became of
its own. So "2015a" is the same work in every chapter, and works are listed once.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tpdl.embedded.labels import Labels, Node

if TYPE_CHECKING:
    from tpdl.embedded.pandoc import Pandoc

FILTER = Path(__file__).parent / "citations.lua"


class Citations:
    """What Pandoc needs to cite in each chapter of a book.

    Args:
        pandoc: converts the chapters of the book.
        labels: what the chapters cite, and which of them list the works.
    """

    def __init__(self, pandoc: Pandoc, labels: Labels) -> None:
        self._pandoc, self._book, self._labels = pandoc, pandoc.book, labels
        cited = {key for chapter in labels.chapters for key in chapter.cited if not self._is_label(key)}
        self._nocite = ", ".join(f"@{key}" for key in sorted(cited))
        self._cited = cited
        """The keys of all works that the book cites."""
        self._one_bibliography = any(chapter.has_bibliography for chapter in labels.chapters)
        self.made = pandoc.folder / "citations.json"
        """What citeproc made, for the filter: every citation in a paragraph of its own, and the bibliography."""

    def arguments(self, index: int) -> tuple[list[str], list[Path]]:
        """The arguments with which Pandoc cites in a chapter; none where nothing is cited.

        Args:
            index: of the chapter.

        Returns:
            the arguments, and the files that they name.
        """
        chapter = self._labels.chapters[index]
        cites = any(key in self._cited for key in chapter.cited)
        if not (self._book.bibliography and (cites or chapter.has_bibliography)):
            return [], []
        nocite = self._nocite if self._one_bibliography else ""
        suppress = self._one_bibliography and not chapter.has_bibliography
        arguments, read = self._works(f"works-{index}", nocite, suppress)
        return [f"--lua-filter={FILTER}", *arguments], [FILTER, *read]

    def make(self, tree: Node) -> None:
        """Write `made`. What the filter does not find in it, it asks citeproc for.

        So it is left empty with a style of the book's own, which may cite by what was cited before ("ibid."), and where
        chapters list works of their own.

        Args:
            tree: the syntax tree of any chapter, which says its version.
        """
        text = ""
        if self._book.bibliography and self._one_bibliography and not self._book.settings.get("csl"):
            arguments, read = self._works("works", self._nocite)
            blocks: list[Node] = [{"t": "Para", "c": [cite]} for cite in self._labels.citations.values()]
            blocks.append({"t": "Div", "c": [["refs", [], []], []]})
            text = self._pandoc.run(
                "citations",
                ["--from=json", "--to=json", "--citeproc", *arguments],
                read,
                json.dumps(tree | {"meta": {}, "blocks": blocks}),
            )
        self._pandoc.write(self.made.name, text)

    def _works(self, name: str, nocite: str, suppress: bool = False) -> tuple[list[str], list[Path]]:
        """What citeproc has to know, as arguments for Pandoc, and the files that these name.

        Args:
            name: of the file in which it is told.
            nocite: works to list even if they are not cited here.
            suppress: list no works.
        """
        metadata: dict[str, Any] = {"link-citations": True, "nocite": nocite, "lang": self._book.lang}
        metadata |= {"suppress-bibliography": True} if suppress else {}
        path = self._pandoc.write(f"{name}.json", json.dumps(metadata))
        files = [f"--bibliography={file}" for file in self._book.bibliography]
        style = self._book.settings.get("csl")
        arguments = [f"--metadata-file={path}", *files, *([f"--csl={style}"] if style else [])]
        return arguments, [path, *self._book.bibliography, *([self._book.root / style] if style else [])]

    def _is_label(self, key: str) -> bool:
        return key[0].lower() + key[1:] in self._labels.labels
