"""A comparison as one HTML page that holds everything it shows, and asks no other host for anything."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable
from pathlib import Path

from tpdl.compare.comparison import Comparison, StepDifference

TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
STYLE = Path(__file__).parent / "page.css"
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<p>{summary}</p>
{contents}
</header>
<main>
{sections}
</main>
</body>
</html>
"""


def render_page(comparison: Comparison) -> str:
    """The whole page. Pictures follow the reader's theme as the page does; no script is needed for it."""
    contents = "".join(
        f'<li><a href="#{_anchor(step)}">{_text(step.name)}</a>{_verdict(step)}</li>\n' for step in comparison.steps
    )
    left_out = "".join(
        f"<p>Cannot be read, and is left out: <code>{_text(p)}</code></p>" for p in comparison.unreadable
    )
    return PAGE.format(
        title=f"What changed since {comparison.commit.short}",
        style=STYLE.read_text(encoding="utf-8"),
        summary=_text(comparison.summary[:1].upper() + comparison.summary[1:]) + ".",
        contents=(f'<nav aria-label="Steps"><ul>\n{contents}</ul></nav>' if contents else "") + left_out,
        sections="\n".join(_section(step, comparison.commit.short) for step in comparison.steps),
    )


def _section(step: StepDifference, before: str) -> str:
    parts = [f'<section id="{_anchor(step)}">', f"<h2>{_text(step.name)}{_verdict(step)}</h2>"]
    if step.because or step.notes:
        parts.append(_list([*step.because, *step.notes], "reasons"))
    parts.append(_pictures(step, before))
    for title, rows in (("New rows", step.rows_added), ("Rows that are gone", step.rows_removed)):
        if rows:
            named = _text(f"{title} ({', '.join(step.keys) or 'by position'}): ")
            parts.append(f'<p class="row">{named}{_text("; ".join(rows))}</p>')
    parts += [_table(step, before), "</section>"]
    return "\n".join(part for part in parts if part)


def _pictures(step: StepDifference, before: str) -> str:
    if step.picture is None:
        return ""
    sides = [(step.picture.old, f"Before, at {before}"), (step.picture.new, "Now")]
    figures = [_figure(step, contents, words) for contents, words in sides if contents]
    return f'<div class="pictures">\n{"".join(figures)}</div>'


def _figure(step: StepDifference, contents: dict[str, bytes], words: str) -> str:
    light = contents.get("light") or contents["dark"]
    dark = contents.get("dark")
    source = f'<source media="(prefers-color-scheme: dark)" srcset="{_uri(dark, step.suffix)}">' if dark else ""
    alt = f"{words}: {step.alt or step.name}"
    image = f'<picture>{source}<img src="{_uri(light, step.suffix)}" alt="{_text(alt)}"></picture>'
    return f"<figure>{image}<figcaption>{_text(words)}</figcaption></figure>\n"


def _table(step: StepDifference, before: str) -> str:
    changes = step.changes
    if not changes:
        return ""
    rows = any(change.where for change in changes)
    head = "".join(
        f'<th scope="col"{number}>{title}</th>'
        for title, number in [
            *([(_text(", ".join(step.keys)) or "Row", "")] if rows else []),
            ("Value", ""),
            *((title, ' class="number"') for title in (f"At {before}", "Now", "Difference")),
        ]
    )
    lines, last = [], ""
    for change in changes:
        old, new = change.shown()
        cells = [f"<td>{_text('' if change.where == last else change.where)}</td>"] if rows else []
        last = change.where
        cells += [f"<td><code>{_text(change.what)}</code></td>"]
        apart = ' <span class="apart">intervals apart</span>' if change.apart else ""
        texts = (_text(old), _text(new), _text(change.difference) + apart)
        cells += [f'<td class="number">{text}</td>' for text in texts]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    count = f"{len(changes)} value{'s' if len(changes) > 1 else ''} changed."
    body = "\n".join(lines)
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="Changed values"><table><caption>{count}</caption>'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _verdict(step: StepDifference) -> str:
    return f'<span class="verdict {step.verdict}">{step.verdict}</span>'


def _list(items: Iterable[str], name: str) -> str:
    return f'<ul class="{name}">' + "".join(f"<li>{_text(item)}</li>" for item in items) + "</ul>"


def _uri(content: bytes, suffix: str) -> str:
    return f"data:{TYPES[suffix]};base64,{base64.b64encode(content).decode('ascii')}"


def _anchor(step: StepDifference) -> str:
    return html.escape(step.name.replace("/", "-"), quote=True)


def _text(text: str) -> str:
    return html.escape(text, quote=True)
