"""`tpdl publish`: the rendered site as a commit on the branch `gh-pages`, pushed.

    publish(root, root / "_book").commit     # "1a2b3c4", or "" if the site was there already

The branch only ever grows: nothing is forced, and what somebody else has pushed in the meantime stays in its history.
What else lies on the branch stays there: a commit says which names at the top are the site's, and only these are
replaced.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tpdl.errors import StepError, UserError
from tpdl.git import git, git_bytes, git_or_nothing
from tpdl.plan.status import Status, waiting

BRANCH = "gh-pages"
SITE = "Site: "
"""Begins the line of a commit's message that lists the files and folders at the top which are the site's."""


@dataclass
class Published:
    """What was pushed."""

    commit: str
    """The new commit on the branch; empty where the site was there already, byte for byte."""
    branch: str
    remote: str
    notes: list[str]
    """What a reader of the site will stumble over, and what was left on the branch, a line each."""


def check_fresh(states: Mapping[str, Status]) -> None:
    """Refuse to publish results that are not those of the code.

    Args:
        states: of every step, see `tpdl.plan.status.judge_all`.

    Raises:
        StepError: a step is not fresh.
    """
    if stale := waiting(states):
        more = f" and {len(stale) - 1} more" if len(stale) > 1 else ""
        raise StepError(
            f"not published: {stale[0]}{more}; `tpdl run` brings them up to date, --force publishes all the same"
        )


def publish(root: Path, site: Path, remote: str = "origin", branch: str = BRANCH) -> Published:
    """Commit the files of `site` to `branch`, without touching the working tree, and push it.

    Files and folders at the top of the branch that no publication has put there are kept: a file CNAME for a domain,
    previews, other versions.

    Args:
        root: the project's folder.
        site: the folder with the rendered pages.
        remote: the git remote to push to.
        branch: the branch that the pages are served from.

    Raises:
        UserError: there is no site, no repository, no such remote, or the branch cannot simply be continued.
        StepError: the push was refused; the branch here is as it was before.
    """
    if not (site / "index.html").is_file():
        raise UserError(f"{site} holds no index.html; `tpdl report` renders the site")
    check_repository(root, remote, branch)
    before = git_or_nothing(root, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
    published = _fetch(root, remote, branch)
    if before and published and (ahead := git(root, "rev-list", "--count", f"{published}..{before}")) != "0":
        raise UserError(
            f"the branch {branch} here has {ahead} commits that {remote} does not have; "
            f"push them, or delete the branch here with `git branch -D {branch}`, and publish again"
        )
    head = git_or_nothing(root, "rev-parse", "--short", "HEAD")
    message = f"Publish the report of {head}" if head else "Publish the report"
    names = sorted({path.name for path in site.iterdir()} | {".nojekyll"})
    commit = _commit(root, site, remote, branch, f"{message}\n\n{SITE}{json.dumps(names)}")
    notes = _notes(root, remote)
    if published and (others := _others(root, published, names)):
        commit = _with_others(root, branch, commit, others)
        listed = ", ".join(others)
        notes.append(
            f"kept on {branch}, where no publication has put it: {listed}; `git rm` there removes what should go"
        )
    if published and git(root, "rev-parse", f"{commit}^{{tree}}") == git(root, "rev-parse", f"{published}^{{tree}}"):
        _put_back(root, branch, before)
        return Published("", branch, remote, notes)
    try:
        git(root, "push", remote, f"refs/heads/{branch}:refs/heads/{branch}")
    except UserError as error:
        _put_back(root, branch, before)
        raise StepError(f"not published: {error}") from None
    return Published(commit[:7], branch, remote, notes)


def check_repository(root: Path, remote: str, branch: str = BRANCH) -> None:
    """Refuse where nothing could be pushed anyway, before time is spent on rendering.

    Raises:
        UserError: there is no repository or no such remote, or the branch itself is checked out.
    """
    git(root, "rev-parse", "--git-dir")
    if not git_or_nothing(root, "remote", "get-url", remote):
        raise UserError(f"this repository has no remote {remote!r}; `git remote add {remote} ADDRESS` names one")
    if git_or_nothing(root, "symbolic-ref", "--short", "--quiet", "HEAD") == branch:
        raise UserError(
            f"the branch {branch} is checked out here; change to the branch with the sources and publish again"
        )


def _fetch(root: Path, remote: str, branch: str) -> str:
    """The last commit of the branch at the remote, fetched; empty where there is no such branch yet."""
    if not git(root, "ls-remote", "--heads", remote, f"refs/heads/{branch}"):
        return ""
    git(root, "fetch", "--quiet", remote, f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}")
    return git(root, "rev-parse", f"refs/remotes/{remote}/{branch}")


def _others(root: Path, published: str, names: list[str]) -> dict[str, bytes]:
    """What lies at the top of the branch and is not the site's.

    Args:
        root: the project's folder.
        published: the last commit of the branch.
        names: the files and folders at the top of the new site.

    Returns:
        name, with a slash where it is a folder -> the line of `git ls-tree` about it.
    """
    former: set[str] = set()
    said = git(root, "log", "-1", "--format=%B", f"--grep=^{SITE}\\[", published)
    if found := re.search(rf"^{SITE}(\[.*\])$", said, re.MULTILINE):
        with contextlib.suppress(ValueError):
            former = {name for name in json.loads(found[1]) if isinstance(name, str)}
    others = {}
    for line in git_bytes(root, "ls-tree", "-z", published).split(b"\0"):
        about, _, raw = line.partition(b"\t")
        name = raw.decode("utf-8", "surrogateescape")
        if name and name not in former and name not in names:
            others[f"{name}/" if about.split()[1] == b"tree" else name] = line
    return others


def _with_others(root: Path, branch: str, commit: str, others: Mapping[str, bytes]) -> str:
    """Make a commit of the branch hold what else was there, too; the new commit, which takes its place."""
    lines = [*git_bytes(root, "ls-tree", "-z", commit).split(b"\0"), *others.values()]
    tree = git_bytes(root, "mktree", "-z", stdin=b"".join(line + b"\0" for line in lines if line)).decode().strip()
    parents = [word for parent in git(root, "show", "-s", "--format=%P", commit).split() for word in ("-p", parent)]
    message = git_bytes(root, "show", "-s", "--format=%B", commit)
    made = git_bytes(root, "commit-tree", tree, *parents, stdin=message).decode().strip()
    git(root, "update-ref", f"refs/heads/{branch}", made)
    return made


def _commit(root: Path, site: Path, remote: str, branch: str, message: str) -> str:
    """Commit the site to the branch here, after what is published already; the new commit."""
    try:
        from ghp_import import GhpError, ghp_import
    except ImportError:
        raise UserError("publishing needs ghp-import; `pip install ghp-import`") from None
    try:
        with contextlib.chdir(root):  # ghp-import works in the repository of the current folder
            ghp_import(str(site), remote=remote, branch=branch, mesg=message, nojekyll=True, push=False)
    except (GhpError, OSError, subprocess.SubprocessError) as error:
        raise StepError(f"not published: {getattr(error, 'message', error)}") from error
    return git(root, "rev-parse", f"refs/heads/{branch}")


def _put_back(root: Path, branch: str, before: str) -> None:
    """Make the branch here what it was before: nothing was pushed."""
    if before:
        git(root, "update-ref", f"refs/heads/{branch}", before)
    else:
        git(root, "update-ref", "-d", f"refs/heads/{branch}")


def _notes(root: Path, remote: str) -> list[str]:
    """What is wrong with the site's links, which lead to the source at the current commit."""
    notes = []
    if git_or_nothing(root, "status", "--porcelain", "-uno"):
        notes.append("files here differ from the last commit; the site's links lead to the source as committed")
    if not git_or_nothing(root, "branch", "--remotes", "--contains", "HEAD", "--list", f"{remote}/*"):
        notes.append(f"the commit that the site's links lead to is not on {remote} yet; `git push` brings it there")
    return notes
