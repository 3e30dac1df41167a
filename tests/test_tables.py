"""Tables: what a file holds, read as plain rows and read with pandas."""

from __future__ import annotations

import datetime
import decimal
import io
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tpdl.plan.record import Record, read_record
from tpdl.tables import read_rows, read_table, write_table

ROOT = Path(__file__).parents[1]


def objects(*values: object) -> pd.Series:
    return pd.Series(list(values), dtype=object)


KEPT_BESIDE: dict[str, object] = {
    "codes": ["007", "42"],
    "truth values as text": ["True", "False"],
    "empty text": ["", "a"],
    "names of missing values": ["NA", "null", "nan"],
    "text or missing": pd.Series(["007", None, "1"], dtype="str"),
    "text, empty text or missing": pd.Series(["", None, "1"], dtype="str"),
    "line ends": ["a\rb", "c\r\nd\n"],
    "objects that are text": objects("a", "7", "", "b\rc", "null"),
    "nones": objects(None, 1, 2.5),
    "lists": [[1, 2], []],
    "mappings": [{"a": [1, None]}, {}],
    "of all kinds": objects("a", 1, True, None, math.nan, [1], "é"),
    "small numbers": np.array([1, 2], dtype="int8"),
    "numbers without sign": np.array([1, 2], dtype="uint64"),
    "short floats": np.array([0.1, 1 / 3, math.nan], dtype="float32"),
    "nullable": pd.array([1, None], dtype="Int64"),
    "large and nullable": pd.array([2**62 + 1, None], dtype="Int64"),
    "nullable floats": pd.array([0.1, None], dtype="Float64"),
    "nullable truth values": pd.array([True, None], dtype="boolean"),
    "nullable text": pd.array(["NA", None, ""], dtype="string"),
    "moments": pd.to_datetime(["2026-05-04", "2026-05-05 10:00:00.123456789"], format="ISO8601"),
    "days": pd.Series(pd.to_datetime(["2026-05-04", None])).astype("datetime64[s]"),
    "moments in Berlin": pd.to_datetime(["2026-03-29 00:30", "2026-03-29 05:00"]).tz_localize("Europe/Berlin"),
    "moments east of Greenwich": pd.to_datetime(["2026-03-29 00:30+05:30", "2026-03-29 05:00+05:30"]),
    "spans": pd.to_timedelta(["1s", "2 days 3ns"]),
    "months": pd.PeriodIndex(["2026-01", pd.NaT], freq="M"),
    "categories": pd.Categorical(["low", "high", "low"], categories=["low", "mid", "high"], ordered=True),
    "coded categories": pd.Categorical(["2", "1", None]),
    "numbers as categories": pd.Categorical([2, 1]),
    "dates": [datetime.date(2026, 5, 4), datetime.date(1999, 12, 31)],
    "dates or none": objects(datetime.date(2026, 5, 4), None),
}
"""Columns that a CSV file alone does not bring back."""


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


@pytest.mark.parametrize("name", KEPT_BESIDE)
def test_what_the_entries_do_not_tell_is_kept_beside_the_file(tmp_path: Path, name: str) -> None:
    table = pd.DataFrame({"x": KEPT_BESIDE[name], "y": range(len(KEPT_BESIDE[name]))})
    path = tmp_path / "results.csv"
    columns = json.loads(json.dumps(write_table(path, table)))  # as a record keeps it
    assert columns.keys() == {"x"}
    back = read_table(path, columns)
    pd.testing.assert_frame_equal(back, table)
    assert [type(value) for value in back["x"]] == [type(value) for value in table["x"]]
    write_table(tmp_path / "again.csv", back)
    assert (tmp_path / "again.csv").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("codes", ["007", "42"]),
        ("empty text", ["", "a"]),
        ("text, empty text or missing", ["", None, "1"]),
        ("line ends", ["a\rb", "c\r\nd\n"]),
        ("nones", [None, 1, 2.5]),
        ("of all kinds", ["a", 1, True, None, None, [1], "é"]),
        ("lists", [[1, 2], []]),
        ("categories", ["low", "high", "low"]),
        ("coded categories", ["2", "1", None]),
        ("numbers as categories", [2, 1]),
        ("dates", ["2026-05-04", "1999-12-31"]),
        ("nullable", [1, None]),
    ],
)
def test_a_page_gets_the_same_values(tmp_path: Path, name: str, expected: list) -> None:
    path = tmp_path / "results.csv"
    columns = write_table(path, pd.DataFrame({"x": KEPT_BESIDE[name]}))
    assert [row["x"] for row in read_rows(path, columns)] == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ([{1}, {2}], "column 'x' holds set in row 0"),
        (objects(1, (1, 2)), "column 'x' holds tuple in row 1"),
        (objects(np.zeros(2), np.ones(2)), "column 'x' holds ndarray in row 0"),
        ([decimal.Decimal("1.5")], "column 'x' holds Decimal in row 0"),
        (pd.cut([1, 5], [0, 3, 6]), "the categories of column 'x' are no text and no numbers"),
        (pd.arrays.SparseArray([1, 0]), "column 'x' of type Sparse"),
    ],
)
def test_what_does_not_come_back_is_refused(tmp_path: Path, column: object, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        write_table(tmp_path / "results.csv", pd.DataFrame({"x": column}))
    assert not list(tmp_path.iterdir())


def test_plain_tables_need_no_word_beside_them(tmp_path: Path) -> None:
    values = {"a": [1, 2], "b": [0.1, math.inf], "c": ["x", "y, z"], "d": [True, False], "e": [math.nan, 1.0]}
    assert write_table(tmp_path / "results.csv", pd.DataFrame(values)) == {}


def test_committed_tables_are_read_as_they_always_were() -> None:
    """Bit for bit as `pandas.read_csv` reads them, which is how every figure of the report was drawn."""
    records = {path: read_record(Path(f"{path}.record.json")) for path in (ROOT / "figures").rglob("*.csv")}
    assert len(records) > 100
    for path, record in records.items():
        assert isinstance(record, Record), path
        before = pd.read_csv(path, float_precision="round_trip")
        now = read_table(path, record.columns)
        if record.columns:  # measured since types come back; here these are short floats
            assert set(record.columns.values()) == {"float32"}, path
            before = before.astype(record.columns)
        pd.testing.assert_frame_equal(now, before, check_exact=True)
        again = io.StringIO()
        now.to_csv(again, index=False, lineterminator="\n")
        assert again.getvalue().encode() == path.read_bytes(), path


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=5,
)


@st.composite
def columns_of_any_kind(draw: st.DrawFn) -> pd.Series:
    size = 3
    kind = draw(st.sampled_from(["values", "text", "floats", "whole", "nullable", "moments", "categories", "string"]))
    if kind == "values":
        return objects(*draw(st.lists(JSON, min_size=size, max_size=size)))
    if kind == "floats":
        width = draw(st.sampled_from([32, 64]))
        return pd.Series(draw(st.lists(st.floats(width=width), min_size=size, max_size=size)), dtype=f"float{width}")
    if kind == "whole":
        name = draw(st.sampled_from(["int8", "int64", "uint8", "uint64"]))
        numbers = st.integers(int(np.iinfo(name).min), int(np.iinfo(name).max))
        return pd.Series(draw(st.lists(numbers, min_size=size, max_size=size)), dtype=name)
    if kind == "nullable":
        numbers = st.none() | st.integers(-(2**62), 2**62)
        return pd.Series(pd.array(draw(st.lists(numbers, min_size=size, max_size=size)), dtype="Int64"))
    if kind == "moments":
        moments = st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2100, 1, 1))
        unit = draw(st.sampled_from(["us", "ns"]))
        return pd.Series(draw(st.lists(moments, min_size=size, max_size=size)), dtype=f"datetime64[{unit}]")
    texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
    if kind == "categories":
        names = draw(st.lists(texts, min_size=size, max_size=size))
        return pd.Series(pd.Categorical(names, ordered=draw(st.booleans())))
    values = draw(st.lists(texts | st.none() if kind == "string" else texts, min_size=size, max_size=size))
    return pd.Series(values, dtype="string" if kind == "string" else "str")


@given(st.lists(columns_of_any_kind(), min_size=1, max_size=3))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_table_comes_back(tmp_path: Path, columns: list[pd.Series]) -> None:
    table = pd.DataFrame({f"c{number}": column for number, column in enumerate(columns)})
    path = tmp_path / "results.csv"
    beside = json.loads(json.dumps(write_table(path, table)))
    back = read_table(path, beside)
    pd.testing.assert_frame_equal(back, table, check_exact=True)
    assert len(read_rows(path, beside)) == len(table)
