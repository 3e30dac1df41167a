"""Tables of results: which rows and columns, in which order, and how each cell is written."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tpdl.render.expressions import ExpressionError
from tpdl.render.tables import build_table, unmeasured_cells

ROWS: list[dict[str, Any]] = [
    {"network": "vgg16", "layers": 16, "accuracy": 0.91234, "low": 0.9, "frozen": True, "note": None},
    {"network": "alexnet", "layers": 8, "accuracy": 0.8, "low": 0.75, "frozen": False, "note": "small"},
    {"network": "resnet18", "layers": 18, "accuracy": None, "low": None, "frozen": True, "note": None},
]
NAMES = {"best": {"network": "vgg16"}}


def table(rows: list[dict[str, Any]] = ROWS, **attributes: str) -> dict[str, Any]:
    return build_table(attributes, rows, NAMES, [])


def texts(made: dict[str, Any]) -> list[list[str]]:
    return [[cell["text"] for cell in row] for row in made["rows"]]


def test_without_attributes_it_shows_all_columns_and_rows() -> None:
    made = table()
    assert made["header"] == ["Network", "Layers", "Accuracy", "Low", "Frozen", "Note"]
    assert texts(made)[0] == ["vgg16", "16", "0.9123", "0.9", "yes", "–"]
    assert texts(made)[2] == ["resnet18", "18", "–", "–", "yes", "–"]


def test_numbers_stand_right_and_all_else_left() -> None:
    made = table(columns="network,layers,accuracy,frozen,note,range", formats="range={low} to {accuracy}")
    assert made["align"] == ["left", "right", "right", "left", "left", "right"]
    empty = [{"network": "vgg16", "accuracy": None}]
    assert table(empty, columns="network,accuracy")["align"] == ["left", "left"]


def test_formats_of_columns() -> None:
    made = table(columns="network,accuracy,range", formats=" accuracy=.1% ;; range={low:.0%} to {accuracy:.0%};")
    assert texts(made) == [
        ["vgg16", "91.2%", "90% to 91%"],
        ["alexnet", "80.0%", "75% to 80%"],
        ["resnet18", "–", "– to –"],
    ]
    assert texts(table(columns="r", formats="r={low}–{accuracy} {network}", limit="1")) == [["0.9–0.9123 vgg16"]]


def test_code_is_marked_as_code_and_shown_as_it_is() -> None:
    made = table([{"command": "tpdl run -j 2", "seed": -1, "share": 0.123456}], formats="command=code;share=code")
    assert made["rows"] == [
        [{"text": "tpdl run -j 2", "code": True}, {"text": "−1"}, {"text": "0.123456", "code": True}]
    ]


def test_rows_are_chosen_sorted_and_counted() -> None:
    def shown(**attributes: str) -> list[str]:
        return [row[0] for row in texts(table(columns="network", **attributes))]

    assert shown(where="layers > 10") == ["vgg16", "resnet18"]
    assert shown(where="network == best.network") == ["vgg16"]
    assert shown(sort="layers") == ["alexnet", "vgg16", "resnet18"]
    assert shown(sort="-layers", limit=" 2 ") == ["resnet18", "vgg16"]
    assert shown(sort="accuracy") == ["alexnet", "vgg16", "resnet18"], "what has no value comes last"
    assert shown(sort="-accuracy") == ["vgg16", "alexnet", "resnet18"], "in either direction"


def test_rows_that_stand_out() -> None:
    made = table(columns="network,layers", bold="network == best.network")
    assert [[cell.get("bold", False) for cell in row] for row in made["rows"]] == [[True] * 2, [False] * 2, [False] * 2]
    assert not any("bold" in cell for row in table()["rows"] for cell in row)


def test_a_cell_that_is_not_measured_gets_a_row_with_its_command() -> None:
    waiting = [
        ({"network": "vgg19", "layers": 19}, "tpdl run a/x/network=vgg19"),
        ({"network": "alexnet2", "layers": 5}, "tpdl run a/x/network=alexnet2"),
    ]

    def last(columns: str, where: str = "") -> list[list[dict[str, Any]]]:
        attributes = {"columns": columns, **({"where": where} if where else {})}
        rows = build_table(attributes, ROWS[:2], NAMES, waiting)["rows"]
        return [row for row in rows if "command" in row[-1]]

    said = {"text": "not measured yet", "command": "tpdl run a/x/network=vgg19"}
    assert last("network,accuracy,layers")[0] == [{"text": "vgg19"}, {**said, "span": 2}]
    assert last("network,layers")[0] == [{"text": "vgg19"}, {**said, "span": 1}], "the last column is for the command"
    assert last("network,layers,accuracy,low")[0] == [{"text": "vgg19"}, {"text": "19"}, {**said, "span": 2}]
    assert last("accuracy,low")[0] == [{**said, "text": "network vgg19, layers 19: not measured yet", "span": 2}]
    assert [row[0]["text"] for row in last("network,accuracy", "layers > 10")] == ["vgg19"]
    assert [row[0]["text"] for row in last("network,accuracy", "accuracy > 2")] == ["vgg19", "alexnet2"], "who knows?"


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"colums": "network"}, r"no attribute `colums`; .*`?columns"),
        ({"columns": "netwrok"}, "no column `netwrok`; .*network"),
        ({"columns": "network", "formats": "layers=d"}, "`formats` names `layers`, which is no column"),
        ({"columns": "r", "formats": "r={lwo}"}, "names `lwo`, which is no column; .*low"),
        ({"sort": "-layer"}, "`sort` names `layer`, which is no column; .*layers"),
        ({"limit": "-1"}, "`limit` is how many rows to show"),
        ({"limit": "two"}, "and not `two`"),
        ({"where": "layers"}, "neither true nor false"),
    ],
)
def test_a_mistake_is_named_with_the_nearest(attributes: dict[str, str], message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        table(**attributes)


def test_a_table_without_rows_is_no_mistake() -> None:
    assert table([], columns="network,accuracy=Test accuracy", sort="accuracy") == {
        "header": ["Network", "Test accuracy"],
        "align": ["left", "left"],
        "rows": [],
    }


def test_only_the_cells_of_this_experiment_that_have_no_result() -> None:
    def step(name: str, kind: str = "experiment", **cell: Any) -> Any:
        return SimpleNamespace(name=name, base="a/x" if name.startswith("a/x") else name, kind=kind, cell=cell)

    steps = [
        step("a/x/n=1", n=1),
        step("a/x/n=2", n=2),
        step("a/x/n=3", n=3),
        step("a/x", "table"),
        step("a/x.svg", "figure"),
        step("a/y"),
    ]
    states: Any = {each.name: SimpleNamespace(state="missing") for each in steps}
    states["a/x/n=1"].state, states["a/x/n=3"].state = "fresh", "failed"
    plan: Any = SimpleNamespace(profile="full", steps={each.name: each for each in steps})
    assert unmeasured_cells(plan, states, "a/x") == [
        ({"n": 2}, "tpdl run a/x/n=2"),
        ({"n": 3}, "tpdl run a/x/n=3"),
    ]
    assert unmeasured_cells(plan, states, "a/y") == []
