"""The structure of a page, one line for each thing a reader sees, the same for both renderers."""

from __future__ import annotations

import re
from html.parser import HTMLParser

SKIPPED_CLASSES = {
    "screen-reader-only",
    "provenance",
    "neighbours",
    "code-copy-button",
    "book-title",
    "subtitle",
    "authors",
}
SKIPPED_TAGS = {"annotation", "script", "style", "button", "nav", "aside", "svg"}
BLOCKS = {"h1", "h2", "h3", "h4", "p", "figcaption", "td", "th", "li", "dt", "dd", "pre", "summary"}
VOID = {"img", "br", "hr", "input", "link", "meta", "wbr", "col"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._open: list[tuple[str, bool]] = []
        """Open elements, and whether their content is skipped."""
        self._main = False
        self._kind, self._text = "", ""

    @property
    def _skipping(self) -> bool:
        return not self._main or any(skipped for _, skipped in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        classes = set((given.get("class") or "").split())
        if tag == "main":
            self._main = True
        if tag not in VOID:
            hidden = "display: none" in (given.get("style") or "")
            self._open.append((tag, hidden or tag in SKIPPED_TAGS or bool(classes & SKIPPED_CLASSES)))
        if self._skipping:
            return
        callout = classes & {"callout-header"}
        if tag in BLOCKS or callout:
            self._end_line()
            self._kind = "callout" if callout else tag
        elif tag == "img":
            self._end_line()
            theme = "dark" if "dark-content" in classes else "light" if "light-content" in classes else "any"
            self.lines.append(f"img {theme} {(given.get('src') or '').removeprefix('./')} [{given.get('alt')}]")
        elif tag == "a" and "quarto-xref" in classes:
            self._text += f"<{re.sub('^.*?(#|$)', '#', given.get('href') or '', count=1)} "
        elif tag == "math" and given.get("display") == "block":
            self._kind = self._kind or "p"

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._skipping:
            if tag == "a" and self._text.rfind("<") > self._text.rfind(">"):
                self._text += ">"
            if tag in BLOCKS or (self._kind == "text" and tag in ("div", "main", "section")):
                self._end_line()
        while self._open:
            closed, _ = self._open.pop()
            if closed == tag:
                break
        if tag == "main":
            self._main = False

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            if data.strip() and not self._kind:
                self._kind = "text"
            self._text += data

    def _end_line(self) -> None:
        text = " ".join(self._text.replace("\u21a9\ufe0e", "").replace("\u21a9", "").split())
        if text:
            self.lines.append(f"{self._kind} {text}")
        self._kind, self._text = "", ""


def structure(page: str) -> list[str]:
    """Headings, paragraphs, captions, cells, pictures and references of the main part of a page, in order."""
    reader = _Reader()
    reader.feed(page)
    return reader.lines
