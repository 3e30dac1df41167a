"""`tpdl publish`: the rendered site as a commit on the branch `gh-pages`, pushed.

    publish(root, root / "_book").commit     # "1a2b3c4", or "" if the site was there already

The branch only ever grows: nothing is forced, and what somebody else has pushed in the meantime stays in its history.
What else lies on the branch stays there: a commit says which names at the top are the site's, and only these are
replaced. A version or a preview is a folder, and only that is replaced.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tpdl.errors import StepError, UserError
from tpdl.git import git, git_bytes, git_or_nothing
from tpdl.plan.status import Status, waiting
from tpdl.publish import versions
from tpdl.publish.versions import Listing, Version

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


def publish(root: Path, site: Path, remote: str = "origin", branch: str = BRANCH, name: str = "") -> Published:
    """Commit the files of `site` to `branch`, without touching the working tree, and push it.

    Files and folders at the top of the branch that no publication has put there are kept: a file CNAME for a domain,
    previews, other versions.

    Args:
        root: the project's folder.
        site: the folder with the rendered pages. Where there are versions, a line is added to each.
        remote: the git remote to push to.
        branch: the branch that the pages are served from.
        name: of the folder they go to, "v2" or "preview/new-figures"; by default they are the site.

    Raises:
        UserError: there is no site, no repository, no such remote, or the branch cannot simply be continued.
        StepError: the push was refused; the branch here is as it was before.
    """
    if not (site / "index.html").is_file():
        raise UserError(f"{site} holds no index.html; `tpdl report` renders the site")
    if name:
        versions.check_name(name)
    before, published = _begin(root, remote, branch)
    notes = _notes(root, remote)
    there = _top(root, published)
    former = _former(root, published)
    if name and (taken := name.split("/")[0]) in former:
        raise UserError(f"{taken!r} is a folder of the site itself; name the version otherwise, as in `v2`")
    listed = _listed(root, published)
    if versions.is_version(name):
        others = listed.without(name).versions
        listed = Listing(versions.title_of(site), (_version(root, name), *others))
    if listed.versions or name:
        versions.add_line(site, name, site_is_there="index.html" in there)
    head = git_or_nothing(root, "rev-parse", "--short", "HEAD")
    message = f"Publish the report of {head}" if head else "Publish the report"
    if name:
        commit = _commit(root, site, remote, branch, f"{message} as {name}", name)
        kept = {}
    else:
        names = sorted({path.name for path in site.iterdir()} | {".nojekyll"})
        commit = _commit(root, site, remote, branch, f"{message}\n\n{SITE}{json.dumps(names)}")
        kept = {entry: line for entry, line in there.items() if entry not in former and entry not in names}
    kept |= _written(root, listed.files())
    if name:
        kept |= _written(root, {".nojekyll": b""} | _front_page(there, listed))
    if kept:
        commit = _with_entries(root, branch, commit, kept)
    own = {
        versions.LISTING,
        versions.PAGE,
        versions.PREVIEW,
        *(version.name.split("/")[0] for version in listed.versions),
    }
    if not name and (foreign := [_shown(entry, line) for entry, line in kept.items() if entry not in own]):
        notes.append(
            f"kept on {branch}, where no publication has put it: {', '.join(foreign)}; `git rm` there removes what "
            "should go"
        )
    return _pushed(root, remote, branch, commit, before, published, notes)


def withdraw(root: Path, name: str, remote: str = "origin", branch: str = BRANCH) -> Published:
    """Remove a version or a preview from the branch.

    Args:
        root: the project's folder.
        name: under which it was published.
        remote: the git remote to push to.
        branch: the branch that the pages are served from.

    Raises:
        UserError: there is none of that name, or the branch cannot simply be continued.
        StepError: the push was refused; the branch here is as it was before.
    """
    versions.check_name(name)
    before, published = _begin(root, remote, branch)
    if name.split("/")[0] in _former(root, published):
        raise UserError(f"{name!r} belongs to the site itself")
    if not published or not git_or_nothing(root, "rev-parse", "--verify", "--quiet", f"{published}:{name}"):
        raise UserError(f"nothing was published as {name!r} on {remote}/{branch}")
    with tempfile.TemporaryDirectory() as nothing:
        commit = _commit(root, Path(nothing), remote, branch, f"Withdraw {name}", name, jekyll=True)
    listed, there = _listed(root, published), _top(root, published)
    if listed.versions:
        left = listed.without(name)
        files = left.files() | _front_page(there, left)
        gone = dict.fromkeys((versions.LISTING, versions.PAGE), b"")
        commit = _with_entries(root, branch, commit, gone | _written(root, files))
    return _pushed(root, remote, branch, commit, before, published, [])


def _begin(root: Path, remote: str, branch: str) -> tuple[str, str]:
    """The last commits of the branch here and at the remote, empty where there are none.

    Raises:
        UserError: the branch cannot simply be continued.
    """
    check_repository(root, remote, branch)
    before = git_or_nothing(root, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
    published = _fetch(root, remote, branch)
    if before and published and (ahead := git(root, "rev-list", "--count", f"{published}..{before}")) != "0":
        raise UserError(
            f"the branch {branch} here has {ahead} commits that {remote} does not have; "
            f"push them, or delete the branch here with `git branch -D {branch}`, and publish again"
        )
    return before, published


def _pushed(
    root: Path, remote: str, branch: str, commit: str, before: str, published: str, notes: Sequence[str]
) -> Published:
    """Push the branch, unless it holds what is published already.

    Raises:
        StepError: the push was refused; the branch here is as it was before.
    """
    if published and git(root, "rev-parse", f"{commit}^{{tree}}") == git(root, "rev-parse", f"{published}^{{tree}}"):
        _put_back(root, branch, before)
        return Published("", branch, remote, list(notes))
    try:
        git(root, "push", remote, f"refs/heads/{branch}:refs/heads/{branch}")
    except UserError as error:
        _put_back(root, branch, before)
        raise StepError(f"not published: {error}") from None
    return Published(commit[:7], branch, remote, list(notes))


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


def _top(root: Path, commit: str) -> dict[str, bytes]:
    """Files and folders at the top of a commit: name -> the line of `git ls-tree` about it."""
    entries = {}
    for line in git_bytes(root, "ls-tree", "-z", commit).split(b"\0") if commit else []:
        if line:
            entries[line.partition(b"\t")[2].decode("utf-8", "surrogateescape")] = line
    return entries


def _shown(name: str, line: bytes) -> str:
    """A name at the top of the branch, with a slash where it is a folder."""
    return f"{name}/" if line.split()[1] == b"tree" else name


def _former(root: Path, published: str) -> set[str]:
    """The names at the top of the branch that the last publication of the site itself has put there."""
    said = git(root, "log", "-1", "--format=%B", f"--grep=^{SITE}\\[", published) if published else ""
    if found := re.search(rf"^{SITE}(\[.*\])$", said, re.MULTILINE):
        with contextlib.suppress(ValueError):
            return {name for name in json.loads(found[1]) if isinstance(name, str)}
    return set()


def _listed(root: Path, published: str) -> Listing:
    """The versions that are on the branch."""
    return Listing.read(git_or_nothing(root, "show", f"{published}:{versions.LISTING}") if published else "")


def _front_page(there: Mapping[str, bytes], listed: Listing) -> dict[str, bytes]:
    """The list of versions as the first page, where nothing else is: somebody who comes there finds what there is.

    Args:
        there: what lies at the top of the branch, see `_top`.
        listed: the versions.
    """
    first, former = (there.get(name, b"").partition(b"\t")[0] for name in ("index.html", versions.PAGE))
    page = listed.files().get(versions.PAGE)
    return {"index.html": page} if page and first in (b"", former) else {}


def _version(root: Path, name: str) -> Version:
    about = git_or_nothing(root, "show", "-s", "--format=%h %cs", "HEAD").split()
    commit, date = about if len(about) == 2 else ("", "")
    return Version(name, commit, date)


def _written(root: Path, contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files put into the repository: name -> a line as `git ls-tree` has it."""
    lines = {}
    for name, content in contents.items():
        blob = git_bytes(root, "hash-object", "-w", "--stdin", stdin=content).strip()
        lines[name] = b"100644 blob " + blob + b"\t" + name.encode()
    return lines


def _with_entries(root: Path, branch: str, commit: str, entries: Mapping[str, bytes]) -> str:
    """Make a commit of the branch hold more at its top; the new commit, which takes its place.

    Args:
        root: the project's folder.
        branch: whose last commit it is.
        commit: the commit.
        entries: name -> line of `git ls-tree`; an empty one removes what has that name.
    """
    lines = (_top(root, commit) | dict(entries)).values()
    tree = git_bytes(root, "mktree", "-z", stdin=b"".join(line + b"\0" for line in lines if line)).decode().strip()
    parents = [word for parent in git(root, "show", "-s", "--format=%P", commit).split() for word in ("-p", parent)]
    message = git_bytes(root, "show", "-s", "--format=%B", commit)
    made = git_bytes(root, "commit-tree", tree, *parents, stdin=message).decode().strip()
    git(root, "update-ref", f"refs/heads/{branch}", made)
    return made


def _commit(
    root: Path, site: Path, remote: str, branch: str, message: str, name: str = "", jekyll: bool = False
) -> str:
    """Commit the site to the branch here, after what is published already; the new commit.

    Args:
        root: the project's folder.
        site: the files.
        remote: whose branch is continued.
        branch: the branch.
        message: of the commit.
        name: of the folder that they replace; by default they replace everything.
        jekyll: leave out the file that keeps GitHub from changing the pages.
    """
    try:
        from ghp_import import GhpError, ghp_import
    except ImportError:
        raise UserError("publishing needs ghp-import; `pip install ghp-import`") from None
    try:
        with contextlib.chdir(root):  # ghp-import works in the repository of the current folder
            ghp_import(
                str(site),
                remote=remote,
                branch=branch,
                mesg=message,
                nojekyll=not jekyll,
                push=False,
                prefix=name or None,
            )
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
