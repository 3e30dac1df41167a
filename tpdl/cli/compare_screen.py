"""A comparison as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from tpdl.compare.comparison import Comparison, StepDifference

SHOWN = 20
"""How many changes of one step, and how many rows, a terminal shows; the page shows all."""
COLOURS = {"changed": "yellow", "new": "green", "gone": "red"}


def print_comparison(comparison: Comparison, console: Console) -> None:
    """A block for each step that differs, then one line that counts."""
    for path in comparison.unreadable:
        console.print(f"cannot be read, and is left out: {escape(path)}", soft_wrap=True, highlight=False)
    for step in comparison.steps:
        _print_step(step, console)
    console.print(escape(summary(comparison)), soft_wrap=True, highlight=False)


def summary(comparison: Comparison) -> str:
    """`since 1a2b3c4 of 2026-05-04 (More data): 2 changed, 1 new; 14 the same`."""
    commit = comparison.commit
    since = f"since {commit.short} of {commit.date} ({commit.subject})"
    if comparison.identical:
        return f"{since}: identical, all results and pictures of {comparison.same} steps"
    verdicts = [step.verdict for step in comparison.steps]
    counts = [f"{verdicts.count(word)} {word}" for word in COLOURS if word in verdicts]
    return f"{since}: {', '.join(counts)}; {comparison.same} the same"


def _print_step(step: StepDifference, console: Console) -> None:
    def say(text: str) -> None:
        console.print(text, soft_wrap=True, highlight=False)

    picture = {"changed": "picture changed", "new": "new picture", "gone": "picture gone"}[step.verdict]
    say(f"[bold]{escape(step.name)}[/]  [{COLOURS[step.verdict]}]{picture if step.picture else step.verdict}[/]")
    for text in [*_limited(step.because, 4), *step.notes]:
        say(f"  [dim]{escape(text)}[/]")
    for word, rows in (("new rows", step.rows_added), ("rows gone", step.rows_removed)):
        if rows:
            say(f"  {word} ({', '.join(step.keys) or 'by position'}): {escape('; '.join(_limited(rows, SHOWN)))}")
    for line in _table(step):
        say(f"  {escape(line)}")
    if (more := len(step.changes) - SHOWN) > 0:
        say(f"  and {more} more; `--html FILE` shows all")
    console.print()


def _table(step: StepDifference) -> list[str]:
    """The first changes, in columns as wide as they must be. A row is named only once."""
    rows = any(change.where for change in step.changes)
    lines = [[", ".join(step.keys) or "row", "value", "old", "new", "difference", ""]]
    for before, change in zip([None, *step.changes], step.changes[:SHOWN], strict=False):
        where = "" if before and before.where == change.where else change.where
        apart = "intervals apart" if change.apart else ""
        lines.append([where, change.what, *change.shown(), change.difference, apart])
    if not rows:
        lines = [line[1:] for line in lines]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    left = (0, 1, len(widths) - 1) if rows else (0, len(widths) - 1)  # names to the left, numbers to the right
    aligned = [
        [
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        for line in lines
    ]
    return ["  ".join(line).rstrip() for line in aligned] if step.changes else []


def _limited(items: Sequence[str], count: int) -> list[str]:
    more = len(items) - count
    return [*items[:count], *([f"and {more} more"] if more > 0 else [])]
