"""What was made is kept: a chapter is made again when something it shows changed, and only then."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import tpdl.render
from tpdl.embedded import passes
from tpdl.embedded.citations import Citations
from tpdl.plan.project import Project
from tpdl.render import kept
from tpdl.report import build

RENDER = Path(tpdl.render.__file__).parent


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what is made anew, as they come: "html-2" is the page of chapter 2."""
    names: list[str] = []
    write = kept.atomic_write

    def noted(path: Path, text: str) -> None:
        if path.parent.name != "formulas":  # what was asked about them, no part of a book
            names.append(path.stem)
        write(path, text)

    monkeypatch.setattr(kept, "atomic_write", noted)
    return names


def render(root: Path) -> dict[str, str]:
    """The text of every page and of the Typst documents."""
    result = build(Project(root), renderer="embedded", draft=True)
    pages = [path for path in result.outputs if path.suffix == ".html"]
    pages += (root / ".tpdl" / "book" / "_book").glob("*.typ")
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in pages}


def edited(name: str, old: str, new: str) -> Callable[[Path], None]:
    """An edit of one file."""

    def edit(root: Path) -> None:
        text = (root / name).read_text(encoding="utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def other_result(root: Path) -> None:
    """Every number of a summary, and with it values in chapters, captions and alt texts."""
    for path in (root / "figures").rglob("*.values.json"):
        values = json.loads(path.read_text())
        path.write_text(json.dumps(_plus_one(values)))


def _plus_one(value):  # type: ignore[no-untyped-def]
    if isinstance(value, dict):
        return {key: _plus_one(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plus_one(inner) for inner in value]
    return value + 1 if isinstance(value, int | float) and not isinstance(value, bool) else value


EDITS = {
    "words": edited("report/second.qmd", "# ", "# Another "),
    "a new section before others": edited(
        "report/constructs.qmd", "\n## ", "\n## One more {#sec-more}\n\nText.\n\n## "
    ),
    "a work of the bibliography": edited("report/references.bib", "{A Mathematical", "{Changed: A Mathematical"),
    "results": other_result,
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_book_from_what_is_kept_is_the_book_from_scratch(root: Path, edit: Callable[[Path], None]) -> None:
    before = render(root)
    edit(root)
    again = render(root)
    shutil.rmtree(root / ".tpdl" / "book")
    assert again == render(root)
    assert again != before


def test_only_what_changed_is_made(root: Path, made: list[str]) -> None:
    render(root)
    chapters = {name.partition("-")[2] for name in made} - {""}
    assert len(chapters) > 2 and len(made) == 4 * len(chapters) + 1
    made.clear()
    render(root)
    assert made == []
    edited("report/second.qmd", "# ", "A word before.\n\n# ")(root)
    render(root)
    assert sorted(made) == ["html-2", "search-2", "tree-2", "typst-2"]


@pytest.mark.parametrize(
    ("constant", "folder", "part", "old", "new"),
    [
        ("PLACE", RENDER, "tpdl-filter/provenance.lua", "how it was made", "how it came to be"),
        ("QUARTO", RENDER.parent / "embedded", "quarto-filter/words.lua", "'Figure'", "'Picture'"),
    ],
)
def test_an_edit_of_any_part_of_a_filter_is_seen(
    root: Path, monkeypatch: pytest.MonkeyPatch, constant: str, folder: Path, part: str, old: str, new: str
) -> None:
    entry: Path = getattr(passes, constant)
    filters = root / "filters"
    shutil.copytree(folder, filters, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    monkeypatch.setattr(passes, constant, filters / entry.name)
    before = render(root)["_book/report/constructs.html"]
    edited(f"filters/{part}", old, new)(root)
    after = render(root)["_book/report/constructs.html"]
    assert new.strip("'") not in before and new.strip("'") in after


def test_a_kept_file_that_is_damaged_is_made_again(root: Path, made: list[str]) -> None:
    before = render(root)
    everything = set(made)
    for path in (root / ".tpdl" / "book" / "_book").glob("*.kept"):
        path.write_bytes(b"\xff half a fi")
    made.clear()
    assert render(root) == before and set(made) == everything


CITATIONS = (
    "\n\nAs [see *also* @turing1936, pp. 33--35, *passim*; @shannon1948], "
    "[-@turing1936, **p. 7**] and @shannon1948 [chap. 2] say.\n"
)


def test_citations_that_are_looked_up_are_those_of_citeproc(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (root / "report" / "second.qmd").open("a", encoding="utf-8") as file:
        file.write(CITATIONS)
    looked_up = render(root)
    shutil.rmtree(root / ".tpdl" / "book")
    monkeypatch.setattr(Citations, "make", lambda *_: None)  # nothing to look up: citeproc is asked for every chapter
    assert looked_up == render(root)
    page = looked_up["_book/report/second.html"]
    assert "33–35" in page and '<a href="references.html#ref-shannon1948"' in page and 'id="ref-' not in page


NUMERIC = """<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text" default-locale="en-GB">
  <info><title>Numbers</title><id>numbers</id><updated>2026-01-01T00:00:00+00:00</updated></info>
  <citation><layout prefix="[" suffix="]" delimiter=", "><text variable="citation-number"/></layout></citation>
  <bibliography><layout><text variable="citation-number" suffix=". "/><text variable="title"/></layout></bibliography>
</style>
"""


def test_a_style_of_the_books_own(root: Path) -> None:
    (root / "report" / "numbers.csl").write_text(NUMERIC, encoding="utf-8")
    edited("_quarto.yml", "bibliography:", "csl: report/numbers.csl\nbibliography:")(root)
    pages = render(root)
    assert re.search(
        r'<span class="citation" data-cites="shannon1948">.*\[<a href="references.html#ref-shannon1948"',
        pages["_book/report/constructs.html"],
    )
    assert 'id="ref-shannon1948"' in pages["_book/report/references.html"]


def test_chapters_list_their_own_works_where_the_book_has_no_list(root: Path) -> None:
    (root / "report" / "references.qmd").write_text("# References\n\nNone here.\n", encoding="utf-8")
    pages = render(root)
    assert 'id="ref-shannon1948"' in pages["_book/report/constructs.html"]
    assert 'id="ref-shannon1948"' not in pages["_book/report/second.html"]
