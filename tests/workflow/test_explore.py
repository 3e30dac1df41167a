"""`tpdl explore`: what its page lists and links, read as a file; tests/browser/test_explore.py clicks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.conftest import Lab, one_line
from tests.workflow.conftest import commit, identity

__all__ = ["identity"]

PAGE = ".tpdl/explore/index.html"


class Page(HTMLParser):
    """What a page says, experiment by experiment, and where it leads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.ids, self.links = path, set[str](), list[str]()
        self.text: dict[str, str] = {}
        self.rows: list[tuple[str, list[str]]] = []
        """Of all tables: section, cells."""
        self._section, self._cell = "", False
        self.html = path.read_text(encoding="utf-8")
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.add(given["id"] or "")
        if tag == "section":
            self._section = given["id"] or ""
        if tag == "tr":
            self.rows.append((self._section, []))
        if tag in ("td", "th"):
            self.rows[-1][1].append("")
            self._cell = True
        self.links += [value for name in ("href", "src", "srcset") if (value := given.get(name))]

    def handle_endtag(self, tag: str) -> None:
        self._cell = self._cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        self.text[self._section] = self.text.get(self._section, "") + f" {data.strip()}"
        if self._cell:
            self.rows[-1][1][-1] += data.strip()

    def says(self, section: str, *words: str) -> bool:
        """Whether the words stand in one section in this order."""
        return re.search(".*?".join(map(re.escape, words)), self.text[section], re.S) is not None

    def row(self, section: str, *cells: str) -> bool:
        """Whether a table of the section has a row with these cells, in this order and perhaps among others."""
        return any(is_among(cells, row) for where, row in self.rows if where == section)

    def check_links(self) -> None:
        """Every link leads to a file or a place in the page, and none to another host."""
        assert len(self.links) > 5
        for link in self.links:
            if link.startswith("#"):
                assert link == "#" or unquote(link[1:]) in self.ids, link
            elif link != "data:,":
                assert (self.path.parent / unquote(link)).is_file(), link
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", self.html)


def is_among(cells: Sequence[str], row: Sequence[str]) -> bool:
    rest = iter(row)
    return all(cell in rest for cell in cells)


@pytest.fixture
def explored(fresh: Lab) -> Page:
    """The page of a project in which everything is fresh, and two parameters were tried."""
    commit(fresh.root)
    fresh.tpdl("run", "--executor", "inline", "toy/curve/network=small", "-S", "n=2")
    assert fresh.tpdl("explore") == f"wrote {PAGE}\n"
    return Page(fresh.root / PAGE)


def test_everything_that_is_measured_is_there(explored: Page) -> None:
    assert explored.row("toy/curve", "run", "from", "network", "n", "x", "y", "seconds", "made (UTC)", "state")
    assert explored.row("toy/curve", "measured", "small", "4", "3", "9", "fresh")
    assert explored.row("toy/curve", "measured", "large", "4", "3", "90", "fresh")
    assert explored.row("toy/curve", "scratch", "small", "2", "1", "1", "code as now")
    assert explored.row("toy/curve", "largest", "90") and explored.row("toy/curve", "small", "2", "4")
    assert explored.says("toy/curve", "fresh", "Squares.", "toy/curve.svg", "Runs", "curve.csv", "curve.values.json")
    assert explored.says("toy/curve", "experiments/toy/curve.py:16") and 'alt="Two rising curves."' in explored.html
    assert not explored.says("toy/curve", "stale")
    assert "5 steps are fresh" in explored.text["_overview"]
    explored.check_links()


def test_a_step_that_is_not_fresh_says_why(fresh: Lab) -> None:
    fresh.edit("helpers/maths.py", "return x * x", "return x * x + 1")
    fresh.tpdl("explore")
    page = Page(fresh.root / PAGE)
    assert page.says(
        "toy/curve",
        "toy/curve/network=small, toy/curve/network=large",
        "are stale",
        "code helpers.maths:square changed",
    )
    assert "2 steps are stale" in page.text["_overview"] and "3 steps are stale upstream" in page.text["_overview"]


def test_an_earlier_version_stands_beside(fresh: Lab) -> None:
    before = commit(fresh.root, "First results")
    fresh.edit("experiments/toy/curve.py", '"large": 10', '"large": 20')
    fresh.tpdl("run", "--executor", "inline")
    fresh.tpdl("explore", "--at", "HEAD", "--output", "../elsewhere")
    page = Page(fresh.root.parent / "elsewhere/index.html")
    assert page.says("toy/curve", f"toy/curve.svg since {before}", "changed", "Before", "Now")
    assert page.row("toy/curve", "large, 3", "y", "90", "180", "+90 (+1e+02 %)")
    assert page.row("toy/curve", before, "large", "3", "90", "earlier code"), "the run of the commit has a row"
    assert not page.row("toy/curve", before, "small"), "its result is the one that is here"
    assert page.says("toy/curve", "Versions", before, "First results")
    page.check_links()
    assert "no commit 'nowhere'" in one_line(fresh.tpdl("explore", "--at", "nowhere", code=2))


def test_nothing_measured_is_said_to_be_missing(lab: Lab) -> None:
    lab.tpdl("explore")
    page = Page(lab.root / PAGE)
    assert "5 steps are missing" in page.text["_overview"] and "0 of 2" in page.text["_overview"]
    assert page.row("toy/curve", "small", "–", "not measured")


def test_only_the_first_rows_of_a_long_table(fresh: Lab) -> None:
    fresh.edit("experiments/toy/curve.py", "n: int = 4", "n: int = 150")
    fresh.tpdl("run", "--executor", "inline")
    fresh.tpdl("explore")
    page = Page(fresh.root / PAGE)
    assert "The first 200 of 300 rows; the file has all." in page.text["toy/curve"]
    assert page.html.count("<tr>") < 240 and "../../figures/toy/curve.csv" in page.links


def test_names_and_results_are_text(lab: Lab) -> None:
    """Whatever a result holds, none of it is markup; whatever a file is called, its link leads to it."""
    lab.write(
        "experiments/toy/curve.py",
        """
        from tpdl import experiment


        @experiment(matrix={"name": ["100 %", "<b>&"]})
        def odd(name: str) -> dict:
            return {"<i>": name, "nested": {"deep": [1, 2]}}
        """,
    )
    lab.tpdl("run", "--executor", "inline")
    lab.tpdl("explore")
    page = Page(lab.root / PAGE)
    assert "<b>" not in page.html and "<i>" not in page.html and page.row("toy/odd", "run", "name", "<i>")
    page.check_links()


def test_a_result_that_cannot_be_read_is_named_and_the_rest_is_shown(fresh: Lab) -> None:
    (fresh.root / "figures/toy/curve.csv").write_bytes(b"\xff\xfe,\n")
    fresh.tpdl("explore")
    page = Page(fresh.root / PAGE)
    assert page.says("toy/curve", "figures/toy/curve.csv cannot be read")
    assert page.row("toy/curve", "large", "3", "90", "fresh")
