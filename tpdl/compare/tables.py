"""Two versions of a table, matched row by row on the columns that tell rows apart.

>>> old = [{"cut": "relu1", "accuracy": 0.51}, {"cut": "relu2", "accuracy": 0.62}]
>>> new = [{"cut": "relu2", "accuracy": 0.65}, {"cut": "relu3", "accuracy": 0.70}]
>>> difference = compare_tables(old, new, parameters=["cut"])
>>> difference.added, difference.removed, [(change.where, change.what) for change in difference.changes]
(['relu3'], ['relu1'], [('relu2', 'accuracy')])
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tpdl.compare.values import Change, compare_records
from tpdl.tables import Row

Key = tuple[Any, ...]
"""What identifies a row: its entries in the key columns, and how many rows with these there were up to it."""


@dataclass
class TableDifference:
    """What is not the same in two tables."""

    keys: list[str]
    """The columns that rows were matched by; empty where they were matched by position."""
    changes: list[Change] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    """Rows, as `vgg16, relu3` where the keys are network and cut."""
    removed: list[str] = field(default_factory=list)
    columns_added: list[str] = field(default_factory=list)
    columns_removed: list[str] = field(default_factory=list)


def compare_tables(old: Sequence[Row], new: Sequence[Row], parameters: Iterable[str] = ()) -> TableDifference:
    """Match the rows and compare what both have.

    Args:
        old: the rows of one version.
        new: those of the other.
        parameters: names of columns that tell rows apart by design: the parameters of a sweep.
    """
    before, after = (list(rows[0]) if rows else [] for rows in (old, new))
    both = [name for name in before if name in after]
    keys = key_columns(old, new, both, parameters)
    old_rows, new_rows = keyed(old, keys), keyed(new, keys)
    values = [name for name in both if name not in keys]
    return TableDifference(
        keys,
        changes=[
            change
            for key, row in new_rows.items()
            if key in old_rows
            for change in compare_records(_named(keys, key), old_rows[key], row, values)
        ],
        added=[_named(keys, key) for key in new_rows if key not in old_rows],
        removed=[_named(keys, key) for key in old_rows if key not in new_rows],
        columns_added=[name for name in after if name not in before],
        columns_removed=[name for name in before if name not in after],
    )


def key_columns(old: Sequence[Row], new: Sequence[Row], columns: Sequence[str], parameters: Iterable[str]) -> list[str]:
    """The columns to match rows by: parameters of the sweep, then text, then whole numbers, until no rows are alike.

    A column that does not tell more rows apart is left out, and so is one whose entries are mostly others than before:
    it holds results. If rows are still alike, their order tells them apart, see `keyed`.
    """
    keys = [name for name in columns if name in set(parameters)]
    candidates = [
        name for kind in (str, int) for name in columns if name not in keys and _is_of(kind, [*old, *new], name)
    ]
    for name in candidates:
        if all(_distinct(rows, keys) == len(rows) for rows in (old, new)):
            break
        tells_more = any(_distinct(rows, [*keys, name]) > _distinct(rows, keys) for rows in (old, new))
        if tells_more and _overlap(old, new, name) >= 0.5:
            keys.append(name)
    # A column that later ones have made superfluous may hold results.
    told_apart = [_distinct(rows, keys) for rows in (old, new)]
    for name in [name for name in keys if name in candidates]:
        fewer = [key for key in keys if key != name]
        if [_distinct(rows, fewer) for rows in (old, new)] == told_apart:
            keys = fewer
    return keys


def keyed(rows: Sequence[Row], keys: Sequence[str]) -> dict[Key, Row]:
    """The rows by their key; rows with the same key are told apart by how many such came before."""
    by_key: dict[Key, Row] = {}
    counts: Counter[Key] = Counter()
    for row in rows:
        entries = tuple(row.get(name) for name in keys)
        counts[entries] += 1
        by_key[(*entries, counts[entries])] = row
    return by_key


def _named(keys: Sequence[str], key: Key) -> str:
    """`vgg16, relu3`; for the second row of that name `vgg16, relu3, row 2`; without keys `row 2`."""
    *values, position = key
    parts = ["–" if value is None else str(value) for value in values]
    return ", ".join(parts + ([f"row {position}"] if position > 1 or not keys else []))


def _is_of(kind: type, rows: Sequence[Row], name: str) -> bool:
    """Whether a column has entries, and all of them are of a type."""
    values = [row[name] for row in rows if row.get(name) is not None]
    return bool(values) and all(isinstance(value, kind) for value in values)


def _distinct(rows: Sequence[Row], names: Sequence[str]) -> int:
    """How many rows the columns tell apart."""
    return len({tuple(row.get(name) for name in names) for row in rows})


def _overlap(old: Sequence[Row], new: Sequence[Row], name: str) -> float:
    """Share of the entries of the smaller table's column that the other one has too."""
    before, after = ({row.get(name) for row in rows} for rows in (old, new))
    return len(before & after) / max(1, min(len(before), len(after)))
