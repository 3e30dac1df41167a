"""HTML: one page a chapter, with navigation, search and everything it needs in files beside it."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
from pathlib import Path
from string import Template

from tpdl.embedded.images import with_sizes
from tpdl.embedded.labels import ChapterNumbers, Labels
from tpdl.embedded.pandoc import PART, SecondPass, parallel
from tpdl.embedded.search import sections
from tpdl.files import atomic_write, sha256_bytes
from tpdl.render.prepare import Prepared

HERE = Path(__file__).parent
THEME = HERE.parent / "render" / "theme"
ASSETS = "site_libs/tpdl"
MAIN = "tpdl-main"


class Site:
    """Writes the pages of one book.

    Args:
        folder: for what is kept from one time to the next.
        pdf: whether there is a PDF to link to.
    """

    def __init__(self, prepared: Prepared, labels: Labels, second: SecondPass, folder: Path, pdf: bool) -> None:
        self.prepared, self.labels, self.second, self.folder, self.pdf = prepared, labels, second, folder, pdf
        self.book = prepared.book
        self.template = Template((HERE / "page.html").read_text(encoding="utf-8"))
        self.titles: list[str] = []
        self.version = ""

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
        chapter, numbers = self.book.chapters[index], self.labels.chapters[index]
        root = os.path.relpath(".", Path(chapter.page).parent).replace(os.sep, "/")
        number = f'<span class="chapter-number">{_chapter_number(numbers)}</span> ' if numbers.number else ""
        title = f'{number}<span class="chapter-title">{self.titles[index]}</span>'
        head = plain(self.titles[index])
        values = {
            "lang": html.escape(self.book.lang),
            "head_title": html.escape(self.book.title if index == 0 else f"{head} – {self.book.title}"),
            "description": html.escape(str(self.book.meta.get("description", ""))),
            "book_title": html.escape(self.book.title),
            "root": root,
            "version": self.version,
            "chapters": self._chapters(index),
            "downloads": self._downloads(root),
            "contents": contents,
            "has_contents": "has-contents" if "<li" in contents else "no-contents",
            "identifier": html.escape(numbers.identifier),
            "title": title,
            "book_block": self._book_block() if index == 0 else "",
            "body": body,
            "previous": self._neighbour(index, index - 1, "previous"),
            "next": self._neighbour(index, index + 1, "next"),
            "footer": html.escape(str(self.book.meta.get("page-footer", ""))),
        }
        return self.template.substitute(values)

    def _book_block(self) -> str:
        """The title of the whole book, on its first page."""
        meta = self.book.meta
        authors = meta.get("author", [])
        names = (
            [authors] if isinstance(authors, str) else [a if isinstance(a, str) else a.get("name", "") for a in authors]
        )
        subtitle = f'<p class="subtitle">{html.escape(str(meta["subtitle"]))}</p>' if meta.get("subtitle") else ""
        by = f'<p class="authors">{html.escape(", ".join(names))}</p>' if names else ""
        return f'<p class="book-title">{html.escape(self.book.title)}</p>{subtitle}{by}'

    def _chapters(self, current: int) -> str:
        """The list of chapters; the open one is marked for eyes and for screen readers."""
        items = []
        for index, numbers in enumerate(self.labels.chapters):
            number = f'<span class="chapter-number">{numbers.number}</span> ' if numbers.number else ""
            here = ' aria-current="page"' if index == current else ""
            items.append(
                f'<li><a href="{self._to(current, index)}"{here}>{number}{without_links(self.titles[index])}</a></li>'
            )
        return "\n".join(items)

    def _to(self, current: int, index: int) -> str:
        folder = Path(self.book.chapters[current].page).parent
        return os.path.relpath(self.book.chapters[index].page, folder).replace(os.sep, "/")

    def _neighbour(self, current: int, index: int, relation: str) -> str:
        if not 0 <= index < len(self.titles):
            return "<span></span>"
        word = {"previous": "Previous", "next": "Next"}[relation]
        title = without_links(self.titles[index])
        return f'<a rel="{relation}" href="{self._to(current, index)}"><span class="way">{word}</span> {title}</a>'

    def _downloads(self, root: str) -> str:
        if not self.pdf:
            return ""
        return f'<a class="download" href="{root}/{self.book.pdf.name}">PDF</a>'

    def _link_citations(self, body: str, index: int) -> str:
        """Citations lead to the one bibliography of the book."""
        holder = next((i for i, numbers in enumerate(self.labels.chapters) if numbers.has_bibliography), index)
        return body if holder == index else body.replace('href="#ref-', f'href="{self._to(index, holder)}#ref-')

    # Files beside the pages

    def _assets(self, bodies: list[str]) -> str:
        """Write style, script and search index. Returns a version for their addresses, so that no browser shows old ones."""
        style = "".join(
            (folder / name).read_text(encoding="utf-8")
            for folder, name in ((HERE, "style.css"), (THEME, "elements.css"))
        )
        script = (HERE / "page.js").read_text(encoding="utf-8")
        index = "window.tpdlSearch = " + json.dumps(self._search_index(bodies), ensure_ascii=False) + ";\n"
        folder = self.book.output / ASSETS
        for name, text in (("style.css", style), ("page.js", script), ("search.js", index)):
            atomic_write(folder / name, text)
        return sha256_bytes((style + script + index).encode())[:8]

    def _search_index(self, bodies: list[str]) -> list[dict[str, str]]:
        entries = []
        for index, (chapter, numbers) in enumerate(zip(self.book.chapters, self.labels.chapters, strict=True)):
            title = plain(self.titles[index])
            found = sections(bodies[index], title, numbers.identifier, self.folder / f"search-{index}.kept")
            entries += [{"page": chapter.page, "id": section["id"], "chapter": title, **section} for section in found]
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
            if source.is_file() and path.suffix != ".html":
                path.parent.mkdir(parents=True, exist_ok=True)
                if (
                    not path.exists()
                    or path.stat().st_mtime_ns != source.stat().st_mtime_ns
                    or path.stat().st_size != source.stat().st_size
                ):
                    shutil.copy2(source, path)


def plain(text: str) -> str:
    """HTML without tags."""
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def without_links(text: str) -> str:
    """HTML without links and identifiers, to be put inside a link."""
    return re.sub(r"</?a\b[^>]*>| id=\"[^\"]*\"| title=\"[^\"]*\"", "", text)


def _chapter_number(numbers: ChapterNumbers) -> str:
    return f"Appendix {numbers.number} —" if numbers.appendix else numbers.number
