"""The whole book with the embedded renderer: number everything, then render every chapter in every format."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tpdl.render.embedded.labels import number_book
from tpdl.render.embedded.pages import Site
from tpdl.render.embedded.pandoc import Pandoc, SecondPass, first_pass
from tpdl.render.embedded.pdf import STATE, write_pdf
from tpdl.render.prepare import Prepared


def render(prepared: Prepared, to: Sequence[str]) -> list[Path]:
    """Write the pages and the PDF; returns their paths.

    Raises:
        UserError: Pandoc or Typst stopped.
    """
    book = prepared.book
    folder = book.root / STATE / book.output.name
    pandoc = Pandoc(prepared, folder)
    trees = first_pass(pandoc)
    documents = [(chapter.page, chapter.appendix, tree) for chapter, tree in zip(book.chapters, trees, strict=True)]
    labels = number_book(documents)
    second = SecondPass(pandoc, labels)
    outputs: list[Path] = []
    with ThreadPoolExecutor(1) as beside:  # Pandoc and Typst work outside of Python, so a thread is enough
        pdf = beside.submit(write_pdf, prepared, labels, second) if "pdf" in to else None
        if "html" in to:
            outputs += Site(prepared, labels, second, pdf=bool(pdf) or book.pdf.exists()).write()
            _remove_former(folder / "pages.json", outputs, book.output)
        if pdf:
            outputs.append(pdf.result())
    return outputs


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
