"""What the search finds: the text of a page, divided by its sections."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

from tpdl.render.kept import kept

CODE = Path(__file__).read_text(encoding="utf-8")
"""Part of what the outcome depends on."""


def sections(body: str, title: str, identifier: str, keep: Path) -> list[dict[str, str]]:
    """The sections of a page that say something: `id`, `title` and `text` with single spaces.

    Args:
        body: HTML of the page below its title.
        title: of the page, as plain text; what stands before the first section goes by it.
        identifier: of the title.
        keep: where the outcome is kept.
    """

    def divide() -> str:
        parser = _Sections(title, identifier)
        parser.feed(body)
        return json.dumps(parser.finished(), ensure_ascii=False)

    made: list[dict[str, str]] = json.loads(kept(keep, [CODE, title, identifier, body], divide))
    return made


class _Sections(HTMLParser):
    """Collects the text of each section, and its title, while a page is parsed."""

    SKIPPED = ("annotation", "script", "style")

    def __init__(self, title: str, identifier: str) -> None:
        super().__init__()
        self._all: list[dict[str, str]] = [{"id": identifier, "title": title, "text": ""}]
        self._open: list[dict[str, str]] = []
        self._skipping = 0
        self._folds: list[bool] = []
        """For each `<details>` that is open, whether it is skipped: where something comes from is, what a card has in
        depth is not."""
        self._heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "details":
            self._folds.append("in-depth" not in (dict(attrs).get("class") or ""))
            self._skipping += self._folds[-1]
        elif tag in self.SKIPPED:
            self._skipping += 1
        elif tag == "section":
            self._open.append({"id": dict(attrs).get("id") or "", "title": "", "text": ""})
            self._all.append(self._open[-1])
        elif re.fullmatch("h[1-6]", tag):
            self._heading = bool(self._open)
        elif tag in ("p", "li", "td", "th", "div", "figcaption"):
            self._here()["text"] += " "

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self._folds:
            self._skipping -= self._folds.pop()
        elif tag in self.SKIPPED:
            self._skipping -= 1
        elif tag == "section" and self._open:
            self._open.pop()
        elif re.fullmatch("h[1-6]", tag):
            self._heading = False

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self._here()["title" if self._heading else "text"] += data

    def _here(self) -> dict[str, str]:
        """The innermost section that is open, or what stands before all sections."""
        return self._open[-1] if self._open else self._all[0]

    def finished(self) -> list[dict[str, str]]:
        """The sections that say something, with single spaces."""
        cleaned = [{key: " ".join(value.split()) for key, value in section.items()} for section in self._all]
        return [section for section in cleaned if section["text"] or section["title"]]
