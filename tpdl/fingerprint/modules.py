"""Which module lies in which file. Only folders that are asked for are listed, each once; nothing is imported."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class File:
    """A source file."""

    path: str
    """Relative to the root, with forward slashes."""
    entry: os.DirEntry[str]
    is_package: bool


class Modules:
    """The project's modules under `root`. A top-level name is the project's if a file or a folder with Python files has it."""

    def __init__(self, root: Path, packages: Sequence[str] | None, ignore: Sequence[str]) -> None:
        self._root = os.fspath(root)
        self._packages = packages
        self._ignored = {prefix: f"{prefix}." for prefix in ignore}
        self._listings: dict[str, dict[str, os.DirEntry[str]]] = {}
        self._holds_python: dict[str, bool] = {}
        self._files: dict[str, File | None] = {}

    def is_ours(self, module: str) -> bool:
        """Whether the module's top-level package is the project's."""
        top = module.partition(".")[0]
        if self._packages is not None and top not in self._packages:
            return False
        return self.exists(top)

    def is_ignored(self, module: str) -> bool:
        """Whether the module's code is declared not to matter."""
        return any(module == prefix or module.startswith(dotted) for prefix, dotted in self._ignored.items())

    def exists(self, module: str) -> bool:
        """Whether it is a module, a package, or a folder that holds Python files (a namespace package)."""
        if not module or self.file(module):
            return bool(module)
        return self._has_python(module.replace(".", "/"))

    def file(self, module: str) -> File | None:
        """The file of a module or regular package; None for namespace packages and unknown names."""
        if module not in self._files:
            folder, _, name = module.replace(".", "/").rpartition("/")
            found = None
            if name.isidentifier():
                package = f"{folder}/{name}" if folder else name
                entry = self._list(folder).get(name)
                if entry is not None and entry.is_dir() and (init := self._list(package).get("__init__.py")):
                    found = File(f"{package}/__init__.py", init, True)
                elif (source := self._list(folder).get(f"{name}.py")) and source.is_file():
                    found = File(f"{package}.py", source, False)
            self._files[module] = found
        return self._files[module]

    def below(self, package: str) -> Iterator[str]:
        """All modules inside a package, at any depth, sorted."""
        folder = package.replace(".", "/")
        for name, entry in sorted(self._list(folder).items()):
            if entry.is_dir() and name.isidentifier() and name != "__pycache__":
                if self.file(f"{package}.{name}"):
                    yield f"{package}.{name}"
                yield from self.below(f"{package}.{name}")
            elif name.endswith(".py") and name != "__init__.py" and name[:-3].isidentifier():
                yield f"{package}.{name[:-3]}"

    def _list(self, folder: str) -> dict[str, os.DirEntry[str]]:
        if folder not in self._listings:
            try:
                with os.scandir(os.path.join(self._root, folder)) as entries:
                    self._listings[folder] = {entry.name: entry for entry in entries}
            except OSError:
                self._listings[folder] = {}
        return self._listings[folder]

    def _has_python(self, folder: str) -> bool:
        if folder not in self._holds_python:
            entries = self._list(folder)
            self._holds_python[folder] = any(name.endswith(".py") for name in entries) or any(
                self._has_python(f"{folder}/{name}")
                for name, entry in entries.items()
                if name.isidentifier() and name != "__pycache__" and entry.is_dir(follow_symlinks=False)
            )
        return self._holds_python[folder]
