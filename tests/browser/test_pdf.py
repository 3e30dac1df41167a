"""The printed report: all figures, all glyphs, links that lead somewhere, what a screen reader needs. No browser."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

pytestmark = pytest.mark.slow
LABEL = r"(Figure|Table) (\d+\.\d+)"


@pytest.fixture(scope="module")
def pdf(book: Path) -> PdfReader:
    """The PDF beside the pages."""
    (path,) = book.glob("*.pdf")
    return PdfReader(path)


def page_texts(pdf: PdfReader) -> list[str]:
    """The text of each page, with plain spaces."""
    return [" ".join(page.extract_text().replace("\u00a0", " ").split()) for page in pdf.pages]


def test_where_a_figure_comes_from_stands_on_its_page(pdf: PdfReader) -> None:
    heads = [text[:200] for text in page_texts(pdf)]
    assert sum(bool(re.search(r"\w\.py ·", text)) for text in page_texts(pdf)) > 30, "the line names the code"
    assert [head for head in heads if re.search(r"^(\D{0,60} )?\w+\.py ·", head)] == []


def structure_elements(node: Any, page: Any = None) -> Iterator[tuple[Any, Any]]:
    """Every tagged element with the page that it is on."""
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from structure_elements(child, page)
    elif isinstance(node, dict):
        page = node.get("/Pg", page)
        if "/S" in node:
            yield node, page
        if "/K" in node:
            yield from structure_elements(node["/K"], page)


def contents(holder: Any, pdf: PdfReader) -> Iterator[tuple[list[Any], bytes, dict[str, Any]]]:
    """Every drawing command of a page and of the pictures on it: operands, operator, fonts by name."""
    resources = holder["/Resources"].get_object() if "/Resources" in holder else {}
    fonts = {name: font.get_object() for name, font in resources.get("/Font", {}).items()}
    stream = holder.get_contents() if hasattr(holder, "get_contents") else ContentStream(holder, pdf)
    for operands, operator in stream.operations:
        yield operands, operator, fonts
    for inner in resources.get("/XObject", {}).values():
        if inner.get_object().get("/Subtype") == "/Form":
            yield from contents(inner.get_object(), pdf)


@pytest.fixture(scope="module")
def drawn(pdf: PdfReader) -> tuple[list[tuple[str, bytes]], dict[str, Any]]:
    """Font and codes of every piece of text that is drawn, and all fonts by name. Reading the pages takes a while."""
    pieces, known = [], {}
    for page in pdf.pages:
        font: Any = None
        for operands, operator, fonts in contents(page, pdf):
            if operator == b"Tf":
                font = fonts[operands[0]]
                known[str(font["/BaseFont"])] = font
            elif operator in (b"Tj", b"TJ"):
                for piece in operands[0] if operator == b"TJ" else [operands[0]]:
                    if isinstance(piece, str | bytes):
                        pieces.append((str(font["/BaseFont"]), getattr(piece, "original_bytes", piece)))
    return pieces, known


def without_what_the_web_alone_has(page: str) -> str:
    """A page without its blocks `::: {.content-visible unless-format="typst"}`."""
    while begin := re.search(r'<div class="content-visible" data-unless-format="typst">', page):
        depth = 0
        for tag in re.finditer(r"<(/?)div\b", page[begin.start() :]):
            depth += -1 if tag[1] else 1
            if not depth:
                page = page[: begin.start()] + page[begin.start() + tag.end() :]
                break
        else:
            pytest.fail("a block has no end")
    return page


def test_every_figure_and_table_of_the_pages_is_in_it(pdf: PdfReader, book: Path) -> None:
    wanted: set[tuple[str, str]] = set()
    pictures = 0
    for path in book.rglob("*.html"):
        page = path.read_text(encoding="utf-8").replace("\u00a0", " ").replace("&nbsp;", " ")
        main = without_what_the_web_alone_has(page[page.index("<main") : page.index("</main>")])
        # What is drawn over a picture, such as a box, is part of it.
        pictures += len(re.findall(r"<img\b(?![^>]*(?:dark|narrow)-content)|<svg\b(?![^>]*sheet-marks)", main))
        if "steps-graph" in main:  # on paper it has a picture for each chapter
            report = json.loads((book.parent / ".tpdl" / "report.json").read_text(encoding="utf-8"))
            pictures += len(report["graph"]["parts"]) - 1
        for caption in re.findall(r"(?s)<figcaption\b.*?</figcaption>", main):
            wanted |= set(re.findall(rf"^\s*{LABEL}:", re.sub(r"<[^>]+>", "", caption)))
    printed = set(re.findall(rf"{LABEL}:", " ".join(page_texts(pdf))))
    assert len(wanted) > 8 and wanted <= printed, wanted - printed
    drawn = [
        (figure, page)
        for figure, page in structure_elements(pdf.trailer["/Root"]["/StructTreeRoot"])
        if figure["/S"] == "/Figure"
    ]
    assert len(drawn) == pictures > 3
    for figure, page in drawn:
        assert len(figure["/Alt"]) > 20, figure
        attributes = figure["/A"].get_object()
        (box,) = [a["/BBox"] for a in (attributes if isinstance(attributes, list) else [attributes]) if "/BBox" in a]
        left, bottom, right, top = (float(side) for side in box)
        media = page.get_object()["/MediaBox"]
        margin = 65  # points; the printed margin is 71
        assert margin < left < right < float(media[2]) - margin and 0 < bottom < top < float(media[3]), figure["/Alt"]


def test_no_word_is_printed_over_another(book: Path) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed; it comes with poppler-utils")
    (path,) = book.glob("*.pdf")
    found = subprocess.run(["pdftotext", "-bbox", path, "-"], check=True, capture_output=True, encoding="utf-8").stdout
    words = [
        re.findall(r'xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)<', page)
        for page in found.split("<page ")
    ]
    assert sum(map(len, words)) > 1000
    for number, page in enumerate(words):
        # A hat or a tilde belongs over its letter.
        boxes = [(*map(float, sides), text) for *sides, text in page if not unicodedata.combining(text[0])]
        for one, other in itertools.combinations(boxes, 2):
            wide = min(one[2], other[2]) - max(one[0], other[0])
            high = min(one[3], other[3]) - max(one[1], other[1])
            # In points. Letters of a formula may reach into each other's box by less.
            assert wide < 2.5 or high < 2.5, f"page {number}: {one[4]} and {other[4]} are printed over each other"


def test_no_glyph_is_missing(pdf: PdfReader, drawn: tuple[list[tuple[str, bytes]], dict[str, Any]]) -> None:
    pieces, _ = drawn
    assert len(pieces) > 500
    for font, codes in pieces:
        glyphs = [codes[i : i + 2] for i in range(0, len(codes), 2)]
        assert b"\0\0" not in glyphs, f"a character that {font} has no glyph for"
    assert not re.search("[\ufffd\u25a1]", " ".join(page_texts(pdf)))


def test_all_fonts_are_inside(drawn: tuple[list[tuple[str, bytes]], dict[str, Any]]) -> None:
    _, fonts = drawn
    assert fonts
    for name, font in fonts.items():
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        descriptor = inner.get("/FontDescriptor", {})
        assert any(f"/FontFile{kind}" in descriptor for kind in ("", "2", "3")), name
        assert "/ToUnicode" in font, f"text in {name} can be neither found nor read aloud"


def test_links_lead_somewhere(pdf: PdfReader) -> None:
    links = [
        a.get_object() for page in pdf.pages for a in page.get("/Annots", []) if a.get_object()["/Subtype"] == "/Link"
    ]
    inside = 0
    for link in links:
        action = link.get("/A", {})
        if "/URI" in action:
            assert re.match(r"https?://|mailto:", action["/URI"]), f"{action['/URI']} leads nowhere on paper"
            continue
        target = link.get("/Dest", action.get("/D"))
        target = pdf.named_destinations[str(target)].page if isinstance(target, str | bytes) else target[0]
        assert target.get_object()["/Type"] == "/Page"
        inside += 1
    assert inside > 20


def test_title_language_tags_and_outline(pdf: PdfReader) -> None:
    root = pdf.trailer["/Root"]
    assert pdf.metadata is not None and pdf.metadata.title == "Deep learning, measured" and pdf.metadata.author
    assert root["/Lang"] == "en" and root["/MarkInfo"]["/Marked"] and root["/ViewerPreferences"]["/DisplayDocTitle"]
    kinds = {str(element["/S"]) for element, _ in structure_elements(root["/StructTreeRoot"])}
    assert {"/H1", "/P", "/Figure", "/Table", "/TH", "/Link", "/Formula"} <= kinds, kinds
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()  # it says that it meets PDF/UA-1
    titles = [str(entry["/Title"]) for entry in pdf.outline if not isinstance(entry, list)]
    assert any("How this report was made" in title for title in titles) and len(titles) >= 4


def test_pages_are_numbered_and_in_the_contents(pdf: PdfReader) -> None:
    texts = page_texts(pdf)
    assert "Deep learning, measured" in texts[0]
    for number, text in enumerate(texts[1:], 2):
        assert text.endswith(f" {number}"), f"page {number} ends with {text[-40:]!r}"
    line = re.search(r"How this report was made[ .]*(\d+)", texts[1])
    assert line and "How this report was made" in texts[int(line[1]) - 1]
