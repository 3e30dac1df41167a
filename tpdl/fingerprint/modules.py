"""Which module lies in which file. Only folders that are asked for are listed, each once; nothing is imported."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tpdl.files import FolderId, folder_id


@dataclass(frozen=True)
class File:
    """A source file of the project."""

    path: str
    """Relative to the root, with forward slashes."""
    entry: os.DirEntry[str]
    is_package: bool
    """It is the `__init__.py` of a package."""


class Modules:
    """The project's modules under `root`.

        modules = Modules(root, None, ignore=("tpdl",))
        modules.is_ours("lab.nets"), modules.is_ours("numpy")     # True, False
        modules.file("lab.nets").path                             # "lab/nets/__init__.py"

    Args:
        root: the folder that imports start from.
        packages: the top-level names that are the project's; None for every file and every folder with Python files.
        ignore: modules, with everything below them, whose code is declared not to matter.
    """

    def __init__(self, root: Path, packages: Sequence[str] | None, ignore: Sequence[str]) -> None:
        self._root = os.fspath(root)
        self._packages = packages
        self._ignored = tuple(ignore)
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
        return is_below(module, self._ignored)

    def exists(self, module: str) -> bool:
        """Whether it is a module, a package, or a folder that holds Python files (a namespace package)."""
        if not module or self.file(module):
            return bool(module)
        return self._has_python(module.replace(".", "/"))

    def file(self, module: str) -> File | None:
        """The file of a module or regular package; None for namespace packages and unknown names."""
        if module not in self._files:
            self._files[module] = self._find_file(module)
        return self._files[module]

    def below(self, package: str) -> Iterator[str]:
        """All modules inside a package, at any depth, sorted; a link back to a folder that it lies in leads nowhere."""
        return self._below(package, ())

    def _below(self, package: str, above: tuple[FolderId | None, ...]) -> Iterator[str]:
        folder = package.replace(".", "/")
        above = (*above, folder_id(os.path.join(self._root, folder)))
        for name, entry in sorted(self._list(folder).items()):
            if name.isidentifier() and name != "__pycache__" and _is_folder(entry):
                if folder_id(entry.path) in above:
                    continue
                if self.file(f"{package}.{name}"):
                    yield f"{package}.{name}"
                yield from self._below(f"{package}.{name}", above)
            elif name.endswith(".py") and name != "__init__.py" and name[:-3].isidentifier():
                yield f"{package}.{name[:-3]}"

    def _find_file(self, module: str) -> File | None:
        folder, _, name = module.replace(".", "/").rpartition("/")
        if not name.isidentifier():
            return None
        path = f"{folder}/{name}" if folder else name
        entry = self._list(folder).get(name)
        if entry is not None and _is_folder(entry) and (init := self._list(path).get("__init__.py")):
            return File(f"{path}/__init__.py", init, is_package=True)
        if (source := self._list(folder).get(f"{name}.py")) and _is_file(source):
            return File(f"{path}.py", source, is_package=False)
        return None

    def _list(self, folder: str) -> dict[str, os.DirEntry[str]]:
        """The entries of a folder, relative to the root, by name; empty where there is no such folder."""
        if folder not in self._listings:
            try:
                with os.scandir(os.path.join(self._root, folder)) as entries:
                    self._listings[folder] = {entry.name: entry for entry in entries}
            except OSError:
                self._listings[folder] = {}
        return self._listings[folder]

    def _has_python(self, folder: str) -> bool:
        """Whether a folder holds Python files, at any depth."""
        if folder not in self._holds_python:
            entries = self._list(folder)
            self._holds_python[folder] = any(name.endswith(".py") for name in entries) or any(
                self._has_python(f"{folder}/{name}")
                for name, entry in entries.items()
                if name.isidentifier() and name != "__pycache__" and entry.is_dir(follow_symlinks=False)
            )
        return self._holds_python[folder]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder; a link that leads to itself is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file; a link that leads to itself is none."""
    try:
        return entry.is_file()
    except OSError:
        return False


def is_below(module: str, packages: Iterable[str]) -> bool:
    """Whether a module is one of `packages`, or lies in one.

    >>> is_below("lab.nets.vgg", ["lab.nets"]), is_below("lab.networks", ["lab.net"])
    (True, False)
    """
    return any(module == package or module.startswith(f"{package}.") for package in packages)
