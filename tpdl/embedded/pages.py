"""HTML: one page a chapter, with navigation, search and everything it needs in files beside it."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from tpdl.embedded.diagrams import FOLDER as DIAGRAMS
from tpdl.embedded.glightbox import copy_glightbox
from tpdl.embedded.images import with_sizes
from tpdl.embedded.labels import ChapterNumbers, Labels
from tpdl.embedded.pandoc import parallel
from tpdl.embedded.passes import PART, SecondPass
from tpdl.embedded.search import sections
from tpdl.files import FileSignature, atomic_write, sha256_bytes
from tpdl.render.prepare import Prepared
from tpdl.templates import fill

HERE = Path(__file__).parent
THEME = HERE.parent / "render" / "theme"
FILTER = HERE.parent / "render" / "tpdl-filter"
ELEMENTS = ("folds.js", "lookups.js", "questions.js", "tables.js")
"""The filter's scripts for what any page may have; `pictures.js` is for pages with pictures."""
LIBRARIES = "site_libs"
"""Folder of what the pages use; Quarto has one of the same name."""
ASSETS = f"{LIBRARIES}/tpdl"
"""Folder of styles, scripts and search index."""


@dataclass(frozen=True)
class Entry:
    """A chapter as another one shows it, in the list of all and at its end."""

    address: str
    number: str
    title: Markup
    part: str = ""
    """The title of the part that begins here."""
    is_part: bool = False


class Site:
    """Writes the pages of one book.

    Args:
        prepared: the book and what was evaluated for it.
        labels: its numbers.
        second: renders its chapters.
        folder: for what is kept from one time to the next.
        pdf: whether there is a PDF to link to.
    """

    def __init__(self, prepared: Prepared, labels: Labels, second: SecondPass, folder: Path, pdf: bool) -> None:
        self.prepared, self.labels, self.second, self.folder, self.pdf = prepared, labels, second, folder, pdf
        self.book = prepared.book
        self.titles: list[str] = []
        """The titles of all chapters, as HTML."""
        self.version = ""
        """Changes with style, script and search index, and is part of their addresses."""

    def write(self) -> list[Path]:
        """Render and write every page, copy what they show, build the search index."""
        parts = parallel(lambda index: self.second.render(index, "html").split(PART), range(len(self.book.chapters)))
        self.titles = [
            title.strip() or chapter.path for (title, _, _), chapter in zip(parts, self.book.chapters, strict=True)
        ]
        bodies = [
            with_sizes(self._link_citations(body, index), self.book.root / Path(self.book.chapters[index].page).parent)
            for index, (_, _, body) in enumerate(parts)
        ]
        bodies = [self._with_diagrams(body) for body in bodies]
        self.version = self._assets(bodies)
        pages = []
        for index, (_, contents, _) in enumerate(parts):
            path = self.book.output / self.book.chapters[index].page
            atomic_write(path, self._page(index, contents.strip(), bodies[index]))
            self._copy_files(path, bodies[index])
            pages.append(path)
        return pages

    # One page

    def _page(self, index: int, contents: str, body: str) -> str:
        chapter, numbers, meta = self.book.chapters[index], self.labels.chapters[index], self.book.meta
        chapters = [self._entry(index, other) for other in range(len(self.titles))]
        return fill(
            HERE / "page.html",
            lang=self.book.lang,
            head_title=self.book.title if index == 0 else f"{plain(self.titles[index])} – {self.book.title}",
            description=meta.get("description") or "",
            book_title=self.book.title,
            subtitle=meta.get("subtitle") or "",
            authors=self.book.authors,
            root=_relative(".", chapter.page),
            version=self.version,
            pdf=self.book.pdf.name if self.pdf else "",
            chapters=chapters,
            current=index,
            neighbours=[
                ("previous", "Previous", chapters[index - 1] if index else None),
                ("next", "Next", chapters[index + 1] if index + 1 < len(chapters) else None),
            ],
            number=_chapter_number(numbers),
            identifier=numbers.identifier,
            title=Markup(self.titles[index]),
            contents=Markup(contents),
            has_pictures="<img" in body,
            has_charts=self._has_charts(body),
            body=Markup(body),
        )

    def _has_charts(self, body: str) -> bool:
        """Whether a page shows a chart, and what makes it interactive is here."""
        return bool(self.prepared.data["chart_library"]) and 'class="chart-live"' in body

    def _entry(self, current: int, index: int) -> Entry:
        """The chapter `index`, to be shown in the chapter `current`."""
        chapter = self.book.chapters[index]
        title = escape(chapter.name) if chapter.name else Markup(without_links(self.titles[index]))
        number = self.labels.chapters[index].number
        return Entry(self._address(current, index), number, title, chapter.part, chapter.is_part)

    def _address(self, current: int, index: int) -> str:
        """The address of the chapter `index` in a link of the chapter `current`."""
        return _relative(self.book.chapters[index].page, self.book.chapters[current].page)

    def _link_citations(self, body: str, index: int) -> str:
        """Citations lead to the one bibliography of the book."""
        holder = next((i for i, numbers in enumerate(self.labels.chapters) if numbers.has_bibliography), index)
        if holder == index:
            return body
        address = escape(self._address(index, holder))
        return re.sub(r'(?<=href=")(?=#ref-)', lambda _: address, body)

    def _with_diagrams(self, body: str) -> str:
        """The page with diagrams where a site has what it shows, and not in the folder that is no part of it."""
        drawn = DIAGRAMS.as_posix()
        for name in set(re.findall(rf"(?<={re.escape(drawn)}/)[\w.]+", body)):
            atomic_write(
                self.book.output / LIBRARIES / "diagrams" / name, (self.book.root / DIAGRAMS / name).read_bytes()
            )
        return body.replace(f"{drawn}/", f"{LIBRARIES}/diagrams/")

    # Files beside the pages

    def _assets(self, bodies: list[str]) -> str:
        """Write styles, scripts and search index.

        Returns:
            a version for their addresses, so that no browser shows old ones.
        """
        style = "".join(
            (folder / name).read_text(encoding="utf-8")
            for folder, name in ((HERE, "style.css"), (THEME, "elements.css"), (FILTER, "pictures.css"))
        )
        script = (HERE / "page.js").read_text(encoding="utf-8")
        pictures = (FILTER / "pictures.js").read_text(encoding="utf-8")
        elements = "".join((FILTER / name).read_text(encoding="utf-8") for name in ELEMENTS)
        index = "window.tpdlSearch = " + json.dumps(self._search_index(bodies), ensure_ascii=False) + ";\n"
        folder = self.book.output / ASSETS
        files = {"style.css": style, "page.js": script, "pictures.js": pictures, "elements.js": elements}
        files["search.js"] = index
        if any(map(self._has_charts, bodies)):
            files["charts.js"] = (FILTER / "charts.js").read_text(encoding="utf-8")
            # The script looks for the library beside itself.
            files["vega.js"] = (self.book.root / self.prepared.data["chart_library"]).read_text(encoding="utf-8")
        for name, text in files.items():
            atomic_write(folder / name, text)
        if any("<img" in body for body in bodies):
            copy_glightbox(self.book.output / LIBRARIES / "glightbox")
        return sha256_bytes("".join(files.values()).encode())[:8]

    def _search_index(self, bodies: list[str]) -> list[dict[str, str]]:
        entries = []
        for index, (chapter, numbers) in enumerate(zip(self.book.chapters, self.labels.chapters, strict=True)):
            title = plain(self.titles[index])
            parts = sections(bodies[index], title, numbers.identifier, self.folder / f"search-{index}.kept")
            entries += [{"page": chapter.page, "id": section["id"], "chapter": title, **section} for section in parts]
        return entries

    def _copy_files(self, page: Path, body: str) -> None:
        """Copy every local file that the page shows or links to, at the same place as in the project."""
        for target in set(re.findall(r'(?:src|href)="([^"#?]+)', body)):
            if "://" in target or target.startswith(("data:", "mailto:")):
                continue
            path = Path(os.path.normpath(page.parent / html.unescape(target)))
            if not path.is_relative_to(self.book.output):
                continue
            source = self.book.root / path.relative_to(self.book.output)
            if source.is_file() and path.suffix != ".html" and not _is_copy(path, source):
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, path)


def _relative(address: str, page: str) -> str:
    """An address of the book in a link of `page`; both are relative to the output folder."""
    return os.path.relpath(address, Path(page).parent).replace(os.sep, "/")


def _is_copy(path: Path, source: Path) -> bool:
    """Whether `shutil.copy2`, which keeps the modification time, has copied the file as it is now."""
    if not path.exists():
        return False
    copied, original = FileSignature.of(path), FileSignature.of(source)
    return (copied.size, copied.modified_ns) == (original.size, original.modified_ns)


def plain(text: str) -> str:
    """HTML without tags.

    >>> plain("Cats &amp; <em>dogs</em>")
    'Cats & dogs'
    """
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def without_links(text: str) -> str:
    """HTML without links and identifiers, to be put inside a link."""
    return re.sub(r"</?a\b[^>]*>| id=\"[^\"]*\"| title=\"[^\"]*\"", "", text)


def _chapter_number(numbers: ChapterNumbers) -> str:
    return f"Appendix {numbers.number} —" if numbers.appendix and numbers.number else numbers.number
