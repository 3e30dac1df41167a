"""Charts: the picture until a script has drawn it; then one that answers, in the colours of the theme."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: `pip install playwright`")
pytest.importorskip("altair", reason="needs tpdl[altair]")
pytest.importorskip("vl_convert", reason="needs tpdl[altair]")
from playwright.sync_api import expect

from tests.browser.conftest import served
from tests.browser.reader import WINDOWS, reading
from tests.render.conftest import SAMPLE, measure, write_chapter
from tpdl.plan import theme
from tpdl.plan.project import Project
from tpdl.report import build

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow
CHAPTER = "report/second.html"
DRAWING = """
    import altair

    chart = altair.Chart(results, title="Areas").mark_point(filled=True, size=200).properties(width=500)
    return chart.encode(x="size", y="area", color="shape", tooltip=["shape", "size", "area"])
"""


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the sample's pages, of which one shows a chart."""
    root = Path(shutil.copytree(SAMPLE, tmp_path_factory.mktemp("charts") / "project"))
    module = root / "experiments" / "shapes" / "areas.py"
    before, _, behind = module.read_text().partition(
        "    from matplotlib.figure import Figure\n\n    fig = Figure(figsize=(6"
    )
    behind = behind.partition("    return fig\n")[2]
    module.write_text(
        f"{before}{DRAWING[1:]}{behind}".replace(
            "@figure(\n    areas,", '@figure(\n    areas,\n    format="altair",', 1
        )
    )
    measure(root)
    write_chapter(root, "# Second {#sec-second}\n\n![Areas](../figures/shapes/areas.svg){#fig-x}\n")
    build(Project(root), to=["html"], renderer="embedded", draft=True)
    with served(root / "_book") as address:
        yield address


@pytest.mark.parametrize("window", WINDOWS)
def test_a_chart_answers_and_follows_the_theme(browser: Browser, charts: str, window: str) -> None:
    with reading(browser, charts, window) as reader:
        page = reader.open(CHAPTER, all_of_it=True)
        drawing = page.locator("#fig-x .chart-live svg.marks")
        expect(drawing).to_be_visible()
        expect(drawing).to_have_attribute("aria-label", "Two rising lines.")
        expect(page.locator("#fig-x .chart-still")).to_be_hidden()
        assert drawing.bounding_box()["width"] <= page.locator("#fig-x").bounding_box()["width"] + 1
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        points = drawing.locator(".mark-symbol.role-mark path")
        points.last.hover()
        expect(page.locator("#vg-tooltip-element")).to_contain_text("circle")
        now, other = (theme.dark(), theme.light()) if window == "dark" else (theme.light(), theme.dark())
        words = drawing.locator(".role-axis-label text").first
        expect(words).to_have_css("fill", rgb(now["text.color"]))
        page.locator(".theme-button").click()
        expect(words).to_have_css("fill", rgb(other["text.color"]))
        page.emulate_media(media="print")
        expect(page.locator("#fig-x .chart-still")).to_be_visible()
        expect(drawing).to_be_hidden()
        assert reader.complaints == [] and reader.elsewhere() == []


def rgb(colour: str) -> str:
    """`#0072b2` as a browser says it."""
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


def test_without_scripts_and_without_the_library_the_picture_stays(browser: Browser, charts: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(charts + CHAPTER)
    expect(page.locator("#fig-x img.light-content")).to_be_visible()
    expect(page.locator("#fig-x .chart-live")).to_be_hidden()
    context.close()
    page = browser.new_page()
    page.route("**/vega.js*", lambda route: route.abort())
    page.goto(charts + CHAPTER)
    page.wait_for_load_state("networkidle")
    expect(page.locator("#fig-x img.light-content")).to_be_visible()
    expect(page.locator("#fig-x .chart-live")).to_be_hidden()
    page.close()
