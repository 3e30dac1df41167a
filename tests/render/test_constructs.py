"""What authors write in chapters: each construct of a list, with the renderer that is embedded and with Quarto.

The list is constructs.yml. After a change, `python -m tests.render.test_constructs` writes the table of the
documentation anew.
"""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.render.conftest import Text, pdf_text, prepared, with_quarto, write_chapter
from tpdl.plan.project import Project
from tpdl.quarto.version import find_quarto
from tpdl.report import build

LIST = Path(__file__).with_name("constructs.yml")
PAGE = Path(__file__).parents[2] / "docs/reference/constructs.md"
CONSTRUCTS: list[dict[str, Any]] = yaml.safe_load(LIST.read_text(encoding="utf-8"))
KNOWN = [construct for construct in CONSTRUCTS if "refused" not in construct]
REFUSED = [construct for construct in CONSTRUCTS if "refused" in construct]
QUARTO = find_quarto(PAGE.parents[2])


def names(constructs: list[dict[str, Any]]) -> list[str]:
    return [construct["name"] for construct in constructs]


def write(root: Path, constructs: list[dict[str, Any]]) -> dict[str, int]:
    """Write a chapter that holds them all; for each the line at which it begins."""
    text, lines = "# Second {#sec-second}\n", {}
    for construct in constructs:
        text += f"\n## {construct['name']} {{.unlisted}}\n\n"
        lines[construct["name"]] = text.count("\n") + 1
        text += f"{construct['written']}\n"
    write_chapter(root, text)
    return lines


@pytest.fixture(scope="module", params=["embedded", "quarto"])
def rendered(request: pytest.FixtureRequest, measured: Path, tmp_path_factory: pytest.TempPathFactory) -> Text:
    """The words of the page and of the PDF."""
    if request.param == "quarto" and (QUARTO is None or not QUARTO.usable):
        pytest.skip("no Quarto that is new enough is installed")
    root = Path(shutil.copytree(measured, tmp_path_factory.mktemp(request.param) / "project"))
    write(root, KNOWN)
    if request.param == "quarto":
        with_quarto(root)
    result = build(Project(root), renderer=request.param)
    assert result.problems == [] and result.renderer == request.param
    page = (root / "_book/report/second.html").read_text(encoding="utf-8")
    return Text(words(page), pdf_text(root / "_book/A-book-of-shapes.pdf"))


def words(page: str) -> str:
    """The text of a page in one line."""
    main = re.sub(r"(?s)<(script|style|annotation)\b.*?</\1>", "", page[page.index("<main") : page.index("</main>")])
    # A new word begins with a block, not with emphasis.
    apart = re.sub(r"</?(a|b|em|strong|span|code|sup|i)\b[^>]*>", "", main)
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", apart)).split())


@pytest.mark.parametrize("construct", KNOWN, ids=names(KNOWN))
def test_what_a_reader_finds(construct: dict[str, Any], rendered: Text) -> None:
    assert construct["page"] in rendered.page
    assert re.sub(r"\s", "", construct["paper"]) in re.sub(r"\s", "", rendered.paper)


def test_nothing_of_the_markup_is_left(rendered: Text) -> None:
    marks = r":::|\{\.|@(tbl|lst|thm|sec)-|\?@|<1>|lst-cap|\?\?"
    assert re.findall(marks, rendered.page) == [] and re.findall(marks, rendered.paper) == []


@pytest.fixture(scope="module")
def refusals(measured: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, list[str]]]:
    """What the embedded renderer refuses, by name: where it stands, and everything that is said about that line."""
    root = Path(shutil.copytree(measured, tmp_path_factory.mktemp("refused") / "project"))
    lines = write(root, REFUSED)
    assert prepared(root).problems == []
    result = build(Project(root), to=["html"], renderer="embedded", draft=True)
    assert result.outputs == [] and not (root / "_book").exists()
    said = [str(problem) for problem in result.problems]
    places = {name: f"report/second.qmd:{line}: " for name, line in lines.items()}
    return {name: (place, [line for line in said if line.startswith(place)]) for name, place in places.items()}


@pytest.mark.parametrize("construct", REFUSED, ids=names(REFUSED))
def test_what_only_quarto_knows(construct: dict[str, Any], refusals: dict[str, tuple[str, list[str]]]) -> None:
    """Refused by the embedded renderer alone, with file and line."""
    place, said = refusals[construct["name"]]
    assert said and said[0].startswith(f"{place}{construct['refused']}"), said
    assert said[0].endswith("; the embedded renderer does not know it, `quarto render` does")


def table() -> str:
    """The table of the documentation."""
    rows = ["| what | written as | Quarto | embedded renderer |", "|---|---|---|---|"]
    for construct in CONSTRUCTS:
        lines = [line for line in construct["written"].splitlines() if line.strip()]
        first = lines[0].replace("|", "\\|") + (" …" if len(lines) > 1 else "")
        ticks = "``" if "`" in first else "`"
        padding = " " if "`" in first else ""
        embedded = f"refused: `{construct['refused']}`" if "refused" in construct else "page and PDF"
        rows.append(f"| {construct['name']} | {ticks}{padding}{first}{padding}{ticks} | page and PDF | {embedded} |")
    return "\n".join(rows) + "\n"


def with_table(text: str) -> str:
    before, _, rest = text.partition("| what | written as |")
    return before + table() + re.sub(r"(?s)^.*?\n(?!\|)", "", rest, count=1)


def test_the_documentation_has_the_list() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(CONSTRUCTS) >= 30 and text == with_table(text)


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
