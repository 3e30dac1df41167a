"""The files of `figures/`: as they lie on disk, or as they were in a commit."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from tpdl.errors import UserError

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
        return (self._root / path).read_bytes()


@dataclass(frozen=True)
class Commit:
    """What to call a commit."""

    sha: str
    date: str
    """Day of the commit, ISO."""
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
        self._git("rev-parse", "--git-dir", otherwise=f"{root} is in no git repository, so there is no earlier version")
        wanted = f"{revision}^{{commit}}"
        unknown = (
            f"there is no commit {revision!r} here; `git log --oneline` lists them (a shallow clone has only the last)"
        )
        sha = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", wanted, otherwise=unknown).decode()
        date, _, subject = self._git("show", "-s", "--format=%cs %s", sha.strip()).decode().strip().partition(" ")
        self.commit = Commit(sha.strip(), date, subject)
        listed = self._git("ls-tree", "-r", "-z", self.commit.sha, "--", FOLDER).decode("utf-8", "surrogateescape")
        self._objects = {}
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
        """Object -> content, all of them by one process: hundreds of small files would need hundreds."""
        objects = sorted(set(self._objects.values()))
        answer = self._git("cat-file", "--batch", given="".join(f"{name}\n" for name in objects).encode())
        contents, at = {}, 0
        for name in objects:
            end_of_head = answer.index(b"\n", at)
            size = int(answer[at:end_of_head].split()[2])
            contents[name] = answer[end_of_head + 1 : end_of_head + 1 + size]
            at = end_of_head + size + 2
        return contents

    def _git(self, *arguments: str, given: bytes = b"", otherwise: str = "") -> bytes:
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=self._root,
                input=given,
                env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"},  # reading must not get in the way of anybody's commit
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            raise UserError("git is not installed, so there is no earlier version to compare with") from None
        if done.returncode:
            raise UserError(otherwise or f"git {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout
