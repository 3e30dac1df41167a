"""Question cards: a question, its answer in short, what an earlier report concluded, and the way there.

    :::: {.question number="8" with="net=layer_cut.by_network.vgg16"}
    How does the depth of the cut change the result?

    ::: {.short}
    Deeper is better, up to `net.best.accuracy:.0%`{.value}.
    :::

    ::: {.original of="T9" verdict="in part" claim="net.best.index == net.cuts - 2"}
    The error is lowest at the last layer but one.
    :::

    ::: {.depth}
    Method, limits, settings.
    :::
    ::::

Of all cards together the filter makes the table of questions (`::: {.questions}`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tpdl.nearest import nearest
from tpdl.render.bindings import Missing, under
from tpdl.render.book import Book, Chapter
from tpdl.render.markup import one_line, parse_attributes
from tpdl.render.problem import Problem
from tpdl.render.reading import Reading
from tpdl.render.scan import Item, first_paragraph

CHECKED = ("confirmed", "contradicted", "in part")
"""The verdicts on a conclusion that a measurement leads to; each is bound to a claim."""
VERDICTS = (*CHECKED, "not tested")
ATTRIBUTES = {
    "question": ("number",),
    "original": ("of", "verdict", "claim"),
    "short": (),
    "depth": (),
}
"""What the blocks of a card have of their own."""
ANYWHERE = ("when", "with")
TITLE = re.compile(
    r"^#[ \t]+(?P<title>.*?)[ \t]*(?P<attributes>\{[^{}]*\})?[ \t]*#*[ \t]*$|^(?P<underlined>\S.*)\n=+[ \t]*$", re.M
)


@dataclass
class Cards:
    """The cards of a book, as the filter places them."""

    anchors: dict[str, str] = field(default_factory=dict)
    """Chapter and number of a question, see `card_key` -> the anchor of its card."""
    table: list[dict[str, Any]] = field(default_factory=list)
    """One entry a question, and one for each conclusion that belongs to none, in the order of the book."""
    problems: list[Problem] = field(default_factory=list)


def read_cards(book: Book, reading: Reading, verdicts: Mapping[str, Mapping[str, Any]]) -> Cards:
    """Find the cards of all chapters, and what is wrong with them.

    Args:
        book: whose chapters they stand in.
        reading: what was found in these.
        verdicts: text of a claim -> whether it `holds`.
    """
    cards, number = Cards(), 0
    conclusions: dict[str, Item] = {}
    for chapter in book.chapters:
        title, is_numbered = _title(chapter)
        number += is_numbered
        blocks = [item for item in reading.written[chapter.path] if item.kind == "div" and reading.holds(item)]
        parts = [item for item in blocks if ATTRIBUTES.keys() & set(item.classes)]
        reader = _Chapter(chapter, title, str(number) if is_numbered else "", parts, reading, verdicts)
        cards.problems += [*reader.problems(), *_repeated(parts, conclusions)]
        for entry in reader.entries():
            cards.table.append(entry)
            if entry["number"]:
                cards.anchors[card_key(title, entry["number"])] = entry["anchor"]
    return cards


def card_key(title: str, number: str) -> str:
    """What a card is known by: the letters and digits of its chapter's title, and its number (cards.lua).

    >>> card_key("Transfer learning, again", "8")
    'transferlearningagain/8'
    """
    plain = re.sub(r"[!-/:-@\[-`{-~\s\u2010-\u206f]", "", title)
    return f"{plain.lower()}/{number}"


def _title(chapter: Chapter) -> tuple[str, bool]:
    """The title of a chapter, and whether the book numbers it."""
    found = TITLE.search(chapter.text)
    if not found:
        return chapter.path, not chapter.appendix
    attributes = found["attributes"] or ""
    unnumbered = "unnumbered" in parse_attributes(attributes).classes or attributes.strip() == "{-}"
    return found["title"] or found["underlined"], not (unnumbered or chapter.appendix)


def _repeated(parts: Sequence[Item], conclusions: dict[str, Item]) -> Iterator[Problem]:
    """Every conclusion of the original is confronted once in a book."""
    for item in _of_class(parts, "original"):
        of = item.attributes.get("of", "")
        first = conclusions.setdefault(of, item)
        if of and first is not item:
            yield item.problem(
                f"the conclusion {of} stands twice, first at {first.path}:{first.line}; keep one of them"
            )


def _of_class(parts: Sequence[Item], name: str) -> list[Item]:
    return [item for item in parts if name in item.classes]


class _Chapter:
    """The cards of one chapter."""

    def __init__(
        self,
        chapter: Chapter,
        title: str,
        number: str,
        parts: Sequence[Item],
        reading: Reading,
        verdicts: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self._chapter, self._title, self._number = chapter, title, number
        self._parts, self._reading, self._verdicts = parts, reading, verdicts
        self._questions = _of_class(parts, "question")

    def _around(self, item: Item) -> Item | None:
        """The question that a part belongs to."""
        return next((card for card in self._questions if card.at < item.at < card.end), None)

    # What is wrong

    def problems(self) -> Iterator[Problem]:
        """Mistakes, each with its place."""
        numbers: dict[str, Item] = {}
        for item in self._parts:
            yield from self._of_attributes(item)
        for card in self._questions:
            number = card.attributes.get("number", "")
            first = numbers.setdefault(number, card)
            if not re.fullmatch(r"\d{1,3}[a-z]?", number):
                yield card.problem('a question has its number within the chapter: {.question number="8"}')
            elif first is not card:
                yield card.problem(
                    f"question {number} stands twice in this chapter, first at {first.path}:{first.line}; "
                    "give one of them another number"
                )
            yield from self._of_card(card, f"question {number}")
        for item in _of_class(self._parts, "short"):
            if not self._around(item):
                yield item.problem("an answer in short belongs into a question: :::: {.question …}")
        for item in _of_class(self._parts, "original"):
            yield from self._of_original(item)

    def _of_attributes(self, item: Item) -> Iterator[Problem]:
        kind = next(name for name in ATTRIBUTES if name in item.classes)
        for key in item.attributes:
            if key not in (*ATTRIBUTES[kind], *ANYWHERE, "claim"):  # a claim at a wrong place is a slip of its own
                hint = nearest(key, (*ATTRIBUTES[kind], *ANYWHERE))
                yield item.problem(f"a block `.{kind}` has no attribute `{key}`; {hint}")

    def _of_card(self, card: Item, name: str) -> Iterator[Problem]:
        if self._around(card):
            yield card.problem(f"{name} stands inside of another one; close that with ::: before it")
        if not first_paragraph(card.inside):
            yield card.problem(f"{name} begins with no question; write it as the first paragraph")
        if self._missing(card) != Missing():
            return
        answers = self._answers(card)
        if not answers:
            yield card.problem(f"{name} has no answer in short; write it into a block ::: {{.short}}")
        for second in answers[1:]:
            yield second.problem(f"{name} has two answers in short, the first in line {answers[0].line}; keep one")

    def _of_original(self, item: Item) -> Iterator[Problem]:
        verdict = item.attributes.get("verdict", "")
        if not item.attributes.get("of"):
            yield item.problem('a conclusion of the original has an identifier: {.original of="T9" …}')
        if verdict not in VERDICTS:
            yield item.problem(f"`{verdict}` is no verdict; there is {', '.join(f'`{each}`' for each in VERDICTS)}")
        elif verdict in CHECKED and not item.attributes.get("claim"):
            yield item.problem(f'the verdict `{verdict}` rests on no claim; add claim="…", or say `not tested`')
        elif verdict not in CHECKED and "claim" in item.attributes:
            yield item.problem(f"what is `{verdict}` has no claim; remove it, or say {', '.join(CHECKED)}")
        if not first_paragraph(item.inside):
            yield item.problem("a block `.original` begins with what the original report concluded; write that first")

    # What is shown

    def entries(self) -> Iterator[dict[str, Any]]:
        """For each question what the table of questions shows; and for each conclusion outside of all questions."""
        for item in self._parts:
            if "question" in item.classes:
                yield self._question(item)
            elif "original" in item.classes and not self._around(item):
                yield {**self._place(), "number": "", "anchor": "", "originals": [self._original(item)]}

    def _place(self) -> dict[str, Any]:
        """The chapter, and what a question has that is none."""
        where = {"chapter": self._number, "title": self._title, "source": self._chapter.path}
        return {**where, "text": False, "short": False, "missing": "", "command": ""}

    def _question(self, card: Item) -> dict[str, Any]:
        number, missing = card.attributes.get("number", ""), self._missing(card)
        within = [item for item in _of_class(self._parts, "original") if self._around(item) is card]
        answers = self._answers(card)
        return {
            **self._place(),
            "number": number,
            "anchor": card.label or f"q-{self._number or 'x'}-{number}",
            "text": {"markdown": first_paragraph(card.inside), "scope": self._scope(card)},
            "short": not missing.reason and bool(answers) and self._text(answers[0], answers[0].inside),
            "missing": missing.reason,
            "command": missing.command,
            "originals": [] if missing.reason else [self._original(item) for item in within],
        }

    def _original(self, item: Item) -> dict[str, Any]:
        claim = one_line(item.attributes.get("claim", ""))
        scope = self._scope(item)
        checked = self._verdicts.get(under([scope] if scope else [], claim), {})
        return {
            **self._text(item, first_paragraph(item.inside)),
            "verdict": item.attributes.get("verdict", ""),
            "holds": bool(checked.get("holds", not claim)),
        }

    def _text(self, item: Item, markdown: str) -> dict[str, str]:
        return {"markdown": markdown, "scope": self._scope(item)}

    def _answers(self, card: Item) -> list[Item]:
        within = [item for item in _of_class(self._parts, "short") if self._around(item) is card]
        return [item for item in within if self._reading.counts(item)]

    def _scope(self, item: Item) -> str:
        """The bindings that hold inside of a block."""
        own = item.attributes.get("with")
        return under(item.scopes[-1:], one_line(own)) if own is not None else item.scope

    def _missing(self, card: Item) -> Missing:
        """What of the results that a question is about is missing, also for the blocks around it."""
        keys = dict.fromkeys((*card.scopes, self._scope(card)))
        found = (self._reading.bindings.get(key, Missing()) for key in keys)
        return next((missing for missing in found if missing != Missing()), Missing())
