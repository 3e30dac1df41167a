"""`tpdl table`: everything that was measured of an experiment, a line for each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tpdl.cli.common import Arguments, Commands, add_command, add_json, add_names, honest, plan_of
from tpdl.cli.text import print_columns, print_json
from tpdl.errors import Exit, StepError, UserError
from tpdl.nearest import nearest

if TYPE_CHECKING:
    from tpdl.compare.runs import Rows, Run
    from tpdl.plan.plan import Plan

ROWS = ("last", "first", "mean", "min", "max", "all")
SECONDS, ORIGIN, CODE = "seconds", "from", "code"
"""Columns beside parameters and results."""

Line = dict[str, Any]
"""Column -> value."""


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, table)
    add_names(parser, "+", "experiments, or some of their cells: toy/train/opt=sgd")
    parser.add_argument("--sort", metavar="COLUMN", help="by a parameter, a result, or seconds")
    parser.add_argument("--reverse", action="store_true", help="the largest first")
    parser.add_argument(
        "--rows", choices=ROWS, default="last", help="of results that are tables: which row stands for it"
    )
    parser.add_argument(
        "--at", metavar="REV", action="append", default=[], help="also what a commit has; can be repeated"
    )
    add_json(parser)


def table(arguments: Arguments) -> int:
    """Show parameters, results and time of every run of an experiment: its cells, scratch results, and commits."""
    from tpdl.compare.runs import runs_of

    plan = plan_of(arguments)
    runs = list({run.address: run for name in arguments.names for run in runs_of(plan, name, arguments.at)}.values())
    if not runs:
        name = arguments.names[0]
        raise UserError(f"nothing of {name} is measured; tpdl run {name}")
    if arguments.json:
        print_json([line for run in runs for line in _as_json(run, arguments.rows)])
        return honest(Exit.OK, plan.broken)
    print_runs(plan, runs, arguments.rows, arguments.sort, arguments.reverse)
    return honest(Exit.OK, plan.broken)


def print_runs(
    plan: Plan, runs: Sequence[Run], rows: Rows = "last", sort: str | None = None, reverse: bool = False
) -> None:
    """Print runs, one below the other: the parameters that tell them apart, their results, and their times.

    Raises:
        UserError: there is no column to sort by.
    """
    shown = _telling(plan, runs)
    lines = [_line(run, result, shown) for run in runs for result in _results(run, rows)]
    columns = list(dict.fromkeys(name for line in lines for name in line if name not in (SECONDS, CODE)))
    columns += [SECONDS] + ([CODE] if any(not run.same_code for run in runs) else [])
    if all(line[ORIGIN] == lines[0][ORIGIN] for line in lines):
        columns.remove(ORIGIN)
    if sort is not None:
        if sort not in columns:
            raise UserError(f"--sort {sort}: there is no such column; {nearest(sort, columns)}")
        lines = _sorted(lines, sort, reverse)
    print_columns(columns, [[line.get(name) for name in columns] for line in lines])
    if rows != "all" and any(len(_results(run, "all")) > 1 for run in runs):
        which = rows if rows in ("first", "last") else f"{rows} over the rows"
        print(f"\nof tables the {which}{' row' * (rows in ('first', 'last'))}; --rows {', '.join(ROWS)} shows others")


def _results(run: Run, rows: Rows) -> list[dict[str, Any]]:
    try:
        return run.results(rows)
    except (ValueError, OSError, KeyError, TypeError) as error:
        raise StepError(f"the result of {run.address} cannot be read ({error}); run it again") from error


def _telling(plan: Plan, runs: Sequence[Run]) -> list[str]:
    """The parameters of the matrix, and those that are not the same in all runs."""
    names = dict.fromkeys(name for run in runs for name in run.parameters)
    functions = {run.version.function for run in runs}
    matrix = {key for step in plan.steps.values() if step.function in functions for key in step.cell}
    first = runs[0].parameters
    return [
        name
        for name in names
        if name in matrix or any(name not in r.parameters or r.parameters[name] != first.get(name) for r in runs)
    ]


def _line(run: Run, result: Mapping[str, Any], shown: Sequence[str]) -> Line:
    code = {CODE: "as now" if run.same_code else "earlier"}
    return {
        ORIGIN: run.origin,
        **{name: run.parameters.get(name) for name in shown},
        **result,
        SECONDS: run.seconds,
        **code,
    }


def _sorted(lines: Sequence[Line], column: str, reverse: bool) -> list[Line]:
    """The lines in order; numbers before text, and what has no such value last."""
    there = [line for line in lines if line.get(column) is not None]
    absent = [line for line in lines if line.get(column) is None]
    return sorted(there, key=lambda line: _key(line[column]), reverse=reverse) + absent


def _key(value: Any) -> tuple[bool, float, str]:
    number = isinstance(value, int | float)
    return not number, float(value) if number else 0.0, "" if number else str(value)


def _as_json(run: Run, rows: Rows) -> list[dict[str, Any]]:
    """One object for each line."""
    return [
        {
            "run": run.address,
            "from": run.origin,
            "parameters": run.parameters,
            "results": result,
            "seconds": run.seconds,
            "same_code": run.same_code,
        }
        for result in _results(run, rows)
    ]
