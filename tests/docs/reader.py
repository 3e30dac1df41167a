"""Somebody who reads a page of docs/ from top to bottom, and does everything it says.

Code blocks say what they are:

| first line | what is done with it |
|---|---|
| `sh run`, `sh run exit=1` | run by bash, where the block before it ended; the last command ends with that code |
| `sh run background` | started, and interrupted once it has printed an address |
| `sh shown` | not run; `NOT_RUN` in test_pages.py says why |
| `text output` | compared: each line somewhere in what was printed last, in this order, `…` standing for anything |
| `LANGUAGE file=PATH` | written: the whole file |
| `diff file=PATH` | an edit of a file |
| `LANGUAGE shown` | an excerpt, to be read only |
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import wait_for

FENCE = re.compile(r"^```(\S[^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELLS = ("sh", "bash", "console", "shell")


@dataclass(frozen=True)
class Block:
    """A code block of a page."""

    info: str
    content: str
    line: int

    @property
    def language(self) -> str:
        """Its first word."""
        return self.info.split()[0]


def blocks(text: str) -> Iterator[Block]:
    """The code blocks of a page, in their order."""
    for found in FENCE.finditer(text):
        yield Block(found[1], found[2], text.count("\n", 0, found.start()) + 1)


def prose(text: str) -> str:
    """The page without its code blocks."""
    return FENCE.sub("", text)


def environment(programs: Path) -> dict[str, str]:
    """Variables under which `tpdl`, `pytest` and `python` are those of this test, and nothing is configured.

    Args:
        programs: a new folder for the commands.
    """
    programs.mkdir()
    for name, module in (("tpdl", "tpdl"), ("pytest", "pytest -p no:cacheprovider"), ("python", "")):
        call = f"-m {module}" if module else ""
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {call} "$@"\n')
        (programs / name).chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TPDL_")}
    here = str(Path(__file__).parents[2])
    return kept | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": here if not kept.get("PYTHONPATH") else f"{here}{os.pathsep}{kept['PYTHONPATH']}",
        "COLUMNS": "200",
        "TERM": "dumb",
        "OMP_NUM_THREADS": "1",
        "TPDL_QUARTO": "no-quarto",
    }


class Reader:
    """Follows a page in a shell that stays in the folder where the last block left it."""

    def __init__(self, folder: Path, environment: dict[str, str], notebook: Path) -> None:
        self.folder, self.environment = folder, environment
        self.printed = ""
        self._notebook = notebook
        """Outside of the project: where the shell writes down in which folder it ended."""

    def follow(self, block: Block) -> None:
        """Do what a block says."""
        words = block.info.split()
        if words[:2] == ["sh", "run"] and words[2:] == ["background"]:
            self.run_in_background(block.content)
        elif words[:2] == ["sh", "run"]:
            code = int(words[2].removeprefix("exit=")) if words[2:] else 0
            self.run(block.content, code)
        elif block.info == "text output":
            self.compare(block.content)
        elif found := re.fullmatch(r"diff file=(\S+)", block.info):
            self.edit(found[1], block.content)
        elif found := re.fullmatch(r"\w+ file=(\S+)", block.info):
            self.write(found[1], block.content)
        else:
            assert words[1:] == ["shown"], f"line {block.line}: a code block that nobody tries: {block.info}"

    def run(self, commands: str, code: int = 0) -> None:
        """Run commands; all but the last must succeed, and the last must end with `code`."""
        script = f"set -e\ntrap 'pwd > \"{self._notebook}\"' EXIT\n{commands}\n"
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        self.printed = done.stdout + done.stderr
        assert done.returncode == code, f"{commands}\nexit {done.returncode}: {self.printed}"
        assert not re.search("^Traceback", self.printed, re.MULTILINE), self.printed
        self.folder = Path(self._notebook.read_text().strip())

    def run_in_background(self, command: str) -> None:
        """Start a server, wait until it says where it is, and stop it with Ctrl-C."""
        process = subprocess.Popen(
            command.split(), cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        wait_for(lambda: "http://127.0.0.1:" in lines[-1] or lines.append(process.stdout.readline()))  # type: ignore[union-attr, func-returns-value]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0

    def compare(self, expected: str) -> None:
        """Each line, in this order, somewhere in what was printed."""
        at = 0
        for line in expected.splitlines():
            pattern = r"\s*".join(
                re.escape(part.strip()) if part != "…" else ".*" for part in re.split("(…)|  +", line) if part
            )
            found = re.compile(pattern).search(self.printed, at)
            assert found, f"{line!r} is not in\n{self.printed}"
            at = found.end()

    def edit(self, name: str, change: str) -> None:
        """Take out the lines with a minus, put in those with a plus; the others say where."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        before, after = (
            "".join(line[1:] for line in change.splitlines(keepends=True) if line[0] in signs) for signs in ("- ", "+ ")
        )
        assert text.count(before) == 1, f"{before!r} is not once in {name}"
        path.write_text(text.replace(before, after), encoding="utf-8")

    def write(self, name: str, content: str) -> None:
        """Write a file that is not there yet."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        assert not path.exists(), f"{name} is there already"
        path.write_text(content, encoding="utf-8")
