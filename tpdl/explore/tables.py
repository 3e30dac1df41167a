"""Tables as the page shows them: text in cells, numbers to the right, only so many rows.

Example:
    table_of("Result", [{"n": 1, "loss": 0.25}, {"n": 2, "loss": None}]).rows[1].cells      # ["2", "–"]
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_ROWS = 200
"""Rows of a table that the page shows. The file, which it links, has all."""
MOST_COLUMNS = 40
LONGEST = 80
"""Characters of a value."""
MISSING = "–"


@dataclass(frozen=True)
class Row:
    """One row, and where it leads."""

    cells: list[str]
    name: str = ""
    """The address of a run; empty for the row of a result."""
    href: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the page."""

    title: str
    columns: list[str]
    numeric: list[bool]
    """For each column, whether it holds numbers."""
    rows: list[Row]
    notes: list[str] = field(default_factory=list)
    """What a reader should know of it: what is left out, for instance."""
    file: str = ""
    """Address of the file with all of it."""


def table_of(
    title: str,
    values: Sequence[Mapping[str, Any]],
    *,
    rows: Sequence[tuple[str, str]] | None = None,
    most: int | None = MOST_ROWS,
    file: str = "",
    notes: Sequence[str] = (),
) -> Table:
    """A table of values.

    Args:
        title: what it says above.
        values: for each row, column -> JSON value; where one is missing, so is the value.
        rows: name and address of each row, if rows have any.
        most: how many rows are shown; None for all.
        file: where all of them are.
        notes: what a reader should know.
    """
    columns = list(dict.fromkeys(name for row in values for name in row))
    notes = list(notes)
    if most is not None and len(values) > most:
        notes.append(f"The first {most} of {len(values):,} rows; the file has all.")
    if len(columns) > MOST_COLUMNS:
        notes.append(f"The first {MOST_COLUMNS} of {len(columns)} columns; the file has all.")
        columns = columns[:MOST_COLUMNS]
    numeric = [_is_numeric([row.get(name) for row in values]) for name in columns]
    names = rows or [("", "")] * len(values)
    shown = [Row([text_of(row.get(name)) for name in columns], *names[at]) for at, row in enumerate(values[:most])]
    return Table(title, columns, numeric, shown, notes, file)


def text_of(value: Any) -> str:
    """A JSON value as a cell shows it.

    >>> text_of(0.123456789), text_of(None), text_of([1, 2])
    ('0.123457', '–', '[1, 2]')
    """
    if value is None:
        return MISSING
    if isinstance(value, float):
        return f"{value:.6g}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _is_numeric(values: Sequence[Any]) -> bool:
    there = [value for value in values if value is not None]
    return bool(there) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in there)
