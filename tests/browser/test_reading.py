"""What a reader does with the pages: search, change the theme, use the keyboard, use the menu on a phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import SUBPATH

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: `pip install playwright`")
from playwright.sync_api import expect

from tests.browser.reader import Reader, page_names, reading

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow
CHAPTER = "report/transfer.html"
WATCH_FOCUS = """() => {
  // Pandoc's marks of lines of code are hidden, and meant for nobody.
  const all = document.querySelectorAll("a[href]:not([aria-hidden]), button, input, summary, [tabindex='0']");
  window.wanted = [...all].filter((element) => element.checkVisibility({ visibilityProperty: true }));
  window.reached = [];
  window.without_outline = [];
  document.addEventListener("focusin", ({ target }) => {
    window.reached.push(target);
    if (getComputedStyle(target).outlineStyle === "none") window.without_outline.push(target.outerHTML);
  });
  return window.wanted.length;
}"""
NOT_REACHED = (
    "() => window.wanted.filter((element) => !window.reached.includes(element)).map((element) => element.outerHTML)"
)


def figures_shown(reader: Reader) -> set[str]:
    """The kinds of figures that can be seen: "light", "dark". The images of sheets serve both."""
    shown = reader.page.locator("main figure img:visible:not(.sheet img)")
    assert shown.count() > 3
    return {"dark" if ".dark." in (image.get_attribute("src") or "") else "light" for image in shown.all()}


@pytest.mark.parametrize("under", ["", SUBPATH])
def test_search_finds_a_word(browser: Browser, server: str, under: str) -> None:
    with reading(browser, server + under) as reader:
        page = reader.open(CHAPTER)
        page.keyboard.press("/")
        page.keyboard.type("squeezenet bootstrap")
        expect(page.locator(".search-results a").first).to_be_visible()
        expect(page.locator(".search-state")).to_have_text(re.compile(r"^\d+ found$"))
        expect(page.locator(".search-results mark").first).to_be_visible()
        page.locator("dialog.search input").fill("xyzzyplugh")
        expect(page.locator(".search-state")).to_have_text("Nothing found")
        page.locator("dialog.search input").fill("how this report was made")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(re.escape(server + under) + r"report/how\.html"))
        assert reader.complaints == [] and reader.elsewhere() == []


def test_search_works_from_files(browser: Browser, book: Path) -> None:
    with reading(browser, book.as_uri() + "/") as reader:
        page = reader.open(CHAPTER)
        page.get_by_role("button", name="Search").click()
        page.keyboard.type("gram matrix")
        expect(page.locator(".search-results a").first).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("dialog.search")).to_be_hidden()
        assert reader.complaints == []


def test_the_theme_button_changes_the_figures_and_is_remembered(browser: Browser, server: str) -> None:
    with reading(browser, server, "light") as reader:
        page = reader.open(CHAPTER, all_of_it=True)
        button = page.get_by_role("button", name="Dark theme")
        paper = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert figures_shown(reader) == {"light"} and button.get_attribute("aria-pressed") == "false"
        button.click()
        assert figures_shown(reader) == {"dark"} and button.get_attribute("aria-pressed") == "true"
        assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") != paper
        reader.open("index.html")
        assert page.evaluate("() => document.documentElement.dataset.theme") == "dark"
        page.get_by_role("button", name="Dark theme").click()
        reader.open(CHAPTER)
        assert figures_shown(reader) == {"light"}
        assert reader.complaints == []


def test_the_page_follows_the_system_until_the_reader_chooses(browser: Browser, server: str) -> None:
    with reading(browser, server, "light") as reader:
        page = reader.open(CHAPTER)
        page.emulate_media(color_scheme="dark")
        assert figures_shown(reader) == {"dark"}
        page.get_by_role("button", name="Dark theme").click()
        assert figures_shown(reader) == {"light"}
        page.emulate_media(color_scheme="light")
        page.emulate_media(color_scheme="dark")
        assert figures_shown(reader) == {"light"}


@pytest.mark.parametrize("window", ["light", "phone"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    browser: Browser, book: Path, server: str, window: str
) -> None:
    for name in page_names(book):
        with reading(browser, server, window) as reader:
            page = reader.open(name)
            for _ in range(page.evaluate(WATCH_FOCUS)):
                page.keyboard.press("Tab")
            assert page.evaluate("() => window.reached[0].className") == "skip", name
            assert page.evaluate(NOT_REACHED) == [], name
            assert page.evaluate("() => window.without_outline") == [], name


def test_the_skip_link_leads_to_the_text(browser: Browser, server: str) -> None:
    with reading(browser, server) as reader:
        page = reader.open(CHAPTER)
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to the text")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.querySelector('main').contains(document.activeElement)")


def test_search_by_keyboard_alone(browser: Browser, server: str) -> None:
    with reading(browser, server) as reader:
        page = reader.open(CHAPTER)
        button = page.get_by_role("button", name="Search")
        button.focus()
        page.keyboard.press("Enter")
        page.keyboard.type("duplicates")
        expect(page.locator(".search-results a").first).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.locator(".search-results a").first).to_be_focused()
        page.keyboard.press("Escape")
        expect(button).to_be_focused()


def test_how_a_figure_was_made_opens_by_keyboard(browser: Browser, server: str) -> None:
    with reading(browser, server) as reader:
        page = reader.open(CHAPTER)
        summary = page.locator(".provenance summary").first
        summary.focus()
        page.keyboard.press("Enter")
        details = page.locator(".provenance details").first
        expect(details).to_have_attribute("open", "")
        expect(details.locator("dl")).to_be_visible()
        expect(details).to_contain_text("tpdl run transfer/")


def test_the_menu_of_chapters_on_a_phone(browser: Browser, server: str) -> None:
    with reading(browser, server, "phone") as reader:
        page = reader.open(CHAPTER)
        chapters = page.get_by_role("navigation", name="Chapters")
        menu = page.get_by_role("button", name="Chapters")
        expect(chapters).to_be_hidden()
        menu.tap()
        expect(chapters).to_be_visible()
        expect(menu).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("Escape")
        expect(chapters).to_be_hidden()
        menu.tap()
        chapters.get_by_role("link", name="How this report was made").tap()
        page.wait_for_url(re.compile("report/how.html"))
        expect(page.get_by_role("heading", level=1)).to_contain_text("How this report was made")
        assert reader.complaints == []


@pytest.mark.parametrize("window", ["light", "phone"])
def test_a_plot_is_read_point_by_point(browser: Browser, server: str, window: str) -> None:
    with reading(browser, server, window) as reader:
        page = reader.open("report/transfer.html")
        figure = page.locator("#fig-layer-cut")
        figure.scroll_into_view_if_needed()
        slider, words = figure.get_by_role("slider"), figure.locator(".readings output")
        slider.focus()
        expect(words).to_contain_text("cut 1 of")
        page.keyboard.press("ArrowRight")
        expect(words).to_contain_text("cut 2 of")
        expect(slider).to_have_attribute("aria-valuetext", words.inner_text())

        # The ring lies on the picture that is shown, and pointing at its place reads the same point.
        mark = figure.locator(".reading-mark")
        expect(mark).to_be_visible()
        said, ring = words.inner_text(), mark.bounding_box()
        page.keyboard.press("End")
        expect(words).not_to_have_text(said)
        assert ring
        page.mouse.move(ring["x"] + ring["width"] / 2 + 1, ring["y"] + ring["height"] / 2 - 1)
        expect(words).to_have_text(said)
        assert reader.complaints == []
