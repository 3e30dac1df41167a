"""The documentation is built, as `make docs` does it, and read: complete, linked, asking no other host for anything."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import tpdl
from tests.docs.test_pages import DOCS, PAGES, ROOT, hooks, name

pytest.importorskip("mkdocs", reason="needs the group docs")
from mkdocs.exceptions import PluginError


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the finished pages. `--strict`: a link or a name that leads nowhere is an error."""
    folder = tmp_path_factory.mktemp("site") / "docs"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_there(site: Path) -> None:
    assert all((site / name(page)).with_suffix(".html").is_file() for page in PAGES)
    assert not list(site.rglob("*.py"))


def test_no_other_host_is_asked(site: Path) -> None:
    """Links may lead elsewhere; scripts, styles, fonts and pictures are all here."""
    loaded = []
    for page in site.rglob("*.html"):
        for tag in re.findall(r"<(?:script|link|img|iframe|source|video)\b[^>]*>", page.read_text(encoding="utf-8")):
            if not re.search(r'rel="(canonical|next|prev)"', tag):
                loaded += re.findall(r'(?:src|href)="?((?:https?:)?//[^" >]+)', tag)
    styles = "".join(style.read_text(encoding="utf-8") for style in site.rglob("*.css"))
    assert loaded == [] and not re.search(r"url\(\s*[\"']?(https?:)?//", styles)


def test_every_public_name_and_every_command_is_described(site: Path) -> None:
    page = (site / "reference/python.html").read_text(encoding="utf-8")
    headings = set(re.findall(r'<h3 id="[^"]+" class="doc doc-heading">\s*(?:<span[^>]*>)?(\w+)', page))
    assert set(tpdl.__all__) <= headings
    page = (site / "reference/command-line.html").read_text(encoding="utf-8")
    commands = hooks().commands(hooks().parser())
    assert "run" in commands
    assert [command for command in commands if f'<h2 id="{command}">' not in page] == []
    assert "--dry-run" in page and "show what would run, and why" in page


def test_a_command_that_is_not_described_stops_the_build() -> None:
    page = (DOCS / "reference/command-line.md").read_text(encoding="utf-8")
    with pytest.raises(PluginError, match="does not describe `tpdl run`"):
        hooks().with_options(page.replace("<!-- tpdl run -->", ""), "page.md")
    with pytest.raises(PluginError, match="`tpdl fly`, which is no command"):
        hooks().with_options(f"{page}\n<!-- tpdl fly -->\n", "page.md")
    assert hooks().with_options("A page without commands.", "page.md") == "A page without commands."


def test_code_blocks_show_their_file(site: Path) -> None:
    page = (site / "concepts/stale.html").read_text(encoding="utf-8")
    assert '<span class="filename">experiments/noise/dice.py</span>' in page
    assert "sh run" not in page and "file=" not in page


def test_every_setting_is_described() -> None:
    files = [path for room in ("plan", "run", "cli") for path in (ROOT / "tpdl" / room).rglob("*.py")]
    sources = "".join(path.read_text(encoding="utf-8") for path in files)
    asked = set(re.findall(r'settings\.get\("(\w+)"', sources))
    page = (DOCS / "reference/settings.md").read_text(encoding="utf-8")
    assert asked and asked == set(re.findall(r"^## (\w+)$", page, re.MULTILINE))
