"""The whole report as one file, to be sent by mail: pictures, styles and scripts are in it, and it asks for nothing.

    pages, refused = render_single(prepared)     # [_book/deep-learning-measured.html], []

It is folded up from the pages of the embedded renderer. What a file of that kind has no room for is left out: pictures
come once, in their light version and no larger than a page shows them; of a chart there is the picture, and of a video
three frames; large downloads are named and not linked.
"""

from __future__ import annotations

import base64
import html
import io
import posixpath
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from markupsafe import Markup

from tpdl.embedded.pandoc import parallel
from tpdl.embedded.render import render_embedded
from tpdl.files import atomic_write, read_text, sha256_bytes
from tpdl.render.prepare import Prepared
from tpdl.render.problem import Problem
from tpdl.templates import fill

TEMPLATE = Path(__file__).with_name("single.html")
STATE = Path(".tpdl") / "single"
SIDE = 760
"""Pixels that an image has at most on its longer side."""
QUALITY = 75
"""Of an image that is compressed, as WebP counts it."""
FEW = 32
"""Colours up to which an image is no photograph, and stays exactly what it is."""
SMALL = 16_000
"""Bytes up to which an image stays what it is."""
LARGEST_DOWNLOAD = 60_000
"""Bytes of a file that is linked; a larger one is only named."""
NAMING = r"id|for|aria-labelledby|aria-controls|aria-describedby|aria-owns|headers"
"""Attributes whose values are identifiers of the page."""
CHART_DATA = re.compile(r'<script [^>]*class="chart-data".*?</script>', re.DOTALL)
"""What a chart is drawn of. The one file has the picture."""
VIDEO = re.compile(r'<video\b.*?</video>\s*<div class="video-stills">', re.DOTALL)
"""A video, and the room of its frames that a printed page shows in its place; so does the one file."""
TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif"}


def render_single(
    prepared: Prepared, draft: bool = False, say: Callable[[str], None] | None = None
) -> tuple[list[Path], list[Problem]]:
    """Write the report as one file beside the PDF, named like it.

    Args:
        prepared: the book and what was evaluated for it.
        draft: render in spite of problems of the documents, which are marked.
        say: is told how large the file became.

    Returns:
        its path, and what the renderer refuses; one of both is empty.

    Raises:
        UserError: Pandoc stopped.
    """
    book = prepared.book
    folder = book.root / STATE / book.output.name
    pages, refused = render_embedded(replace(prepared, book=replace(book, output=folder)), ["html"], draft)
    if not pages:
        return [], refused
    names = [page.relative_to(folder).as_posix() for page in pages]
    folded = _Folded(folder, [_Page(name, read_text(folder / name)) for name in names], book.root / STATE / "images")
    text = fill(
        TEMPLATE,
        lang=book.lang,
        title=book.title,
        description=book.meta.get("description") or "",
        chapters=[
            {"identifier": f"chapter-{at}", "title": Markup(page.title), "body": Markup(folded.body(at))}
            for at, page in enumerate(folded.pages)
        ],
        styles=[Markup(style) for style in folded.styles()],
        scripts=[Markup(script) for script in folded.scripts()],
    )
    target = book.pdf.with_suffix(".html")
    atomic_write(target, text)
    if say:
        say(f"the single file has {len(text.encode()) / 1e6:.1f} MB")
    return [target], []


@dataclass
class _Page:
    """A page of the site, taken apart."""

    name: str
    text: str

    @property
    def title(self) -> str:
        """Number and title, as HTML without identifiers."""
        found = re.search(r'<h1 class="title"[^>]*>(.*?)</h1>', self.text, re.DOTALL)
        return re.sub(r"</?a\b[^>]*>| (id|title)=\"[^\"]*\"", "", found[1]) if found else self.name

    @property
    def main(self) -> str:
        """What is to be read."""
        found = re.search(r"<main\b[^>]*>(.*)</main>", self.text, re.DOTALL)
        return re.sub(r'<nav class="neighbours".*?</nav>', "", found[1] if found else "", flags=re.DOTALL)

    @property
    def identifiers(self) -> set[str]:
        return set(re.findall(r'<[^>]* id="([^"]+)"', self.main))

    def file(self, address: str) -> str:
        """The place in the site that an address in this page means."""
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.name), unquote(html.unescape(address))))


class _Folded:
    """The pages of a site as parts of one.

    Args:
        folder: of the site.
        pages: in their order.
        images: folder for what is made of images, from one time to the next.
    """

    def __init__(self, folder: Path, pages: list[_Page], images: Path) -> None:
        self.folder, self.pages, self.images = folder, pages, images
        self._index = {page.name: at for at, page in enumerate(pages)}
        counted = Counter(identifier for page in pages for identifier in page.identifiers)
        self._taken = {identifier for identifier, count in counted.items() if count > 1}
        """Identifiers that several pages have: each gets the number of its chapter."""
        wanted = {file for page in pages for file in self._shown(page)}
        self._data = dict(zip(sorted(wanted), parallel(self._as_data, sorted(wanted)), strict=True))

    def styles(self) -> list[str]:
        """The content of every style sheet that a page has, once."""
        return [
            style.replace("</style", "<\\/style") for style in self._assets(r'<link rel="stylesheet" href="([^"?]+)')
        ]

    def scripts(self) -> list[str]:
        """The content of every script that a page has, once."""
        return [script.replace("</script", "<\\/script") for script in self._assets(r'<script src="([^"?]+)')]

    def _assets(self, pattern: str) -> list[str]:
        files = [page.file(address) for page in self.pages for address in re.findall(pattern, page.text)]
        return [read_text(self.folder / file) for file in dict.fromkeys(files)]

    def body(self, at: int) -> str:
        """What there is to read of a page, with addresses of the one file."""
        page = self.pages[at]
        text = VIDEO.sub('<div class="video-stills alone">', CHART_DATA.sub("", page.main))
        text = re.sub(r"(?s)<a\b([^>]*)>(.*?)</a>", lambda found: self._link(found, at), text)
        text = re.sub(
            rf'(<[^>]*? )({NAMING})="([^"]+)"',
            lambda found: f'{found[1]}{found[2]}="{self._renamed(found[3], at)}"',
            text,
        )
        return re.sub(r"<img\b[^>]*>", lambda found: self._image(found[0], page), text)

    def _renamed(self, identifiers: str, at: int) -> str:
        return " ".join(f"{name}-{at}" if name in self._taken else name for name in identifiers.split())

    def _link(self, found: re.Match[str], at: int) -> str:
        attributes, inside = found[1], found[2]
        address = re.search(r'\bhref="([^"]*)"', attributes)
        if address is None or re.match(r"[a-z][a-z0-9+.-]*:", address[1]):
            return found[0]
        path, _, fragment = address[1].partition("#")
        file = self.pages[at].file(path) if path else self.pages[at].name
        if file in self._index:
            other = self._index[file]
            target = self._renamed(fragment, other) if fragment else f"chapter-{other}"
            changed = attributes.replace(address[0], f'href="#{target}"')
            return f"<a{changed}>{inside}</a>"
        there = self.folder / file
        if "download" in attributes and there.is_file() and there.stat().st_size <= LARGEST_DOWNLOAD:
            data = base64.b64encode(there.read_bytes()).decode()
            return f'<a href="data:text/csv;base64,{data}" download="{html.escape(there.name)}">{inside}</a>'
        return inside

    def _shown(self, page: _Page) -> list[str]:
        return [page.file(address) for tag in re.findall(r"<img\b[^>]*>", page.main) if (address := _source(tag))]

    def _image(self, tag: str, page: _Page) -> str:
        if "dark-content" in tag:
            return ""
        address = _source(tag)
        data = self._data.get(page.file(address)) if address else None
        return tag.replace(f'src="{address}"', f'src="{data}"') if data else tag

    def _as_data(self, file: str) -> str | None:
        """The content of an image as an address; None where it is no file of the site, or will not be shown."""
        path = self.folder / file
        if not path.is_file() or path.name.endswith(".dark.svg"):
            return None
        if path.suffix == ".svg":
            return svg_as_address(read_text(path))
        content, suffix = smaller(path.read_bytes(), path.suffix, self.images)
        return f"data:{TYPES.get(suffix, 'application/octet-stream')};base64,{base64.b64encode(content).decode()}"


def _source(tag: str) -> str | None:
    found = re.search(r' src="([^":?#]+)"', tag)
    return found[1] if found else None


def svg_as_address(text: str) -> str:
    """A drawing as an address for an attribute in double quotes: almost as short as the drawing, which base64 is not.

    >>> svg_as_address('<svg fill="#fff">\\n<text>5 %</text></svg>')
    "data:image/svg+xml,<svg fill='%23fff'> <text>5 %25</text></svg>"
    """
    text = re.sub(r"<\\?xml.*?\\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    # A hundredth of a pixel is enough for where a line goes; nothing else is rounded.
    text = re.sub(r'(?<= d=")[^"]*', lambda path: re.sub(r"(\.\d\d)\d+", r"\1", path[0]), text)
    text = re.sub(r"\s+", " ", re.sub(r">\s+<", "> <", text.strip())).replace("%", "%25").replace("#", "%23")
    quoted = text.replace('"', "'") if "'" not in text else text.replace('"', "%22")
    return f"data:image/svg+xml,{quoted.replace('&', '&amp;')}"


def smaller(content: bytes, suffix: str, folder: Path) -> tuple[bytes, str]:
    """An image no larger than a page shows it, as WebP, if that is shorter; with the suffix of its format.

    Args:
        content: of the image.
        suffix: of its file.
        folder: where what was made is kept.
    """
    if len(content) <= SMALL:
        return content, suffix
    made = folder / f"{sha256_bytes(content)[:24]}-{SIDE}-{QUALITY}-{FEW}.webp"
    if not made.is_file():
        from PIL import Image

        with Image.open(io.BytesIO(content)) as opened:
            few = opened.convert("RGB").getcolors(FEW) is not None
            image = opened.convert("RGBA" if opened.mode in ("RGBA", "LA", "P") else "RGB")
            image.thumbnail((SIDE, SIDE))
            written = io.BytesIO()
            image.save(written, "WEBP", lossless=few, quality=QUALITY, method=4)
        atomic_write(made, written.getvalue())
    shorter = made.read_bytes()
    return (shorter, ".webp") if len(shorter) < len(content) else (content, suffix)
