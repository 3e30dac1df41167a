"""What a document refers to, with line numbers, found in its text without parsing all of Markdown.

>>> [(item.line, item.kind, item.text) for item in scan("# Cuts\\n\\nSee @fig-cuts: `best:.1%`{.value}.")]
[(1, 'heading', '#'), (3, 'reference', 'fig-cuts'), (3, 'value', 'best:.1%')]

Pandoc parses the document when it is rendered, but keeps no line numbers. This scanner finds the constructs that can be
wrong (values, claims, conditions, images, result tables, labels, references) and skips what is code or comment.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, field, replace
from typing import Literal

from tpdl.render.bindings import under
from tpdl.render.label_kinds import KINDS, kind_of
from tpdl.render.markup import ATTRIBUTES, CODE, DIV_BLOCK, VALUE_CLASS, blank, one_line, parse_attributes
from tpdl.render.problem import Problem
from tpdl.render.slips import RAW_FENCE, formulas, slips, values_in

Kind = Literal[
    "value",
    "claim",
    "when",
    "image",
    "table",
    "heading",
    "label",
    "reference",
    "citation",
    "mixed",
    "div",
    "with",
    "term",
    "definition",
    "span",
    "shortcode",
    "cell",
    "code",
    "formula",
    "slip",
]

FENCE = re.compile(r"^(?:> ?)*[ \t]*(`{3,}|~{3,})(.*)$")
COMMENT = re.compile(r"<!--.*?-->", re.S)
CELL_LABEL = re.compile(r"\s*(?:#|//|%%|--)\|\s*(?:lst-)?label:\s*[\"']?([\w.:-]*\w)")
"""The option of a code cell that labels what it makes."""
HEADING = re.compile(r"^(#{1,6})[ \t]+\S|^\S[^\n]*\n=+[ \t]*$", re.M)
LABEL = re.compile(rf"#((?:{'|'.join(KINDS)})-[\w.:-]*\w)")
BRACKET = re.compile(r"\[([^\[\]]*@[^\[\]]*)\](?![({])")
REFERENCE = re.compile(r"(?<![\w@\\])-?@(\{[^}]+\}|\w(?:[\w:.#$%&+?<>~/-]*\w)?)")
SHORTCODE = re.compile(r"\{\{<\s*(.*?)\s*>\}\}", re.S)
CARDS = frozenset(("question", "short", "original", "depth"))
"""The classes of a question card and of its parts."""
UNDER_BINDINGS = ("value", "claim", "when", "with")
"""The kinds of which the same words mean something else in another block, see `tpdl.render.bindings`."""
DEFINITION = re.compile(r"^([^\s:][^\n]*)\n\n?:[ \t]+\S", re.M)
"""An entry of a definition list: a line with the term, and one that begins with a colon."""
TARGET = re.compile(r"\(\s*(<[^>\n]*>|[^\s()]+)(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)")


@dataclass(frozen=True)
class Item:
    """One construct of a document."""

    kind: Kind
    text: str
    """What identifies it: the expression of a value, claim or condition, behind the bindings of the blocks around it;
    the target of an image, a label or key; the words of a term or definition; of a formula all of it; of a slip, what
    is wrong."""
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    label: str = ""
    inside: str = ""
    """For a claim its words, for an image its caption, for a part of a question card its text."""
    conditions: tuple[str, ...] = ()
    """The conditions of the blocks around it; it counts only where all of them hold."""
    scopes: tuple[str, ...] = ()
    """The bindings of the blocks around it, each behind those around itself; it counts only where all can be had."""
    at: int = 0
    """Where it begins in the text of its chapter; and, of a block, where it ends."""
    end: int = 0
    path: str = ""
    """The file it was written in, once that is known."""

    @property
    def scope(self) -> str:
        """All bindings that hold where it stands, as one text."""
        return self.scopes[-1] if self.scopes else ""

    def problem(self, message: str) -> Problem:
        """What is wrong with it, with the place where it was written."""
        return Problem(self.path, self.line, message)


class Scanner:
    """Finds the items of one document, in the order of their lines.

    Each kind of construct is blanked when it was found, so that the next one does not find things inside of it; the
    positions, and with them the lines, stay the same.
    """

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._items: list[tuple[int, Item]] = []
        """Position in the text, and what was found there."""
        self._regions: list[tuple[int, int, str]] = []
        """Start, end and condition of each block and span with `when`."""
        self._blocks: set[int] = set()
        """Where blocks begin."""
        self._scopes: list[tuple[int, int, str]] = []
        """Start, end and bindings of each block with `with`."""
        self._text = self._without_code_blocks(COMMENT.sub(lambda found: blank(found[0]), text))

    def items(self) -> list[Item]:
        """All items. Conditions are complete only when everything is found, so they are filled in last."""
        for at, message in slips(self._text):
            self._add("slip", message, at)
        for at, formula in formulas(self._text):
            self._add("formula", formula, at)
        prose = self._inline_code(self._text)
        self._divs(prose)
        self._attribute_blocks(prose)
        for found in HEADING.finditer(prose):
            self._add("heading", found[1] or "#", found.start())
        for found in SHORTCODE.finditer(prose):
            self._add("shortcode", found[1], found.start())
        for found in LABEL.finditer(prose):
            if self._inside_attributes(prose, found.start()):
                self._add("label", found[1], found.start())
        plain = ATTRIBUTES.sub(lambda block: blank(block[0]) if not block[0].startswith("{{") else block[0], prose)
        for found in BRACKET.finditer(plain):
            parts = [REFERENCE.search(part) for part in found[1].split(";")]
            if all(parts) and len({_kind(part[1].strip("{}")) for part in parts if part}) > 1:
                self._add("mixed", found[0], found.start())
        for found in REFERENCE.finditer(plain):
            name = found[1].strip("{}")
            kind = _kind(name)
            self._add(kind, name[0].lower() + name[1:] if kind == "reference" else name, found.start())
        self._regions.sort()
        self._scopes.sort()
        return [self._in_place(item, at) for at, item in sorted(self._items, key=lambda pair: pair[0])]

    def line(self, offset: int) -> int:
        """The line, counted from 1, of a position in the text."""
        return bisect.bisect_right(self._starts, offset)

    def _add(self, kind: Kind, text: str, at: int, **more: object) -> None:
        self._items.append((at, Item(kind, text, self.line(at), **more)))  # type: ignore[arg-type]

    def _in_place(self, item: Item, at: int) -> Item:
        """The item with what holds around it.

        The condition of a block is outermost: its bindings and its claim count only where it holds. Then come the
        bindings, which also its claim may use.
        """
        of_block = at in self._blocks
        scopes = self._scopes_around(at, inclusive=of_block and item.kind == "claim")
        around = tuple(
            under(self._scopes_around(start)[-1:], condition)
            for start, end, condition in self._regions
            if (start < at or (start == at and of_block and item.kind != "when")) and at < end
        )
        text = under(scopes[-1:], item.text) if item.kind in UNDER_BINDINGS else item.text
        return replace(item, text=text, conditions=around, scopes=scopes, at=at)

    def _scopes_around(self, at: int, inclusive: bool = False) -> tuple[str, ...]:
        """The bindings around a position, each behind those around it; perhaps also those that begin there."""
        scopes: tuple[str, ...] = ()
        for start, end, bound in self._scopes:
            if (start < at or (inclusive and start == at)) and at < end:
                scopes = (*scopes, under(scopes[-1:], bound))
        return scopes

    def _without_code_blocks(self, text: str) -> str:
        """Blank every fenced code block; report the ones that would have to be run."""
        lines, at, fence, raw, cell = [], 0, "", "", False
        for line in text.splitlines(keepends=True):
            found = FENCE.match(line.rstrip("\n"))
            if fence:
                closes = found and found[1].startswith(fence) and not found[2].strip()
                fence = "" if closes else fence
                for position, message in values_in(line, at, raw) if raw else ():
                    self._add("slip", message, position)
                if cell and (option := CELL_LABEL.match(line)) and kind_of(option[1]):
                    self._add("label", option[1], at, classes=("cell",))
                lines.append(blank(line))
            elif found and not (found[1][0] == "`" and "`" in found[2]):
                fence = found[1]
                raw = language[1] if (language := RAW_FENCE.match(found[2])) else ""
                cell = bool(re.match(r"\s*\{\s*[A-Za-z]+[\s,}]", found[2]))
                if cell:
                    self._add("cell", found[2].strip(), at)
                elif found[2].strip().startswith("{"):
                    attributes = parse_attributes(found[2])
                    self._add("code", found[1], at, attributes=attributes.pairs)
                    if kind_of(attributes.label):
                        self._add("label", attributes.label, at)
                lines.append(blank(line))
            else:
                lines.append(line)
            at += len(line)
        return "".join(lines)

    def _inline_code(self, text: str) -> str:
        """Note the values and blank all inline code."""

        def note(found: re.Match[str]) -> str:
            if found[3] and VALUE_CLASS.search(found[3]):
                self._add("value", " ".join(found[2].split()), found.start())
            return blank(found[0])

        return CODE.sub(note, text)

    def _divs(self, text: str) -> None:
        """Follow `:::` lines; note what each block is, and how far a condition reaches."""
        stack: list[re.Match[str]] = []
        for found in DIV_BLOCK.finditer(text):
            if found["attributes"]:
                stack.append(found)
            elif stack:
                self._div(stack.pop(), found.start())
        for left in stack:
            self._div(left, len(text))

    def _div(self, opening: re.Match[str], end: int) -> None:
        attributes, at = parse_attributes(opening["attributes"]), opening.start()
        pairs, classes = attributes.pairs, attributes.classes
        self._blocks.add(at)
        if condition := one_line(pairs.get("when", "")):
            self._regions.append((at, end, condition))
            self._add("when", condition, at)
        if "with" in pairs:
            self._scopes.append((at, end, one_line(pairs["with"])))
            self._add("with", one_line(pairs["with"]), at)
        inside = self._text[opening.end() : end].strip() if CARDS.intersection(classes) else ""
        kind: Kind = "table" if "results" in classes else "div"
        self._add(
            kind,
            attributes.label,
            at,
            attributes=pairs,
            classes=classes,
            label=attributes.label,
            inside=inside,
            end=end,
        )
        if "original" in classes and "claim" in pairs:
            verdict = pairs.get("verdict", "")
            self._add("claim", one_line(pairs["claim"]), at, inside=f"{one_line(first_paragraph(inside))} ({verdict})")
        if "glossary" in classes:
            for found in DEFINITION.finditer(self._text, opening.end(), end):
                self._add("definition", words_of(found[1]), found.start())

    def _attribute_blocks(self, text: str) -> None:
        """Spans with a claim or a condition, and images: `[words]{…}`, `![caption](target){…}`."""
        for found in re.finditer(r"\]", text):
            block = ATTRIBUTES.match(text, found.end())
            if not block:
                continue
            start = opening_bracket(text, found.start())
            attributes = parse_attributes(block[0])
            if start is None:
                continue
            words = " ".join(self._text[start + 1 : found.start()].split())
            more = {"attributes": attributes.pairs, "classes": attributes.classes, "label": attributes.label}
            self._add("span", attributes.label, start, **more)
            if "claim" in attributes.pairs:
                self._add("claim", one_line(attributes.pairs["claim"]), start, inside=words)
            if "when" in attributes.pairs:
                self._add("when", one_line(attributes.pairs["when"]), start, inside=words)
                self._regions.append((start, found.end(), one_line(attributes.pairs["when"])))
            if "term" in attributes.classes:
                self._add("term", words_of(words), start)
        for found in re.finditer(r"!\[", text):
            closing = closing_bracket(text, found.end() - 1)
            target = TARGET.match(text, closing + 1) if closing is not None else None
            if closing is None or not target:
                continue
            block = ATTRIBUTES.match(text, target.end())
            attributes = parse_attributes(block[0] if block else "")
            self._add(
                "image",
                target[1].strip("<>"),
                found.start(),
                attributes=attributes.pairs,
                classes=attributes.classes,
                label=attributes.label,
                inside=" ".join(self._text[found.end() : closing].split()),
            )

    @staticmethod
    def _inside_attributes(text: str, at: int) -> bool:
        """Whether a `#label` lies in an attribute block, and not in prose or in the target of a link."""
        opening = text.rfind("{", 0, at)
        return opening >= 0 and "}" not in text[opening:at] and "\n\n" not in text[opening:at]


def scan(text: str) -> list[Item]:
    """The constructs of a document, in the order of their lines."""
    return Scanner(text).items()


def opening_bracket(text: str, closing: int) -> int | None:
    """The `[` that belongs to the `]` at `closing`, within the same paragraph."""
    depth = 0
    for position in range(closing, -1, -1):
        if text[position] == "\n" and text[position - 1 : position] == "\n":
            return None
        if text[position] in "[]" and text[position - 1 : position] != "\\":
            depth += 1 if text[position] == "]" else -1
            if depth == 0:
                return position
    return None


def closing_bracket(text: str, opening: int) -> int | None:
    """The `]` that belongs to the `[` at `opening`, within the same paragraph."""
    depth = 0
    for position in range(opening, len(text)):
        if text.startswith("\n\n", position):
            return None
        if text[position] in "[]" and text[position - 1 : position] != "\\":
            depth += 1 if text[position] == "[" else -1
            if depth == 0:
                return position
    return None


def first_paragraph(text: str) -> str:
    """What a block begins with; empty where that is another block."""
    paragraph = re.split(r"\n[ \t]*\n|^[ \t]*:::", text.strip(), maxsplit=1, flags=re.M)[0]
    return paragraph.strip()


def words_of(text: str) -> str:
    """Words as a reader sees them, in small letters: what a term and its definition are compared by.

    >>> words_of("*McNemar’s* test")
    "mcnemar's test"
    """
    return one_line(re.sub(r"[*`$\\]|\{[^}]*\}|\[|\]", "", text)).replace("’", "'").lower()


def _kind(name: str) -> Kind:
    """Whether `@name` refers to something in the book or cites a work."""
    return "reference" if kind_of(name.lower()) else "citation"  # `@Fig-curve` begins a sentence
