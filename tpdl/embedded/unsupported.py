"""What Quarto understands and this renderer does not: refused with file and line, never rendered as something else."""

from __future__ import annotations

import re
from dataclasses import replace

from tpdl.render.label_kinds import FLOATS, QUARTO_ONLY, kind_of
from tpdl.render.prepare import Prepared
from tpdl.render.problem import Problem
from tpdl.render.scan import Item

CALLOUTS = ("callout-note", "callout-tip", "callout-warning", "callout-important", "callout-caution")
CALLOUT_ATTRIBUTES = {"title", "collapse", "when"}
SPECIAL_CLASSES = re.compile(
    r"callout-.*|callout|column-.*|panel-.*|aside|margin-.*|grid|g-col-.*|cell.*|landscape|hidden|incremental|fragment|columns?"
    r"|quarto-.*|listing|theorem|proof|remark|solution|border|list-table|hero-.*|about|tabset.*"
)
"""Classes of blocks to which Quarto gives a meaning of its own."""
LAYOUT = re.compile(rf"layout(-.*)?|({'|'.join(FLOATS)})-(cap|subcap|cap-location|align|env|pos|scap|link)")
KNOWN_LAYOUT = {"layout-ncol", "layout"}


def unsupported(prepared: Prepared) -> list[Problem]:
    """Every construct of the book that this renderer does not know."""
    found = [
        item.problem(message) for items in prepared.items.values() for item in items for message in _objections(item)
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
        return [f"code cell {item.text}: documents hold no code that runs"]
    if item.kind == "code":
        return [f"code block option {name}" for name in item.attributes]
    if item.kind in ("label", "reference") and kind_of(item.text) in QUARTO_ONLY:
        return [f"label #{item.text}" if item.kind == "label" else f"reference @{item.text}"]
    if item.kind not in ("div", "image", "table"):
        return []
    objections = [
        f"attribute {name}" for name in item.attributes if LAYOUT.fullmatch(name) and name not in KNOWN_LAYOUT
    ]
    for name in item.classes:
        if name in CALLOUTS and item.kind == "div":
            objections += [f"callout option {key}" for key in item.attributes if key not in CALLOUT_ATTRIBUTES]
        elif SPECIAL_CLASSES.fullmatch(name):
            objections.append(f"class .{name}")
    return objections
