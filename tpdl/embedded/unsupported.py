"""What Quarto understands and this renderer does not: refused with file and line, never rendered as something else."""

from __future__ import annotations

import re
from dataclasses import replace

from tpdl.embedded.diagrams import program_for
from tpdl.render.label_kinds import FLOATS
from tpdl.render.prepare import Prepared
from tpdl.render.problem import Problem
from tpdl.render.scan import Item

CALLOUTS = ("callout-note", "callout-tip", "callout-warning", "callout-important", "callout-caution")
CALLOUT_ATTRIBUTES = {"title", "collapse", "when"}
SPECIAL_CLASSES = re.compile(
    r"callout-.*|callout|column-.*|panel-.*|aside|margin-.*|grid|g-col-.*|cell.*|landscape|hidden|incremental|fragment"
    r"|quarto-.*|listing|border|list-table|hero-.*|about|tabset.*|columns?|smallcaps|kbd|mark"
)
"""Classes to which Quarto gives a meaning of its own."""
KNOWN_CLASSES = re.compile(
    r"column-(margin|body|body-outset(-left|-right)?|(page|screen)(-inset)?(-shaded)?(-left|-right)?)|aside"
    r"|panel-tabset|tabset|columns?|smallcaps|mark"
)
"""Those of them that this renderer knows, too."""
LAYOUT = re.compile(rf"layout(-.*)?|({'|'.join(FLOATS)})-(cap|subcap|cap-location|align|env|pos|scap|link)")
KNOWN_LAYOUT = {"layout-ncol", "layout"}
CODE = {"filename", "lst-cap", "code-line-numbers"}
"""Options of a code block that this renderer knows; lines get no numbers, but a code block loses nothing by it."""
CONDITIONS = re.compile(r"(when|unless)-(?!format$)\w+")
"""On what, apart from the format, Quarto lets content depend."""


def unsupported(prepared: Prepared) -> list[Problem]:
    """Every construct of the book that this renderer does not know."""
    found = [
        item.problem(message)
        for chapter in prepared.book.chapters
        for item in prepared.items[chapter.path]
        for message in _objections(item)
    ]
    return sorted(
        {
            replace(problem, message=f"{problem.message}; the embedded renderer does not know it, `quarto render` does")
            for problem in [*found, *prepared.book.beyond]
        }
    )


def _objections(item: Item) -> list[str]:
    """What of a construct this renderer does not know."""
    if item.kind == "shortcode":
        return [f"shortcode {{{{< {item.text.split()[0] if item.text else ''} >}}}}"]
    if item.kind == "cell":
        if (program := program_for(item)) is None:
            return []
        if program:
            return [f"code cell {item.text}, where no {program} is installed that could draw it"]
        return [f"code cell {item.text}: documents hold no code that runs"]
    if item.kind == "code":
        return [f"code block option {name}" for name in item.attributes if name not in CODE]
    if item.kind not in ("div", "span", "image", "table"):
        return []
    objections = [
        f"attribute {name}"
        for name in item.attributes
        if (LAYOUT.fullmatch(name) and name not in KNOWN_LAYOUT) or CONDITIONS.fullmatch(name)
    ]
    for name in item.classes:
        if name in CALLOUTS and item.kind == "div":
            objections += [f"callout option {key}" for key in item.attributes if key not in CALLOUT_ATTRIBUTES]
        elif SPECIAL_CLASSES.fullmatch(name) and not KNOWN_CLASSES.fullmatch(name):
            objections.append(f"class .{name}")
    return objections
