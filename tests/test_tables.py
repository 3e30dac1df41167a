"""Tables: what a file holds, read as plain rows and read with pandas."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tpdl.tables import read_rows, read_table, write_table


def test_a_column_is_of_the_kind_of_all_its_entries() -> None:
    assert read_rows(b"a,b,c,d,e\n1,0.5,x,,True\n-2,1e-3,7,,False\n+3,.5,y,,\n") == [
        {"a": 1, "b": 0.5, "c": "x", "d": None, "e": True},
        {"a": -2, "b": 0.001, "c": "7", "d": None, "e": False},
        {"a": 3, "b": 0.5, "c": "y", "d": None, "e": None},
    ]


def test_what_is_missing_is_missing_in_every_column() -> None:
    assert read_rows(b"a,b,c\n1,0.5,x\n,,\n2,nan\n") == [
        {"a": 1, "b": 0.5, "c": "x"},
        {"a": None, "b": None, "c": None},
        {"a": 2, "b": None, "c": None},
    ]
    assert read_rows(b'a\n1\n""\n\n2\n') == [{"a": 1}, {"a": None}, {"a": 2}], "a line without anything is no row"
    assert read_rows(b"") == read_rows(b"a,b\n") == []


@pytest.mark.parametrize("name", ["1_1", "٣", "1e", "true", "0x10", " 1"])
def test_names_that_python_might_take_for_values_stay_text(name: str) -> None:
    assert read_rows(f"version,y\n{name},1\n".encode()) == [{"version": name, "y": 1}]


@pytest.mark.parametrize("content", [b"\xff\xfe", b'a\n"' + b"x" * 200_000 + b'"\n'])
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"decode|limit"):
        read_rows(content)


def test_both_readers_find_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    table = pd.DataFrame(
        {"network": ["a, b", 'c "d"\ne'], "epoch": [1, 2], "loss": [0.1 + 0.2, 1e-300], "best": [True, False]}
    )
    write_table(path, table)
    assert read_table(path).equals(table)
    assert read_rows(path) == table.to_dict("records")
