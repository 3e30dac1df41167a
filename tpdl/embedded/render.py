"""The whole book with the embedded renderer: number everything, then render every chapter in every format."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tpdl.embedded.diagrams import draw_diagrams
from tpdl.embedded.labels import ChapterNumbers, Labels, number_book
from tpdl.embedded.pages import Site
from tpdl.embedded.pandoc import Pandoc
from tpdl.embedded.passes import SecondPass, first_pass
from tpdl.embedded.pdf import STATE, bodies, document, write_pdf
from tpdl.embedded.typesetter import Later, Typesetter
from tpdl.embedded.unsupported import unsupported
from tpdl.files import atomic_write, read_json
from tpdl.render.prepare import Prepared
from tpdl.render.problem import Problem


def render_embedded(
    prepared: Prepared, to: Sequence[str], draft: bool = False, typesetter: Typesetter | Later | None = None
) -> tuple[list[Path], list[Problem]]:
    """Render a prepared book.

    Args:
        prepared: the book and what was evaluated for it.
        to: "html", "pdf" or both.
        draft: render in spite of problems of the documents, which are marked in the pages.
        typesetter: for the PDF; by default one of its own.

    Returns:
        the paths of what was written, and what this renderer refuses. With something refused nothing is written, not
        even a draft: what would be shown is not what the author wrote.

    Raises:
        UserError: Pandoc or Typst stopped.
    """
    refused = unsupported(prepared) or draw_diagrams(prepared)
    if refused or (prepared.problems and not draft):
        return [], refused
    with contextlib.ExitStack() as stack:
        if "pdf" in to and typesetter is None:
            typesetter = stack.enter_context(Typesetter(prepared.book.root, document(prepared.book)))
        return _write(prepared, "html" in to, typesetter if "pdf" in to else None), refused


def _write(prepared: Prepared, pages: bool, typesetter: Typesetter | Later | None) -> list[Path]:
    """Write the pages and the PDF.

    Args:
        prepared: the book and what was evaluated for it.
        pages: whether to write them.
        typesetter: for the PDF; None to leave that out.

    Returns:
        the paths of what was written.

    Raises:
        UserError: Pandoc or Typst stopped.
    """
    book = prepared.book
    folder = book.root / STATE / book.output.name
    pandoc = Pandoc(prepared, folder)
    last = _last_labels(folder / "numbers.json")
    outputs: list[Path] = []
    with ThreadPoolExecutor(2) as pool:  # Pandoc and Typst work outside of Python, so threads are enough
        # Chapters for paper are converted with the numbers of last time: mostly they are still right, and it is kept.
        guess = last if typesetter and last and len(last.chapters) == len(book.chapters) else None
        ahead = pool.submit(bodies, SecondPass(pandoc, [], guess), len(book.chapters)) if guess else None
        trees = first_pass(pandoc)
        labels = number_book([(chapter, json.loads(tree)) for chapter, tree in zip(book.chapters, trees, strict=True)])
        if ahead and labels != last:
            ahead.exception()  # it reads what is written now; what is wrong with a chapter is said when its turn comes
        atomic_write(folder / "numbers.json", json.dumps(dataclasses.asdict(labels)))
        second = SecondPass(pandoc, trees, labels)
        pdf = pool.submit(write_pdf, prepared, second, typesetter, ahead) if typesetter else None
        if pages:
            outputs += Site(prepared, labels, second, folder, pdf=bool(pdf) or book.pdf.exists()).write()
            _remove_former(folder / "pages.json", outputs, book.output)
        if pdf:
            outputs.append(pdf.result())
    return outputs


def _last_labels(numbers: Path) -> Labels | None:
    """The numbers that the last rendering has written down, if there was one."""
    try:
        last = read_json(numbers)
        return Labels([ChapterNumbers(**chapter) for chapter in last["chapters"]], last["labels"], last["citations"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _remove_former(listing: Path, pages: list[Path], output: Path) -> None:
    """Remove the pages of chapters that are no longer in the book; nothing that this renderer did not write.

    Args:
        listing: file with the names of the pages that were written last time.
        pages: that were written now.
        output: the folder of the pages.
    """
    now = [page.relative_to(output).as_posix() for page in pages]
    try:
        before = read_json(listing)
    except (OSError, ValueError):
        before = []
    names = {name for name in before if isinstance(name, str)} if isinstance(before, list) else set()
    for name in names - set(now):
        page = output / name
        if page.resolve().is_relative_to(output.resolve()) and page.is_file():
            page.unlink()
    atomic_write(listing, json.dumps(now))
