"""A comparison as one HTML page that holds everything it shows, and asks no other host for anything."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

from tpdl.compare.comparison import Comparison, StepDifference
from tpdl.templates import fill

MEDIA_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
TEMPLATE = Path(__file__).with_name("page.html")


def render_page(comparison: Comparison) -> str:
    """The whole page. Pictures follow the reader's theme as the page does; no script is needed for it."""
    before, counts = comparison.commit.short, comparison.summary
    return fill(
        TEMPLATE,
        title=f"What changed since {before}",
        summary=f"{counts[:1].upper()}{counts[1:]}.",
        before=before,
        steps=comparison.steps,
        pictures={step.name: _pictures(step, before) for step in comparison.steps},
        unreadable=comparison.unreadable,
    )


def _pictures(step: StepDifference, before: str) -> list[dict[str, str]]:
    """The picture before and now, as far as there is one."""
    if step.picture is None:
        return []
    sides = [(step.picture.old, f"Before, at {before}"), (step.picture.new, "Now")]
    return [_picture(step, contents, words) for contents, words in sides if contents]


def _picture(step: StepDifference, contents: Mapping[str, bytes], words: str) -> dict[str, str]:
    light, dark = contents.get("light") or contents["dark"], contents.get("dark")
    return {
        "light": _data_uri(light, step.suffix),
        "dark": _data_uri(dark, step.suffix) if dark else "",
        "words": words,
        "alt": f"{words}: {step.alt or step.name}",
    }


def _data_uri(content: bytes, suffix: str) -> str:
    return f"data:{MEDIA_TYPES[suffix]};base64,{base64.b64encode(content).decode('ascii')}"
