"""Tables in CSV files: written and read with pandas where steps use them, read as plain rows where a page shows them.

    columns = write_table(path, table)
    read_table(path, columns)                            # the same table: values, types and all
    read_rows(Path("figures/transfer/layer-cut.csv"))    # [{"cut": "relu1", "accuracy": 0.51, "features": 64}, …]

What a column holds is decided by all of its entries: whole numbers, numbers, truth values (`True`, `False`), else text.
An empty entry is a missing value in a column of any kind, and so is `nan` among numbers; a line without anything is no
row. Where that would not bring a column back as it was, `write_table` says what it is: the names "007" as text and not
as numbers, dates, categories, lists. So most tables need no such word, and a file from elsewhere never does.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tpdl.files import atomic_write, read_bytes

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
"""Column -> value; None where a value is missing."""
Columns = Mapping[str, Any]
"""Column -> what it holds, for those of which the entries alone do not tell: one of the kinds below, or a data type.

A category is a mapping, `{"categories": ["low", "high"], "type": "str", "ordered": true}`. Text of which every entry is
written as JSON, because nothing else brings it back, is one, too: `{"json": "str"}`.
"""
TEXT = "text"
"""Every entry is text, an empty one, too."""
TEXT_OR_MISSING = "text or missing"
"""Every entry is text; an empty one is missing."""
VALUES = "values"
"""Entries are JSON values: `null`, `3`, `[1, 2]`. What is no JSON is text as it stands, so names need no quotes."""
DATES = "dates"
"""Python's dates, `2026-05-04`; an empty entry is None."""

WHOLE = re.compile(r"[+-]?[0-9]+")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(inf|nan)", re.I)


def read_rows(source: Path | bytes, columns: Columns | None = None) -> list[Row]:
    """The rows of a table, without pandas: that takes longer to import than a page to render.

    Args:
        source: a CSV file, or the bytes of one.
        columns: what `write_table` returned.

    Returns:
        for each row a mapping from column to value; None where a value is missing.

    Raises:
        ValueError: it is no table in UTF-8.
        OSError: it cannot be read.
    """
    content = source if isinstance(source, bytes) else read_bytes(source)
    try:
        lines = [line for line in csv.reader(io.StringIO(content.decode("utf-8"), newline="")) if line]
    except csv.Error as error:
        raise ValueError(str(error)) from None
    if not lines:
        return []
    head, *rows = lines
    entries = [[row[index] if index < len(row) else "" for row in rows] for index in range(len(head))]
    kinds = [(columns or {}).get(name) for name in head]
    try:
        values = [_as_kind(column, kind) for column, kind in zip(entries, kinds, strict=True)]
    except (KeyError, TypeError) as error:
        raise ValueError(f"what its record says of the columns is damaged: {error}") from None
    return [dict(zip(head, row, strict=True)) for row in zip(*values, strict=True)]


def _as_kind(entries: list[str], kind: Any) -> list[Any]:
    """Entries as plain values; where no kind is known, or one that only pandas has, the entries tell."""
    if kind == TEXT:
        return list(entries)
    if kind == TEXT_OR_MISSING:
        return [entry or None for entry in entries]
    if kind == VALUES:
        return [None if _is_nan(value) else value for value in map(_value, entries)]
    if isinstance(kind, Mapping) and "json" in kind:
        return [json.loads(entry) for entry in entries]
    if isinstance(kind, Mapping):
        categories = {_entry(category): category for category in kind["categories"]}
        return [categories.get(entry) for entry in entries]
    return _typed(entries)


def _typed(entries: list[str]) -> list[Any]:
    """The values of a column, of the first kind that all entries are of."""
    for convert in (_whole, _number, _truth):
        try:
            return [None if entry == "" else convert(entry) for entry in entries]
        except ValueError:
            continue
    return [entry or None for entry in entries]


# The patterns are there because Python takes `1_1` for eleven, and it may be the name of a version.


def _whole(entry: str) -> int:
    if not WHOLE.fullmatch(entry):
        raise ValueError(entry)
    return int(entry)


def _number(entry: str) -> float | None:
    if not NUMBER.fullmatch(entry):
        raise ValueError(entry)
    value = float(entry)
    return None if math.isnan(value) else value


def _truth(entry: str) -> bool:
    if entry not in ("True", "False"):
        raise ValueError(entry)
    return entry == "True"


def _value(entry: str) -> Any:
    """The JSON value that an entry stands for; what is no JSON stands for itself.

    >>> [_value(entry) for entry in ("3", "null", "[1, 2]", "relu1", '"3"')]
    [3, None, [1, 2], 'relu1', '3']
    """
    try:
        return json.loads(entry)
    except ValueError:
        return entry


def _entry_of_value(value: Any) -> str:
    """The entry that `_value` takes for `value`.

    >>> [_entry_of_value(value) for value in (3, None, [1, 2], "relu1", "3")]
    ['3', 'null', '[1, 2]', 'relu1', '"3"']
    """
    if isinstance(value, str) and value and not _breaks(value) and _value(value) is value:
        return value
    return json.dumps(_plain(value), ensure_ascii=False)


def _entry(value: Any) -> str:
    """How a category is written: as it is, but for text that would break its line, or that would seem missing."""
    if isinstance(value, str):
        return json.dumps(value) if not value or _breaks(value) else value
    return repr(value)


def _breaks(text: str) -> bool:
    """Whether an entry would end its line, or make it seem to be none: a line of blanks alone is passed over."""
    return "\r" in text or bool(text and not text.strip())


def _plain(value: Any) -> Any:
    """A number of numpy's as one of Python's."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else value


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


# With pandas


def read_table(path: Path, columns: Columns | None = None) -> pd.DataFrame:
    """A table as it was given to `write_table`, which returned `columns`; numbers are the same bit for bit."""
    return _parsed(path.read_bytes().decode("utf-8"), columns or {})


def write_table(path: Path, table: pd.DataFrame) -> dict[str, Any]:
    """Write a table whole, or leave the file that was there.

    Returns:
        what `read_table` needs to know beside the file, see `Columns`.

    Raises:
        ValueError: a column, which the message names, would not come back as it is.
    """
    text, columns = as_csv(table)
    atomic_write(path, text)
    return columns


def as_csv(table: pd.DataFrame) -> tuple[str, dict[str, Any]]:
    """The text of a table, and what is to be known of its columns beside that.

    Everything is read back before it is believed: what does not come back as it is gets no file.

    Raises:
        ValueError: a column, which the message names, would not come back as it is.
    """
    import pandas as pd

    columns: dict[str, Any] = {}
    shown = table.copy(deep=False)
    while True:
        # Numbers are written by their `repr`, with as many digits as they need to be read back the same.
        text = shown.to_csv(index=False, lineterminator="\n")
        try:
            back = _parsed(text, columns)
        except (ValueError, TypeError, KeyError, NotImplementedError):
            back = None
        wrong = [name for name in table.columns if name not in columns and not _is_back(back, table, name)]
        if back is None or len(back) != len(table):
            # An entry that breaks its line spoils the columns beside it, too.
            wrong = [name for name in wrong if not pd.api.types.is_numeric_dtype(table[name].dtype)] or wrong
        if not wrong:
            break
        for name in wrong:
            columns[name], entries = _written(table[name])
            if entries is not None:
                shown[name] = entries
    for name in columns:
        if not _is_back(back, table, name):
            raise ValueError(f"column {name!r} of type {table[name].dtype} cannot be kept in a CSV file")
    if back is None or list(back.columns) != list(table.columns) or len(back) != len(table):
        raise ValueError(f"the column names {', '.join(map(repr, table.columns))} cannot be kept in a CSV file")
    return text, columns


def _is_back(back: pd.DataFrame | None, table: pd.DataFrame, name: str) -> bool:
    return back is not None and name in back.columns and _same(back[name], table[name])


def _parsed(text: str, columns: Columns) -> pd.DataFrame:
    """The table in a CSV file's text."""
    import pandas as pd

    makers: dict[str, Callable[[list[str]], Any]] = {}
    types: dict[str, Any] = {}
    for name, kind in columns.items():
        if maker := _maker(kind):
            makers[name] = maker
        else:
            types[name] = kind
    table = pd.read_csv(io.StringIO(text), float_precision="round_trip", dtype=types)
    if makers:
        # Every entry as it stands, even where it looks like a missing value.
        entries = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, na_filter=False)
        for name, maker in makers.items():
            table[name] = maker(entries[name].tolist())
    return table


def _maker(kind: Any) -> Callable[[list[str]], Any] | None:
    """What makes a column of its entries; None for a type that pandas reads by itself."""
    import pandas as pd

    def text(entries: list[str]) -> Any:
        return pd.Series(entries)

    def text_or_missing(entries: list[str]) -> Any:
        return pd.Series([entry or math.nan for entry in entries], dtype=pd.Series([""]).dtype)

    def values(entries: list[str]) -> Any:
        return _objects([_value(entry) for entry in entries])

    def dates(entries: list[str]) -> Any:
        return _objects([datetime.date.fromisoformat(entry) if entry else None for entry in entries])

    def moments(entries: list[str]) -> Any:
        zoned = "," in kind
        return pd.Series(pd.to_datetime([entry or None for entry in entries], format="ISO8601", utc=zoned)).astype(kind)

    def spans(entries: list[str]) -> Any:
        return pd.Series(pd.to_timedelta([entry or None for entry in entries])).astype(kind)

    def periods(entries: list[str]) -> Any:
        return pd.Series(pd.PeriodIndex([entry or pd.NaT for entry in entries], dtype=kind))

    def categories(entries: list[str]) -> Any:
        known = pd.Index(kind["categories"], dtype=kind["type"])
        codes = {_entry(category): code for code, category in enumerate(kind["categories"])}
        made = pd.Categorical.from_codes([codes.get(entry, -1) for entry in entries], known, ordered=kind["ordered"])
        return pd.Series(made)

    def texts(entries: list[str]) -> Any:
        return pd.Series([json.loads(entry) for entry in entries], dtype=kind["json"])

    if isinstance(kind, Mapping):
        return texts if "json" in kind else categories
    named = {TEXT: text, TEXT_OR_MISSING: text_or_missing, VALUES: values, DATES: dates}
    for beginning, maker in (("datetime64", moments), ("timedelta64", spans), ("period", periods)):
        if kind.startswith(beginning):
            return maker
    return named.get(kind)


def _written(column: pd.Series) -> tuple[Any, Sequence[str] | None]:
    """The kind of a column, and its entries; None for entries that pandas writes and reads by itself.

    Raises:
        ValueError: a CSV file holds no such values.
    """
    import pandas as pd

    missing = pd.isna(column)
    if isinstance(column.dtype, pd.CategoricalDtype):
        found = [_plain(category) for category in column.cat.categories]
        if not all(isinstance(category, str | int | float) for category in found):
            raise ValueError(f"the categories of column {column.name!r} are no text and no numbers; use .astype(str)")
        kind = {"categories": found, "type": str(column.cat.categories.dtype), "ordered": bool(column.cat.ordered)}
        return kind, ["" if gone else _entry(_plain(value)) for value, gone in zip(column, missing, strict=True)]
    if isinstance(column.dtype, pd.StringDtype):
        is_usual = column.dtype == pd.Series([""]).dtype
        texts = [None if gone else value for value, gone in zip(column, missing, strict=True)]
        breaks = any(_breaks(text) for text in texts if text)
        if is_usual and not breaks and not ("" in texts and None in texts):
            return (TEXT_OR_MISSING if None in texts else TEXT), None
        return {"json": str(column.dtype)}, [json.dumps(text, ensure_ascii=False) for text in texts]
    if column.dtype != object:
        return str(column.dtype), None
    found = column.tolist()
    if {type(value) for value in found} - {type(None)} == {datetime.date}:
        return DATES, ["" if value is None else value.isoformat() for value in found]
    for row, value in enumerate(found):
        if not _comes_back(value):
            raise ValueError(
                f"column {column.name!r} holds {type(value).__name__} in row {row}, which no CSV file brings back; "
                "use text, numbers, booleans, dates, or lists and dictionaries of these"
            )
    return VALUES, [_entry_of_value(value) for value in found]


def _comes_back(value: Any) -> bool:
    """Whether JSON brings a value back as it is."""
    try:
        return _alike(json.loads(json.dumps(_plain(value))), value)
    except (TypeError, ValueError, RecursionError):
        return False


def _objects(values: list[Any]) -> Any:
    """A column of Python objects, each as it is."""
    import numpy as np
    import pandas as pd

    array = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        array[row] = value
    return pd.Series(array, dtype=object)


def _same(back: pd.Series, column: pd.Series) -> bool:
    """Whether a column has come back: the type, and every value."""
    if back.dtype != column.dtype or len(back) != len(column):
        return False
    if column.dtype == object:
        return all(_alike(one, other) for one, other in zip(back, column, strict=True))
    if hasattr(column.dtype, "categories") and list(back.dtype.categories) != list(column.dtype.categories):
        return False
    return bool(back.reset_index(drop=True).equals(column.reset_index(drop=True)))


def _alike(one: Any, other: Any) -> bool:
    """Whether two values are the same, and of the same type; a number of numpy's is as good as one of Python's."""
    one, other = _plain(one), _plain(other)
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(_alike(one[key], other[key]) for key in one)
    return bool(one == other) or (_is_nan(one) and _is_nan(other))
