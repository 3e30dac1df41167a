"""The whole book with the embedded renderer: number everything, then render every chapter in every format."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tpdl.engine.files import atomic_write
from tpdl.render.embedded.labels import ChapterNumbers, Labels, number_book
from tpdl.render.embedded.pages import Site
from tpdl.render.embedded.pandoc import Pandoc, SecondPass, first_pass
from tpdl.render.embedded.pdf import STATE, bodies, write_pdf
from tpdl.render.prepare import Prepared


def render(prepared: Prepared, to: Sequence[str]) -> list[Path]:
    """Write the pages and the PDF; returns their paths.

    Raises:
        UserError: Pandoc or Typst stopped.
    """
    book = prepared.book
    folder = book.root / STATE / book.output.name
    pandoc = Pandoc(prepared, folder)
    with _ahead(pandoc, folder / "numbers.json") if "pdf" in to else contextlib.nullcontext():
        trees = first_pass(pandoc)
    documents = [
        (chapter.page, chapter.appendix, json.loads(tree)) for chapter, tree in zip(book.chapters, trees, strict=True)
    ]
    labels = number_book(documents)
    atomic_write(folder / "numbers.json", json.dumps(dataclasses.asdict(labels)))
    second = SecondPass(pandoc, trees, labels)
    outputs: list[Path] = []
    with ThreadPoolExecutor(1) as beside:  # Pandoc and Typst work outside of Python, so a thread is enough
        pdf = beside.submit(write_pdf, prepared, labels, second) if "pdf" in to else None
        if "html" in to:
            outputs += Site(prepared, labels, second, pdf=bool(pdf) or book.pdf.exists()).write()
            _remove_former(folder / "pages.json", outputs, book.output)
        if pdf:
            outputs.append(pdf.result())
    return outputs


@contextlib.contextmanager
def _ahead(pandoc: Pandoc, numbers: Path) -> Iterator[None]:
    """Meanwhile convert the chapters for paper with the numbers of the last time. Mostly they are still right, and then this is kept."""
    try:
        last = json.loads(numbers.read_text(encoding="utf-8"))
        labels = Labels([ChapterNumbers(**chapter) for chapter in last["chapters"]], last["labels"])
    except (OSError, ValueError, TypeError, KeyError):
        labels = Labels()
    if len(labels.chapters) != len(pandoc.book.chapters):
        yield
        return
    second = SecondPass(pandoc, [], labels)
    with ThreadPoolExecutor(1) as beside:
        converting = beside.submit(bodies, second, len(labels.chapters))
        yield
        converting.exception()  # what is wrong with a chapter is said when its turn comes


def _remove_former(listing: Path, pages: list[Path], output: Path) -> None:
    """Remove the pages of chapters that are no longer in the book; nothing that this renderer did not write."""
    now = [page.relative_to(output).as_posix() for page in pages]
    try:
        before = json.loads(listing.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = []
    for name in set(before) - set(now):
        (output / name).unlink(missing_ok=True)
    listing.write_text(json.dumps(now), encoding="utf-8")
