"""`tpdl publish`: the rendered site as a commit on the branch `gh-pages`, pushed.

The branch only ever grows: nothing is forced, and what somebody else has pushed in the meantime stays in its history.
"""

from __future__ import annotations

import contextlib
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tpdl.errors import StepError, UserError

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan

BRANCH = "gh-pages"


@dataclass
class Published:
    """What was pushed."""

    commit: str
    """On the branch; empty where the site was there already, byte for byte."""
    branch: str
    remote: str
    notes: list[str]
    """What the reader of the site will stumble over."""


def check_fresh(plan: Plan) -> None:
    """Refuse to publish results that are not those of the code.

    Raises:
        StepError: a step is not fresh.
    """
    waiting = [f"{name} is {status.state}" for name, status in plan.status().items() if not status.settled]
    if waiting:
        more = f" and {len(waiting) - 1} more" if len(waiting) > 1 else ""
        raise StepError(
            f"not published: {waiting[0]}{more}; `tpdl run` brings them up to date, --force publishes all the same"
        )


def publish(root: Path, site: Path, remote: str = "origin", branch: str = BRANCH) -> Published:
    """Commit the files of `site` to `branch`, without touching the working tree, and push it.

    An own domain (a file CNAME on the branch) is kept.

    Raises:
        UserError: there is no site, no repository, no such remote, or the branch cannot simply be continued.
        StepError: the push was refused; the branch here is as it was before.
    """
    if not (site / "index.html").is_file():
        raise UserError(f"{site} holds no index.html; `tpdl report` renders the site")
    check_repository(root, remote, branch)
    before = _git(root, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}", may_fail=True)
    there = _fetch(root, remote, branch)
    if before and there and (ahead := _git(root, "rev-list", "--count", f"{there}..{before}")) != "0":
        raise UserError(
            f"the branch {branch} here has {ahead} commits that {remote} does not have; "
            f"push them, or delete the branch here with `git branch -D {branch}`, and publish again"
        )
    head = _git(root, "rev-parse", "--short", "HEAD", may_fail=True)
    domain = _git(root, "show", f"{there}:CNAME", may_fail=True) if there else ""
    made = _commit(
        root, site, remote, branch, f"Publish the report of {head}" if head else "Publish the report", domain
    )
    notes = _notes(root, remote)
    if there and _git(root, "rev-parse", f"{made}^{{tree}}") == _git(root, "rev-parse", f"{there}^{{tree}}"):
        _put_back(root, branch, before)
        return Published("", branch, remote, notes)
    try:
        _git(root, "push", remote, f"refs/heads/{branch}:refs/heads/{branch}")
    except UserError as error:
        _put_back(root, branch, before)
        raise StepError(f"not published: {error}") from None
    return Published(made[:7], branch, remote, notes)


def check_repository(root: Path, remote: str, branch: str = BRANCH) -> None:
    """Refuse where nothing could be pushed anyway, before time is spent on rendering.

    Raises:
        UserError: there is no repository or no such remote, or the branch itself is checked out.
    """
    _git(root, "rev-parse", "--git-dir")
    if not _git(root, "remote", "get-url", remote, may_fail=True):
        raise UserError(f"this repository has no remote {remote!r}; `git remote add {remote} ADDRESS` names one")
    if _git(root, "symbolic-ref", "--short", "--quiet", "HEAD", may_fail=True) == branch:
        raise UserError(
            f"the branch {branch} is checked out here; change to the branch with the sources and publish again"
        )


def _fetch(root: Path, remote: str, branch: str) -> str:
    """The last commit of the branch at the remote, fetched; empty where there is no such branch yet."""
    if not _git(root, "ls-remote", "--heads", remote, f"refs/heads/{branch}"):
        return ""
    _git(root, "fetch", "--quiet", remote, f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}")
    return _git(root, "rev-parse", f"refs/remotes/{remote}/{branch}")


def _commit(root: Path, site: Path, remote: str, branch: str, message: str, domain: str) -> str:
    try:
        from ghp_import import GhpError, ghp_import
    except ImportError:
        raise UserError("publishing needs ghp-import; `pip install ghp-import`") from None
    try:
        with contextlib.chdir(root):  # ghp-import works in the repository of the current folder
            ghp_import(
                str(site), remote=remote, branch=branch, mesg=message, nojekyll=True, cname=domain or None, push=False
            )
    except (GhpError, OSError, subprocess.SubprocessError) as error:
        raise StepError(f"not published: {getattr(error, 'message', error)}") from error
    return _git(root, "rev-parse", f"refs/heads/{branch}")


def _put_back(root: Path, branch: str, before: str) -> None:
    """Nothing was pushed, so the branch here is again what it was."""
    if before:
        _git(root, "update-ref", f"refs/heads/{branch}", before)
    else:
        _git(root, "update-ref", "-d", f"refs/heads/{branch}")


def _notes(root: Path, remote: str) -> list[str]:
    """Links of the site lead to the source at the current commit, so that should be where the reader can see it."""
    notes = []
    if _git(root, "status", "--porcelain", "-uno", may_fail=True):
        notes.append("files here differ from the last commit; the site's links lead to the source as committed")
    if not _git(root, "branch", "--remotes", "--contains", "HEAD", "--list", f"{remote}/*", may_fail=True):
        notes.append(f"the commit that the site's links lead to is not on {remote} yet; `git push` brings it there")
    return notes


def _git(root: Path, *arguments: str, may_fail: bool = False) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UserError("git is not installed") from None
    if done.returncode and not may_fail:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip() and not line.startswith("hint:")]
        said = next(
            (line for line in lines if line.startswith(("fatal:", "!", "remote: error", "error:"))), *lines[:1] or [""]
        )
        raise UserError(f"git {arguments[0]}: {said.removeprefix('fatal: ')}")
    return done.stdout.strip() if not done.returncode else ""
