"""Slides of the main findings, with Pandoc and reveal.js, where the files of reveal.js are installed.

    render_slides(prepared)     # [_slides/report/slides.html], []

The same document is what `quarto render --profile slides` renders, to the same place.
"""

from __future__ import annotations

import html
import os
import re
import shutil
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote

import yaml

from tpdl.embedded.pandoc import Pandoc, files_of
from tpdl.embedded.passes import PLACE
from tpdl.errors import UserError
from tpdl.files import atomic_write
from tpdl.render.book import SLIDES, Chapter
from tpdl.render.prepare import Prepared
from tpdl.render.problem import Problem
from tpdl.render.scan import Item

PACKAGE = "sphinx-revealjs"
"""A package that carries the files of reveal.js. Only these are used; none of its modules is imported."""
FILES = "sphinx_revealjs/_static/revealjs/"
PARTS = ("LICENSE", "dist/re", "dist/theme/white.css", "dist/theme/fonts/source-sans-pro/", "plugin/")
"""What of it slides need; the theme with its fonts, so that nothing is fetched from elsewhere."""
OUTPUT = "_slides"
STATE = Path(".tpdl") / "book" / "slides"
KNOWN = re.compile(
    r"incremental|nonincremental|fragment|notes|columns?|bare|narrow|cover|left-top|r-[\w-]+|smaller|center"
)
"""Classes that reveal.js, Pandoc or tpdl knows on slides."""
OTHERS = re.compile(r"callout.*|panel-.*|tabset|column-.*|aside|grid|g-col-.*|layout.*|content-.*|theorem|proof|card.*")
"""Classes that Quarto knows on slides, and nobody here."""


def render_slides(prepared: Prepared, draft: bool = False) -> tuple[list[Path], list[Problem]]:
    """Write the slides.

    Args:
        prepared: the book and what was evaluated for it.
        draft: render in spite of problems of the documents, which are marked.

    Returns:
        the path of the page, and what this renderer refuses; one of both is empty.

    Raises:
        UserError: there are no slides, reveal.js is not installed, or Pandoc stopped.
    """
    book = prepared.book
    slides = book.slides
    if slides is None:
        raise UserError(f"there are no slides; {SLIDES} names their document, see the documentation")
    refused = [item.problem(message) for item in prepared.items[slides.path] for message in _objections(item)]
    if refused or (prepared.problems and not draft):
        return [], sorted(
            replace(problem, message=f"{problem.message}; on slides Quarto alone knows it") for problem in refused
        )
    output = book.root / OUTPUT
    target = output / slides.page
    libraries = Path(os.path.relpath(output / "site_libs", target.parent)).as_posix()
    _copy_reveal(output / "site_libs" / "revealjs")
    theme = PLACE.with_name("tpdl-filter") / "pictures.css"
    atomic_write(output / "site_libs" / "tpdl" / "pictures.css", theme.read_text(encoding="utf-8"))
    styles = [f"{libraries}/tpdl/pictures.css", *_styles(slides)]
    arguments = ["--from=markdown", "--to=revealjs", "--standalone", "--slide-level=2", "--mathml", "--wrap=none"]
    arguments += [f"--lua-filter={PLACE}", f"--metadata=lang:{book.lang}", "--variable=theme:white"]
    arguments += [f"--variable=revealjs-url:{libraries}/revealjs", *(f"--css={style}" for style in styles)]
    pandoc = Pandoc(replace(prepared, book=replace(book, chapters=[slides])), book.root / STATE)
    text = pandoc.convert(0, "slides", arguments, files_of(PLACE))
    up = Path(os.path.relpath(output, target.parent)).as_posix()
    text = re.sub(r'\b(src|href)="/(?=[^/"])', rf'\1="{up}/', text)
    atomic_write(target, text)
    _copy_shown(target, text, output, book.root)
    return [target], []


def _objections(item: Item) -> list[str]:
    if item.kind in ("shortcode", "cell", "reference"):
        return [f"{item.kind} {item.text}"]
    return [f"class .{name}" for name in item.classes if OTHERS.fullmatch(name) and not KNOWN.fullmatch(name)]


def _styles(slides: Chapter) -> list[str]:
    """The style sheets that the document's head names."""
    head = re.match(r"---\n(.*?)\n(?:---|\.\.\.)\n", slides.text, re.DOTALL)
    settings = yaml.safe_load(head[1]) if head else {}
    formats = settings.get("format") if isinstance(settings, dict) else None
    named = (formats.get("revealjs") or {}).get("css") if isinstance(formats, dict) else None
    return [named] if isinstance(named, str) else [str(name) for name in named or []]


def _copy_reveal(folder: Path) -> None:
    """Put the files of reveal.js into `folder`, unless they are there.

    Raises:
        UserError: the package that brings them is not installed.
    """
    try:
        package = distribution(PACKAGE)
    except PackageNotFoundError:
        raise UserError(
            f"reveal.js is not here; `pip install --no-deps {PACKAGE}` brings it, or `quarto render --profile slides` "
            "makes the slides"
        ) from None
    for file in package.files or []:
        name = file.as_posix().partition(FILES)[2]
        if name.startswith(PARTS) and not (folder / name).exists():
            atomic_write(folder / name, Path(str(package.locate_file(file))).read_bytes())


def _copy_shown(page: Path, text: str, output: Path, root: Path) -> None:
    """Copy every local file that the page shows, at the same place as in the project."""
    for address in set(re.findall(r'(?:src|href|data-src)="([^"#?:]+)', text)):
        path = Path(os.path.normpath(page.parent / unquote(html.unescape(address))))
        source = root / path.relative_to(output) if path.is_relative_to(output) else path
        if source.is_file() and not path.exists() and source != path:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, path)
