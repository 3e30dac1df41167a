"""`tpdl diff`: through the command line, against commits of a real repository."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest

from tests.conftest import Lab, one_line
from tests.workflow.conftest import commit, git


@pytest.fixture
def committed(fresh: Lab) -> Lab:
    """A project whose results are committed as HEAD."""
    commit(fresh.root, "First results")
    return fresh


def test_identical(committed: Lab) -> None:
    said = committed.tpdl("diff", "HEAD", "--exit-code")
    head = git(committed.root, "rev-parse", "--short=7", "HEAD")
    assert re.fullmatch(
        rf"since {head} of \S+ \(First results\): identical, all results and pictures of 5 steps\n", said
    )


def test_numbers_rows_and_pictures(committed: Lab) -> None:
    committed.edit("helpers/maths.py", "return x * x", "return x * x + (x == 2) / 4")
    committed.edit("experiments/toy/curve.py", "n: int = 4", "n: int = 5")
    committed.tpdl("run", "--executor", "inline")
    said = committed.tpdl("diff", "HEAD")
    block = said[said.index("toy/curve  changed") :]
    assert "parameter n: 4 -> 5" in block and "code helpers.maths:square changed" in block
    assert "new rows (network, x): small, 4; large, 4" in block
    assert re.search(r"small, 2\s+y\s+4\s+4.25\s+\+0.25 \(\+6.2 %\)", block)
    assert re.search(r"large, 2\s+y\s+40\s+42.5\s+\+2.5", block)
    assert "small, 1" not in block and "toy/curve/network=small" not in said
    assert "toy/curve.svg  picture changed" in said
    assert re.search(r"toy/curve.values  changed\n(?:.*\n){1,2}\s+largest\s+90\s+160\s+\+70", said)
    assert "3 changed; 0 the same" in said
    committed.tpdl("diff", "HEAD", "--exit-code", code=1)


def test_steps_come_and_go(committed: Lab) -> None:
    first = git(committed.root, "rev-parse", "HEAD")
    committed.edit("experiments/toy/curve.py", '"large"]', '"large", "huge"]')
    committed.edit("experiments/toy/curve.py", '"large": 10', '"large": 10, "huge": 100')
    committed.tpdl("run", "--executor", "inline")
    assert "toy/curve/network=huge  new" in committed.tpdl("diff", "HEAD")
    commit(committed.root, "A third network")
    git(committed.root, "checkout", "--quiet", first)
    said = committed.tpdl("diff", "main")
    assert "toy/curve/network=huge  gone" in said and "rows gone (network, x): huge, 0; huge, 1;" in said


def test_the_order_of_rows_and_the_way_numbers_are_written_are_no_changes(committed: Lab) -> None:
    table = committed.root / "figures/toy/curve.csv"
    head, *rows = table.read_text().splitlines()
    table.write_text("\n".join([head, *reversed(rows)]) + "\n")
    said = committed.tpdl("diff", "HEAD")
    assert "the same values in another order" in said and "1 changed; 4 the same" in said


def test_the_working_tree_and_the_index_are_not_touched(committed: Lab) -> None:
    committed.write("figures/toy/curve.csv", "network,x,y\nsmall,0,7\n")
    index = (committed.root / ".git/index").read_bytes()
    before = git(committed.root, "status", "--porcelain")
    index = (committed.root / ".git/index").read_bytes()
    committed.tpdl("diff", "HEAD")
    assert (committed.root / ".git/index").read_bytes() == index
    assert git(committed.root, "status", "--porcelain") == before == "M figures/toy/curve.csv"


def test_a_project_inside_a_repository(fresh: Lab) -> None:
    commit(fresh.root.parent)
    assert "identical" in fresh.tpdl("diff", "HEAD")


def test_a_commit_without_results(lab: Lab) -> None:
    commit(lab.root, "Sources only")
    lab.tpdl("run", "--executor", "inline")
    assert "5 new; 0 the same" in lab.tpdl("diff", "HEAD")


def test_mistakes_are_one_line(fresh: Lab) -> None:
    assert "in no git repository" in one_line(fresh.tpdl("diff", "HEAD", code=2))
    commit(fresh.root)
    for unknown in ("nope", "HEAD:figures", "--output=x"):
        arguments = ["diff", unknown] if not unknown.startswith("-") else ["diff", "--", unknown]
        assert f"no commit '{unknown}'" in one_line(fresh.tpdl(*arguments, code=2))
    assert "git is not installed" in one_line(fresh.tpdl("diff", "HEAD", code=2, PATH="/nowhere"))
    assert "cannot write" in one_line_of(fresh.tpdl("diff", "HEAD", "--html", "figures", code=1))


def one_line_of(text: str) -> str:
    """The one line about a mistake, after what was printed before it."""
    return one_line("\n".join(line for line in text.splitlines() if line.startswith("tpdl: ")))


def test_an_unreadable_record_is_named_and_left_out(committed: Lab) -> None:
    (committed.root / "figures/toy/curve.values.json.record.json").write_text("{")
    said = committed.tpdl("diff", "HEAD")
    assert "cannot be read, and is left out: figures/toy/curve.values.json.record.json" in said
    assert "1 gone; 4 the same" in said


class Page(HTMLParser):
    """What a page shows and asks for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.images: list[dict[str, str | None]] = []
        self.sources: list[str] = []
        self.ids: set[str | None] = set()
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        self.ids.add(found.get("id"))
        self.sources += [found[name] or "" for name in ("src", "srcset", "href") if name in found]
        if tag == "img":
            self.images.append(found)
        if tag == "a":
            self.links.append(found["href"] or "")


def test_the_page_holds_everything(committed: Lab) -> None:
    old = {theme: (committed.root / f"figures/toy/curve{theme}.svg").read_bytes() for theme in ("", ".dark")}
    committed.edit("experiments/toy/curve.py", 'return "x"', 'return "<x>"')
    committed.tpdl("figure", "toy/curve")
    assert "wrote changes.html" in committed.tpdl("diff", "HEAD", "--html", "changes.html")
    text = (committed.root / "changes.html").read_text(encoding="utf-8")
    page = Page(text)
    assert [image["alt"] for image in page.images] == [
        f"Before, at {git(committed.root, 'rev-parse', '--short=7', 'HEAD')}: Two rising curves.",
        "Now: Two rising curves.",
    ]
    assert all(source.startswith(("data:", "#")) for source in page.sources), page.sources
    assert "script" not in page.tags
    assert {link.removeprefix("#") for link in page.links} <= page.ids
    embedded = [base64.b64decode(source.partition(",")[2]) for source in page.sources if "svg+xml" in source]
    new = {theme: (committed.root / f"figures/toy/curve{theme}.svg").read_bytes() for theme in ("", ".dark")}
    assert embedded == [old[".dark"], old[""], new[".dark"], new[""]]


def test_text_from_results_is_not_taken_for_markup(committed: Lab) -> None:
    committed.write("figures/toy/curve.csv", "network,x,y\nsmall,0,<script>alert(1)</script>\n")
    committed.tpdl("diff", "HEAD", "--html", "changes.html")
    text = (committed.root / "changes.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)" in text and "<script" not in text
    assert re.search(r"<p class=\"row\">Rows that are gone \(network, x\): small, 1; ", text)


def test_neither_is_what_a_commit_or_a_file_is_called(fresh: Lab) -> None:
    fresh.write("figures/toy/a&<b>.record.json", "{")
    commit(fresh.root, "More <script>alert(1)</script> & less")
    fresh.tpdl("diff", "HEAD", "--html", "changes.html")
    text = (fresh.root / "changes.html").read_text(encoding="utf-8")
    assert "(More &lt;script&gt;alert(1)&lt;/script&gt; &amp; less)" in text and "<script" not in text
    assert "<code>figures/toy/a&amp;&lt;b&gt;.record.json</code>" in text


def test_text_that_looks_like_numbers_is_compared_as_text(committed: Lab) -> None:
    committed.write(
        "experiments/toy/codes.py",
        """
        import pandas as pd

        from tpdl import experiment

        @experiment()
        def codes() -> pd.DataFrame:
            return pd.DataFrame({"n": [1, 2], "code": ["007", "8"]})
        """,
    )
    committed.tpdl("run", "toy/codes")
    commit(committed.root, "Codes")
    committed.edit("experiments/toy/codes.py", "007", "07")
    committed.tpdl("run", "toy/codes")
    said = committed.tpdl("diff", "HEAD")
    assert "new rows (code): 07" in said and "rows gone (code): 007" in said
