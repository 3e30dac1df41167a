"""Run the Pandoc that comes with `pypandoc_binary`.

    Pandoc(prepared, folder).convert(0, "tree", ["--from=markdown", "--to=json"], read=[])     # chapter 0 as JSON

What Pandoc made is kept beside what it was made from, and made again only for a chapter that changed.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from tpdl.embedded.excerpt import excerpt
from tpdl.errors import UserError
from tpdl.files import FileSignature, atomic_write, sha256_bytes
from tpdl.render.book import Book
from tpdl.render.kept import kept
from tpdl.render.pandoc import pandoc_path
from tpdl.render.prepare import Prepared

Item = TypeVar("Item")
Result = TypeVar("Result")


def files_of(lua_filter: Path) -> list[Path]:
    """All files of a filter: the one that Pandoc is told of, and the parts that it loads from its folder."""
    parts = lua_filter.with_name(f"{lua_filter.stem}-filter")
    return [lua_filter, *sorted(parts.glob("*.lua"))]


def parallel(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """`function` of every item, on all cores; Pandoc runs in processes of its own, so threads are enough."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(function, items))


class Pandoc:
    """Converts the chapters of a book, each knowing the numbers that it speaks of.

    Args:
        prepared: the book and what was evaluated for it.
        folder: for what Pandoc reads and makes, of this book alone.
    """

    def __init__(self, prepared: Prepared, folder: Path) -> None:
        self.book: Book = prepared.book
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for index, chapter in enumerate(self.book.chapters):
            part = excerpt(prepared.data, prepared.written[chapter.path], chapter.text)
            self.write(f"report-{index}.json", json.dumps(part, ensure_ascii=False))

    def write(self, name: str, text: str) -> Path:
        """Write a file for Pandoc to read."""
        path = self.folder / name
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
        citations: Path | None = None,
    ) -> str:
        """A chapter in a format, or what is kept of it if everything that it is made from is as it was.

        Args:
            index: of the chapter.
            to: name of the format, under which the outcome is kept.
            arguments: for Pandoc.
            read: the files that these name.
            numbers: file with the numbers of the book, for the filter.
            text: what to convert, if not the chapter's source.
            citations: file with what citeproc made of the book's citations, for the filter; need not exist.

        Raises:
            UserError: Pandoc or a filter stopped; its message, with the chapter.
        """
        report, chapter = self.folder / f"report-{index}.json", self.book.chapters[index]
        named = {"TPDL_REPORT": report} | ({"TPDL_CHAPTER": numbers} if numbers else {})
        named |= {"TPDL_CITATIONS": citations} if citations else {}
        return self.run(
            f"{to}-{index}", arguments, read, chapter.text if text is None else text, named, about=f"{chapter.path}: "
        )

    def run(
        self,
        name: str,
        arguments: Sequence[str],
        read: Sequence[Path],
        text: str,
        named: Mapping[str, Path] = MappingProxyType({}),
        about: str = "",
    ) -> str:
        """What Pandoc makes of `text`, or what is kept of it under `name`.

        Args:
            name: of what is made, for keeping it.
            arguments: for Pandoc.
            read: the files that these name.
            text: the source.
            named: variables of the environment that name files which a filter reads.
            about: where the text comes from, to be said if Pandoc stops.

        Raises:
            UserError: Pandoc or a filter stopped.
        """
        program = Path(pandoc_path())
        parts: list[str] = [str(FileSignature.of(program)), str(self.book.root), name, *arguments, text]
        parts += [sha256_bytes(file.read_bytes()) if file.exists() else "" for file in (*read, *named.values())]

        def make() -> str:
            done = subprocess.run(
                [str(program), *arguments],
                input=text,
                cwd=self.book.root,
                env=os.environ | {variable: str(path) for variable, path in named.items()},
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
            if done.returncode:
                raise UserError(f"{about}{' '.join(done.stderr.split())}")
            return done.stdout

        return kept(self.folder / f"{name}.kept", parts, make)
