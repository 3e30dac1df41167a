"""PDF: the chapters one after another as one Typst document."""

from __future__ import annotations

import json
from pathlib import Path

from tpdl.engine.errors import UserError
from tpdl.engine.files import atomic_path, atomic_write
from tpdl.render.book import Book
from tpdl.render.embedded.labels import Labels
from tpdl.render.embedded.pandoc import SecondPass, parallel
from tpdl.render.prepare import Prepared

TEMPLATE = Path(__file__).parent / "book.typ"
STATE = Path(".tpdl") / "book"
CONTENTS = {"en": "Contents", "fr": "Table des matières", "de": "Inhalt", "es": "Índice", "it": "Indice"}


def write_pdf(prepared: Prepared, labels: Labels, second: SecondPass) -> Path:
    """Render and write the PDF; returns its path.

    Raises:
        UserError: Typst refuses the document; its message.
    """
    book = prepared.book
    chapters = bodies(second, len(book.chapters))
    source = book.root / STATE / book.output.name / "book.typ"
    template = TEMPLATE.read_text(encoding="utf-8")
    atomic_write(source, "\n".join([template, f"#show: {_opening(book, str(prepared.data['stand_in']))}", *chapters]))
    with atomic_path(book.pdf) as temporary:
        _compile(source, temporary, book.root)
    return book.pdf


def bodies(second: SecondPass, chapters: int) -> list[str]:
    """Every chapter in Typst's language."""
    return parallel(lambda index: second.render(index, "typst"), range(chapters))


def _opening(book: Book, notice: str) -> str:
    meta = book.meta
    authors = meta.get("author") or []
    names = (
        [authors]
        if isinstance(authors, str)
        else [a if isinstance(a, str) else str(a.get("name", "")) for a in authors]
    )
    given = {
        "title": book.title,
        "subtitle": str(meta.get("subtitle", "")),
        "lang": book.lang.split("-")[0],
        "contents": CONTENTS.get(book.lang.split("-")[0], "Contents"),
        "date": str(meta.get("date", "")),
        "notice": notice,
    }
    arguments = [f"{key}: {typst_string(value)}" for key, value in given.items()]
    arguments.append(f"authors: ({''.join(typst_string(name) + ', ' for name in names)})")
    return f"book.with({', '.join(arguments)})"


def typst_string(text: str) -> str:
    """`text` as a Typst string literal."""
    return json.dumps(text, ensure_ascii=False)


def _compile(source: Path, target: Path, root: Path) -> None:
    try:
        import typst
    except ImportError:
        raise UserError(
            "Typst is not here; `pip install typst` brings it, or leave the PDF out with `--to html`"
        ) from None
    try:
        target.write_bytes(_attempt(source, root))
    except typst.TypstError as error:
        where = " ".join(str(getattr(error, "diagnostic", "") or error).split())
        raise UserError(f"Typst cannot make the PDF: {where[:400]}") from None


def _attempt(source: Path, root: Path) -> bytes:
    """The PDF by the accessibility standard PDF/UA-1 if the book meets it, else tagged as well as it goes."""
    import typst

    try:
        accessible: bytes = typst.compile(str(source), root=str(root), format="pdf", pdf_standards="ua-1")
        return accessible
    except (typst.TypstError, ValueError):
        tagged: bytes = typst.compile(str(source), root=str(root), format="pdf")
        return tagged
