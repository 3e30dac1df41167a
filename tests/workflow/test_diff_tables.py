"""Rows are matched by what names them, values are compared with their intervals."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from tpdl.compare.tables import compare_tables, key_columns
from tpdl.compare.values import Change, compare_arrays, compare_json, interval_names, same
from tpdl.tables import read_rows

OLD = (
    b"network,cut,features,accuracy,low,high,seconds\n"
    b"squeeze,relu1,64,0.51,0.48,0.54,1.5\n"
    b"squeeze,relu2,128,0.62,0.6,0.64,1.25\n"
)


def changed(
    old: bytes, new: bytes, parameters: tuple[str, ...] = ("network",)
) -> list[tuple[str, str, object, object]]:
    found = compare_tables(read_rows(old), read_rows(new), parameters)
    return [(change.where, change.what, change.old, change.new) for change in found.changes]


def test_identical_tables_do_not_differ() -> None:
    found = compare_tables(read_rows(OLD), read_rows(OLD), ["network"])
    assert (found.changes, found.added, found.removed) == ([], [], [])


def test_a_changed_value_is_found_in_its_row_wherever_the_row_is() -> None:
    head, first, second, _ = OLD.split(b"\n")
    new = b"\n".join([head, second.replace(b"0.62", b"0.63"), first, b""])
    assert changed(OLD, new) == [("squeeze, relu2", "accuracy", 0.62, 0.63)]


def test_rows_come_and_go() -> None:
    new = OLD.replace(b"relu2", b"relu3")
    found = compare_tables(read_rows(OLD), read_rows(new), ["network"])
    # The accuracies, 2 of 2 the same, do not make relu3 a renamed relu2: half of the names overlap, so they are names.
    assert found.keys == ["network", "cut"]
    assert (found.removed, found.added, found.changes) == (["squeeze, relu2"], ["squeeze, relu3"], [])


def test_columns_come_and_go() -> None:
    new = OLD.replace(b"seconds", b"minutes")
    found = compare_tables(read_rows(OLD), read_rows(new), ["network"])
    assert (found.columns_added, found.columns_removed, found.changes) == (["minutes"], ["seconds"], [])


def test_an_interval_is_shown_with_its_value_and_not_by_itself() -> None:
    new = OLD.replace(b"0.51,0.48,0.54", b"0.61,0.58,0.64")
    (change,) = compare_tables(read_rows(OLD), read_rows(new), ["network"]).changes
    assert (change.old_interval, change.new_interval, change.apart) == ((0.48, 0.54), (0.58, 0.64), True)
    assert change.shown() == ("0.51 [0.48, 0.54]", "0.61 [0.58, 0.64]")
    assert change.difference == "+0.1 (+20 %)"
    (narrower,) = compare_tables(read_rows(OLD), read_rows(OLD.replace(b"0.48", b"0.5")), ["network"]).changes
    assert narrower.what == "accuracy" and narrower.shown() == ("0.51 [0.48, 0.54]", "0.51 [0.5, 0.54]")
    assert not narrower.apart and narrower.difference == ""


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["a", "low", "high"], {"a": ("low", "high")}),
        (["a", "a_low", "a_high", "b"], {"a": ("a_low", "a_high")}),
        (["low", "high", "a"], {}),
        (["a", "low"], {}),
    ],
)
def test_which_columns_are_intervals(names: list[str], found: dict[str, tuple[str, str]]) -> None:
    assert interval_names(names) == found


@pytest.mark.parametrize(
    ("old", "new", "parameters", "keys"),
    [
        # A parameter of the sweep tells rows apart even where it is no whole number.
        (b"C,y\n0.1,5\n1.0,6\n", b"C,y\n0.1,5\n1.0,7\n", ["C"], ["C"]),
        # Whole numbers only where text does not do, and no more of them than needed.
        (b"kind,n,m\na,1,1\na,2,1\nb,1,1\n", b"kind,n,m\na,1,2\na,2,2\nb,1,2\n", [], ["kind", "n"]),
        # Text that holds results is no name, though it comes first: most of it is other than before.
        (b"guess,image\ncat,1\ndog,2\nowl,3\n", b"guess,image\nfox,1\nbat,2\nemu,3\n", [], ["image"]),
        # Nor is text that the column after it makes superfluous.
        (b"guess,image\ncat,one\ndog,two\ncat,six\n", b"guess,image\ncat,one\ncat,two\ncat,six\n", [], ["image"]),
        # Numbers with a fraction are never names.
        (b"x,y\n0.5,1.5\n0.25,1.75\n", b"x,y\n0.5,1.5\n0.25,2.5\n", [], []),
    ],
)
def test_what_names_a_row(old: bytes, new: bytes, parameters: list[str], keys: list[str]) -> None:
    rows = read_rows(old), read_rows(new)
    assert key_columns(*rows, list(rows[0][0]), parameters) == keys


def test_rows_with_one_name_are_told_apart_by_their_order() -> None:
    old, new = b"kind,y\na,0.5\na,0.75\n", b"kind,y\na,0.5\na,0.875\na,1.5\n"
    found = compare_tables(read_rows(old), read_rows(new), ["kind"])
    assert [(c.where, c.old, c.new) for c in found.changes] == [("a, row 2", 0.75, 0.875)]
    assert found.added == ["a, row 3"]
    assert changed(b"y\n0.5\n0.25\n", b"y\n0.5\n0.125\n", ()) == [("row 2", "y", 0.25, 0.125)]


def test_as_many_digits_as_the_difference_needs() -> None:
    assert Change("", "x", 0.1234, 0.5).shown() == ("0.1234", "0.5")
    assert Change("", "x", 1.0, 1.0 + 2**-52).shown() == ("1", "1.0000000000000002")
    assert Change("", "x", None, "new").shown() == ("–", "new")
    assert (Change("", "x", 1, 4).difference, Change("", "x", 0, 4).difference) == ("+3 (+3e+02 %)", "+4")
    assert Change("", "x", True, False).difference == ""


def test_values_of_different_kinds_are_not_the_same() -> None:
    assert same(1, 1.0) and same(float("nan"), float("nan")) and same(None, None)
    assert not same(1, True) and not same("1", 1) and not same(None, 0)


def test_json_is_compared_leaf_by_leaf() -> None:
    old = {"best": {"accuracy": 0.5, "low": 0.4, "high": 0.6, "cut": "relu1"}, "list": [1, 2], "gone": 1}
    new = {"best": {"accuracy": 0.7, "low": 0.65, "high": 0.8, "cut": "relu1"}, "list": [1, 3], "new": None}
    found = compare_json(json.dumps(old).encode(), json.dumps(new).encode())
    assert [(c.what, c.old, c.new) for c in found] == [
        ("gone", 1, None),
        ("best.accuracy", 0.5, 0.7),
        ("list[1]", 2, 3),
    ]
    assert found[1].apart
    (longer,) = compare_json(b'{"a": [1]}', b'{"a": [1, 2]}')
    assert longer.shown() == ("[1]", "[1, 2]")


def test_arrays_are_compared_by_their_largest_difference() -> None:
    def npz(**arrays: np.ndarray) -> bytes:
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)  # type: ignore[arg-type]
        return buffer.getvalue()

    old = npz(a=np.zeros(4), b=np.ones(2), c=np.array([1.0, np.nan]), words=np.array(["x", "y"]))
    new = npz(a=np.array([0, 0, 0.5, -2]), b=np.ones(3), c=np.array([1.0, np.nan]), words=np.array(["x", "z"]))
    found = {change.what: change.shown() for change in compare_arrays(old, new)}
    assert found["a"] == ("float64 4", "2 of 4 elements differ, at most 2 apart")
    assert found["b"] == ("float64 2", "float64 3")
    assert found["words"][1] == "1 of 2 elements differ"
    assert "c" not in found
