"""Every page as it arrives: whole, light, quiet, accessible, in both themes and on a phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag

import pytest

from tests.browser.conftest import SUBPATH

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: `pip install playwright`")
from tests.browser.reader import WINDOWS, page_names, reading
from tests.test_figures import WAITS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow
FIRST, LARGEST = 1_100_000, 12_000_000
"""Bytes of a page until it is there, with what lies near its top, and until it is read to its end."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PICTURES = """() => [...document.querySelectorAll("main img")].map((image) => ({
  source: image.getAttribute("src"), shown: image.checkVisibility(), width: image.naturalWidth,
  lazy: image.loading === "lazy" || image.closest(".sheet") !== null, alt: image.alt,
  sized: image.hasAttribute("width") && image.hasAttribute("height"),
  narrow: image.classList.contains("narrow"),
  overflows: image.getBoundingClientRect().width > image.closest("main").clientWidth + 1,
}))"""
SHOWN = """() => [...document.querySelectorAll("main img")].filter((image) => image.checkVisibility()).map((image) => ({
  source: new URL(image.src).pathname, shown: image.getBoundingClientRect().width, own: image.naturalWidth,
  enlarged: image.classList.contains("pixelated"),
}))"""
LETTERS = re.compile(r"scale\(([\d.]+) -[\d.]+\)")
"""What matplotlib scales the outlines of letters by in an SVG: a hundredth of their size in points."""
SMALLEST = 8
"""Pixels, of a label on any page."""
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((element) => `${element.tagName}.${element.className}`)"""


@pytest.mark.parametrize("window", WINDOWS)
def test_every_page_is_whole_and_asks_nobody_else(browser: Browser, book: Path, server: str, window: str) -> None:
    for name in page_names(book):
        images = re.findall("<img [^>]*>", (book / name).read_text(encoding="utf-8"))
        assert all('loading="lazy"' in image for image in images), "the script fetches all frames of a sheet in view"
        with reading(browser, server, window) as reader:
            page = reader.open(name)
            assert 0 < reader.bytes < FIRST, (name, reader.bytes)
            reader.open(name, all_of_it=True)
            pictures = page.evaluate(PICTURES)
            for picture in pictures:
                assert picture["lazy"] and picture["alt"] and picture["sized"] and not picture["overflows"], (
                    name,
                    picture,
                )
                assert not picture["shown"] or picture["width"] > 0, (name, picture)
                if ".narrow." in picture["source"] and not picture["narrow"]:  # that has little room on any page
                    fits = window == "phone" and ".dark." not in picture["source"]  # the phone's page is a light one
                    assert picture["shown"] == fits, (name, picture)
                elif ".dark." in picture["source"]:
                    assert picture["shown"] == (window == "dark"), (name, picture)
            width = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
            assert width[0] <= width[1], (name, page.evaluate(TOO_WIDE))
            assert reader.complaints == [] and reader.elsewhere() == [], name
            assert 0 < reader.bytes < LARGEST, (name, reader.bytes)


@pytest.mark.parametrize("window", ["light", "phone"])
def test_labels_can_be_read_and_no_image_is_larger_than_it_is(
    browser: Browser, book: Path, server: str, window: str
) -> None:
    letters = 0
    for name in page_names(book):
        with reading(browser, server, window) as reader:
            for image in reader.open(name, all_of_it=True).evaluate(SHOWN):
                if image["source"].removeprefix("/figures/").startswith(WAITS):
                    continue  # it cannot be drawn again here
                if image["source"].endswith(".svg"):
                    text = (book / image["source"].removeprefix("/")).read_text(encoding="utf-8")
                    points = [100 * float(scale) for scale in LETTERS.findall(text)]
                    letters += len(points)
                    pixels = min(points, default=9) * 96 / 72 * image["shown"] / image["own"]
                    assert pixels >= SMALLEST, (name, image, round(pixels, 1))
                elif not image["enlarged"]:
                    assert image["shown"] <= image["own"] + 0.5, (name, image)
    assert letters > 1000


@pytest.mark.parametrize("window", WINDOWS)
def test_axe_finds_nothing(browser: Browser, book: Path, server: str, window: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for name in page_names(book):
        with reading(browser, server, window) as reader:
            page = reader.open(name)
            page.evaluate("() => document.querySelectorAll('details').forEach((element) => { element.open = true; })")
            found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
            assert [(rule["id"], rule["help"], [n["html"][:200] for n in rule["nodes"]][:3]) for rule in found] == [], (
                name
            )


def test_the_same_without_scripts(browser: Browser, book: Path, server: str) -> None:
    for window, theme in (("light", "light"), ("dark", "dark")):
        with reading(browser, server, window, java_script_enabled=False) as reader:
            page = reader.open("report/transfer.html")
            pictures = page.locator("main img:visible:not(.sheet img)")
            assert pictures.count() > 3
            dark = [".dark." in (pictures.nth(i).get_attribute("src") or "") for i in range(pictures.count())]
            assert all(dark) if theme == "dark" else not any(dark)
            assert page.locator("button:visible:not(dialog button)").count() == 0  # no button that does nothing


@pytest.mark.parametrize("under", ["", SUBPATH])
def test_every_link_and_fragment_resolves(browser: Browser, book: Path, server: str, under: str) -> None:
    base = server + under
    places: dict[str, set[str]] = {}
    links: dict[str, set[str]] = {}
    with reading(browser, base) as reader:
        for name in page_names(book):
            page = reader.open(name)
            places[base + name] = set(page.evaluate("() => [...document.querySelectorAll('[id]')].map((e) => e.id)"))
            links[base + name] = set(page.evaluate("() => [...document.links].map((link) => link.href)"))
        within = {(here, to) for here, found in links.items() for to in found if to.startswith(server)}
        assert len(within) > 40
        for here, to in sorted(within):
            assert to.startswith(base), f"{here} leads out of the report: {to}"
            address, fragment = urldefrag(to)
            if address in places:
                assert not fragment or unquote(fragment) in places[address], f"{here}: nothing at {to}"
            else:
                assert reader.page.request.head(address).ok, f"{here}: {to} is not there"
        assert reader.complaints == [] and reader.elsewhere() == []
