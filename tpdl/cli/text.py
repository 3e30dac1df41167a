"""Plain text on a terminal: tables, colours, short lists of reasons.

Rich is not used for them: a table that it draws costs more time than everything else that `tpdl status` does.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

COLOURS = {"fresh": 32, "stale": 33, "stale upstream": 33, "missing": 36, "failed": 31}
"""State -> ANSI colour. It says nothing that the words do not say."""
SHOWN = 2
"""How many reasons a table shows; `tpdl why` shows all."""
LONGEST = 60
"""Characters of a value in a table."""


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]], colours: Sequence[int] | None = None) -> None:
    """Print a table with columns as wide as they must be.

    On a terminal that is too narrow, a row takes several lines: the first cell has one for itself, and the rest wraps.

    Args:
        head: the titles of the columns.
        rows: the cells of each row.
        colours: ANSI colours of the second column, one for each row.
    """
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else math.inf
    if sum(widths) + 2 * (len(widths) - 1) > room:
        _print_narrow(rows, int(room), colours)
        return
    for index, row in enumerate([head, *rows]):
        cells = [cell.ljust(width) for cell, width in zip(row, widths[:-1], strict=False)]
        if colours and index:
            cells[1] = coloured(cells[1], colours[index - 1])
        print("  ".join([*cells, row[-1]]).rstrip())


def _print_narrow(rows: Sequence[Sequence[str]], room: int, colours: Sequence[int] | None) -> None:
    """Each row as its first cell, and the others below, indented."""
    for index, (name, *others) in enumerate(rows):
        print(name)
        text = "  ".join(filter(None, others))
        lines = textwrap.wrap(text, room, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
        if colours and lines and others[0] and lines[0].startswith(f"    {others[0]}"):
            lines[0] = f"    {coloured(others[0], colours[index])}{lines[0][4 + len(others[0]) :]}"
        print("\n".join(lines))


def print_columns(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print values in columns, numbers to the right; on a terminal as many columns as fit, and the names of the others.

    Args:
        head: the names of the columns.
        rows: JSON values; None for one that is missing.
    """
    texts = [[short(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *texts, strict=True)]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else math.inf
    ends = list(itertools.accumulate(width + 2 for width in widths))
    fits = max(1, sum(end - 2 <= room for end in ends))
    right = [all(row[at] is None or _is_number(row[at]) for row in rows) for at in range(fits)]
    for line in (head, *texts):
        cells = zip(line, widths[:fits], right, strict=False)
        print("  ".join(cell.rjust(width) if number else cell.ljust(width) for cell, width, number in cells).rstrip())
    if left_out := list(head[fits:]):
        print(textwrap.fill(f"and the columns {', '.join(left_out)}", int(room), break_on_hyphens=False))


def short(value: Any) -> str:
    """A JSON value as a cell of a table shows it.

    >>> short(0.123456789), short(None), short("relu1"), short([1, 2])
    ('0.123457', '–', 'relu1', '[1, 2]')
    """
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def print_text(text: str, indent: str = "") -> None:
    """Print a sentence; on a terminal it breaks between words, and `indent` begins every line but the first."""
    if sys.stdout.isatty():
        wrapper = textwrap.TextWrapper(shutil.get_terminal_size().columns, subsequent_indent=indent)
        wrapper.break_on_hyphens = wrapper.break_long_words = False
        text = wrapper.fill(text)
    print(text)


def print_json(value: Any) -> None:
    """Print a value for another program; what JSON does not know, such as a path or a date, as text."""
    print(json.dumps(value, indent=1, default=str))


def coloured(text: str, colour: int) -> str:
    """`text` in an ANSI colour, where the terminal shows colours and nobody has asked for none."""
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return text if plain else f"\x1b[{colour}m{text}\x1b[0m"


def brief(reasons: Sequence[str]) -> str:
    """The first reasons, and how many more there are.

    >>> brief(["parameter n: 4 -> 5", "code lib:square changed", "data mnist changed"])
    'parameter n: 4 -> 5; code lib:square changed; and 1 more'
    """
    more = len(reasons) - SHOWN
    return "; ".join(reasons[:SHOWN]) + (f"; and {more} more" if more > 0 else "")
