"""`tpdl report` with Quarto: what it refuses, what it says, what it leaves.

A stand-in takes Quarto's part, see standin.py; tests/render/test_quarto.py is for where the real one is.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import Lab, one_line
from tests.quarto.standin import FAILURES
from tpdl.errors import UserError
from tpdl.plan.project import Project
from tpdl.quarto.log import reason
from tpdl.report import build

pytestmark = pytest.mark.usefixtures("standin")


def everything(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".tpdl" not in path.relative_to(root).parts
    }


def test_pages_and_pdf_are_there(started: Lab) -> None:
    said = started.tpdl("report")
    assert "rendered with the quarto renderer" in said
    named = re.findall(r"^  (\S+)$", said, re.MULTILINE)
    assert named == ["_book/index.html", "_book/My-report.pdf"]
    assert all((started.root / name).is_file() for name in named)
    assert "[1/3] index.qmd" in (started.root / ".tpdl/quarto/quarto.log").read_text()


def test_chapters_are_named_as_their_turn_comes(started: Lab) -> None:
    lines: list[str] = []
    build(Project(started.root), say=lines.append)
    assert lines[0] == "rendering with Quarto 1.10.18"
    assert lines[1:] == ["[1/3] index.qmd", "[2/3] report/means.qmd", "[3/3] report/references.qmd"]


def test_one_format_leaves_the_other(started: Lab) -> None:
    started.tpdl("report")
    (started.root / "_book/index.html").write_text("the last one")
    started.tpdl("report", "--to", "pdf")
    assert (started.root / "_book/index.html").read_text() == "the last one"
    (started.root / "_book/My-report.pdf").write_text("the last one")
    started.tpdl("report", "--to", "html")
    assert (started.root / "_book/My-report.pdf").read_text() == "the last one"
    assert (started.root / "_book/index.html").read_text() == "<title>index</title>"


def test_what_is_no_longer_in_the_book_goes(started: Lab) -> None:
    (started.root / "_book").mkdir()
    (started.root / "_book/former.html").write_text("a chapter that was")
    started.tpdl("report")
    assert not (started.root / "_book/former.html").exists()


def test_former_books_are_not_in_the_new_one(started: Lab) -> None:
    """Where `resources:` mean folders at any depth, which was so in new projects once."""
    settings = started.root / "_quarto.yml"
    settings.write_text(settings.read_text().replace("- /figures/**/*.csv", "- figures/**/*.csv"))
    (started.root / ".tpdl/demo/figures").mkdir(parents=True)
    (started.root / ".tpdl/demo/figures/stand-in.csv").write_text("x\n1\n")
    for _ in range(2):
        started.tpdl("report")
    found = [path.relative_to(started.root / "_book") for path in (started.root / "_book").rglob("*.csv")]
    assert Path("figures/noise/means.csv") in found and {path.parts[0] for path in found} == {"figures"}


@pytest.mark.parametrize("version", ["1.8.27", "1.8", "0.9.530"])
def test_too_old(started: Lab, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDIN_VERSION", version)
    refused = one_line(started.tpdl("report", "--renderer", "quarto", code=2))
    assert refused.startswith(f"tpdl: Quarto {version} (") and "too old, 1.9 is needed" in refused
    assert not (started.root / "_book").exists()
    said = started.tpdl("report")
    assert f"Quarto {version} (" in said and "; the embedded renderer is used" in said
    assert "rendered with the embedded renderer" in said
    assert (started.root / "_book/My-report.pdf").stat().st_size > 1000


@pytest.mark.parametrize("version", ["1.9", "1.9.38", "1.10.18", "2.0.0", "99.9.9"])
def test_new_enough(started: Lab, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDIN_VERSION", version)
    assert build(Project(started.root)).renderer == "quarto"


def test_the_one_that_make_report_installed(started: Lab, standin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside one on the path that is too old."""
    (started.root / ".venv-quarto/bin").mkdir(parents=True)
    (started.root / ".venv-quarto/bin/quarto").write_text(f'#!/bin/sh\nSTANDIN_VERSION=1.10.19 exec "{standin}" "$@"\n')
    (started.root / ".venv-quarto/bin/quarto").chmod(0o755)
    monkeypatch.delenv("TPDL_QUARTO")
    monkeypatch.setenv("STANDIN_VERSION", "1.8.27")
    lines: list[str] = []
    assert build(Project(started.root), say=lines.append).note == ""
    assert lines[0] == "rendering with Quarto 1.10.19"


def test_an_output_that_is_not_there_is_not_reported(started: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    started.tpdl("report")
    before = everything(started.root)
    monkeypatch.setenv("STANDIN", "no-pdf")
    said = one_line(started.tpdl("report", code=1).split("\n", 1)[1])
    assert said.startswith("tpdl: Quarto 1.10.18 ended without an error, and did not write My-report.pdf; ")
    assert everything(started.root) == before


REASONS = {
    "typst": ".tpdl/quarto/index.typ:42:7: unknown variable: nothing",
    "yaml": "index.qmd:2: Field \"toc\" has value maybe, which must instead be 'true' or 'false'",
    "lua": "index.qmd: Error running filter /opt/quarto/share/filters/main.lua: "
    "...report/tpdl.lua:12: attempt to index a nil value (local 'meta')",
    "silent": "it ended with exit code 1 and gave no reason",
}


@pytest.mark.parametrize("failure", FAILURES)
def test_quarto_fails(started: Lab, failure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reason is said plainly, its log kept, the last report as well, and nothing of it is left behind."""
    started.tpdl("report")
    before = everything(started.root)
    monkeypatch.setenv("STANDIN", failure)
    said = one_line(started.tpdl("report", "--renderer", "quarto", code=1).split("\n", 1)[1])
    assert said.startswith(f"tpdl: Quarto 1.10.18 stopped: {REASONS[failure]}; ")
    assert "_book is the last report that was rendered; " in said and ".tpdl/quarto/quarto.log" in said
    assert not re.search("[\x1b\u2500-\u257f]", said)
    assert everything(started.root) == before
    log = (started.root / ".tpdl/quarto/quarto.log").read_text()
    assert "[1/3] index.qmd" in log and "\x1b" not in log


def test_there_was_no_report_before(started: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(started.root)
    monkeypatch.setenv("STANDIN", "typst")
    assert "; no report is here; " in started.tpdl("report", code=1)
    assert everything(started.root) == before
    assert (started.root / ".tpdl/quarto/index.typ").read_text() == "#set text(nothing)\n"


def test_a_file_of_the_authors_is_left_alone(started: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    (started.root / "site_libs").mkdir()
    (started.root / "site_libs/mine.js").write_text("mine")
    monkeypatch.setenv("STANDIN", "typst")
    started.tpdl("report", code=1)
    assert (started.root / "site_libs/mine.js").read_text() == "mine"


def test_what_runs_before_fails(started: Lab, standin: Path) -> None:
    standin.with_name("monday").write_text("#!/bin/sh\necho it is Monday\nexit 3\n")
    standin.with_name("monday").chmod(0o755)
    settings = started.root / "_quarto.yml"
    settings.write_text(re.sub("pre-render: .*", "pre-render: monday", settings.read_text()))
    assert "Quarto 1.10.18 stopped: it is Monday; " in started.tpdl("report", code=1)


def test_no_quarto(started: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_QUARTO", "no-quarto")
    with pytest.raises(UserError, match=r"not installed; install 1\.9 or newer, or use `--renderer embedded`"):
        build(Project(started.root), renderer="quarto")


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("", ""),
        ("Output created: _book/index.html\n", ""),
        ("\r[ 2/15] report/a.qmd\r\nERROR: YAMLException: bad indentation (b.qmd, 8:19)\n7: x: 1\n8: y = 2\n     ~\n",
         "report/a.qmd: YAMLException: bad indentation (b.qmd, 8:19)"),
        ("error: unclosed delimiter\n  ┌─ report/../index.typ:3:1\n  │\n3 │ (\n  │ ^\n  = hint: close it\n",
         "report/../index.typ:3:1: unclosed delimiter (hint: close it)"),
        ("ERROR: in file /lab/index.qmd:\nQuarto version 1.8.27 does not satisfy version constraint >=1.9.\n",
         "/lab/index.qmd: Quarto version 1.8.27 does not satisfy version constraint >=1.9."),
    ],
)  # fmt: skip
def test_reasons(log: str, expected: str) -> None:
    assert reason(log) == expected
