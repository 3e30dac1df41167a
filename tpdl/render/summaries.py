"""Long tables about the report itself, summed up for paper, where nobody can search, sort or fold them.

>>> rows = [{"where": "a.qmd:3", "verdict": "holds"}, {"where": "a.qmd:9", "verdict": "holds"}]
>>> [cell["text"] for cell in summed_up("claims", rows)["rows"][0]]
['a.qmd', '2', '2']
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tpdl.render.provenance import duration

LONGEST_ON_PAPER = 15
"""Rows of a table about the report that is printed as it is."""
Rows = Sequence[Mapping[str, Any]]


def summed_up(table: str, rows: Rows) -> dict[str, Any] | None:
    """A row for each chapter instead of one for each claim, step or experiment; None for other tables.

    Args:
        table: its name: "claims".
        rows: all of it.
    """
    if table not in GROUPED:
        return None
    key, columns = GROUPED[table]
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    body = [
        [{"text": name, "code": True}, *({"text": make(group)} for make in columns.values())]
        for name, group in groups.items()
    ]
    return {
        "header": ["", *columns],
        "align": ["left", *("right" for _ in columns)],
        "rows": [
            *body,
            [{"text": "all", "bold": True}, *({"text": make(rows), "bold": True} for make in columns.values())],
        ],
    }


def _document(row: Mapping[str, Any]) -> str:
    return str(row["where"]).partition(":")[0]


def _folder(row: Mapping[str, Any]) -> str:
    return str(row.get("experiment") or row["step"]).rpartition("/")[0]


def _took(rows: Rows) -> str:
    return duration(sum(row["seconds"] or 0 for row in rows))


def _count(column: str, value: Any) -> Callable[[Rows], str]:
    return lambda rows: f"{sum(row[column] == value for row in rows):,}"


def _all(rows: Rows) -> str:
    return f"{len(rows):,}"


STEPS: dict[str, Callable[[Rows], str]] = {"Steps": _all, "Fresh": _count("state", "fresh"), "Time": _took}
GROUPED: dict[str, tuple[Callable[[Mapping[str, Any]], str], dict[str, Callable[[Rows], str]]]] = {
    "claims": (_document, {"Claims": _all, "Hold": _count("verdict", "holds")}),
    "steps": (_folder, STEPS),
    "runs": (_folder, STEPS),
    "experiments": (_folder, {"Experiments": _all, "All fresh": _count("state", "all fresh"), "Time": _took}),
}
"""Table -> what its rows are grouped by, and the columns of the summary."""
