"""The steps as a graph: Mermaid text for a document, or an SVG picture that needs nothing to be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from tpdl.files import atomic_write
from tpdl.plan.plan import Plan
from tpdl.plan.status import Status

FILL = {"fresh": "#cfe8dc", "stale": "#fbe3b3", "stale upstream": "#fdf1d8", "missing": "#d8e6f3", "failed": "#f5c9b8"}
WIDTH, HEIGHT, GAP_X, GAP_Y = 300, 26, 70, 12


def mermaid(plan: Plan, names: Sequence[str], states: Mapping[str, Status]) -> str:
    """A Mermaid flowchart; one class per state."""
    known = {name: f"s{index}" for index, name in enumerate(names)}
    lines = ["flowchart LR"]
    for name, key in known.items():
        shape = ("([", "])") if plan.steps[name].kind in ("figure", "summary") else ("[", "]")
        lines.append(f'  {key}{shape[0]}"{name}"{shape[1]}:::{states[name].state.replace(" ", "_")}')
    lines += [f"  {known[up]} --> {known[name]}" for name in names for up in plan.steps[name].upstream if up in known]
    lines += [
        f"  classDef {state.replace(' ', '_')} fill:{colour},stroke:#57606a,color:#1b1f24"
        for state, colour in FILL.items()
    ]
    return "\n".join(lines)


def svg(plan: Plan, names: Sequence[str], states: Mapping[str, Status]) -> str:
    """Columns from left to right by how many steps lie before; one box a step, coloured by its state."""
    column: dict[str, int] = {}
    for name in names:
        column[name] = max((column[up] + 1 for up in plan.steps[name].upstream if up in column), default=0)
    place: dict[str, tuple[int, int]] = {}
    rows: dict[int, int] = {}
    for name in names:
        x, y = column[name], rows.get(column[name], 0)
        rows[x] = y + 1
        place[name] = (20 + x * (WIDTH + GAP_X), 20 + y * (HEIGHT + GAP_Y))
    width = 40 + (max(rows, default=0) + 1) * (WIDTH + GAP_X) - GAP_X
    height = 40 + max(rows.values(), default=0) * (HEIGHT + GAP_Y) - GAP_Y
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12"><title>Steps and what they need</title>'
    ]
    for name in names:
        x, y = place[name]
        for up in plan.steps[name].upstream:
            if up in place:
                left, top = place[up][0] + WIDTH, place[up][1] + HEIGHT / 2
                middle, target = (left + x) / 2, y + HEIGHT / 2
                path = f"M{left},{top} C{middle},{top} {middle},{target} {x},{target}"
                parts.append(f'<path d="{path}" fill="none" stroke="#8a939d" stroke-width="1.2"/>')
    for name in names:
        x, y = place[name]
        radius = HEIGHT / 2 if plan.steps[name].kind in ("figure", "summary") else 3
        state = states[name].state
        parts.append(
            f'<g><title>{escape(name)}: {state}</title><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="{radius}" '
            f'fill="{FILL[state]}" stroke="#57606a"/>'
            f'<text x="{x + 10}" y="{y + 17}" fill="#1b1f24">{escape(_fitting(name))}</text></g>'
        )
    return "\n".join([*parts, "</svg>", ""])


def write_svg(plan: Plan, names: Sequence[str], states: Mapping[str, Status], path: Path) -> None:
    """Write the picture of `svg` to `path`."""
    atomic_write(path, svg(plan, names, states))


def _fitting(name: str) -> str:
    return name if len(name) <= 44 else "…" + name[-43:]
