"""`quarto render` and `quarto publish` while something is stale or false: what Quarto runs before says so, or stops it.

A stand-in takes Quarto's part, see standin.py.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import Lab, one_line
from tpdl.quarto.publication import quarto_command


class Caller:
    """Calls Quarto in a project, as its author does at the shell."""

    def __init__(self, root: Path, quarto: Path) -> None:
        self.root, self.quarto = root, quarto

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """What tpdl says; Quarto must end with `code`, and the page be there only if that is 0."""
        page = self.root / "_book/index.html"
        page.unlink(missing_ok=True)
        done = subprocess.run([self.quarto, *arguments], cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        assert page.exists() == (code == 0)
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("tpdl: ")]
        return "\n".join(lines)


@pytest.fixture
def quarto(started: Lab, standin: Path) -> Caller:
    return Caller(started.root, standin)


@pytest.fixture
def stale(started: Lab) -> None:
    started.edit("experiments/noise/means.py", 'fmt="o"', 'fmt="s"')


def test_nothing_is_said_where_all_is_fresh(quarto: Caller) -> None:
    assert quarto("render") == quarto("publish", "gh-pages") == ""


@pytest.mark.usefixtures("stale")
def test_rendering_is_warned_of_and_publishing_refused(quarto: Caller) -> None:
    said = one_line(quarto("render"))
    assert said.startswith("tpdl: 1 step is not fresh (noise/means.svg is stale); `tpdl run` ")
    said = one_line(quarto("publish", "gh-pages", code=1))
    assert said.startswith("tpdl: not published: 1 step is not fresh (noise/means.svg is stale); ")


@pytest.mark.usefixtures("stale")
def test_a_publication_that_only_its_author_knows_of(quarto: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PUBLISH", "1")
    assert quarto("render", code=1).startswith("tpdl: not published: ")


@pytest.mark.usefixtures("stale")
@pytest.mark.parametrize(("value", "render", "publish"), [("publish", 0, 1), ("render", 1, 1), ("never", 0, 0)])
def test_the_setting_decides(quarto: Caller, value: str, render: int, publish: int) -> None:
    (quarto.root / "pyproject.toml").write_text(f'[tool.tpdl]\nrefuse_stale = "{value}"\n')
    assert "1 step is not fresh" in quarto("render", code=render)
    assert "1 step is not fresh" in quarto("publish", "gh-pages", code=publish)


@pytest.mark.usefixtures("stale")
def test_a_false_claim_is_counted_and_refused(quarto: Caller) -> None:
    with (quarto.root / "report/means.qmd").open("a", encoding="utf-8") as chapter:
        chapter.write('\n\n[More draws make it worse.]{claim="means.slope.uniform > 0"}\n')
    problem, line = quarto("render", code=1).splitlines()
    assert "does not hold" in problem
    assert line.startswith("tpdl: not rendered: 1 step is not fresh (noise/means.svg is stale) and 1 claim is false; ")


def test_no_environment_is_activated(quarto: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """And there is no `tpdl` on the path: the script finds the Python that has it, or says that there is none."""
    (quarto.quarto.with_name("tpdl")).unlink()
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    assert quarto("render") == ""


@pytest.mark.parametrize(
    ("called", "command"),
    [
        ("/bin/bash /usr/local/bin/quarto publish gh-pages --no-prompt", "publish"),
        ("deno run --no-check --allow-all /opt/quarto/bin/quarto.js publish", "publish"),
        ("C:/Quarto/bin/quarto.exe --profile x publish netlify", "publish"),
        ("deno run /opt/quarto/bin/quarto.js render publish", "render"),
        ("quarto preview . --port 4000", "preview"),
        ("python /lab/.venv-quarto/bin/quarto publish", "publish"),
        ("git publish", ""),
        ("bash /lab/quarto-publish.sh publish", ""),
        ("make publish", ""),
    ],
)
def test_which_command_of_quarto_that_is(called: str, command: str) -> None:
    assert quarto_command(called.split()) == command
