"""Tables in CSV files: written and read with pandas where steps use them, read as plain rows where a page shows them.

    read_rows(Path("figures/transfer/layer-cut.csv"))    # [{"cut": "relu1", "accuracy": 0.51, "features": 64}, …]

What a column holds is decided by all of its entries: whole numbers, numbers, truth values (`True`, `False`), else text.
An empty entry is a missing value in a column of any kind, and so is `nan` among numbers; a line without anything is no
row.
"""

from __future__ import annotations

import csv
import io
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tpdl.files import atomic_write, read_bytes

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
"""Column -> value; None where a value is missing."""
WHOLE = re.compile(r"[+-]?[0-9]+")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(inf|nan)", re.I)


def read_rows(source: Path | bytes) -> list[Row]:
    """The rows of a table, without pandas: that takes longer to import than a page to render.

    Args:
        source: a CSV file, or the bytes of one.

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
    columns = [_typed([row[index] if index < len(row) else "" for row in rows]) for index in range(len(head))]
    return [dict(zip(head, values, strict=True)) for values in zip(*columns, strict=True)]


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


def read_table(path: Path) -> pd.DataFrame:
    """A table as steps get it; numbers are, bit for bit, what `write_table` was given."""
    import pandas as pd

    return pd.read_csv(path, float_precision="round_trip")


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table whole, or leave the file that was there."""
    # Numbers are written by their `repr`, with as many digits as they need to be read back the same.
    atomic_write(path, table.to_csv(index=False, lineterminator="\n"))
