"""What can be wrong with a document apart from results: titles, labels, references and citations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tpdl.files import read_text
from tpdl.nearest import nearest
from tpdl.render.book import Book
from tpdl.render.label_kinds import kind_of
from tpdl.render.problem import Problem
from tpdl.render.reading import Reading
from tpdl.render.scan import Item


def check_titles(book: Book, reading: Reading) -> Iterator[Problem]:
    """Every chapter begins with its title, which the navigation shows."""
    for chapter in book.chapters:
        first = next((item for item in reading.counted[chapter.path] if item.kind == "heading"), None)
        if first is None or first.text != "#":
            path, line = (first.path, first.line) if first else chapter.origin(1)
            yield Problem(path, line, "a chapter starts with its title; write `# Title` above this")


def check_slips(reading: Reading) -> Iterator[Problem]:
    """Nothing is nearly one of tpdl's constructs, or stands where it has no effect."""
    for item in reading.of_kind("slip"):
        yield item.problem(item.text)


def check_labels(reading: Reading) -> Iterator[Problem]:
    """Every label is used once, and every reference is to a label that is there."""
    labels: dict[str, Item] = {}
    for item in reading.of_kind("label"):
        first = labels.setdefault(item.text, item)
        if first is not item:
            yield item.problem(
                f"the label #{item.text} is used twice, first at {first.path}:{first.line}; rename one of them"
            )
    made = {label for label, item in labels.items() if "cell" in item.classes}
    for item in reading.of_kind("reference"):
        # A cell may make several figures: the second one of `fig-cell` is `fig-cell-2`.
        if item.text not in labels and re.sub(r"-\d+$", "", item.text) not in made:
            same_kind = [label for label in labels if kind_of(label) == kind_of(item.text)]
            yield item.problem(f"@{item.text} refers to nothing; {nearest(item.text, same_kind)}")


def check_citations(book: Book, reading: Reading) -> Iterator[Problem]:
    """Every work that is cited is in the bibliography, and no bracket cites a work and a part of the book together."""
    for item in reading.of_kind("mixed"):
        yield item.problem(f"{item.text} mixes a work with a part of the book; write them apart")
    citations = reading.of_kind("citation")
    works = _works(book.bibliography) if citations else set()
    for item in citations:
        if item.text not in works:
            yield item.problem(f"@{item.text} is in no bibliography; {nearest(item.text, works)}")


def _works(bibliography: Iterable[Path]) -> set[str]:
    """The keys of all entries: "shannon1948" of `@article{shannon1948, …}`."""
    entries = [read_text(file) for file in bibliography]
    return {key for text in entries for key in re.findall(r"^\s*@\w+\s*\{\s*([^,\s]+)\s*,", text, re.M)}
