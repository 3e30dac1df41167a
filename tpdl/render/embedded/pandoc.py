"""Run the Pandoc that comes with `pypandoc_binary`: first to number the whole book, then each chapter in each format.

What Pandoc made is kept beside what it was made from, and made again only for a chapter that changed.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from tpdl.engine.errors import UserError
from tpdl.engine.files import atomic_write, sha256_bytes
from tpdl.render.book import Book, Chapter
from tpdl.render.embedded.excerpt import excerpt
from tpdl.render.embedded.labels import Labels
from tpdl.render.prepare import Prepared

HERE = Path(__file__).parent
PLACE = HERE.parent / "tpdl.lua"
QUARTO = HERE / "quarto.lua"
PART = "<!-- tpdl part -->"
TEMPLATE = f"$title$\n{PART}\n$toc$\n{PART}\n$body$\n"
"""What comes back for a page: its title, its table of contents and its text."""

Given = TypeVar("Given")
Made = TypeVar("Made")


@cache
def pandoc_path() -> str:
    """The program. The module that brings it is imported only here, because it takes a while.

    Raises:
        UserError: `pypandoc_binary` is not installed.
    """
    try:
        import pypandoc

        return str(pypandoc.get_pandoc_path())
    except (ImportError, OSError):
        raise UserError("Pandoc is not here; `pip install pypandoc_binary` brings it") from None


def parallel(function: Callable[[Given], Made], items: Iterable[Given]) -> list[Made]:
    """`function` of every item, on all cores; Pandoc runs in processes of its own, so threads are enough."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(function, items))


class Pandoc:
    """Converts the chapters of a book, each knowing the numbers that it speaks of.

    Args:
        prepared: the book and what was evaluated for it.
        folder: for what Pandoc reads and what it made, of this book alone.
    """

    def __init__(self, prepared: Prepared, folder: Path) -> None:
        self.book: Book = prepared.book
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for index, chapter in enumerate(self.book.chapters):
            part = excerpt(prepared.data, prepared.written[chapter.path], chapter.text)
            self.write(f"report-{index}.json", json.dumps(part, ensure_ascii=False))

    def write(self, name: str, text: str) -> Path:
        """A file that Pandoc shall read."""
        path = self._folder / name
        atomic_write(path, text)
        return path

    def convert(
        self,
        index: int,
        to: str,
        arguments: Sequence[str],
        read: Sequence[Path],
        numbers: Path | None = None,
        text: str | None = None,
    ) -> str:
        """Chapter `index` in a format, or what is kept of it if everything that it is made from is as it was.

        Args:
            to: name of the format, under which the outcome is kept.
            arguments: for Pandoc.
            read: the files that these name.
            numbers: the numbers of the book, for the filter.
            text: what to convert, if not the chapter's source.

        Raises:
            UserError: Pandoc or a filter stopped; its message, with the chapter.
        """
        report = self._folder / f"report-{index}.json"
        program = Path(pandoc_path())
        chapter = self.book.chapters[index]
        text = chapter.text if text is None else text
        parts = [program.stat().st_mtime_ns, str(self.book.root), to, *arguments, text]
        parts += [sha256_bytes(file.read_bytes()) for file in (report, *read, *([numbers] if numbers else []))]
        key = sha256_bytes(json.dumps(parts).encode())
        kept = self._folder / f"{to}-{index}.kept"
        try:
            made_from, _, made = kept.read_text(encoding="utf-8").partition("\n")
        except (OSError, ValueError):  # nothing kept, or damaged
            made_from = ""
        if made_from == key:
            return made
        made = self._run(chapter, text, arguments, report, numbers)
        atomic_write(kept, f"{key}\n{made}")
        return made

    def _run(self, chapter: Chapter, text: str, arguments: Sequence[str], report: Path, numbers: Path | None) -> str:
        environment = os.environ | {"TPDL_REPORT": str(report)} | ({"TPDL_CHAPTER": str(numbers)} if numbers else {})
        done = subprocess.run(
            [pandoc_path(), *arguments],
            input=text,
            cwd=self.book.root,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            raise UserError(f"{chapter.path}: {' '.join(done.stderr.split())}")
        return done.stdout


def first_pass(pandoc: Pandoc) -> list[str]:
    """The syntax tree of every chapter as JSON, with everything in place but the numbers."""
    arguments = ["--from=markdown", "--to=json", f"--lua-filter={PLACE}", "--strip-comments"]
    return parallel(lambda index: pandoc.convert(index, "tree", arguments, [PLACE]), range(len(pandoc.book.chapters)))


class SecondPass:
    """Renders chapters, knowing the numbers of the whole book.

    Args:
        trees: of the first pass.
        labels: the numbers.
    """

    def __init__(self, pandoc: Pandoc, trees: Sequence[str], labels: Labels) -> None:
        self._pandoc, self._trees, self._labels, self._book = pandoc, trees, labels, pandoc.book
        keys = {key for chapter in labels.chapters for key in chapter.cited if not _is_label(key, labels)}
        self._cited = sorted(keys)
        self._one_bibliography = any(chapter.has_bibliography for chapter in labels.chapters)
        self._template = pandoc.write("part.html", TEMPLATE)

    def render(self, index: int, to: str) -> str:
        """Chapter `index` as HTML (title, contents and text, divided by `PART`) or as the body of a Typst document."""
        citations, read = self._citations(index)
        numbers = self._numbers(index, to)
        arguments = [f"--lua-filter={QUARTO}", *citations, "--wrap=none"]
        if to == "typst":  # on paper other things are put into the text, so it is read once more
            arguments = ["--from=markdown", "--to=typst", f"--lua-filter={PLACE}", *arguments]
            return self._pandoc.convert(index, to, arguments, [PLACE, QUARTO, *read], numbers)
        arguments += ["--from=json", "--to=html5", "--standalone", f"--template={self._template}", "--mathml"]
        arguments += ["--section-divs", "--toc", f"--toc-depth={self._book.option('toc-depth', 3)}"]
        arguments += ["--metadata=pagetitle=page"]
        read = [QUARTO, self._template, *read]
        return self._pandoc.convert(index, to, arguments, read, numbers, self._trees[index])

    def _numbers(self, index: int, to: str) -> Path:
        numbers, chapter = self._labels.chapters[index], self._book.chapters[index]
        about = {
            "page": chapter.page,
            "source": chapter.path,
            "number": numbers.number,
            "appendix": numbers.appendix,
            "headings": numbers.headings,
        }
        text = json.dumps({"labels": self._labels.labels, "chapter": about})
        return self._pandoc.write(f"chapter-{index}-{to}.json", text)

    def _citations(self, index: int) -> tuple[list[str], list[Path]]:
        """Cite in every chapter as if it cited everything, so that "2015a" is the same work everywhere; list the works once.

        Returns:
            arguments for Pandoc, and the files that these name.
        """
        here = self._labels.chapters[index].has_bibliography
        cites = any(key in self._cited for key in self._labels.chapters[index].cited)
        if not (self._book.bibliography and (cites or here)):
            return [], []  # citeproc takes ten times as long as everything else
        metadata: dict[str, Any] = {"link-citations": True, "nocite": ", ".join(f"@{key}" for key in self._cited)}
        if self._one_bibliography and not here:
            metadata["suppress-bibliography"] = True
        if not self._one_bibliography:
            metadata["nocite"] = ""
        path = self._pandoc.write(f"citations-{index}.json", json.dumps(metadata))
        style = self._book.settings.get("csl")
        files = [f"--bibliography={file}" for file in self._book.bibliography]
        read = [path, *self._book.bibliography, *([self._book.root / style] if style else [])]
        return ["--citeproc", f"--metadata-file={path}", *files, *([f"--csl={style}"] if style else [])], read


def _is_label(key: str, labels: Labels) -> bool:
    return key[0].lower() + key[1:] in labels.labels
