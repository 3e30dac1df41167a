"""docs/your-own-report.md is followed from the first line to the last: every command is run, every edit made, every
output compared.

Code blocks say what they are: `sh run`, `sh run background`, `text output` (lines that the commands before it printed,
in this order, `…` for anything), `LANGUAGE file=PATH` (the whole file), `diff file=PATH` (an edit).
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import wait_for
from tests.workflow.conftest import git
from tpdl.cli.main import parser

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/your-own-report.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(.+?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """`tpdl`, `python` and `pytest` are those of this test."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, module in (("tpdl", "tpdl"), ("pytest", "pytest -p no:cacheprovider")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        (programs / name).chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TPDL_")}
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return kept | {"PATH": path, "COLUMNS": "200", "TERM": "dumb", "OMP_NUM_THREADS": "1", "TPDL_QUARTO": "no-quarto"}


class Reader:
    """Follows the page in a shell that stays in the folder where the last block left it."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.printed = ""

    def run(self, commands: str) -> None:
        script = f"set -e\n{commands}\npwd > {self.environment['HOME']}/where\n"
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        self.printed = done.stdout + done.stderr
        assert done.returncode == 0, f"{commands}\n{self.printed}"
        self.folder = Path(Path(self.environment["HOME"], "where").read_text().strip())

    def run_in_background(self, command: str) -> None:
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
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        before, after = (
            "".join(line[1:] for line in change.splitlines(keepends=True) if line[0] in signs) for signs in ("- ", "+ ")
        )
        assert text.count(before) == 1, f"{before!r} is not once in {name}"
        path.write_text(text.replace(before, after), encoding="utf-8")

    def write(self, name: str, content: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        assert not path.exists()
        path.write_text(content, encoding="utf-8")


@pytest.mark.slow
def test_following_the_page(tmp_path: Path, environment: dict[str, str]) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "elsewhere.git")
    (tmp_path / "home").mkdir()
    reader = Reader(tmp_path, environment | {"HOME": str(tmp_path / "home")})
    for kind, content in BLOCK.findall(TEXT):
        if "tpdl publish" in content:  # the reader has one: the page says "your repository"
            git(reader.folder, "remote", "add", "origin", str(tmp_path / "elsewhere.git"))
        if kind == "sh run":
            reader.run(content)
        elif kind == "sh run background":
            reader.run_in_background(content)
        elif kind == "text output":
            reader.compare(content)
        elif found := re.fullmatch(r"diff file=(\S+)", kind):
            reader.edit(found[1], content)
        elif found := re.fullmatch(r"\w+ file=(\S+)", kind):
            reader.write(found[1], content)
        else:
            raise AssertionError(f"a code block that nobody tries: {kind}")
    assert "_book/index.html" in TEXT and (reader.folder / "_book/report/sixes.html").is_file()
    assert "six throws, as expected" in git(tmp_path / "elsewhere.git", "show", "gh-pages:report/sixes.html")


def test_every_block_is_marked() -> None:
    fences = re.findall(r"^```(.*)$", TEXT, re.MULTILINE)
    assert len(fences) == 2 * len(BLOCK.findall(TEXT)) > 20 and not any(fences[1::2])


def test_commands_in_the_text_are_understood() -> None:
    prose = BLOCK.sub("", TEXT)
    named = re.findall(r"`(tpdl [a-z][^`]*)`", prose)
    assert named
    for command in named:
        with contextlib.suppress(SystemExit):
            parser().parse_args(command.split()[1:])


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)]+)\)", BLOCK.sub("", TEXT))
    headings = {
        re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-")
        for line in re.findall(r"^#+ (.*)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    }
    for target in targets:
        path, _, anchor = target.partition("#")
        assert (PAGE.parent / path).exists(), target
        assert not anchor or anchor in headings, target
