"""Tables of results: which rows and columns, how each number is written. The filter only places what is decided here.

    ::: {#tbl-cuts .results from="transfer/layer-cut" columns="cut, accuracy=Accuracy" formats="accuracy=.1%"}
    Test accuracy by cut.
    :::

| attribute | what | example |
|---|---|---|
| from | a step with a table, or `report/steps`, `report/claims`, `report/data` … | `transfer/layer-cut` |
| columns | names, each perhaps with a title, divided by commas | `layer, shape=Output shape` |
| formats | one for each column, divided by semicolons | `accuracy=.1%; features=,d` |
| where | condition on the columns of a row | `network == 'vgg16'` |
| sort | column to sort by, with a minus for descending | `-accuracy` |
| limit | how many rows | `10` |
| bold | condition for rows to stand out | `cut == layer_cut.best.cut` |

A format is one of Python's, or `code`, or a text with other columns in braces: `accuracy={low:.1%} to {high:.1%}`.
"""

from __future__ import annotations

import re
import string
from collections import ChainMap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tpdl.nearest import nearest
from tpdl.render.expressions import Evaluator, ExpressionError, show
from tpdl.render.namespace import run_command

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan
    from tpdl.plan.status import Status

Cell = dict[str, Any]
"""A cell of a table: its `text`, and perhaps `code`, `bold`, `span` or `command`."""
ATTRIBUTES = ("from", "columns", "formats", "where", "sort", "limit", "bold")
FOR_THE_RENDERER = ("tbl-cap", "tbl-colwidths")
"""Attributes of tables that Quarto knows and tpdl leaves to it."""


def build_table(
    attributes: Mapping[str, str],
    rows: list[dict[str, Any]],
    names: Mapping[str, Any],
    unmeasured: list[tuple[dict[str, Any], str]],
) -> dict[str, Any]:
    """The finished table.

    Args:
        attributes: of the block in the document.
        rows: of the result.
        names: that conditions may use beside the columns.
        unmeasured: cells without a result, each with the command that measures it; they get a row that says so.

    Returns:
        `header` (titles), `align` ("left" or "right" for each column), `rows` (lists of cells: `text`, perhaps `code`,
        `bold`, `span`).

    Raises:
        ExpressionError: an attribute or column is unknown, or an expression in it fails.
    """
    for name in attributes:
        if name not in (*ATTRIBUTES, *FOR_THE_RENDERER):
            raise ExpressionError(f"a results table has no attribute `{name}`; {nearest(name, ATTRIBUTES)}")
    known = list(rows[0]) if rows else []
    columns = _columns(attributes.get("columns", ",".join(known)))
    formats = _formats(attributes.get("formats", ""), columns)
    for column in columns:
        if rows and column not in known and "{" not in formats.get(column, ""):
            raise ExpressionError(f"`{attributes.get('from', '')}` has no column `{column}`; {nearest(column, known)}")
    chosen = [row for row in rows if _holds(attributes.get("where"), row, names)]
    if attributes.get("sort"):
        chosen = _sorted(chosen, attributes["sort"], known)
    if attributes.get("limit"):
        if not re.fullmatch(r"\d{1,9}", attributes["limit"].strip()):
            raise ExpressionError(f"`limit` is how many rows to show, a whole number, and not `{attributes['limit']}`")
        chosen = chosen[: int(attributes["limit"])]
    body = []
    for row in chosen:
        bold = bool(attributes.get("bold")) and _holds(attributes["bold"], row, names)
        body.append([_cell(column, row, formats.get(column, ""), bold) for column in columns])
    for cell, command in unmeasured:
        if _may_hold(attributes.get("where"), cell, names):
            body.append(_unmeasured_row(columns, cell, command))
    return {
        "header": list(columns.values()),
        "align": [_alignment(column, chosen, formats.get(column, "")) for column in columns],
        "rows": body,
    }


def unmeasured_cells(plan: Plan, states: Mapping[str, Status], base: str) -> list[tuple[dict[str, Any], str]]:
    """The cells of an experiment that have no result yet: their parameters, and the command that measures them."""
    return [
        (step.cell, run_command(plan, step.name))
        for step in plan.steps.values()
        if step.base == base
        and step.kind == "experiment"
        and step.cell
        and states[step.name].state in ("missing", "failed")
    ]


def _columns(text: str) -> dict[str, str]:
    """`layer, shape=Output shape` -> {"layer": "Layer", "shape": "Output shape"}."""
    columns = {}
    for part in text.split(","):
        name, _, title = part.strip().partition("=")
        if name:
            columns[name.strip()] = title.strip() or name.strip().replace("_", " ").capitalize()
    return columns


def _formats(text: str, columns: Mapping[str, str]) -> dict[str, str]:
    """`accuracy=.1%; features=,d` -> {"accuracy": ".1%", "features": ",d"}."""
    formats = {}
    for part in text.split(";"):
        if part.strip():
            name, _, form = part.strip().partition("=")
            if name not in columns:
                raise ExpressionError(
                    f"`formats` names `{name}`, which is no column of the table; {nearest(name, columns)}"
                )
            formats[name] = form
    return formats


def _holds(condition: str | None, row: Mapping[str, Any], names: Mapping[str, Any]) -> bool:
    return not condition or Evaluator(ChainMap(dict(row), names)).truth(condition).holds  # type: ignore[arg-type]


def _may_hold(condition: str | None, cell: Mapping[str, Any], names: Mapping[str, Any]) -> bool:
    """Whether a row of an unmeasured cell could satisfy the condition, judged by the cell's parameters alone."""
    try:
        return _holds(condition, cell, names)
    except ExpressionError:
        return True


def _sorted(rows: list[dict[str, Any]], key: str, known: list[str]) -> list[dict[str, Any]]:
    """The rows by a column, `-accuracy` for descending; those without a value last."""
    column = key.lstrip("-")
    if rows and column not in known:
        raise ExpressionError(f"`sort` names `{column}`, which is no column; {nearest(column, known)}")
    present = [row for row in rows if row[column] is not None]
    absent = [row for row in rows if row[column] is None]
    return sorted(present, key=lambda row: row[column], reverse=key.startswith("-")) + absent


def _cell(column: str, row: Mapping[str, Any], form: str, bold: bool) -> Cell:
    cell: Cell = {"text": in_one_line(_text(column, row, form))}
    if form == "code":
        cell["code"] = True
    if bold:
        cell["bold"] = True
    return cell


def in_one_line(text: str) -> str:
    """Text that a narrow column does not break, where it is an interval such as `62.4% – 64.8%`, or `3 of 9`."""
    if not re.fullmatch(r"[−\-+\d.,%]+ (–|of) [−\-+\d.,%]+", text):
        return text
    # A line may end after a dash, unless a word joiner follows.
    return text.replace(" ", "\u00a0").replace("–", "–\u2060")


def _text(column: str, row: Mapping[str, Any], form: str) -> str:
    if "{" in form:
        return _template(form, row)
    value = row.get(column)
    if value is None:
        return "–"
    if form == "code":
        return str(value)
    if isinstance(value, float) and not form:
        return show(value, ".4g")
    return show(value, form)


def _template(form: str, row: Mapping[str, Any]) -> str:
    """Fill `{low:.1%} to {high:.1%}` from the row; names only, no attributes or items."""
    parts = []
    for literal, name, spec, _ in string.Formatter().parse(form):
        parts.append(literal)
        if name is not None:
            if name not in row:
                raise ExpressionError(f"`{form}` names `{name}`, which is no column; {nearest(name, row)}")
            parts.append(
                "–" if row[name] is None else show(row[name], spec or (".4g" if isinstance(row[name], float) else ""))
            )
    return "".join(parts)


def _alignment(column: str, rows: list[dict[str, Any]], form: str) -> str:
    if "{" in form:
        return "right"
    values = [row.get(column) for row in rows if row.get(column) is not None]
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return "right" if values and numbers else "left"


def _unmeasured_row(columns: Mapping[str, str], cell: Mapping[str, Any], command: str) -> list[Cell]:
    """The cell's parameters where they have a leading column, then the command over the rest of the row."""
    row: list[Cell] = []
    for column in list(columns)[:-1]:
        if column not in cell:
            break
        row.append({"text": str(cell[column])})
    label = "" if row else ", ".join(f"{key} {value}" for key, value in cell.items()) + ": "
    return [*row, {"text": f"{label}not measured yet", "command": command, "span": len(columns) - len(row)}]
