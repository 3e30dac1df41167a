"""Sheets, titles and drawings for narrow pages: what the filter is told of them, and what it makes of it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.render.conftest import prepared, write_chapter
from tests.render.sheets import photo, tile, write_sheet
from tpdl.embedded.pandoc import pandoc_path
from tpdl.errors import UserError
from tpdl.plan.project import Project
from tpdl.render.sheets import read_sheet
from tpdl.report import build

FILTER = Path(__file__).parents[2] / "tpdl" / "render" / "tpdl.lua"


def rendered(root: Path, text: str, to: str = "html") -> str:
    """The chapter report/second.qmd with this text, after the filter alone."""
    write_chapter(root, f"# Second {{#sec-second}}\n\n{text}\n")
    prepared(root)
    command = [pandoc_path(), "--from=markdown", f"--to={to}", "--wrap=none", f"--lua-filter={FILTER}"]
    done = subprocess.run([*command, "report/second.qmd"], cwd=root, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


# What is wrong with a sheet is one line


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("no JSON", "figures/shapes/x.sheet is not a sheet that can be read (JSONDecodeError"),
        ("[]", "figures/shapes/x.sheet is not a sheet that can be read (AttributeError"),
        ('{"format": 2}', "is a sheet of format 2, and this tpdl reads format 1; draw it again"),
        ('{"format": 1, "columns": 1, "tiles": [null]}', "figures/shapes/x.sheet shows no image"),
        ('{"format": 1, "columns": 1, "tiles": [{"label": "a"}]}', "not a sheet that can be read (KeyError: 'images')"),
    ],
)
def test_a_file_that_is_no_sheet(root: Path, content: str, message: str) -> None:
    path = root / "figures" / "shapes" / "x.sheet"
    path.write_text(content)
    with pytest.raises(UserError) as error:
        read_sheet(path, root / "figures", root)
    assert message in str(error.value) and "\n" not in str(error.value)


def test_an_image_that_is_gone_is_a_problem_of_the_chapter_and_a_box_in_a_draft(root: Path) -> None:
    (root / "figures" / "shapes" / "photos" / "b-3.webp").unlink()
    write_chapter(root, "# Second\n\n![Two](../figures/shapes/photos.sheet){#fig-two}\n")
    problems = [str(problem) for problem in prepared(root).problems if problem.path == "report/second.qmd"]
    assert problems == [
        "report/second.qmd:3: figures/shapes/photos.sheet shows figures/shapes/photos/b-3.webp, which is not there; "
        "measure and draw it again"
    ]
    (page, *_) = [path for path in build(Project(root), to=["html"], draft=True).outputs if path.stem == "second"]
    assert "This figure is not there yet" in page.read_text(encoding="utf-8")


def test_a_tile_without_its_frames(root: Path) -> None:
    path = root / "figures" / "shapes" / "x.sheet"
    write_sheet(path, 1, [tile("one", "One", [photo("a", 0)])], frames=["before", "after"])
    with pytest.raises(UserError, match=re.escape("tile 'one' has 1 images for ['before', 'after']")):
        read_sheet(path, root / "figures", root)


def test_values_in_labels_are_looked_up_and_checked(root: Path) -> None:
    path = root / "figures" / "shapes" / "x.sheet"
    tiles = [tile("`areas.ratio:.4f`{.value}", "Ratio `areas.ratio:.1f`{.value}", [photo("a", 0)])]
    write_sheet(path, 1, tiles, column_labels=["`areas.drop:.0%`{.value}"])
    page = rendered(root, '![Ratios](../figures/shapes/x.sheet){#fig-x fig-alt="A"}')
    assert ">3.1416</span>" in page and ">−25%</span>" in page and 'alt="Ratio 3.1"' in page
    write_sheet(path, 1, [tile("`areas.no_such`{.value}", "", [photo("a", 0)])])
    problems = [str(problem) for problem in prepared(root).problems]
    assert any("report/second.qmd:3: " in problem and "no_such" in problem for problem in problems)


def test_images_of_a_sheet_come_from_the_figures_of_the_profile(root: Path) -> None:
    demo = root / ".tpdl" / "demo" / "figures"
    (demo / "shapes" / "photos").mkdir(parents=True)
    (root / "figures" / "shapes" / "photos" / "a-0.webp").rename(demo / "shapes" / "photos" / "a-0.webp")
    write_sheet(demo / "shapes" / "x.sheet", 1, [tile("", "", [photo("a", 0)])])
    sheet = read_sheet(demo / "shapes" / "x.sheet", demo, root)
    assert sheet["tiles"][0]["images"][0]["src"] == ".tpdl/demo/figures/shapes/photos/a-0.webp"


# On paper


def test_on_paper_labels_are_text_and_every_frame_is_there(root: Path) -> None:
    page = rendered(root, '![Four](../figures/shapes/sequence.sheet){#fig-x fig-alt="A"}', "typst")
    assert page.count("photos/") == 16 and page.count("[iteration]") == 0
    assert all(f"\n{step}\n" in page for step in ("0", "50", "100", "150"))
    matrix = rendered(root, '![Rates](../figures/shapes/matrix.sheet){#fig-x fig-alt="A"}', "typst")
    assert "columns: ((auto,) + (1fr,) * 8)" in matrix and "rate 7" in matrix and "second" in matrix
    digits = rendered(root, '![Digits](../figures/shapes/digits.sheet){#fig-x fig-alt="A"}', "typst")
    assert 'set image(scaling: "pixelated")' in digits


def test_the_pdf_has_the_labels_and_meets_its_standard(built: tuple[Path, object]) -> None:
    from pypdf import PdfReader

    path = built[0] / "_book" / "A-book-of-shapes.pdf"
    text = " ".join("\n".join(page.extract_text() for page in PdfReader(path).pages).split())
    for part in ("a, ratio 3.14", "rough smooth", "iteration", "150", "rate 7", "first", "A sheet of two images."):
        assert part in text, part
    assert b"pdfuaid" in path.read_bytes()


def test_a_sheet_too_high_for_a_page_may_be_broken(root: Path) -> None:
    path = root / "figures" / "shapes" / "x.sheet"
    for rows, breakable in ((2, False), (20, True)):
        write_sheet(path, 4, [tile("", "", [photo("a", 0)])] * 4 * rows)
        assert read_sheet(path, root / "figures", root)["breakable"] is breakable
        page = rendered(root, '![Many](../figures/shapes/x.sheet){#fig-x fig-alt="A"}', "typst")
        assert ("#show figure: set block(breakable: true)" in page) is breakable


# Titles


@pytest.mark.parametrize(
    ("caption", "title"),
    [
        ("It rises. Then it falls.", "It rises."),
        ("One sentence without an end", "One sentence without an end"),
        ("Rates of 0.5 vs. 1.5, cf. Fig. 2 of A. Smith et al. (2020). The rest.", None),
        ("[It is a circle.]{claim=\"areas.largest.shape == 'circle'\"} The rest.", "It is a circle."),
        ("A ratio of `areas.ratio:.1f`{.value}. The rest.", "A ratio of 3.1."),
        ("Is it so? It is.", "Is it so?"),
        ("Dots … go on. The rest.", "Dots … go on."),
        ("**Bold already.** Not *this*.", "Bold already."),
        ("(In brackets.) The rest.", "(In brackets.)"),
    ],
)
def test_the_first_sentence_of_a_caption_is_its_title(root: Path, caption: str, title: str | None) -> None:
    page = rendered(root, f'![{caption}](../figures/shapes/areas.svg){{#fig-x fig-alt="A"}}')
    bold = [re.sub(r"<[^>]+>", "", text) for text in re.findall(r"<strong>(.*?)</strong>", page)]
    expected = title or "Rates of 0.5 vs. 1.5, cf. Fig. 2 of A. Smith et al. (2020)."
    assert [text.replace("\u00a0", " ") for text in bold] == [expected]


def test_parts_of_a_figure_have_no_title_and_the_graph_has(root: Path) -> None:
    group = "::: {#fig-x layout-ncol=2}\n![Left.](../figures/shapes/areas.svg){#fig-y}\n\nBoth. Beside.\n:::\n"
    graph = "::: {#fig-steps .graph}\nThe graph. Of steps.\n:::\n"
    page = rendered(root, f"{group}\n{graph}\n![Plain. More.](../figures/shapes/areas.svg)")
    assert re.findall(r"<strong>(.*?)</strong>", page) == ["Both.", "The graph.", "Plain."]


def test_a_claim_in_the_caption_of_a_declaration_is_checked(root: Path) -> None:
    module = root / "experiments" / "shapes" / "areas.py"
    caption = "[Squares are largest.]{claim=\\\"areas.largest.shape == 'square'\\\"}"
    module.write_text(module.read_text().replace('caption="The same as bars."', f'caption="{caption}"'))
    write_chapter(root, '# Second\n\n![](../figures/shapes/areas-bars.svg){#fig-x fig-alt="A"}\n')
    result = prepared(root)
    assert [(claim.holds, claim.path) for claim in result.claims][-1] == (False, "experiments/shapes/areas.py")
    build(Project(root), to=["html"], renderer="embedded", draft=True)
    assert "this claim does not hold" in (root / "_book" / "report" / "second.html").read_text(encoding="utf-8")


# Another drawing for narrow pages


def test_a_drawing_for_narrow_pages_is_one_more_picture(root: Path) -> None:
    figures, shown = root / "figures" / "shapes", "![Areas](../figures/shapes/areas.svg){#fig-x}"
    for dark in ("", ".dark"):
        (figures / f"areas.narrow{dark}.svg").write_bytes((figures / f"areas{dark}.svg").read_bytes())
    assert "narrow" not in rendered(root, shown), "no step draws it"
    module = root / "experiments" / "shapes" / "areas.py"
    drawing = re.compile(r"(def area_curve\(results: pd.DataFrame)\)")
    module.write_text(drawing.sub(r"\1, *, narrow: bool = False)", module.read_text()))
    page = rendered(root, shown)
    found = re.findall(r'<img src="/figures/shapes/areas([^"]*)\.svg" class="([^"]*)"', page)
    assert found == [
        ("", "light-content wide-content lightbox"),
        (".dark", "dark-content wide-content lightbox"),
        (".narrow", "light-content narrow-content lightbox"),
        (".narrow.dark", "dark-content narrow-content lightbox"),
    ]
    assert page.count('loading="lazy"') == 4
    assert "narrow" not in rendered(root, "![Areas](../figures/shapes/areas.svg){#fig-x}", "typst")


# Open large


def test_every_figure_opens_large_unless_it_says_otherwise(root: Path) -> None:
    (root / "figures" / "own.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    text = (
        "![One](../figures/shapes/areas.svg){#fig-one}\n\n"
        "![Two](../figures/shapes/areas.svg){#fig-two .nolightbox}\n\n"
        '![Drawn by hand](/figures/own.svg){#fig-three fig-alt="A"}\n\n'
        '![Pair](../figures/shapes/pair.sheet){#fig-pair fig-alt="A"}\n'
    )

    def opening() -> dict[str, int]:
        write_chapter(root, f"# Second\n\n{text}")
        build(Project(root), to=["html"], renderer="embedded", draft=True)
        page = (root / "_book" / "report" / "second.html").read_text(encoding="utf-8")
        found = re.findall(r'(?s)<figure id="(fig-\w+)".*?</figure>', page)
        parts = re.split(r'<figure id="fig-\w+"', page)[1:]
        return {name: part.count('class="lightbox"') for name, part in zip(found, parts, strict=True)}

    assert opening() == {"fig-one": 2, "fig-two": 0, "fig-three": 1, "fig-pair": 4}
    settings = root / "_quarto.yml"
    settings.write_text(settings.read_text().replace("    lightbox: true\n", ""))
    assert opening() == {"fig-one": 2, "fig-two": 0, "fig-three": 0, "fig-pair": 4}


def test_pages_without_pictures_bring_no_lightbox(built: tuple[Path, object]) -> None:
    pages = {path.name: path.read_text(encoding="utf-8") for path in (built[0] / "_book").rglob("*.html")}
    assert (
        {name for name, page in pages.items() if "glightbox.min.js" in page}
        == {name for name, page in pages.items() if "<img" in page}
        != set(pages)
    )


def test_the_filter_is_told_all_that_the_page_shows(root: Path) -> None:
    data = json.loads(prepared(root).path.read_text(encoding="utf-8"))
    sheet = data["figures"]["../figures/shapes/pair.sheet"]["sheet"]
    assert (sheet["columns"], sheet["apart"], sheet["matrix"], sheet["width"]) == (2, 1, False, 224)
    assert [image["alt"] for image in sheet["tiles"][0]["images"]] == ["Noise a, rough", "Noise a, smooth"]
