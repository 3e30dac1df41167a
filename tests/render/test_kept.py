"""What Pandoc made is kept: a chapter is made again when something it shows changed, and only then."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tpdl.engine.project import Project
from tpdl.render.embedded.pandoc import Pandoc
from tpdl.render.report import build


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The chapters that Pandoc is run for, as they come."""
    chapters: list[str] = []
    run = Pandoc._run

    def noted(self, chapter, *rest):  # type: ignore[no-untyped-def]
        chapters.append(chapter.path)
        return run(self, chapter, *rest)

    monkeypatch.setattr(Pandoc, "_run", noted)
    return chapters


def render(root: Path) -> dict[str, str]:
    """The text of every page and of the Typst document."""
    result = build(Project(root), renderer="embedded", draft=True)
    pages = [path for path in result.outputs if path.suffix == ".html"]
    pages.append(root / ".tpdl" / "book" / "_book" / "book.typ")
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
    kept = render(root)
    shutil.rmtree(root / ".tpdl" / "book")
    assert kept == render(root)
    assert kept != before


def test_only_what_changed_is_made(root: Path, made: list[str]) -> None:
    render(root)
    everything = set(made)
    assert len(everything) > 2 and len(made) == 3 * len(everything)
    made.clear()
    render(root)
    assert made == []
    edited("report/second.qmd", "# ", "A word before.\n\n# ")(root)
    render(root)
    assert made == ["report/second.qmd"] * 3


def test_a_kept_file_that_is_damaged_is_made_again(root: Path, made: list[str]) -> None:
    before = render(root)
    for path in (root / ".tpdl" / "book" / "_book").glob("*.kept"):
        path.write_bytes(b"\xff half a fi")
    made.clear()
    assert render(root) == before and len(made) == 3 * len(set(made))
