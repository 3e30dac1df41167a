"""What a reader does with questions, values and tables: filter, unfold, look up, sort, with and without a mouse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: `pip install playwright`")
from playwright.sync_api import expect

from tests.browser.reader import WINDOWS, reading

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.slow
FRONT, CHAPTER, HOW = "index.html", "report/transfer.html", "report/how.html"
QUESTIONS = 35


def rows(page: Page) -> Locator:
    return page.locator(".questions tbody tr:visible")


def button(page: Page, words: str) -> Locator:
    return page.locator(".questions-filter button", has_text=re.compile(f"^{words}"))


def test_the_table_of_questions_is_filtered_by_chapter_and_verdict(browser: Browser, server: str) -> None:
    with reading(browser, server) as reader:
        page = reader.open(FRONT)
        everything = rows(page).count()
        assert everything >= QUESTIONS
        expect(page.locator(".questions-state")).to_contain_text(f"{QUESTIONS} of {QUESTIONS} questions")
        new = button(page, "New")
        expected = int(new.locator(".count").inner_text())
        new.focus()
        page.keyboard.press("Enter")
        assert new.get_attribute("aria-pressed") == "true" and rows(page).count() == expected < everything
        assert {chip.inner_text() for chip in page.locator(".questions .verdict:visible").all()} == {"new"}
        chapter = button(page, "Domain adaptation")
        both = int(chapter.locator(".count").inner_text())
        chapter.click()
        assert rows(page).count() == both
        button(page, "All verdicts").click()
        button(page, "All chapters").click()
        assert rows(page).count() == everything
        page.locator(".questions tbody a").first.click()
        expect(page.locator("#q-1-1")).to_be_in_viewport()
        assert reader.complaints == [] and reader.elsewhere() == []


def test_without_script_the_table_is_whole(browser: Browser, server: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server + FRONT)
    assert page.locator(".questions tbody tr").count() >= QUESTIONS
    assert page.locator(".questions-filter").count() == 0
    page.goto(server + HOW)
    assert page.locator("#tbl-claims tbody tr").last.is_visible()
    assert page.goto(server + CHAPTER) and page.locator("span.value[title*=' = ']").count() > 50
    context.close()


def test_what_is_folded_opens_for_a_link_and_for_print(browser: Browser, server: str) -> None:
    with reading(browser, server) as reader:
        page = reader.open(CHAPTER)
        fold = page.locator("details.in-depth").first
        assert fold.get_attribute("open") is None
        inside = fold.locator("[id]").first.get_attribute("id")
        page.evaluate("id => { location.hash = id }", inside)
        expect(fold).to_have_attribute("open", "")
        closed = page.locator("details.in-depth:not([open])")
        assert closed.count() > 0
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert closed.count() == 0
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert closed.count() > 0
        page.goto(f"{server}{CHAPTER}#{inside}")
        expect(page.locator(f"#{inside}")).to_be_visible()


def opened(page: Page) -> Locator:
    box = page.locator(".lookup:popover-open")
    expect(box).to_have_count(1)
    return box


def test_a_value_is_looked_up_by_pointer_and_keyboard(browser: Browser, server: str) -> None:
    with reading(browser, server) as reader:
        page = reader.open(CHAPTER)
        value = page.locator("#q-1-8 .question-short .value").first
        assert value.get_attribute("title") is None
        value.click()
        box = opened(page)
        expect(box).to_contain_text("layer_cut.by_network.squeezenet1_1.first.accuracy")
        expect(box).to_contain_text("From transfer/layer-cut.values")
        address = box.locator("a").get_attribute("href") or ""
        assert page.request.get(address).text().startswith("network,")
        page.keyboard.press("Escape")
        expect(page.locator(".lookup:popover-open")).to_have_count(0)
        value.focus()
        page.keyboard.press("Enter")
        opened(page)
        page.keyboard.press("ArrowRight")
        expect(opened(page)).to_contain_text("squeezenet1_1.best.accuracy")
        page.keyboard.press("Tab")
        expect(page.locator(".lookup a")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#q-1-8 .question-short .value").nth(1)).to_be_focused()
        page.locator("#q-1-8 .question-short .value").nth(2).hover()
        expect(opened(page)).to_contain_text("✓ Checked")
        page.mouse.move(5, 5)
        expect(page.locator(".lookup:popover-open")).to_have_count(0)
        assert reader.complaints == []


def test_a_value_is_looked_up_by_touch(browser: Browser, server: str) -> None:
    with reading(browser, server, "phone") as reader:
        page = reader.open(CHAPTER)
        page.locator("#q-1-8 .question-short .value").first.tap()
        edges = opened(page).bounding_box()
        assert edges and edges["x"] >= 0 and edges["x"] + edges["width"] <= WINDOWS["phone"]["viewport"]["width"]
        page.locator("#q-1-8 .question-asked").tap()
        expect(page.locator(".lookup:popover-open")).to_have_count(0)


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"#tbl-parameters tbody td:nth-child({number})").all_inner_texts()


def test_a_table_is_sorted_and_unfolded(browser: Browser, server: str) -> None:
    with reading(browser, server) as reader:
        page = reader.open(CHAPTER + "#tbl-parameters")
        shown = page.locator("#tbl-parameters tbody tr:visible")
        folded, rows_of_all = shown.count(), page.locator("#tbl-parameters tbody tr").count()
        assert folded < rows_of_all
        before = column(page, 5)
        title = page.locator("#tbl-parameters th").nth(4)
        title.locator("button").focus()
        page.keyboard.press("Enter")
        assert title.get_attribute("aria-sort") == "ascending"
        numbers = [int(text.replace(",", "")) for text in column(page, 5)]
        assert numbers == sorted(numbers)
        page.keyboard.press("Enter")
        assert [int(text.replace(",", "")) for text in column(page, 5)] == numbers[::-1]
        page.keyboard.press("Enter")
        assert column(page, 5) == before and title.get_attribute("aria-sort") is None
        page.get_by_role("button", name=f"Show all {rows_of_all} rows").first.click()
        assert shown.count() == rows_of_all
