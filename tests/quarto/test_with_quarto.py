"""A new project with the real Quarto: it renders, fails and publishes as the tests with the stand-in say.

Needs Quarto 1.9 or newer (on the path, or named by TPDL_QUARTO).
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Lab
from tests.workflow.conftest import commit, git
from tpdl.errors import StepError
from tpdl.plan.project import Project
from tpdl.quarto.version import find_quarto
from tpdl.report import build

QUARTO = find_quarto(Path(__file__).parents[2])
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(QUARTO is None or not QUARTO.usable, reason="no Quarto that is new enough is installed"),
]


@pytest.fixture(autouse=True)
def python(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs before Quarto renders is run by the Python of this test."""
    monkeypatch.setenv("QUARTO_PYTHON", sys.executable)


def sources(root: Path) -> dict[str, bytes]:
    """All files but those that renderers keep for themselves."""
    own = {"_book", ".tpdl", ".quarto", ".git", ".gitignore", "__pycache__"}
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not own & set(path.relative_to(root).parts)
    }


def pages(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in (root / "_book").rglob("*.*")}


def test_it_renders_and_says_how_far_it_is(started: Lab) -> None:
    before = sources(started.root)
    said: list[str] = []
    result = build(Project(started.root), renderer="quarto", say=said.append)
    assert [path.name for path in result.outputs] == ["index.html", "means.html", "references.html", "My-report.pdf"]
    assert all(path.stat().st_size for path in result.outputs)
    assert [line.split()[-1] for line in said[1:]] == ["index.qmd", "report/means.qmd", "report/references.qmd"]
    assert sources(started.root) == before


FAILURES = {
    "typst": ("\n\n```{=typst}\n#nosuch\n```\n", r"\.tpdl/quarto/index\.typ:\d+:\d+: unknown variable: nosuch"),
    "yaml": ("---\ntoc: maybe\n---\n", r"means\.qmd\S*:\d.* toc|means\.qmd.*\btoc\b"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_it_fails(started: Lab, failure: str) -> None:
    """The reason is said plainly, the last report kept, and nothing is left among the sources."""
    build(Project(started.root), renderer="quarto")
    broken, reason = FAILURES[failure]
    chapter = started.root / "report/means.qmd"
    text = chapter.read_text(encoding="utf-8")
    chapter.write_text(broken + text if broken.startswith("---") else text + broken, encoding="utf-8")
    before, book = sources(started.root), pages(started.root)
    with pytest.raises(StepError) as raised:
        build(Project(started.root), renderer="quarto")
    line = str(raised.value)
    assert re.search(reason, line.replace('"', "")) and not re.search("[\n\x1b\u2500-\u257f]", line), line
    assert "; _book is the last report that was rendered; " in line
    assert sources(started.root) == before and pages(started.root) == book
    assert "means.qmd" in (started.root / ".tpdl/quarto/quarto.log").read_text(encoding="utf-8")


def test_a_publication_is_refused_and_accepted(started: Lab, tmp_path: Path) -> None:
    """By `quarto publish`, to a repository on this disk; `quarto render` goes on in any case."""
    assert QUARTO
    root, remote = started.root, tmp_path / "remote.git"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    commit(root)
    git(root, "remote", "add", "origin", str(remote))
    git(root, "push", "--quiet", "origin", "main")
    assert "pushed " in started.tpdl("publish")  # Quarto asks questions where there is no such branch
    published = git(remote, "rev-parse", "gh-pages")

    def quarto(*arguments: str) -> subprocess.CompletedProcess[str]:
        assert QUARTO
        command = [QUARTO.path, *arguments]
        return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    right = (root / "experiments/noise/means.py").read_text(encoding="utf-8")
    started.edit("experiments/noise/means.py", 'fmt="o"', 'fmt="s"')
    refused = quarto("publish", "gh-pages", "--no-prompt", "--no-browser")
    assert refused.returncode and "tpdl: not published: 1 step is not fresh" in refused.stdout + refused.stderr
    assert git(remote, "rev-parse", "gh-pages") == published
    warned = quarto("render", "--to", "html")
    assert warned.returncode == 0 and "tpdl: 1 step is not fresh" in warned.stdout + warned.stderr
    (root / "experiments/noise/means.py").write_text(right, encoding="utf-8")
    accepted = quarto("publish", "gh-pages", "--no-prompt", "--no-browser")
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    assert git(remote, "rev-parse", "gh-pages") != published
