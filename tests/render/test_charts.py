"""Charts and videos in documents: what the page gets of them, what paper does, and what is wrong with one in a line."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image

from tests.render.conftest import prepared, write_chapter
from tests.render.test_sheets import rendered
from tpdl.plan.project import Project
from tpdl.render.charts import NO_LIBRARY, chart_library, read_chart
from tpdl.report import build

SHOWN = '![Areas](../figures/shapes/areas.svg){#fig-x fig-alt="Two \\"rising\\" lines"}'
VIDEO = "![Areas](../figures/shapes/areas.mp4){#fig-x}"
HAS_LIBRARY = find_spec("vl_convert") is not None


def declare(root: Path, how: str) -> None:
    """Have the first figure of the sample made in another format, as its declaration says."""
    module = root / "experiments" / "shapes" / "areas.py"
    module.write_text(
        module.read_text().replace('alt="Two rising lines.",', f'alt="Two rising lines.",\n    {how},', 1)
    )


@pytest.fixture
def chart(root: Path) -> Path:
    """The sample with a chart in the place of its first figure, as a run has left it."""
    declare(root, 'format="altair"')
    spec = {"mark": "point", "title": "</script> & more", "usermeta": {"tpdl": {"light": {}, "dark": {}}}}
    (root / "figures" / "shapes" / "areas.vl.json").write_text(json.dumps(spec))
    return root


@pytest.fixture
def video(root: Path) -> Path:
    """The sample with a video, as a run has left it."""
    declare(root, 'format="video"')
    folder = root / "figures" / "shapes"
    (folder / "areas.mp4").write_bytes(b"a film")
    for name in ("first", "middle", "last"):
        Image.new("RGB", (64, 48)).save(folder / f"areas.{name}.jpg")
    return root


# Charts


@pytest.mark.skipif(not HAS_LIBRARY, reason="needs tpdl[altair]")
def test_a_page_has_the_picture_and_what_a_script_draws(chart: Path) -> None:
    page = rendered(chart, SHOWN)
    found = re.search(r'<script type="application/json" class="chart-data" data-kind="wide">(.*?)</script>', page)
    assert found and json.loads(found[1])["title"] == "</script> & more"
    assert page.index('class="chart-still"') < page.index("areas.svg") < page.index('class="chart-data"')
    assert 'class="chart-live" data-alt="Two &quot;rising&quot; lines"' in page
    paper = rendered(chart, SHOWN, "typst")
    assert "areas.svg" in paper and "chart" not in paper.replace("fig-chart", "")
    assert "chart-live" not in rendered(chart, SHOWN, "revealjs")


@pytest.mark.skipif(not HAS_LIBRARY, reason="needs tpdl[altair]")
def test_the_library_is_in_the_site_once_and_only_where_a_chart_is(chart: Path) -> None:
    write_chapter(chart, f"# Second {{#sec-second}}\n\n{SHOWN}\n")
    assert build(Project(chart), to=["html", "single"], renderer="embedded", draft=True).note == ""
    pages = {path.name: path.read_text(encoding="utf-8") for path in (chart / "_book").rglob("*.html")}
    # constructs.html shows the same figure
    assert {name for name, page in pages.items() if "charts.js?v=" in page} == {"second.html", "constructs.html"}
    (library,) = (chart / "_book").rglob("vega.js")
    assert library.parent == next((chart / "_book").rglob("charts.js")).parent
    assert "window.vegaEmbed=" in library.read_text(encoding="utf-8")
    kept = chart / ".tpdl" / "charts" / "vega.js"
    before = kept.stat().st_mtime_ns
    assert chart_library(chart) == kept.relative_to(chart) and kept.stat().st_mtime_ns == before
    single = next(page for name, page in pages.items() if name.startswith("A-book"))
    assert 'class="chart-data"' not in single and "vegaEmbed=" not in single


@pytest.mark.skipif(HAS_LIBRARY, reason="the library is here")
def test_without_the_library_the_picture_is_shown_and_it_is_said(chart: Path) -> None:
    page = rendered(chart, SHOWN)
    assert "areas.svg" in page and "chart-" not in page
    result = build(Project(chart), to=["html"], renderer="embedded", draft=True)
    assert result.note == NO_LIBRARY and not list((chart / "_book").rglob("charts.js"))


def test_a_description_that_cannot_be_read_is_a_problem_of_the_chapter(chart: Path) -> None:
    (chart / "figures" / "shapes" / "areas.vl.json").write_text("no JSON")
    write_chapter(chart, f"# Second\n\n{SHOWN}\n")
    problems = [str(problem) for problem in prepared(chart).problems if problem.path == "report/second.qmd"]
    (problem,) = problems
    assert problem.startswith("report/second.qmd:3: figures/shapes/areas.vl.json cannot be read (JSONDecodeError")
    assert problem.endswith("; draw it again")


def test_a_page_cannot_be_ended_by_what_a_chart_says(tmp_path: Path) -> None:
    path = tmp_path / "x.vl.json"
    path.write_text('{"title": "</script><script>alert(1)</script>"}')
    text = read_chart({"wide": path}, tmp_path)["wide"]
    assert "<" not in text and json.loads(text)["title"] == "</script><script>alert(1)</script>"


# Videos


def test_a_video_waits_for_the_reader_and_says_what_it_shows(video: Path) -> None:
    write_chapter(video, f"# Second {{#sec-second}}\n\n{VIDEO}\n")
    build(Project(video), to=["html", "single"], renderer="embedded", draft=True)
    folder = video / "_book"
    page = (folder / "report" / "second.html").read_text(encoding="utf-8")
    found = re.search(r"<video ([^>]*)>", page)
    assert found
    attributes = dict(re.findall(r'(\w[\w-]*)(?:="([^"]*)")?', found[1]))
    assert {"controls", "muted", "loop", "playsinline"} <= attributes.keys() and "autoplay" not in attributes
    assert (attributes["preload"], attributes["width"], attributes["height"]) == ("metadata", "64", "48")
    assert attributes["aria-label"] == "Two rising lines."
    for name in ("src", "poster"):
        assert (folder / "report" / attributes[name]).resolve().is_file(), name
    assert page.count('alt="Two rising lines. (') == 3, "a page that is printed shows three frames"
    single = next(folder.glob("A-book*.html")).read_text(encoding="utf-8")
    assert '<video class="video"' not in single and single.count("Two rising lines. (") == 3


def test_on_paper_there_are_three_frames(video: Path) -> None:
    paper = rendered(video, VIDEO, "typst")
    assert re.findall(r"areas\.(\w+)\.jpg", paper) == ["first", "middle", "last"] and "mp4" not in paper
    assert all(f"[{words}]" in paper for words in ("start", "halfway", "end"))


def test_a_frame_that_is_no_image_is_a_problem_of_the_chapter(video: Path) -> None:
    (video / "figures" / "shapes" / "areas.last.jpg").write_bytes(b"no image")
    write_chapter(video, f"# Second\n\n{VIDEO}\n")
    problems = [str(problem) for problem in prepared(video).problems if problem.path == "report/second.qmd"]
    assert problems == [
        "report/second.qmd:3: figures/shapes/areas.last.jpg cannot be read (UnidentifiedImageError); draw it again"
    ]
