"""Tabs of a page: by mouse, by keyboard, by a link to what is in one, and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import served
from tpdl.plan.project import Project
from tpdl.report import build

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: `pip install playwright`")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow
CHAPTER = """# Tabs

See @lst-two.

::: {.panel-tabset group="language"}
## First
In the first.

## Second
```{#lst-two .python lst-cap="In the second"}
1 + 1
```
:::

::: {.panel-tabset group="language"}
## First
Again the first.

## Second
Again the second.
:::
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("tabs")
    (root / "_quarto.yml").write_text("project: {type: book}\nbook: {title: Tabs, chapters: [index.qmd]}\n")
    (root / "pyproject.toml").write_text("[tool.tpdl]\n")
    (root / "index.qmd").write_text(CHAPTER)
    assert build(Project(root), to=["html"], renderer="embedded").problems == []
    with served(root / "_book") as address:
        yield f"{address}index.html"


def test_one_is_shown_at_a_time(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    expect(page.get_by_text("In the first.", exact=True)).to_be_visible()
    expect(page.get_by_text("Again the second.")).to_be_hidden()
    page.get_by_role("tab", name="Second").first.click()
    expect(page.get_by_text("In the first.", exact=True)).to_be_hidden()
    expect(page.get_by_text("Again the second.")).to_be_visible()  # tabs of one group are chosen together
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="First").first).to_be_focused()
    expect(page.get_by_text("In the first.", exact=True)).to_be_visible()
    page.get_by_role("link", name="Listing 1.1").click()
    expect(page.locator("figcaption")).to_be_visible()
    page.close()


def test_without_scripts_all_are_there(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    for text in ("First", "In the first.", "Second", "In the second", "Again the second."):
        expect(page.locator("main").get_by_text(text).first).to_be_visible()
    context.close()
