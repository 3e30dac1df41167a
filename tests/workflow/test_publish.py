"""`tpdl publish`: to a bare repository on this disk, as it would be to any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Lab, one_line
from tests.workflow.conftest import commit, git
from tpdl.errors import StepError, UserError
from tpdl.publish import publish, withdraw


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """An empty bare repository."""
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    return tmp_path / "remote.git"


@pytest.fixture
def source(tmp_path: Path, remote: Path) -> Path:
    """A repository with a rendered site, pushed to the remote."""
    root = tmp_path / "source"
    (root / "_book/report").mkdir(parents=True)
    (root / "_book/index.html").write_text("<h1>One</h1>")
    (root / "_book/report/a.html").write_text("<h1>A</h1>")
    (root / ".gitignore").write_text("_book/\n")
    commit(root)
    git(root, "remote", "add", "origin", str(remote))
    git(root, "push", "--quiet", "origin", "main")
    return root


def files(remote: Path) -> set[str]:
    return set(git(remote, "ls-tree", "-r", "--name-only", "gh-pages").splitlines())


def history(remote: Path) -> list[str]:
    return git(remote, "rev-list", "gh-pages").splitlines()


def test_the_site_lies_on_the_branch(source: Path, remote: Path) -> None:
    done = publish(source, source / "_book")
    assert files(remote) == {".nojekyll", "index.html", "report/a.html"}
    assert git(remote, "show", "gh-pages:index.html") == "<h1>One</h1>"
    assert git(remote, "rev-parse", "gh-pages").startswith(done.commit) and done.notes == []
    assert git(source, "status", "--porcelain") == ""
    assert git(source, "branch", "--show-current") == "main"


def test_the_history_grows(source: Path, remote: Path) -> None:
    publish(source, source / "_book")
    (first,) = history(remote)
    (source / "_book/report/a.html").unlink()
    (source / "_book/index.html").write_text("<h1>Two</h1>")
    publish(source, source / "_book")
    assert history(remote)[1:] == [first]
    assert files(remote) == {".nojekyll", "index.html"}


def test_an_unchanged_site_is_not_committed_again(source: Path, remote: Path) -> None:
    publish(source, source / "_book")
    before = history(remote)
    assert publish(source, source / "_book").commit == ""
    assert history(remote) == before == git(source, "rev-list", "gh-pages").splitlines()


def test_what_others_published_stays_in_the_history(source: Path, remote: Path, tmp_path: Path) -> None:
    publish(source, source / "_book")
    git(tmp_path, "clone", "--quiet", "--branch", "gh-pages", str(remote), "other")
    (tmp_path / "other/CNAME").write_text("report.example.org\n")
    theirs = commit(tmp_path / "other", "An own domain")
    git(tmp_path / "other", "push", "--quiet", "origin", "gh-pages")
    (source / "_book/index.html").write_text("<h1>Two</h1>")
    publish(source, source / "_book")
    assert history(remote)[1].startswith(theirs)
    assert git(remote, "show", "gh-pages:CNAME") == "report.example.org"


def test_what_is_not_the_sites_stays_and_is_named(source: Path, remote: Path, tmp_path: Path) -> None:
    (source / "_book/old.html").write_text("<h1>A page that will go</h1>")
    publish(source, source / "_book")
    git(tmp_path, "clone", "--quiet", "--branch", "gh-pages", str(remote), "other")
    (tmp_path / "other/preview/of it").mkdir(parents=True)
    (tmp_path / "other/preview/of it/index.html").write_text("<h1>Preview</h1>")
    (tmp_path / "other/CNAME").write_text("report.example.org\n")
    (tmp_path / "other/report/by-hand.html").write_text("a folder of the site is the site's")
    commit(tmp_path / "other", "A preview and a domain")
    git(tmp_path / "other", "push", "--quiet", "origin", "gh-pages")
    (source / "_book/old.html").unlink()
    for page in ("<h1>Two</h1>", "<h1>Three</h1>"):
        (source / "_book/index.html").write_text(page)
        (note,) = publish(source, source / "_book").notes
        assert "where no publication has put it: CNAME;" in note
        assert git(remote, "show", "gh-pages:index.html") == page
        assert files(remote) == {".nojekyll", "CNAME", "index.html", "preview/of it/index.html", "report/a.html"}
    before = history(remote)
    assert len(before) == 4 and publish(source, source / "_book").commit == ""
    assert history(remote) == before


def test_a_branch_that_others_have_begun(source: Path, remote: Path) -> None:
    """Nobody knows what of it was a site: it stays, and is named."""
    (source / "_book/v1").mkdir()
    (source / "_book/v1/index.html").write_text("<h1>The first version</h1>")
    publish(source, source / "_book")
    theirs = git(remote, "commit-tree", "gh-pages^{tree}", "-m", "Built site for gh-pages")
    git(remote, "update-ref", "refs/heads/gh-pages", theirs)
    git(source, "branch", "--quiet", "-D", "gh-pages")
    (source / "_book/v1/index.html").unlink()
    (source / "_book/v1").rmdir()
    (source / "_book/index.html").write_text("<h1>Two</h1>")
    (note,) = publish(source, source / "_book").notes
    assert "v1/;" in note and "v1/index.html" in files(remote)


def test_commits_that_only_this_clone_has_are_not_lost(source: Path, remote: Path) -> None:
    publish(source, source / "_book")
    mine = git(source, "commit-tree", "gh-pages^{tree}", "-p", "gh-pages", "-m", "By hand")
    git(source, "update-ref", "refs/heads/gh-pages", mine)
    with pytest.raises(UserError, match="has 1 commits that origin does not have"):
        publish(source, source / "_book")
    assert git(source, "rev-parse", "gh-pages") == mine


def test_a_rewritten_remote_is_not_overwritten(source: Path, remote: Path) -> None:
    publish(source, source / "_book")
    tree = git(remote, "rev-parse", "gh-pages^{tree}")
    other = git(remote, "commit-tree", tree, "-m", "Another beginning")
    git(remote, "update-ref", "refs/heads/gh-pages", other)
    with pytest.raises(UserError, match="commits that origin does not have"):
        publish(source, source / "_book")
    assert history(remote) == [other]


def test_a_refused_push_changes_nothing_here(source: Path, remote: Path) -> None:
    publish(source, source / "_book")
    before = history(remote)
    hook = remote / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    (source / "_book/index.html").write_text("<h1>Two</h1>")
    with pytest.raises(StepError, match=r"not published: git push: .*rejected"):
        publish(source, source / "_book")
    assert git(source, "rev-list", "gh-pages").splitlines() == history(remote) == before
    hook.unlink()
    assert publish(source, source / "_book").commit


def test_links_to_commits_nobody_else_has_are_pointed_out(source: Path) -> None:
    commit(source, "Not pushed")
    (source / ".gitignore").write_text("_book/\n.cache/\n")
    differ, unpushed = publish(source, source / "_book").notes
    assert "differ from the last commit" in differ and "not on origin yet" in unpushed


def page(remote: Path, path: str) -> str:
    return git(remote, "show", f"gh-pages:{path}")


def test_versions_lie_beside_the_site(source: Path, remote: Path) -> None:
    site = source / "_book"
    publish(source, site)
    (first,) = history(remote)
    for name, text in (("v1", "<body><h1>First</h1></body>"), ("v2", "<body><h1>Second</h1></body>")):
        (site / "index.html").write_text(f"<title>Shapes &amp; sizes</title>{text}")
        (site / "report/a.html").write_text(text)
        assert publish(source, site, name=name).notes == []
    assert history(remote)[-1] == first
    assert page(remote, "index.html") == "<h1>One</h1>", "the site itself is as it was"
    assert "<h1>First</h1>" in page(remote, "v1/index.html") and "<h1>Second</h1>" in page(remote, "v2/index.html")
    assert 'This is v1. <a href="../versions.html">' in page(remote, "v1/index.html")
    assert 'This is v2. <a href="../../versions.html">' in page(remote, "v2/report/a.html")
    listed = page(remote, "versions.html")
    assert listed.index('href="v2/index.html"') < listed.index('href="v1/index.html"')
    assert "Shapes &amp; sizes: versions" in listed and git(source, "rev-parse", "--short", "HEAD") in listed
    before = history(remote)
    assert publish(source, site, name="v2").commit == "" and history(remote) == before
    # The next publication of the site keeps them, and leads there.
    (site / "index.html").write_text("<body><h1>Three</h1></body>")
    assert publish(source, site).notes == []
    assert '<a href="versions.html">Other versions' in page(remote, "index.html")
    assert {"v1/index.html", "v2/report/a.html", "versions.json", "report/a.html"} <= files(remote)


def test_versions_without_a_site(source: Path, remote: Path) -> None:
    """Who comes to the address finds the list of them, always the current one."""
    for name in ("v1", "v2"):
        publish(source, source / "_book", name=name)
    assert page(remote, "index.html") == page(remote, "versions.html") and "v2/index.html" in page(remote, "index.html")
    assert ".nojekyll" in files(remote)
    publish(source, source / "_book")
    assert "<h1>One</h1>" in page(remote, "index.html")


def test_a_preview_is_listed_nowhere_and_can_be_withdrawn(source: Path, remote: Path) -> None:
    publish(source, source / "_book")
    before = git(remote, "rev-parse", "gh-pages^{tree}")
    (source / "_book/index.html").write_text("<body><h1>Draft</h1></body>")
    publish(source, source / "_book", name="preview/new-figures")
    assert 'preview/new-figures. <a href="../../index.html">' in page(remote, "preview/new-figures/index.html")
    assert "versions.html" not in files(remote) and page(remote, "index.html") == "<h1>One</h1>"
    (source / "_book/index.html").write_text("<h1>Two</h1>")
    assert publish(source, source / "_book").notes == []
    assert "preview/new-figures/index.html" in files(remote)
    (source / "_book/index.html").write_text("<h1>One</h1>")
    publish(source, source / "_book")
    assert withdraw(source, "preview/new-figures").commit
    assert git(remote, "rev-parse", "gh-pages^{tree}") == before
    with pytest.raises(UserError, match="nothing was published as 'preview/new-figures' on origin/gh-pages"):
        withdraw(source, "preview/new-figures")


def test_a_version_is_withdrawn_from_the_list(source: Path, remote: Path) -> None:
    for name in ("v1", "v2"):
        publish(source, source / "_book", name=name)
    withdraw(source, "v1")
    assert "v1" not in page(remote, "versions.html") and "v1" not in page(remote, "index.html")
    assert "v1/index.html" not in files(remote) and "v2/index.html" in files(remote)
    withdraw(source, "v2")
    assert not {"versions.html", "versions.json"} & files(remote)


@pytest.mark.parametrize("name", ["../v2", "v2/", "/v2", "a b", "preview", "versions.html", "report", "-v", "v..2"])
def test_what_is_no_name_of_a_version(name: str, source: Path, remote: Path) -> None:
    publish(source, source / "_book")
    before = history(remote)
    with pytest.raises(UserError, match="name"):
        publish(source, source / "_book", name=name)
    assert history(remote) == before


def test_mistakes(source: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds no index.html"):
        publish(source, source / "nothing")
    with pytest.raises(UserError, match="no remote 'elsewhere'"):
        publish(source, source / "_book", "elsewhere")
    with pytest.raises(UserError, match="git rev-parse: not a git repository"):
        publish(tmp_path, source / "_book")
    git(source, "checkout", "--quiet", "-b", "gh-pages")
    with pytest.raises(UserError, match="gh-pages is checked out"):
        publish(source, source / "_book")
    git(source, "checkout", "--quiet", "main")
    git(source, "branch", "--quiet", "-D", "gh-pages")
    git(source, "remote", "set-url", "origin", str(tmp_path / "gone.git"))
    with pytest.raises(UserError, match=r"git ls-remote: .*gone.git"):
        publish(source, source / "_book")


def test_the_command_renders_and_refuses_what_is_not_true(started: Lab, remote: Path) -> None:
    commit(started.root)
    assert "no remote 'origin'" in one_line(started.tpdl("publish", code=2))
    git(started.root, "remote", "add", "origin", str(remote))
    claim = started.root / "report/means.qmd"
    right = claim.read_text()
    claim.write_text(right.replace("< 0.05 for", "< 0.00005 for"))
    said = started.tpdl("publish", code=1)
    assert "does not hold" in said and "pushed" not in said
    assert "`--force` renders all the same" in said and "--draft" not in said
    claim.write_text(right)
    started.edit("experiments/noise/means.py", 'fmt="o"', 'fmt="s"')
    stale = one_line(started.tpdl("publish", code=1))
    assert stale.startswith("tpdl: not published: noise/means.svg is stale; `tpdl run`")
    assert git(remote, "branch", "--list") == ""
    (started.root / "_book").mkdir(exist_ok=True)
    (started.root / "_book/draft.html").write_text("left over")
    assert "pushed " in started.tpdl("publish", "--force")
    assert "draft.html" not in files(remote)
    assert {".nojekyll", "index.html", "report/means.html", "figures/noise/means.csv"} <= files(remote)
    assert "is a folder of the site" in one_line(
        started.tpdl("publish", "--force", "--as", "figures", code=2).splitlines()[-1]
    )
    assert "origin/gh-pages, as v1/" in started.tpdl("publish", "--force", "--as", "v1")
    assert "v1/report/means.html" in files(remote) and "v1/index.html" in page(remote, "versions.html")
    assert "withdrew v1 from origin/gh-pages" in started.tpdl("publish", "--withdraw", "v1")
    assert "v1/report/means.html" not in files(remote)
