"""PDF: a Typst document that includes the chapters one after another."""

from __future__ import annotations

import json
import re
from concurrent.futures import Future
from pathlib import Path

from tpdl.embedded.pandoc import parallel
from tpdl.embedded.passes import SecondPass
from tpdl.embedded.typesetter import Later, Typesetter
from tpdl.errors import UserError
from tpdl.files import atomic_write
from tpdl.render.book import Book
from tpdl.render.prepare import Prepared

TEMPLATE = Path(__file__).parent / "book.typ"
"""Also the name under which it is put beside the document."""
STATE = Path(".tpdl") / "book"
"""Folder, relative to the root, for what is kept of books between two renderings."""
CONTENTS = {"en": "Contents", "fr": "Table des matières", "de": "Inhalt", "es": "Índice", "it": "Indice"}
"""Language -> title of the table of contents."""


def write_pdf(
    prepared: Prepared, second: SecondPass, typesetter: Typesetter | Later, ahead: Future[list[str]] | None = None
) -> Path:
    """Render and write the PDF.

    Args:
        prepared: the book and what was evaluated for it.
        second: renders its chapters.
        typesetter: runs Typst.
        ahead: a conversion of the chapters that is under way already, and keeps what it makes.

    Returns:
        its path.

    Raises:
        UserError: Pandoc stopped, or Typst refuses the document; its message.
    """
    book = prepared.book
    if ahead:
        ahead.exception()  # waits for it; what is wrong with a chapter is said below
    source = document(book)
    _write(source.with_name(TEMPLATE.name), TEMPLATE.read_text(encoding="utf-8"))
    uses = f'#import "{TEMPLATE.name}": *'
    whole = [uses, f"#show: {_opening(book, str(prepared.data['stand_in']))}"]
    for index, text in enumerate(bodies(second, len(book.chapters))):
        # Each in a file of its own: what Typst remembers of a chapter holds until something is inserted before it.
        name = f"chapter-{index}.typ"
        _write(source.with_name(name), f"{uses}\n{text}")
        if part := book.chapters[index].part:
            whole.append(f"#part({typst_string(part)})")
        whole.append(f'#include "{name}"')
    _write(source, "\n".join(whole) + "\n")
    try:
        typesetter.write(book.pdf)
    except UserError as error:
        raise UserError(_with_document(str(error), book)) from None
    return book.pdf


def _with_document(said: str, book: Book) -> str:
    """What Typst says, with the name of the document behind the file that it names."""

    def named(found: re.Match[str]) -> str:
        index = int(found[2])
        return f"{book.chapters[index].path} ({found[0]})" if index < len(book.chapters) else found[0]

    return re.sub(r"(\S*)\bchapter-(\d+)\.typ(:\d+)?", named, said)


def _write(path: Path, text: str) -> None:
    """Write the file unless it is the same already, so that Typst does not take it for a new one."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        atomic_write(path, text)


def document(book: Book) -> Path:
    """Where the Typst document of a book is written."""
    return book.root / STATE / book.output.name / "whole.typ"


def bodies(second: SecondPass, chapters: int) -> list[str]:
    """Every chapter in Typst's language."""
    return parallel(lambda index: second.render(index, "typst"), range(chapters))


def _opening(book: Book, notice: str) -> str:
    """The call of the template's function that lays the book out."""
    meta = book.meta
    texts = {
        "title": book.title,
        "subtitle": str(meta.get("subtitle", "")),
        "lang": book.lang.split("-")[0],
        "contents": CONTENTS.get(book.lang.split("-")[0], "Contents"),
        "date": str(meta.get("date", "")),
        "notice": notice,
    }
    arguments = [f"{key}: {typst_string(value)}" for key, value in texts.items()]
    arguments.append(f"authors: ({''.join(typst_string(name) + ', ' for name in book.authors)})")
    return f"book.with({', '.join(arguments)})"


def typst_string(text: str) -> str:
    """`text` as a Typst string literal."""
    return json.dumps(text, ensure_ascii=False)
