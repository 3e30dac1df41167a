"""`tpdl diff`: a comparison as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tpdl.cli.common import Arguments, Commands, add_command, add_json, console, find_project
from tpdl.cli.text import print_json
from tpdl.errors import Exit

if TYPE_CHECKING:
    from rich.console import Console

    from tpdl.compare import Comparison, StepDifference

SHOWN = 20
"""How many changes of one step, and how many rows, a terminal shows; the page shows all."""
COLOURS = {"changed": "yellow", "new": "green", "gone": "red"}


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, diff, profile=False)
    parser.add_argument("revision", metavar="REV", help="a commit, branch or tag")
    parser.add_argument("--html", metavar="FILE", help="write one page with the pictures side by side")
    add_json(parser)
    parser.add_argument("--exit-code", action="store_true", help="exit code 1 if anything differs")


def diff(arguments: Arguments) -> int:
    """Compare results and pictures with those of an earlier commit."""
    from tpdl.compare import compare
    from tpdl.compare.page import render_page
    from tpdl.files import atomic_write
    from tpdl.plan.plan import read_plan

    comparison = compare(read_plan(find_project()), arguments.revision)
    if arguments.json:
        print_json(_as_json(comparison))
    else:
        print_comparison(comparison, console())
    if arguments.html:
        atomic_write(Path(arguments.html), render_page(comparison))
        if not arguments.json:
            print(f"wrote {arguments.html}")
    return Exit.NOT_FRESH if arguments.exit_code and not comparison.identical else Exit.OK


def _as_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison without the pictures themselves."""
    return vars(comparison) | {"commit": vars(comparison.commit), "steps": [as_json(step) for step in comparison.steps]}


def as_json(step: StepDifference) -> dict[str, Any]:
    """What differs in one step, without pictures."""
    value = {key: each for key, each in vars(step).items() if key != "picture"}
    return value | {"changes": [vars(change) for change in step.changes]}


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print a block for each step that differs, then one line that counts."""
    from rich.markup import escape

    for path in comparison.unreadable:
        console.print(f"cannot be read, and is left out: {escape(path)}", soft_wrap=True, highlight=False)
    for step in comparison.steps:
        print_step(step, console)
    console.print(escape(comparison.summary), soft_wrap=True, highlight=False)


def print_step(
    step: StepDifference, console: Console, *, head: bool = True, most: int = SHOWN, rest: str = "`--html FILE`"
) -> None:
    """Print what differs in one step.

    Args:
        step: what differs.
        console: the terminal.
        head: with its name and verdict.
        most: changes and rows that are shown.
        rest: what shows all of them.
    """
    from rich.markup import escape

    def say(text: str) -> None:
        console.print(text, soft_wrap=True, highlight=False)

    picture = {"changed": "picture changed", "new": "new picture", "gone": "picture gone"}[step.verdict]
    if head:
        say(f"[bold]{escape(step.name)}[/]  [{COLOURS[step.verdict]}]{picture if step.picture else step.verdict}[/]")
    for text in [*_limited(step.because, 4), *step.notes]:
        say(f"  [dim]{escape(text)}[/]")
    for word, rows in (("new rows", step.rows_added), ("rows gone", step.rows_removed)):
        if rows:
            say(f"  {word} ({', '.join(step.keys) or 'by position'}): {escape('; '.join(_limited(rows, most)))}")
    for line in _table(step, most):
        say(f"  {escape(line)}")
    if (more := len(step.changes) - most) > 0:
        say(f"  and {more} more; {rest} shows all")
    console.print()


def _table(step: StepDifference, most: int) -> list[str]:
    """The first changes, as lines of a table in which a row that several changes belong to is named once."""
    if not step.changes:
        return []
    rows = any(change.where for change in step.changes)
    lines = [[", ".join(step.keys) or "row", "value", "old", "new", "difference", ""]]
    for before, change in zip([None, *step.changes], step.changes[:most], strict=False):
        where = "" if before and before.where == change.where else change.where
        apart = "intervals apart" if change.apart else ""
        lines.append([where, change.what, *change.shown(), change.difference, apart])
    if not rows:
        lines = [line[1:] for line in lines]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    left = (0, 1, len(widths) - 1) if rows else (0, len(widths) - 1)  # names to the left, numbers to the right
    align = [str.ljust if index in left else str.rjust for index in range(len(widths))]
    return [
        "  ".join(pad(cell, width) for pad, cell, width in zip(align, line, widths, strict=True)).rstrip()
        for line in lines
    ]


def _limited(items: Sequence[str], count: int) -> list[str]:
    more = len(items) - count
    return [*items[:count], *([f"and {more} more"] if more > 0 else [])]
