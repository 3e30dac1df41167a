"""What readers do with pictures: see sheets on any window, open them large, flick between two, go through many."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: `pip install playwright`")
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import served
from tests.browser.reader import WINDOWS, Reader, reading
from tests.render.conftest import SAMPLE, measure
from tests.render.sheets import DIGIT, photo, tile, write_sheet
from tpdl.plan.project import Project
from tpdl.report import build

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow
CHAPTER = "report/constructs.html"
SIZES = """() => [...document.querySelectorAll(".sheet img")].filter((image) => image.checkVisibility()).map(
  (image) => ({
  shown: image.getBoundingClientRect().width, own: image.naturalWidth, pixelated: image.classList.contains("pixelated"),
  room: image.hasAttribute("width") && image.hasAttribute("height"),
}))"""
SMALLEST = """() => {
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  let smallest = Infinity;
  while (texts.nextNode()) {
    const holder = texts.currentNode.parentElement;
    const counts = texts.currentNode.data.trim() && holder.checkVisibility() && holder.closest("figure, .picture");
    if (counts) smallest = Math.min(smallest, parseFloat(getComputedStyle(holder).fontSize));
  }
  return smallest;
}"""


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the sample's pages, which show a sheet of every kind."""
    root = Path(shutil.copytree(SAMPLE, tmp_path_factory.mktemp("pictures") / "project"))
    measure(root)
    rows = [tile("", f"Noise {name}", [photo(name, 3)]) for name in "abcdabcd"]
    write_sheet(root / "figures" / "shapes" / "rows.sheet", 4, rows, row_labels=["first", "second"])
    chapter = root / CHAPTER.replace(".html", ".qmd")
    chapter.write_text(chapter.read_text() + '\n![Rows](../figures/shapes/rows.sheet){#fig-rows fig-alt="Rows"}\n')
    result = build(Project(root), to=["html"], renderer="embedded")
    assert result.problems == []
    with served(root / "_book") as address:
        yield address


@pytest.fixture(params=["light", "dark", "phone"])
def window(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reader(browser: Browser, sheets: str, window: str) -> Iterator[Reader]:
    """Someone who has read the chapter to its end. Nothing went wrong, and no other host was asked for anything."""
    with reading(browser, sheets, window) as reader:
        reader.open(CHAPTER, all_of_it=True)
        yield reader
        assert reader.complaints == [] and reader.elsewhere() == []


def columns(page: Page, figure: str) -> int:
    """How many tiles stand in the first row."""
    tops = page.locator(f"{figure} .sheet-tile").evaluate_all("(tiles) => tiles.map((tile) => tile.offsetTop)")
    return tops.count(tops[0])


def touch(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A finger that goes from one place to another."""
    session = page.context.new_cdp_session(page)

    def send(kind: str, points: list[dict[str, Any]]) -> None:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", [{"x": start[0], "y": start[1]}])
    for step in range(1, 11):
        share = step / 10
        x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
        send("touchMove", [{"x": x, "y": y}])
    send("touchEnd", [])


def place(locator: Locator, share: float) -> tuple[float, float]:
    """A point in the middle of an element's height, at a share of its width."""
    box = locator.bounding_box()
    assert box
    return box["x"] + share * box["width"], box["y"] + box["height"] / 2


def large(page: Page) -> Locator:
    """The picture that is open, large."""
    return page.locator(".gslide.current .gslide-media img")


# Sheets


def test_a_sheet_has_fewer_columns_where_there_is_no_room(reader: Reader, window: str) -> None:
    assert columns(reader.page, "#fig-sequence") == (2 if window == "phone" else 4)
    assert columns(reader.page, "#fig-matrix") == 8, "what the columns mean is lost otherwise"


def test_rows_whose_columns_mean_nothing_take_several_lines_on_a_phone(reader: Reader, window: str) -> None:
    assert columns(reader.page, "#fig-rows") == (2 if window == "phone" else 4), "two and two, and none alone"
    labels, images = (reader.page.locator(f"#fig-rows {what}").all() for what in (".sheet-row", "img"))
    boxes = [element.bounding_box() for element in (labels[0], images[3], labels[1], images[4])]
    tops = [box["y"] for box in boxes if box]
    assert len(tops) == 4
    if window == "phone":
        assert tops == sorted(set(tops)), "a label, all its images, the next label, its images"
    else:
        assert tops[0] == tops[1] < tops[2] == tops[3]
    expect(reader.page.locator("#fig-rows .sheet-hint")).to_have_count(0)


def test_no_image_is_larger_than_it_is(reader: Reader) -> None:
    sizes = reader.page.evaluate(SIZES)
    assert len(sizes) == 2 + 4 + 4 + 14 + 10 + 8
    for image in sizes:
        assert image["room"], image
        if image["pixelated"]:
            assert image["own"] == DIGIT and image["shown"] % DIGIT == 0, image
        else:
            assert 40 < image["shown"] <= image["own"], image


def test_labels_are_text_that_can_be_read(reader: Reader) -> None:
    assert 8 <= reader.page.evaluate(SMALLEST) < 20
    label = reader.page.locator("#fig-photos .sheet-label").first
    expect(label).to_have_text("a, ratio 3.14")
    expect(label.locator(".value")).to_have_role("button")  # which looks the value up
    mark = reader.page.locator("#fig-photos .sheet-mark")
    expect(mark).to_have_text("head")
    image, over = (reader.page.locator(f"#fig-photos {what}").last for what in ("img", "svg.sheet-marks"))
    assert image.bounding_box() == over.bounding_box()


def test_a_matrix_without_room_scrolls_and_says_so(reader: Reader, window: str) -> None:
    page = reader.page
    scroll, hint = page.locator("#fig-matrix .sheet-scroll"), page.locator("#fig-matrix .sheet-hint")
    # Beside another figure there is no room for eight columns on any window.
    expect(hint).to_be_visible()
    page.locator("#fig-matrix").scroll_into_view_if_needed()
    scroll.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('#fig-matrix .sheet-scroll').scrollLeft > 50")
    scroll.evaluate("(element) => { element.scrollLeft = element.scrollWidth; }")
    expect(scroll).not_to_have_class("sheet-scroll has-more")
    row, frame = page.locator("#fig-matrix .sheet-row").first.bounding_box(), scroll.bounding_box()
    assert row and frame and abs(row["x"] - frame["x"]) < 1, "the rows' labels stay"
    assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")


# Open large


def test_a_sheet_opens_and_is_gone_through_by_keyboard(reader: Reader) -> None:
    page = reader.page
    link = page.locator("#fig-digits a.lightbox").nth(3)
    link.focus()
    page.keyboard.press("Enter")
    expect(large(page)).to_have_attribute("alt", "A digit, 3")
    expect(large(page)).to_have_css("image-rendering", "pixelated")
    shown = large(page).evaluate("(image) => image.getBoundingClientRect().width")
    expect(page.get_by_role("dialog", name="Picture")).to_be_visible()
    page.wait_for_timeout(600)  # it grows while it opens
    shown = large(page).evaluate("(image) => image.getBoundingClientRect().width")
    assert shown > 300 and shown % DIGIT == 0
    page.keyboard.press("ArrowRight")
    expect(large(page)).to_have_attribute("alt", "A digit, 4")
    expect(page.locator(".gslide.current .gslide-title")).to_have_text("4")
    for _ in range(7):
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.matches('.gbtn')"), "the focus stays in the dialog"
    page.keyboard.press("Escape")
    expect(page.locator(".glightbox-container")).to_have_count(0)
    expect(link).to_be_focused()


def test_a_plot_opens_in_the_theme_of_the_page_and_fills_the_window(reader: Reader, window: str) -> None:
    page = reader.page
    links = page.locator("#fig-curve a.lightbox:visible")
    expect(links).to_have_count(1)
    small = links.locator("img").bounding_box()
    links.click()
    page.wait_for_timeout(600)
    assert (".dark." in (large(page).get_attribute("src") or "")) == (window == "dark")
    expect(large(page)).to_have_attribute("alt", "Lines; the ratio is 3.14.")
    words = page.locator(".gslide.current .gslide-description:visible")
    if window == "phone":
        expect(words).to_have_count(0)  # they would lie over the plot
    else:
        expect(words).to_contain_text("Areas against size, with 3.14 in the caption")
    box, size = large(page).bounding_box(), page.viewport_size
    assert box and small and size and box["width"] > small["width"]
    assert box["width"] > 0.9 * size["width"] or box["height"] > 0.7 * size["height"]
    page.locator(".gclose").click()
    expect(page.locator(".glightbox-container")).to_have_count(0)


def test_marks_are_on_the_large_image_too(reader: Reader) -> None:
    page = reader.page
    page.locator("#fig-photos a.lightbox").last.click()
    page.wait_for_timeout(600)
    box, over = large(page).bounding_box(), page.locator(".gslide.current svg.sheet-marks").bounding_box()
    assert box and over and box["width"] > 300
    assert abs(box["x"] - over["x"]) < 1 and abs(box["width"] - over["width"]) < 1


def test_axe_finds_nothing_in_what_is_open(reader: Reader) -> None:
    from axe_playwright_python.sync_playwright import Axe

    reader.page.locator("#fig-photos a.lightbox").first.click()
    reader.page.wait_for_timeout(600)
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
    found = Axe().run(reader.page, context="#glightbox-body", options=options).response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == []


@pytest.mark.parametrize("window", ["phone"])
def test_a_finger_goes_through_what_is_open(reader: Reader) -> None:
    page = reader.page
    page.locator("#fig-digits a.lightbox").nth(3).tap()
    expect(large(page)).to_have_attribute("alt", "A digit, 3")
    page.wait_for_timeout(800)
    touch(page, place(large(page), 0.9), place(large(page), 0.1))
    expect(large(page)).to_have_attribute("alt", "A digit, 4")


# Pairs and sequences


def test_a_pair_is_flicked_by_button_and_keyboard(reader: Reader) -> None:
    page = reader.page
    figure = page.locator("#fig-pair")
    rough, smooth = (figure.get_by_role("button", name=name) for name in ("rough", "smooth"))
    slider = figure.get_by_role("slider", name="From rough to smooth")

    def at() -> str:
        return str(figure.locator(".sheet").evaluate("(sheet) => sheet.style.getPropertyValue('--at')"))

    expect(rough).to_have_attribute("aria-pressed", "true")
    smooth.click()
    expect(smooth).to_have_attribute("aria-pressed", "true")
    expect(rough).to_have_attribute("aria-pressed", "false")
    assert at() == "100%"
    page.keyboard.press("ArrowLeft")
    expect(rough).to_be_focused()
    assert at() == "0%"
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "smooth")
    page.keyboard.press("PageDown")
    expect(slider).to_have_attribute("aria-valuetext", "90 % smooth")
    assert at() == "90%"


def test_both_images_of_a_pair_lie_over_each_other(reader: Reader) -> None:
    first, second = reader.page.locator("#fig-pair .sheet-tile").first.locator("img").all()
    assert first.bounding_box() == second.bounding_box()
    # A click opens the one that is seen.
    for button, alt in (("rough", "Noise a, rough"), ("smooth", "Noise a, smooth")):
        reader.page.locator("#fig-pair").get_by_role("button", name=button).click()
        reader.page.mouse.click(*place(first, 0.5))
        expect(large(reader.page)).to_have_attribute("alt", alt)
        reader.page.keyboard.press("Escape")
        expect(reader.page.locator(".glightbox-container")).to_have_count(0)


@pytest.mark.parametrize("window", ["phone"])
def test_a_finger_slides_between_the_images_of_a_pair(reader: Reader) -> None:
    page = reader.page
    tile = page.locator("#fig-pair .sheet-frames").first
    tile.scroll_into_view_if_needed()
    touch(page, place(tile, 0.1), place(tile, 0.6))
    text = page.locator("#fig-pair input").get_attribute("aria-valuetext") or ""
    assert text in ("59 % smooth", "60 % smooth", "61 % smooth")
    expect(page.locator(".glightbox-container")).to_have_count(0)


def test_a_sequence_is_gone_through_by_keyboard(reader: Reader) -> None:
    page = reader.page
    slider = page.locator("#fig-sequence").get_by_role("slider", name="iteration")

    def shown() -> list[str]:
        return [image.get_attribute("alt") or "" for image in page.locator("#fig-sequence img:visible").all()]

    assert shown() == [f"Noise {name}, iteration 150" for name in "abcd"], "what it leads to comes first"
    expect(slider).to_have_attribute("aria-valuetext", "iteration 150")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#fig-sequence output")).to_have_text("100")
    expect(page.locator("#fig-sequence img:visible").first).to_have_attribute("alt", "Noise a, iteration 100")
    assert shown() == [f"Noise {name}, iteration 100" for name in "abcd"]
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "iteration 0")
    expect(page.locator("#fig-sequence img:visible").first).to_have_attribute("alt", "Noise a, iteration 0")


@pytest.mark.parametrize("window", ["phone"])
def test_a_finger_goes_through_a_sequence(reader: Reader) -> None:
    page = reader.page
    tile = page.locator("#fig-sequence .sheet-frames").first
    tile.scroll_into_view_if_needed()
    touch(page, place(tile, 0.9), place(tile, 0.35))
    expect(page.locator("#fig-sequence output")).to_have_text("50")
    expect(page.locator("#fig-sequence img:visible").first).to_have_attribute("alt", "Noise a, iteration 50")


@pytest.mark.parametrize("how", ["without scripts", "on paper"])
@pytest.mark.parametrize("window", ["light", "phone"])
def test_all_frames_are_there(browser: Browser, sheets: str, window: str, how: str) -> None:
    with reading(browser, sheets, window, java_script_enabled=how == "on paper") as reader:
        page = reader.open(CHAPTER)
        if how == "on paper":
            page.emulate_media(media="print")
        expect(page.locator("#fig-pair img:visible")).to_have_count(4)
        expect(page.locator("#fig-sequence img:visible")).to_have_count(16)
        expect(page.locator("#fig-sequence .sheet-frame-name:visible")).to_have_count(16)
        expect(page.locator(".sheet-controls > *:visible, .sheet-hint:visible")).to_have_count(0)
        first, second = page.locator("#fig-pair .sheet-tile").first.locator("img").all()
        beside, box = first.bounding_box(), second.bounding_box()
        assert beside and box and box["x"] >= beside["x"] + beside["width"] and box["y"] == beside["y"]


def test_every_window_is_one_that_readers_have() -> None:
    assert {"light", "dark", "phone"} == set(WINDOWS)
