"""Pandoc's attributes, code and blocks, as patterns: what `scan` and `slips` look for in a document's text."""

from __future__ import annotations

import re
from dataclasses import dataclass

DIV = re.compile(r"^[ \t]*(:{3,})[ \t]*(.*?)[ \t]*:*[ \t]*$")
CODE = re.compile(r"(?<!`)(?P<ticks>`+)(?!`)(.+?)(?<!`)(?P=ticks)(?!`)(\{[^{}\n]*\})?", re.S)
VALUE_CLASS = re.compile(r"\{[^{}]*\.value\b[^{}]*\}$")
ATTRIBUTES = re.compile(r"""\{(?:[^{}"']|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\{[^{}]*\})*\}""")
DIV_BLOCK = re.compile(rf"^[ \t]*:{{3,}}[ \t]*(?P<attributes>{ATTRIBUTES.pattern}|[^\s{{}}:]+)?[ \t]*:*[ \t]*$", re.M)
"""What opens or closes a block. Attributes may go over several lines."""
ATTRIBUTE = re.compile(
    r"""\#(?P<id>[^\s{}"'=]+) | \.(?P<class>[^\s{}"'=.]+)
      | (?P<key>[\w:-]+)=(?:"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>(?:\\.|[^'\\])*)'|(?P<bare>[^\s{}"']+))""",
    re.X,
)


@dataclass(frozen=True)
class Attributes:
    """A Pandoc attribute block such as `{#fig-a .wide width="80%"}`, taken apart."""

    label: str
    classes: tuple[str, ...]
    pairs: dict[str, str]


def parse_attributes(text: str) -> Attributes:
    """Take an attribute block apart; a bare word, as in `::: note`, is a class.

    >>> parse_attributes('{#fig-a .wide width="80%"}')
    Attributes(label='fig-a', classes=('wide',), pairs={'width': '80%'})
    """
    text = text.strip()
    if text and not text.startswith("{"):
        return Attributes("", (text.split()[0],), {})
    label, classes, pairs = "", [], {}
    for found in ATTRIBUTE.finditer(text[1:-1]):
        if found["id"]:
            label = found["id"]
        elif found["class"]:
            classes.append(found["class"])
        elif not (found["bare"] or "").startswith("“"):
            value = found["double"] if found["double"] is not None else found["single"]
            value = found["bare"] if value is None else re.sub(r"\\(.)", r"\1", value)
            pairs[found["key"]] = value
    return Attributes(label, tuple(classes), pairs)


def one_line(text: str) -> str:
    """A text with single spaces in place of line breaks and of more of them."""
    return " ".join(text.split())


def blank(text: str) -> str:
    """Spaces in place of `text`, with its line breaks, so that every position keeps its line."""
    return re.sub(r"[^\n]", " ", text)
