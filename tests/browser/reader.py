"""One reader: a window of some size and theme, and everything that went wrong or was asked for while reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request, Response

WINDOWS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1400, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1400, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "is_mobile": True, "has_touch": True},
}

SCROLL_THROUGH = """async () => {
  for (const fold of document.querySelectorAll("details.in-depth")) fold.open = true;
  for (let y = 0; y <= document.documentElement.scrollHeight; y += innerHeight / 2) {
    scrollTo({ top: y, behavior: "instant" });
    await new Promise(requestAnimationFrame);
  }
  for (const sheet of document.querySelectorAll(".sheet-scroll")) {
    if (sheet.scrollWidth <= sheet.clientWidth) continue;
    sheet.scrollIntoView({ behavior: "instant" });
    for (let x = 0; x <= sheet.scrollWidth; x += sheet.clientWidth / 2) {
      sheet.scrollLeft = x;
      await new Promise(requestAnimationFrame);
    }
    sheet.scrollLeft = 0;
  }
  const shown = [...document.images].filter((image) => image.checkVisibility());
  await Promise.all(shown.map((image) => image.decode().catch(() => {})));
}"""
"""So that every picture is loaded, as for a reader who unfolds everything and reads to the end."""


class Reader:
    """A page in a window. `complaints` and `requests` grow while it is used."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.bytes = 0
        page.on("console", lambda message: self._complain(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", self._failed)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("response", self._answered)

    def open(self, name: str, all_of_it: bool = False) -> Page:
        """Go to a page of the report; with `all_of_it`, read it to the end."""
        self.page.goto(self.address + name, wait_until="load")
        if all_of_it:
            self.page.evaluate(SCROLL_THROUGH)
        return self.page

    def elsewhere(self) -> list[str]:
        """What was asked of any other host."""
        ours = urlsplit(self.address).netloc
        return [url for url in self.requests if urlsplit(url).scheme != "data" and urlsplit(url).netloc != ours]

    def _complain(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the reader went on to another page before it came
            self.complaints.append(f"{request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        self.bytes += int(response.headers.get("content-length", 0))
        if response.status >= 400:
            self.complaints.append(f"{response.url}: {response.status}")


@contextmanager
def reading(browser: Browser, address: str, window: str = "light", **more: Any) -> Iterator[Reader]:
    """A reader with a window of its own; nothing is remembered from an earlier one."""
    context = browser.new_context(**{**WINDOWS[window], **more})
    context.set_default_timeout(10_000)
    try:
        yield Reader(context.new_page(), address)
    finally:
        context.close()


def page_names(book: Path) -> list[str]:
    """Every page of the report, relative to its folder."""
    return sorted(path.relative_to(book).as_posix() for path in book.rglob("*.html"))
