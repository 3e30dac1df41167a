"""The questions of this report: every one has a card with a short answer, and every conclusion of the original a verdict."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tpdl.render.book import read_book
from tpdl.render.scan import Item, scan

ROOT = Path(__file__).parents[2]
QUESTIONS = {"transfer": 11, "visualization": 11, "adaptation": 4, "gan": 9}
"""Chapter -> how many questions of the lab it answers."""
CONCLUSIONS = {"T": 14, "V": 17, "D": 4, "G": 8}
"""Chapter -> how many conclusions of the original it confronts; `G6` is the lack of one."""
VALUE = re.compile(r"`[^`]+`\{\.value\}")


def cards(chapter: str) -> list[Item]:
    """The blocks of a chapter's cards."""
    (text,) = [each.text for each in read_book(ROOT).chapters if each.path == f"report/{chapter}.qmd"]
    return [item for item in scan(text) if item.kind == "div"]


def words(markdown: str) -> list[str]:
    """The words that a reader sees; a value is one."""
    text = re.sub(r"\{[^{}]*\}", "", VALUE.sub("1", markdown))
    return re.sub(r"\]\([^)]*\)|[\[\]*]", " ", text).split()


@pytest.mark.parametrize("chapter", QUESTIONS)
def test_every_question_has_a_card_with_a_short_answer(chapter: str) -> None:
    blocks = cards(chapter)
    questions = [item for item in blocks if "question" in item.classes]
    assert [item.attributes["number"] for item in questions] == [str(n + 1) for n in range(QUESTIONS[chapter])]
    answers = [item for item in blocks if "short" in item.classes]
    assert len(answers) == len(questions)
    for item in answers:
        assert 0 < len(words(item.inside)) <= 45, item.inside
        assert len(VALUE.findall(item.inside)) <= 3, item.inside


def test_every_conclusion_of_the_original_is_confronted_once() -> None:
    stand = Counter(
        item.attributes["of"] for chapter in QUESTIONS for item in cards(chapter) if "original" in item.classes
    )
    wanted = {f"{letter}{n + 1}" for letter, count in CONCLUSIONS.items() for n in range(count)} - {"G6"}
    assert stand == Counter(wanted)
