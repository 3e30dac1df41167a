"""Numbers for chapters, sections, figures, theorems and so on over the whole book, as Quarto gives them.

    book = number_book([(chapter, tree), …])
    book.labels["fig-cuts"]     # {"number": "2.1", "page": "transfer.html", "kind": "fig"}

A figure of chapter 2 is `Figure 2.1`; one of a chapter without number is `Figure 1`. Appendices have letters.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tpdl.render.book import Chapter
from tpdl.render.label_kinds import CALLOUTS, FLOATS, THEOREMS, kind_of

Node = dict[str, Any]
"""A node of Pandoc's syntax tree: its type `t`, and its content `c`."""
LEAVES = {
    *("Str", "Space", "SoftBreak", "LineBreak", "Code", "Math", "RawInline"),
    *("CodeBlock", "RawBlock", "HorizontalRule"),
}
"""Types of nodes without others inside."""
WITHOUT_NUMBER = {"proof", "remark", "solution"}
"""Classes of blocks that are set like theorems."""
EQUATION_LABEL = re.compile(r"\{#(eq-[^}\s]+)\}")


@dataclass
class ChapterNumbers:
    """What the second pass needs to know about one chapter."""

    number: str
    """"2", "A", or "" for a chapter without number."""
    appendix: bool
    identifier: str = ""
    """The label of the title."""
    headings: dict[str, str] = field(default_factory=dict)
    """Label of every heading after the title -> its number; empty where it has none. (Counting would not do: what is
    for one format alone is not in the other.)"""
    cited: list[str] = field(default_factory=list)
    """Keys of cited works, and labels that are referred to, which are written in the same way."""
    has_bibliography: bool = False
    """Whether it lists the works that are cited."""


@dataclass
class Labels:
    """All chapters, and where each label is and what its number is."""

    chapters: list[ChapterNumbers] = field(default_factory=list)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    """Label -> `number`, `page`, `kind` ("fig", "tbl", "eq", "sec", "chapter", …), a subfigure `sub`, a theorem
    `theorem`."""
    citations: dict[str, Node] = field(default_factory=dict)
    """Every citation once, by what tells it from others."""


def number_book(documents: list[tuple[Chapter, Node]]) -> Labels:
    """Number all chapters, and everything in them that has a label.

    Args:
        documents: each chapter with Pandoc's syntax tree of it, in order.
    """
    book = Labels()
    counted: Counter[bool] = Counter()
    for document_of, document in documents:
        page, appendix = document_of.page, document_of.appendix
        first = next((b for b in document["blocks"] if b["t"] == "Header" and b["c"][0] == 1), None)
        numbered = not document_of.is_part and (first is None or "unnumbered" not in first["c"][1][1])
        counted[appendix] += numbered
        number = "" if not numbered else chr(64 + counted[appendix]) if appendix else str(counted[appendix])
        chapter = ChapterNumbers(number, appendix)
        _Numbering(book, chapter, page).walk(document["blocks"], first)
        book.chapters.append(chapter)
    return book


class _Numbering:
    """Walks one chapter in reading order, and enters its labels in `book`."""

    def __init__(self, book: Labels, chapter: ChapterNumbers, page: str) -> None:
        self.book, self.chapter, self.page = book, chapter, page
        self.counts: Counter[str] = Counter()
        """Kind -> how many there were so far; label of a figure -> how many of its subfigures."""
        self.section = [0] * 7
        """The current number at each level of headings."""

    def walk(self, node: Any, title: Node | None, parent: str = "") -> None:
        """Number what is in a node.

        Args:
            node: or a list of nodes, or any other part of the tree.
            title: the heading that is the title of the chapter.
            parent: the label of the figure around it.
        """
        if isinstance(node, list):
            for child in node:
                self.walk(child, title, parent)
            return
        if not isinstance(node, dict):
            return
        kind, content = node.get("t"), node.get("c", [])
        if kind == "CodeBlock" and kind_of(content[0][0]) in FLOATS:
            self._float(content[0][0], kind_of(content[0][0]), parent)
        if kind in LEAVES:  # most nodes are
            return
        if kind == "Header":
            self._heading(node, is_title=node is title)
        elif kind == "Cite":
            self.chapter.cited += [c["citationId"] for c in content[0]]
            position = ("citationHash", "citationNoteNum")
            citation = [{key: value for key, value in c.items() if key not in position} for c in content[0]]
            self.book.citations.setdefault(json.dumps(citation), node)
        elif kind in ("Para", "Plain"):
            self._equations(content)
        label = _label(node)
        if label == "refs":
            self.chapter.has_bibliography = True
        if kind_of(label) in FLOATS:
            self._float(label, kind_of(label), parent)
            parent = label
        elif node.get("t") == "Div" and kind_of(label) in (*THEOREMS, *CALLOUTS):
            self.counts[kind_of(label)] += 1
            number = self._within_chapter(self.counts[kind_of(label)])
            self._add(label, number, kind_of(label), **({"theorem": "yes"} if kind_of(label) in THEOREMS else {}))
        self.walk(_without_inner_titles(node), title, parent)

    def _add(self, label: str, number: str, kind: str, **more: str) -> None:
        self.book.labels.setdefault(label, {"number": number, "page": self.page, "kind": kind, **more})

    def _within_chapter(self, count: int) -> str:
        """`2.3` for the third of a kind in chapter 2."""
        return f"{self.chapter.number}.{count}" if self.chapter.number else str(count)

    def _float(self, label: str, kind: str, parent: str) -> None:
        if parent == label:
            return  # an image inside the block that carries its label
        if parent:
            self.counts[parent] += 1
            letter = chr(96 + self.counts[parent])
            self._add(label, self.book.labels[parent]["number"], kind, sub=letter)
        else:
            self.counts[kind] += 1
            self._add(label, self._within_chapter(self.counts[kind]), kind)

    def _heading(self, node: Node, is_title: bool) -> None:
        level, (label, classes, _), _ = node["c"]
        if is_title:
            self.chapter.identifier = label
            kind = "appendix" if self.chapter.appendix else "chapter"
            self._add(label, self.chapter.number, kind)
            return
        number = ""
        if "unnumbered" not in classes and self.chapter.number:
            self.section[level - 1] += 1
            self.section[level:] = [0] * (7 - level)
            number = ".".join([self.chapter.number, *(str(n) for n in self.section[1:level])])
        self.chapter.headings[label] = number
        self._add(label, number, "sec")

    def _equations(self, inlines: list[Node]) -> None:
        for inline in inlines:
            match = EQUATION_LABEL.search(inline["c"]) if inline["t"] == "Str" else None
            if match:
                self.counts["eq"] += 1
                self._add(match[1], self._within_chapter(self.counts["eq"]), "eq")


def _label(node: Node) -> str:
    """The label of a block or image; "" where it has none."""
    content = node.get("c")
    if node.get("t") in ("Div", "Figure", "Image", "Table") and isinstance(content, list):
        return str(content[0][0])
    return ""


def _without_inner_titles(node: Node) -> Any:
    """The content of a node without headings that are none of the chapter: titles of callouts, theorems and tabs."""
    content = node.get("c")
    if node.get("t") != "Div" or not isinstance(content, list):
        return content
    (label, names, pairs), blocks = content
    headings = [block for block in blocks if block["t"] == "Header"]
    if "panel-tabset" in names:
        return [block for block in blocks if block not in headings or block["c"][0] != headings[0]["c"][0]]
    callout = any(name.startswith("callout-") for name in names) and not any(key == "title" for key, _ in pairs)
    theorem = kind_of(label) in THEOREMS or not WITHOUT_NUMBER.isdisjoint(names)
    return blocks[1:] if (callout or theorem) and headings[:1] == blocks[:1] else content
