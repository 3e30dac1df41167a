"""Two versions of a table, matched row by row on the columns that tell rows apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tpdl.compare.values import Change, compare_records
from tpdl.tables import Row

Key = tuple[Any, ...]


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
        parameters: names of columns that tell rows apart by design: the parameters of a sweep.
    """
    before, after = (list(rows[0]) if rows else [] for rows in (old, new))
    both = [name for name in before if name in after]
    keys = key_columns(old, new, both, parameters)
    found = TableDifference(keys)
    found.columns_added = [name for name in after if name not in before]
    found.columns_removed = [name for name in before if name not in after]
    olds, news = keyed(old, keys), keyed(new, keys)
    values = [name for name in both if name not in keys]
    found.removed = [_named(keys, key) for key in olds if key not in news]
    found.added = [_named(keys, key) for key in news if key not in olds]
    for key, row in news.items():
        if key in olds:
            found.changes += compare_records(_named(keys, key), olds[key], row, values)
    return found


def key_columns(old: Sequence[Row], new: Sequence[Row], columns: Sequence[str], parameters: Iterable[str]) -> list[str]:
    """The columns to match rows by: the parameters of the sweep, then text, then whole numbers, until no two rows are alike.

    A column that does not tell more rows apart is left out, and so is one whose entries are mostly others than before: it holds
    results. If rows are still alike, their order tells them apart, see `keyed`.
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
    told = [_distinct(rows, keys) for rows in (old, new)]
    for name in [name for name in keys if name in candidates]:  # one that later ones make superfluous may be a result
        fewer = [key for key in keys if key != name]
        if [_distinct(rows, fewer) for rows in (old, new)] == told:
            keys = fewer
    return keys


def keyed(rows: Sequence[Row], keys: Sequence[str]) -> dict[Key, Row]:
    """The rows by their key; rows with the same key are told apart by how many such came before."""
    found: dict[Key, Row] = {}
    seen: dict[Key, int] = {}
    for row in rows:
        key = tuple(row.get(name) for name in keys)
        seen[key] = seen.get(key, 0) + 1
        found[(*key, seen[key])] = row
    return found


def _named(keys: Sequence[str], key: Key) -> str:
    """`vgg16, relu3`; for the second row of that name `vgg16, relu3, row 2`; without keys `row 2`."""
    *values, position = key
    parts = ["–" if value is None else str(value) for value in values]
    return ", ".join(parts + ([f"row {position}"] if position > 1 or not keys else []))


def _is_of(kind: type, rows: Sequence[Row], name: str) -> bool:
    values = [row[name] for row in rows if row.get(name) is not None]
    return bool(values) and all(isinstance(value, kind) for value in values)


def _distinct(rows: Sequence[Row], names: Sequence[str]) -> int:
    return len({tuple(row.get(name) for name in names) for row in rows})


def _overlap(old: Sequence[Row], new: Sequence[Row], name: str) -> float:
    """Share of the entries of the smaller table's column that the other one has too."""
    before, after = ({row.get(name) for row in rows} for rows in (old, new))
    return len(before & after) / max(1, min(len(before), len(after)))
