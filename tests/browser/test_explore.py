"""The page of `tpdl explore` in a browser, opened as a file: search, sort, side by side, keyboard, phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import Lab

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: `pip install playwright`")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow
OTHER = """
from tpdl import experiment


@experiment(matrix={"rate": [0.5, 10, 2]})
def rates(rate: float) -> dict:
    return {"loss": 1 / rate}
"""


def test_search_sort_and_compare(browser: Browser, fresh: Lab) -> None:
    fresh.write("experiments/other/rates.py", OTHER)
    fresh.tpdl("run", "--executor", "inline", "other/rates")
    fresh.tpdl("explore")
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text))
    page.on("requestfailed", lambda request: problems.append(request.url))
    page.goto((fresh.root / ".tpdl/explore/index.html").as_uri())

    overview = page.locator("#_experiments tbody tr:visible")
    expect(overview).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("loss rate")  # a column and a parameter
    expect(overview).to_have_count(1)
    expect(page.locator("#_found")).to_have_text("1 of 2 experiments")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="other/rates")).to_be_visible()
    expect(page.get_by_role("heading", name="toy/curve")).to_be_hidden()

    runs = page.locator(".chosen .pick")
    losses = runs.locator("tbody td:nth-child(3)")
    sort = runs.get_by_role("button", name="loss")
    sort.focus()
    page.keyboard.press("Enter")
    expect(losses).to_have_text(["0.1", "0.5", "2"])
    page.keyboard.press("Enter")
    expect(losses).to_have_text(["2", "0.5", "0.1"])
    expect(runs.locator("th[aria-sort=descending]")).to_have_text("loss")

    runs.get_by_label("Put other/rates/rate=0.5 beside others").check()
    runs.get_by_label("Put other/rates/rate=10 beside others").check()
    beside = page.get_by_role("group", name="Runs side by side")
    expect(beside.locator("tr.differs", has_text="loss")).to_contain_text("20.1")
    expect(beside.locator("tr", has_text="state")).not_to_have_class("differs")

    page.go_back()
    expect(page.get_by_role("heading", name="Everything that is measured")).to_be_visible()
    page.locator("#_search").press("Escape")
    page.locator(".graph a", has_text="curve").click()
    expect(page.get_by_role("img", name="Two rising curves.")).to_be_visible()
    assert page.evaluate("document.querySelector('.chosen figure img').naturalWidth") > 0
    filtered = page.locator(".chosen .table", has_text="curve.csv")
    expect(filtered.get_by_label("Rows of curve.csv with")).to_be_hidden()  # there are only eight

    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.close()
    assert problems == []


def test_without_scripts_everything_is_shown(browser: Browser, fresh: Lab) -> None:
    fresh.tpdl("explore")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((fresh.root / ".tpdl/explore/index.html").as_uri())
    expect(page.get_by_role("heading", name="Everything that is measured")).to_be_visible()
    expect(page.get_by_role("heading", name="toy/curve")).to_be_visible()
    context.close()
