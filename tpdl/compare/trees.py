"""The files of `figures/`: as they lie on disk, or as they were in a commit.

Example:
    InCommit(root, "HEAD~1").read("figures/transfer/layer-cut.csv")     # its bytes, without checking anything out
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from tpdl.errors import UserError
from tpdl.files import read_bytes
from tpdl.git import git, git_bytes, git_or_nothing

FOLDER = "figures"


class Tree(Protocol):
    """Files by their path below the project's root, with forward slashes."""

    def paths(self) -> list[str]:
        """Every file of `figures/`, sorted."""

    def read(self, path: str) -> bytes:
        """The content of one of them."""


class OnDisk:
    """The files as they lie there now, committed or not."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def paths(self) -> list[str]:
        """Every file of `figures/`, sorted."""
        return sorted(p.relative_to(self._root).as_posix() for p in (self._root / FOLDER).rglob("*") if p.is_file())

    def read(self, path: str) -> bytes:
        """The content of one of them."""
        return read_bytes(self._root / path)


@dataclass(frozen=True)
class Commit:
    """A commit, as a reader knows it."""

    sha: str
    date: str
    """The day of the commit, as `2026-05-04`."""
    subject: str

    @property
    def short(self) -> str:
        """The first seven digits."""
        return self.sha[:7]


class InCommit:
    """The files as a commit has them, read from git's own storage: nothing is checked out.

    Args:
        root: the project, which may be a folder inside the repository.
        revision: whatever git understands: a hash, a branch, a tag, `HEAD~3`.

    Raises:
        UserError: there is no git, no repository, or no such revision.
    """

    def __init__(self, root: Path, revision: str) -> None:
        self._root = root
        if not git_or_nothing(root, "rev-parse", "--git-dir"):
            git(root, "--version")  # says it if git itself is missing
            raise UserError(f"{root} is in no git repository, so there is no earlier version")
        sha = git_or_nothing(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if not sha:
            raise UserError(
                f"there is no commit {revision!r} here; `git log --oneline` lists them "
                "(a shallow clone has only the last)"
            )
        date, _, subject = git(root, "show", "-s", "--format=%cs %s", sha).partition(" ")
        self.commit = Commit(sha, date, subject)
        listed = git(root, "ls-tree", "-r", "-z", sha, "--", FOLDER)
        self._objects: dict[str, str] = {}
        """Path -> name of git's object with the content."""
        for line in listed.split("\0"):
            described, _, path = line.partition("\t")
            if path and described.split()[1] == "blob":
                self._objects[path] = described.split()[2]

    def paths(self) -> list[str]:
        """Every file of `figures/`, sorted."""
        return sorted(self._objects)

    def read(self, path: str) -> bytes:
        """The content of one of them."""
        return self._contents[self._objects[path]]

    @cached_property
    def _contents(self) -> dict[str, bytes]:
        """Object -> content, all of them read by one process: one for each of hundreds of small files takes seconds."""
        objects = sorted(set(self._objects.values()))
        answer = git_bytes(self._root, "cat-file", "--batch", stdin="".join(f"{name}\n" for name in objects).encode())
        contents, at = {}, 0
        for name in objects:
            end_of_head = answer.index(b"\n", at)
            size = int(answer[at:end_of_head].split()[2])
            contents[name] = answer[end_of_head + 1 : end_of_head + 1 + size]
            at = end_of_head + size + 2
        return contents
