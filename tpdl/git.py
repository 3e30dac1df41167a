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
    """What git prints.

    Args:
        root: the folder in which it is run.
        arguments: for git.
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
    """What git prints, as text without the white space around it; `git_bytes` says what the arguments are.

    Raises:
        UserError: git is not installed, or it refuses, with what it says.
    """
    return git_bytes(root, *arguments).decode("utf-8", "surrogateescape").strip()


def git_or_nothing(root: Path, *arguments: str) -> str:
    """What `git` returns, or "" where git refuses, is not installed, or `root` lies in no repository."""
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


def _reason(stderr: str) -> str:
    """The line of git's error output that says why it refuses."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip() and not line.startswith("hint:")]
    errors = [line for line in lines if line.startswith(("fatal:", "!", "remote: error", "error:"))]
    return (errors or lines or ["no reason given"])[0].removeprefix("fatal: ")
