"""The book as `_quarto.yml` describes it: title, chapters in order, bibliography, where the pages go.

Example:
    book = read_book(Path("my-report"))
    book.chapters[1].page       # "report/transfer.html"
    book.option("toc-depth")    # 2
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from tpdl.errors import UserError
from tpdl.files import read_text
from tpdl.git import git_or_nothing
from tpdl.render.problem import Problem

INCLUDE = re.compile(r"^[ \t]*\{\{<\s*include\s+(\S+)\s*>\}\}[ \t]*$")
CONFIGURATION = "_quarto.yml"
SLIDES = "_quarto-slides.yml"
"""The profile of Quarto that renders slides, if there are any."""
PARTS = ("part", "section", "file", "href", "text")
"""What an entry among the chapters can be, apart from a file name."""


@dataclass
class Chapter:
    """One document of the book, with its includes put in."""

    path: str
    """Relative to the project's root."""
    text: str
    origins: list[tuple[str, int]]
    """For each line of the text the file and line it was written in."""
    appendix: bool = False
    part: str = ""
    """The title of the part that begins with this chapter, where that has no page of its own."""
    is_part: bool = False
    """Whether it is the page of a part: it has no number."""
    name: str = ""
    """What it is called in the list of chapters, if not by its title."""

    @property
    def page(self) -> str:
        """The HTML page, relative to the output folder. Quarto uses the same name."""
        return str(Path(self.path).with_suffix(".html"))

    def origin(self, line: int) -> tuple[str, int]:
        """File and line (from 1) where the line of the text was written."""
        return self.origins[min(line, len(self.origins)) - 1] if self.origins else (self.path, line)


@dataclass
class Book:
    """What both renderers need to know about the whole."""

    root: Path
    """The project's folder."""
    settings: dict[str, Any]
    """The content of `_quarto.yml`."""
    chapters: list[Chapter]
    """In order, appendices and references last."""
    output: Path
    """The folder that the pages go to."""
    title: str
    bibliography: list[Path] = field(default_factory=list)
    beyond: list[Problem] = field(default_factory=list)
    """What of the configuration Quarto understands and the embedded renderer does not."""
    slides: Chapter | None = None
    """The document of slides that the profile `slides` renders; it is no chapter."""

    @property
    def documents(self) -> list[Chapter]:
        """Everything in which values and claims can stand."""
        return [*self.chapters, *([self.slides] if self.slides else [])]

    @property
    def meta(self) -> dict[str, Any]:
        """The `book:` part of the settings."""
        return dict(self.settings.get("book", {}))

    @property
    def authors(self) -> list[str]:
        """Their names; `author:` is one, a list of them, or a list of mappings with a `name:`."""
        authors = self.meta.get("author") or []
        if isinstance(authors, str):
            return [authors]
        return [author if isinstance(author, str) else str(author.get("name", "")) for author in authors]

    @property
    def lang(self) -> str:
        """The language of the text."""
        return str(self.settings.get("lang", "en"))

    @property
    def pdf(self) -> Path:
        """Where the PDF goes; named after the title, as Quarto does it."""
        stem = str(self.meta.get("output-file") or re.sub(r"[^\w-]+", "-", self.title).strip("-"))
        return self.output / f"{stem}.pdf"

    def option(self, name: str, default: Any = None, format: str = "html") -> Any:
        """A rendering option: that of the format, else the general one."""
        formats = self.settings.get("format")
        chosen = formats.get(format) if isinstance(formats, dict) else None
        if isinstance(chosen, dict) and name in chosen:
            return chosen[name]
        return self.settings.get(name, default)


def read_book(root: Path, profile: str = "full") -> Book:
    """Read `_quarto.yml` and the documents it names.

    Args:
        root: of the project.
        profile: "full", or "demo": such a book goes to a folder of its own, `_book-demo`, and never replaces the real
            one.

    Raises:
        UserError: there is no such file, it cannot be read, or it describes something this project cannot render.
    """
    path = root / CONFIGURATION
    try:
        settings = yaml.load(read_text(path), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except FileNotFoundError:
        raise UserError(f"{root} has no {CONFIGURATION}, so there is no report to render") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}" if mark else ""
        raise UserError(f"{CONFIGURATION}{where}: {getattr(error, 'problem', error)}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{CONFIGURATION} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    book = settings.get("book") if isinstance(settings, dict) else None
    if not isinstance(book, dict) or not book.get("title") or not book.get("chapters"):
        raise UserError(f"{CONFIGURATION}: a `book:` with `title:` and `chapters:` is needed")
    beyond: list[Problem] = []
    references = [book["references"]] if book.get("references") else []
    chapters = list(_documents(root, _listed(book, "chapters"), beyond))
    chapters += [replace(chapter, appendix=True) for chapter in _documents(root, _listed(book, "appendices"), beyond)]
    chapters += _documents(root, references, beyond)
    named = settings.get("bibliography") or []
    bibliography = [root / name for name in _listed({"bibliography": [named] if isinstance(named, str) else named})]
    for file in bibliography:
        if not file.exists():
            raise UserError(f"{CONFIGURATION}: bibliography {file.relative_to(root)} does not exist")
        try:
            read_text(file)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise UserError(
                f"{CONFIGURATION}: bibliography {file.relative_to(root)} cannot be read: {reason}"
            ) from None
    _check_shape(settings, book)
    folder = (settings.get("project") or {}).get("output-dir", "_book")
    output = root / (folder if profile == "full" else f"{folder}-{profile}")
    return Book(root, settings, chapters, output, str(book["title"]), bibliography, beyond, _slides(root))


def _slides(root: Path) -> Chapter | None:
    """The document that `_quarto-slides.yml` renders. (Quarto makes no slides within a book.)

    Raises:
        UserError: the file does not name one document.
    """
    try:
        settings = yaml.safe_load(read_text(root / SLIDES))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UserError(f"{SLIDES} cannot be read: {getattr(error, 'problem', None) or error}") from None
    named = (settings.get("project") or {}).get("render") if isinstance(settings, dict) else None
    if not isinstance(named, list) or len(named) != 1 or not isinstance(named[0], str):
        raise UserError(f"{SLIDES}: `project:` must name the document of slides, as in `render: [report/slides.qmd]`")
    lines: list[str] = []
    origins: list[tuple[str, int]] = []
    _read_into(root, named[0], SLIDES, lines, origins, ())
    return Chapter(named[0], "".join(lines), origins)


def _listed(settings: dict[str, Any], name: str = "bibliography") -> list[Any]:
    """A list of file names; empty where there is none."""
    value = settings.get(name) or []
    if not isinstance(value, list) or (name == "bibliography" and not all(isinstance(item, str) for item in value)):
        raise UserError(f"{CONFIGURATION}: `{name}:` must be a list of file names, not {value!r:.40}")
    return value


def _check_shape(settings: dict[str, Any], book: dict[str, Any]) -> None:
    """Refuse what is another kind of thing than the rest of the code, and Quarto, take it for.

    Raises:
        UserError: a setting has the wrong shape.
    """
    project = settings.get("project") or {}
    if not isinstance(project, dict) or not isinstance(project.get("output-dir", "_book"), str):
        raise UserError(
            f"{CONFIGURATION}: `project:` must be a group of settings, and its `output-dir:` a folder's name"
        )
    for name in ("title", "subtitle", "repo-url", "output-file", "date"):
        if isinstance(book.get(name), dict | list):
            raise UserError(f"{CONFIGURATION}: `{name}:` must be a text, not {book[name]!r:.40}")
    authors = book.get("author") or []
    if not isinstance(authors, str | list) or not all(isinstance(author, str | dict) for author in authors):
        raise UserError(f"{CONFIGURATION}: `author:` must be a name or a list of names, not {authors!r:.40}")
    formats = settings.get("format")
    for options in (settings, *(formats.values() if isinstance(formats, dict) else ())):
        depth = options.get("toc-depth", 3) if isinstance(options, dict) else 3
        if not isinstance(depth, int) or not 1 <= depth <= 6:
            raise UserError(f"{CONFIGURATION}: `toc-depth:` must be a number from 1 to 6, not {depth!r:.40}")
    if not isinstance(settings.get("csl", ""), str):
        raise UserError(f"{CONFIGURATION}: `csl:` must be the name of a file, not {settings['csl']!r:.40}")
    if not isinstance(settings.get("lang", ""), str):
        raise UserError(f"{CONFIGURATION}: `lang:` must be a text, not {settings['lang']!r:.40}")


def _documents(root: Path, items: list[Any], beyond: list[Problem]) -> Iterator[Chapter]:
    """The chapters that a list names, in order; also those in its parts.

    Args:
        root: of the project.
        items: file names, or mappings as Quarto knows them: a part, with a title or a page of its own, and its
            chapters; a file with another name in the navigation; a separator.
        beyond: what of it the embedded renderer does not understand is added to this.

    Raises:
        UserError: it is none of these.
    """
    for item in items:
        if isinstance(item, str):
            yield _read_chapter(root, item)
            continue
        kind = next((key for key in PARTS if isinstance(item, dict) and isinstance(item.get(key), str)), "")
        inner = (item.get("chapters") or item.get("contents") or []) if kind else []
        if not kind or not isinstance(inner, list):
            raise UserError(f"{CONFIGURATION}: a chapter is a file name, or a part with its chapters, not {item!r:.60}")
        name, part = item[kind], ""
        is_document = Path(name).suffix in (".qmd", ".md") and (root / name).is_file()
        if kind in ("file", "href") or (kind == "part" and is_document):
            chapter = _read_chapter(root, name)
            yield replace(chapter, is_part=kind == "part", name=str(item.get("text") or ""))
        elif kind == "part":
            part = name
        else:
            beyond.append(Problem(CONFIGURATION, _line_of(root, kind, name), f"`{kind}: {name}` among the chapters"))
        for at, chapter in enumerate(_documents(root, inner, beyond)):
            yield replace(chapter, part=part) if part and at == 0 else chapter


def _line_of(root: Path, key: str, value: str) -> int:
    """The line of the configuration on which a setting stands."""
    lines = read_text(root / CONFIGURATION).splitlines()
    pattern = rf"[\s\-{{,]*['\"]?{key}['\"]?\s*:\s*['\"]?{re.escape(value)}"
    return next((number for number, line in enumerate(lines, 1) if re.match(pattern, line)), 1)


def _read_chapter(root: Path, name: str) -> Chapter:
    lines: list[str] = []
    origins: list[tuple[str, int]] = []
    _read_into(root, name, CONFIGURATION, lines, origins, ())
    _title_as_heading(lines, origins)
    return Chapter(name, "".join(lines), origins)


def _title_as_heading(lines: list[str], origins: list[tuple[str, int]]) -> None:
    """Make a heading of a title that stands in the metadata, where Quarto looks for it as well.

    Args:
        lines: of a chapter, changed in place; their number stays.
        origins: of the lines, which go with them.
    """
    fences = [at for at, line in enumerate(lines) if line.rstrip() in ("---", "...")]
    if fences[:1] != [0] or len(fences) < 2:
        return
    end = fences[1]
    try:
        metadata = yaml.compose("".join(lines[1:end]), Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return  # Quarto says what is wrong with it
    pairs = metadata.value if isinstance(metadata, yaml.MappingNode) else []
    for key, value in pairs:
        if key.value != "title" or not isinstance(value, yaml.ScalarNode) or not value.value.strip():
            continue
        first = 1 + key.start_mark.line
        after = 1 + value.end_mark.line + (value.end_mark.column > 0)
        others = [*range(1, first), *range(after, end)] if len(pairs) > 1 else []
        kept = [(lines[at], origins[at]) for at in ([0, *others, end] if others else [])]
        kept += [("\n", origins[first])] * (end - len(kept))
        kept.append((f"# {' '.join(value.value.split())}\n", origins[first]))
        lines[: end + 1], origins[: end + 1] = map(list, zip(*kept, strict=True))
        return


def _read_into(
    root: Path, name: str, where: str, lines: list[str], origins: list[tuple[str, int]], open_files: tuple[str, ...]
) -> None:
    """Add the lines of a document, and of what it includes, to `lines`.

    Args:
        root: of the project.
        name: of the document, relative to the root.
        where: what names it, for messages.
        lines: what was read so far.
        origins: for each of these lines the file and line it was written in.
        open_files: the documents that include this one, which it must not include in turn.
    """
    if name in open_files:
        raise UserError(f"{where}: {name} includes itself")
    try:
        text = read_text(root / name)
    except FileNotFoundError:
        raise UserError(f"{where}: there is no document {name}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{where}: {name} cannot be read as UTF-8 text: {reason}") from None
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        included = INCLUDE.match(line.rstrip("\n"))
        if included:
            target = included[1].strip("'\"")
            relative = target.lstrip("/") if target.startswith("/") else str(Path(name).parent / target)
            _read_into(root, relative, f"{name}:{number}", lines, origins, (*open_files, name))
        else:
            lines.append(line if line.endswith("\n") else line + "\n")
            origins.append((name, number))


def repository(root: Path, book: Book) -> tuple[str, str]:
    """Web address of the source and the current commit; empty where unknown.

    The address is `book: repo-url`, else that of the git remote `origin`.
    """
    url = str(book.meta.get("repo-url") or git_or_nothing(root, "remote", "get-url", "origin"))
    if match := re.match(r"(?:git@|ssh://git@)([^:/]+)[:/](.+)", url):
        url = f"https://{match[1]}/{match[2]}"
    url = re.sub(r"(\.git)?/?$", "", url)
    return (url if url.startswith(("http://", "https://")) else ""), git_or_nothing(root, "rev-parse", "HEAD")
