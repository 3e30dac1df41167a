"""Git, asked in one way everywhere.

>>> git(Path.cwd(), "--version").startswith("git version")
True
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tpdl.errors import UserError


def git_bytes(root: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """What `git ARGUMENTS` prints when it is run in `root`.

    Args:
        stdin: what it reads from its standard input.

    Raises:
        UserError: git is not installed, or it refuses, with what it says.
    """
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=root,
            input=stdin,
            env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"},  # reading must not get in the way of anybody's commit
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise UserError(f"git is not installed, or cannot be started ({error.strerror})") from None
    if done.returncode:
        raise UserError(f"git {arguments[0]}: {_reason(done.stderr.decode(errors='replace'))}")
    return done.stdout


def git(root: Path, *arguments: str) -> str:
    """The same as text, without the white space around it."""
    return git_bytes(root, *arguments).decode("utf-8", "surrogateescape").strip()


def git_or_nothing(root: Path, *arguments: str) -> str:
    """The same, and empty where git refuses, is not installed, or `root` lies in no repository."""
    try:
        return git(root, *arguments)
    except UserError:
        return ""


def head(root: Path) -> str | None:
    """The commit that is checked out, with "+" where tracked files differ from it; None outside git."""
    commit = git_or_nothing(root, "rev-parse", "HEAD")
    if not commit:
        return None
    return commit + ("+" if git_or_nothing(root, "status", "--porcelain", "-uno") else "")


def _reason(said: str) -> str:
    """The line of git's complaint that says why."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("hint:")]
    telling = [line for line in lines if line.startswith(("fatal:", "!", "remote: error", "error:"))]
    return (telling or lines or ["no reason given"])[0].removeprefix("fatal: ")
