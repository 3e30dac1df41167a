"""A copy of the toy sweep in the hands of one tool, and how it is judged."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tools import HERE, Commands, Tool


class ToolFailed(Exception):
    """A command ended with an error; what it printed last."""


class Project:
    """One tool's project in a folder. `log` is where its steps say that they begin, and with which result they end."""

    def __init__(self, tool: Tool, root: Path, variables: dict[str, str]) -> None:
        self.tool, self.root = tool, root
        self.log = root.with_name(root.name + ".log")
        self.environment = variables | {"TOY_LOG": str(self.log)}
        self.known: set[str] = set()
        self.seen = 0

    @classmethod
    def made(cls, tool: Tool, root: Path, variables: dict[str, str]) -> Project:
        """A new one, without results."""
        for source in (HERE / "toy", tool.sources):
            shutil.copytree(source, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        (root / "out").mkdir()
        project = cls(tool, root, variables)
        project.calls(tool.start)
        return project

    def copy(self, root: Path) -> Project:
        """Another one in the same state, with the times of its files."""
        shutil.copytree(self.root, root, symlinks=True)
        other = Project(self.tool, root, self.environment)
        if self.log.exists():
            shutil.copy(self.log, other.log)
        other.remember()
        return other

    def sources(self) -> dict[Path, bytes]:
        """What its user has written."""
        folders = (HERE / "toy", self.tool.sources)
        files = (path.relative_to(folder) for folder in folders for path in folder.rglob("*.*") if path.is_file())
        return {name: (self.root / name).read_bytes() for name in files if name.suffix != ".pyc"}

    def clean(self, root: Path) -> Project:
        """A project with these sources and nothing else: no results, nothing that the tool has kept."""
        other = Project.made(self.tool, root, self.environment)
        for name, content in self.sources().items():
            (other.root / name).write_bytes(content)
        return other

    def empty(self) -> None:
        """Back to the sources alone."""
        shutil.rmtree(self.root)
        self.log.unlink()
        Project.made(self.tool, self.root, self.environment)
        self.remember()

    def call(self, command: Iterable[str], check: bool = True) -> None:
        done = subprocess.run([*command], cwd=self.root, env=self.environment, capture_output=True, text=True)
        if check and done.returncode:
            raise ToolFailed(
                f"{' '.join(command)} in {self.root} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
            )

    def calls(self, commands: Commands, check: bool = True) -> None:
        for command in commands:
            self.call(command, check)

    def bring_up_to_date(self) -> None:
        """The command that the tool's users type all day."""
        self.calls(self.tool.run)

    def products(self) -> dict[str, bytes]:
        """What is on disk, byte by byte."""
        found = (path for pattern in self.tool.products for path in self.root.glob(pattern))
        return {str(path.relative_to(self.root)): path.read_bytes() for path in sorted(found)}

    def events(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def remember(self) -> None:
        """What ran up to now counts as there already."""
        self.known = {line for line in self.events() if line.startswith("end")}
        self.seen = len(self.events())

    def needless(self) -> int:
        """How many steps ran again to a result that was there already. After a kill also what had ended before it.

        A step that draws twice, for the light and the dark theme, is one.
        """
        ended = {line for line in self.events()[self.seen :] if line.startswith("end")}
        return len(ended & self.known)
