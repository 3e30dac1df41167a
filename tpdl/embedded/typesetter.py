"""Typst in a process of its own, for one PDF or for many.

    with Typesetter(root, root / "report.typ") as typesetter:
        typesetter.write(root / "report.pdf")

Typst remembers, within one process, what it made of every part of a document: a book that has hardly changed takes a
fifth of the time the second time. (To begin with the book of last time while the new one is being prepared gains
nothing on two cores, which are busy.)
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tpdl.errors import UserError
from tpdl.files import atomic_path, atomic_write, read_json, sha256_bytes, sha256_file

PROGRAM = Path(__file__).parent / "typst_process.py"


class Typesetter:
    """Makes a PDF of a Typst document; used in a `with` block.

    Args:
        root: of the project; no document reads what lies outside of it.
        source: the document; need not be there yet.
    """

    def __init__(self, root: Path, source: Path) -> None:
        self._root, self._source = root, source
        self._process = subprocess.Popen(
            # -P: the program lies among modules that have common names.
            [sys.executable, "-P", os.fspath(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C reaches this process alone, which ends that one
        )

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def __enter__(self) -> Typesetter:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.communicate()

    def write(self, target: Path) -> None:
        """Make the PDF, unless the one that is there was made of exactly this.

        Raises:
            UserError: Typst is not installed, refuses the document, or was ended.
        """
        kept = self._source.with_suffix(".kept")
        key = sha256_bytes(json.dumps(_made_of(self._source, self._root)).encode())
        with contextlib.suppress(OSError, ValueError):
            if read_json(kept) == [key, sha256_file(target)]:
                return
        with atomic_path(target) as temporary:
            self._ask(temporary)
        atomic_write(kept, json.dumps([key, sha256_file(target)]))

    def _ask(self, target: Path) -> None:
        """Have the process write the PDF, and wait until it has."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            question = {"source": str(self._source), "target": str(target), "root": str(self._root)}
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
        answer = self._process.stdout.readline()
        error = json.loads(answer) if answer else "Typst: its process was ended"
        if error == "Typst is not here":
            raise UserError(f"{error}; `pip install typst` brings it, or leave the PDF out with `--to html`")
        if error.startswith("Typst: "):
            raise UserError(f"Typst cannot make the PDF: {error.removeprefix('Typst: ')[:400]}")
        if error:
            raise UserError(error)


class Later:
    """Stands in for a typesetter where another process has one, which makes the PDF of the document."""

    def write(self, target: Path) -> None:
        """Leave it to the other process."""


def _made_of(source: Path, root: Path) -> list[str]:
    """Everything that the PDF depends on: Typst, a fixed date, the document, and every file that it may read."""
    try:
        parts = [f"typst {version('typst')}"]
    except PackageNotFoundError:
        parts = ["typst"]
    parts.append(f"date {os.environ.get('SOURCE_DATE_EPOCH', '')}")
    seen, waiting = set(), [source]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        parts.append(f"{path} {sha256_file(path)}")
        if path.suffix == ".typ":
            # Any string may name a file: one too many costs nothing, one too few an old picture.
            for name in re.findall(r'"([^"\\\n]{1,250})"', path.read_text(encoding="utf-8")):
                waiting.append(root / name.lstrip("/") if name.startswith("/") else path.parent / name)
    return sorted(parts)
