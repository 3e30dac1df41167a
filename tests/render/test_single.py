"""The report as one file: everything is in it, and everything in it leads somewhere."""

from __future__ import annotations

import base64
import html
import io
import re
import shutil
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from tests.render.conftest import write_chapter
from tests.render.test_embedded import read_page
from tpdl.embedded.single import smaller, svg_as_address
from tpdl.errors import UserError
from tpdl.plan.project import Project
from tpdl.report import build


@pytest.fixture(scope="module")
def text(measured: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    root = Path(shutil.copytree(measured, tmp_path_factory.mktemp("single") / "project"))
    result = build(Project(root), to=["single"])
    assert result.problems == [] and result.renderer == "embedded" and len(result.claims) == 3
    assert [path.relative_to(root).as_posix() for path in result.outputs] == ["_book/A-book-of-shapes.html"]
    return result.outputs[0].read_text(encoding="utf-8")


def test_nothing_lies_beside_it(text: str) -> None:
    page = read_page(text)
    for tag, attribute, target in page.targets:
        assert target.startswith(("#", "data:", "https://example.org")), (tag, attribute, target[:80])
    assert "@import" not in text and not re.search(r"url\(\W*(https?:|/|\.)", text)


def test_every_link_leads_somewhere(text: str) -> None:
    page = read_page(text)
    assert sorted(page.identifiers) == sorted(set(page.identifiers))
    inside = [target[1:] for tag, _, target in page.targets if tag == "a" and target.startswith("#")]
    assert len(inside) > 30 and set(inside) <= set(page.identifiers)
    # A chapter's link to another one, and a reference to what lies there.
    assert '<a href="#sec-second">link to the second chapter</a>' in text
    assert re.search(r'<a href="#fig-second"[^>]*>Figure\s2\.1</a>', text)


def test_all_chapters_with_pictures_tables_and_scripts(text: str) -> None:
    assert re.findall(r'<article id="(chapter-\d)">', text) == [f"chapter-{n}" for n in range(5)]
    assert text.count('src="data:image/svg+xml,') >= 6 and 'src="data:image/' in text and "dark.svg" not in text
    assert "31,415.90" in text and "sheet-controls" in text and "A Mathematical Theory" in text
    found = re.search(r'href="data:text/csv;base64,([^"]+)" download="areas.csv"', text)
    assert found and base64.b64decode(found[1]).startswith(b"shape,")


def test_a_false_claim_stops_it(root: Path) -> None:
    write_chapter(root, "# Second\n\n[Squares win]{claim=\"areas.largest.shape == 'square'\"}\n")
    result = build(Project(root), to=["single"])
    assert result.outputs == [] and len(result.problems) == 1
    (drafted,) = build(Project(root), to=["single"], draft=True).outputs
    assert "this claim does not hold" in drafted.read_text(encoding="utf-8")


def test_quarto_makes_none(root: Path) -> None:
    with pytest.raises(UserError, match="Quarto makes no single file of a book; leave"):
        build(Project(root), to=["single"], renderer="quarto")


def test_images_are_no_larger_than_a_page_shows_them(tmp_path: Path) -> None:
    import numpy as np
    from PIL import Image

    noise = np.random.default_rng(0).integers(0, 256, (900, 1800, 3), dtype=np.uint8)
    written = io.BytesIO()
    Image.fromarray(noise).save(written, "PNG")
    content, suffix = smaller(written.getvalue(), ".png", tmp_path)
    with Image.open(io.BytesIO(content)) as image:
        assert suffix == ".webp" and image.size == (760, 380) and len(content) < len(written.getvalue()) / 5
    assert smaller(b"small", ".png", tmp_path) == (b"small", ".png")


def test_a_drawing_is_the_same_as_an_address() -> None:
    label = "<text a=\"#1 &amp; &#39;x&#39;\">5 % of 'it'\n</text>"
    drawing = f'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">\n{label}</svg>'
    shown = unquote(html.unescape(svg_as_address(drawing)).removeprefix("data:image/svg+xml,"))
    before, after = (ElementTree.fromstring(part)[0] for part in (drawing, shown))
    assert before.attrib == after.attrib and (before.text or "").split() == (after.text or "").split()
