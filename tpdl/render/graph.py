"""A picture of what is measured and what needs what: one box an experiment, chapters one below the other.

The picture is put into the page itself, so that it follows the theme; colours for paper are written into it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan
    from tpdl.plan.status import Status

BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y, TITLE = 158, 38, 24, 10, 30
FITTING = 22
"""Characters of a name that fit into a box."""
STATES = ("fresh", "missing", "stale upstream", "stale", "failed")
"""From best to worst."""
FILL = {"fresh": "#e3f1e9", "missing": "#e2ebf4", "stale upstream": "#fdf1d8", "stale": "#fbe3b3", "failed": "#f5c9b8"}


@dataclass
class _Box:
    """One experiment: all its runs, what it needs, and what is drawn from it."""

    name: str
    needs: set[str] = field(default_factory=set)
    states: list[str] = field(default_factory=list)
    figures: int = 0

    @property
    def chapter(self) -> str:
        return self.name.rpartition("/")[0]

    @property
    def state(self) -> str:
        return max(self.states, key=STATES.index, default="missing")

    @property
    def says(self) -> str:
        runs = len(self.states)
        parts = [f"{runs} runs" if runs > 1 else "1 run"] if runs else []
        if self.figures:
            parts.append(f"{self.figures} figures" if self.figures > 1 else "1 figure")
        return ", ".join([*parts, *([self.state] if self.state != "fresh" else [])])


def graph(plan: Plan, states: Mapping[str, Status]) -> dict[str, Any]:
    """The picture as `svg`, and in words as `alt`; for paper, where one page cannot hold all, a picture for each chapter as `parts`.

    Runs that need data which nobody here has count only if they were measured.
    """
    boxes = _boxes(plan, states)
    chapters: dict[str, dict[str, _Box]] = {}
    for name, box in boxes.items():
        chapters.setdefault(box.chapter, {})[name] = box
    return {**_drawn(boxes), "parts": [_drawn(inside) for inside in chapters.values()]}


def _drawn(boxes: Mapping[str, _Box]) -> dict[str, Any]:
    """A picture as `svg`, its `width` in pixels, and in words as `alt`."""
    place, titles, width, height = _layout(boxes)
    words = _words(boxes)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(words)}" font-family="DejaVu Sans Mono" font-size="11">'
    ]
    for title, y in titles:
        parts.append(
            f'<text class="chapter" x="1" y="{y}" font-size="12" font-weight="bold" fill="#1b1f24">{escape(title)}</text>'
        )
    for name in boxes:
        for up in sorted(_direct(name, boxes)):
            parts.append(_line(place[up], place[name]))
    for name, box in boxes.items():
        x, y = place[name]
        short = name.rpartition("/")[2]
        short = short if len(short) <= FITTING else short[: FITTING - 1] + "…"
        parts.append(
            f'<g class="state-{box.state.replace(" ", "-")}"><rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="4" '
            f'fill="{FILL[box.state]}" stroke="#8a939d"/>'
            f'<text x="{x + 9}" y="{y + 16}" fill="#1b1f24">{escape(short)}</text>'
            f'<text class="says" x="{x + 9}" y="{y + 30}" font-size="9" fill="#57606a">{escape(box.says)}</text></g>'
        )
    return {"svg": "".join([*parts, "</svg>"]), "width": width, "alt": words}


def _boxes(plan: Plan, states: Mapping[str, Status]) -> dict[str, _Box]:
    measured = {step.base for step in plan.steps.values() if step.kind == "experiment"}
    boxes: dict[str, _Box] = {}
    for name, step in plan.steps.items():
        if step.base not in measured:
            continue
        box = boxes.setdefault(step.base, _Box(step.base))
        if step.kind == "experiment":
            box.needs |= {plan.steps[up].base for up in step.upstream} - {step.base}
            if not step.optional or states[name].state != "missing":
                box.states.append(states[name].state)
        elif step.kind == "figure":
            box.figures += 1
    return boxes


def _all_needs(name: str, boxes: Mapping[str, _Box]) -> set[str]:
    """Everything that lies before an experiment."""
    direct = boxes[name].needs & set(boxes)
    return direct.union(*(_all_needs(up, boxes) for up in direct))


def _direct(name: str, boxes: Mapping[str, _Box]) -> set[str]:
    """What an experiment needs and none of the others it needs brings along: the lines worth drawing."""
    direct = boxes[name].needs & set(boxes)
    return direct - set().union(*(_all_needs(up, boxes) for up in direct))


def _layout(boxes: Mapping[str, _Box]) -> tuple[dict[str, tuple[int, int]], list[tuple[str, int]], int, int]:
    """Place of every box, chapter titles with their height, and the size of the whole. Columns count what lies before, within the chapter."""
    place: dict[str, tuple[int, int]] = {}
    titles: list[tuple[str, int]] = []
    top = 0
    for chapter in dict.fromkeys(box.chapter for box in boxes.values()):
        titles.append((chapter, top + 18))
        top += TITLE
        column: dict[str, int] = {}
        rows: Counter[int] = Counter()
        row: dict[str, int] = {}
        # What others need first, so that lines do not cross boxes that stand alone.
        inside = [name for name, box in boxes.items() if box.chapter == chapter]
        needed = {up for name in inside for up in boxes[name].needs}
        for name in sorted(inside, key=lambda name: not boxes[name].needs and name not in needed):
            ups = [up for up in _direct(name, boxes) if up in column]
            column[name] = max((column[up] + 1 for up in ups), default=0)
            row[name] = max([rows[column[name]], *(row[up] for up in ups if column[up] == column[name] - 1)])
            rows[column[name]] = row[name] + 1
            place[name] = (1 + column[name] * (BOX_WIDTH + GAP_X), top + row[name] * (BOX_HEIGHT + GAP_Y))
        top += max(rows.values(), default=0) * (BOX_HEIGHT + GAP_Y) + GAP_Y
    width = 2 + max((x for x, _ in place.values()), default=0) + BOX_WIDTH
    return place, titles, width, max(top, 1)


def _line(start: tuple[int, int], end: tuple[int, int]) -> str:
    left, top, right, bottom = start[0] + BOX_WIDTH, start[1] + BOX_HEIGHT / 2, end[0], end[1] + BOX_HEIGHT / 2
    bend = max(GAP_X, abs(right - left) / 2)
    path = f"M{left},{top} C{left + bend},{top} {right - bend},{bottom} {right},{bottom}"
    return f'<path d="{path}" fill="none" stroke="#8a939d" stroke-width="1.2"/>'


def _words(boxes: Mapping[str, _Box]) -> str:
    """The picture for those who do not see it."""
    lines = [
        f"{name} needs {', '.join(sorted(_direct(name, boxes)))}" if _direct(name, boxes) else f"{name} needs no other"
        for name in boxes
    ]
    return f"Graph of {len(boxes)} experiments: {'; '.join(lines)}."
