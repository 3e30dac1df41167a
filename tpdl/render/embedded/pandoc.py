"""Run the Pandoc that comes with `pypandoc_binary`: first to number the whole book, then each chapter in each format."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from tpdl.engine.errors import UserError
from tpdl.render.book import Chapter
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


def run_pandoc(
    arguments: list[str], text: str, chapter: Chapter, root: Path, report: Path, numbers: Path | None = None
) -> str:
    """Convert `text`.

    Raises:
        UserError: Pandoc or a filter stopped; its message, with the chapter.
    """
    environment = os.environ | {"TPDL_REPORT": str(report)} | ({"TPDL_CHAPTER": str(numbers)} if numbers else {})
    done = subprocess.run(
        [pandoc_path(), *arguments],
        input=text,
        cwd=root,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise UserError(f"{chapter.path}: {' '.join(done.stderr.split())}")
    return done.stdout


def first_pass(prepared: Prepared) -> list[dict[str, Any]]:
    """The syntax tree of every chapter, with everything in place but the numbers."""
    book = prepared.book

    def parse(chapter: Chapter) -> dict[str, Any]:
        arguments = ["--from=markdown", "--to=json", f"--lua-filter={PLACE}"]
        tree: dict[str, Any] = json.loads(run_pandoc(arguments, chapter.text, chapter, book.root, prepared.path))
        return tree

    return parallel(parse, book.chapters)


class SecondPass:
    """Renders chapters, knowing the numbers of the whole book."""

    def __init__(self, prepared: Prepared, labels: Labels, folder: Path) -> None:
        self._prepared, self._labels, self._folder = prepared, labels, folder
        self._book = prepared.book
        keys = {key for chapter in labels.chapters for key in chapter.cited if not _is_label(key, labels)}
        self._cited = sorted(keys)
        self._one_bibliography = any(chapter.has_bibliography for chapter in labels.chapters)
        self._template = folder / "part.html"
        self._template.write_text(TEMPLATE, encoding="utf-8")

    def render(self, index: int, to: str) -> str:
        """Chapter `index` as HTML (title, contents and text, divided by `PART`) or as the body of a Typst document."""
        chapter = self._book.chapters[index]
        arguments = ["--from=markdown", f"--lua-filter={PLACE}", f"--lua-filter={QUARTO}", *self._citations(index)]
        if to == "html":
            depth = self._book.option("toc-depth", 3)
            arguments += ["--to=html5", "--standalone", f"--template={self._template}", "--mathml", "--section-divs"]
            arguments += [
                "--toc",
                f"--toc-depth={depth}",
                "--wrap=none",
                "--metadata=pagetitle=page",
                "--strip-comments",
            ]
        else:
            arguments += ["--to=typst", "--wrap=none"]
        return run_pandoc(arguments, chapter.text, chapter, self._book.root, self._prepared.path, self._numbers(index))

    def _numbers(self, index: int) -> Path:
        numbers, chapter = self._labels.chapters[index], self._book.chapters[index]
        path = self._folder / f"chapter-{index}.json"
        about = {
            "page": chapter.page,
            "source": chapter.path,
            "number": numbers.number,
            "appendix": numbers.appendix,
            "headings": numbers.headings,
        }
        path.write_text(json.dumps({"labels": self._labels.labels, "chapter": about}), encoding="utf-8")
        return path

    def _citations(self, index: int) -> list[str]:
        """Cite in every chapter as if it cited everything, so that "2015a" is the same work everywhere; list the works once."""
        here = self._labels.chapters[index].has_bibliography
        cites = any(key in self._cited for key in self._labels.chapters[index].cited)
        if not (self._book.bibliography and (cites or here)):
            return []  # citeproc takes ten times as long as everything else
        metadata: dict[str, Any] = {"link-citations": True, "nocite": ", ".join(f"@{key}" for key in self._cited)}
        if self._one_bibliography and not here:
            metadata["suppress-bibliography"] = True
        if not self._one_bibliography:
            metadata["nocite"] = ""
        path = self._folder / f"citations-{index}.json"
        path.write_text(json.dumps(metadata), encoding="utf-8")
        style = self._book.settings.get("csl")
        files = [f"--bibliography={file}" for file in self._book.bibliography]
        return ["--citeproc", f"--metadata-file={path}", *files, *([f"--csl={style}"] if style else [])]


def _is_label(key: str, labels: Labels) -> bool:
    return key[0].lower() + key[1:] in labels.labels
