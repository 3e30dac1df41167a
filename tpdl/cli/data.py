"""`tpdl data`: the data sets and weights that the steps need."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tpdl.cli.common import Arguments, Commands, add_command, add_json, add_names, console, find_project
from tpdl.cli.names import data_sets as names_of_data_sets
from tpdl.cli.text import COLOURS, print_json, print_table, print_text
from tpdl.errors import Exit, UserError

if TYPE_CHECKING:
    from tpdl.plan.data_sets import DataSet
    from tpdl.plan.plan import Plan


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, data, profile=False)
    parser.add_argument(
        "action", nargs="?", default="list", choices=("list", "fetch", "verify"), help="by default list"
    )
    add_names(parser, "*", "data sets; by default all that the steps need", names_of_data_sets)
    add_json(parser)


def data(arguments: Arguments) -> int:
    """List the data sets and weights the steps need, fetch what is missing, or verify what is there."""
    from tpdl.plan.plan import read_plan

    if arguments.json and arguments.action != "list":
        raise UserError(f"--json goes with the list alone: `tpdl data --json`, not `tpdl data {arguments.action}`")
    if arguments.json:
        actions: dict[str, Callable[[Plan, Sequence[str]], bool]] = {"list": _print_json}
    else:
        actions = {"list": _list, "fetch": _fetch, "verify": _verify}
    complete = actions[arguments.action](read_plan(find_project()), arguments.names)
    return Exit.OK if complete else Exit.NOT_FRESH


def _list(plan: Plan, names: Sequence[str]) -> bool:
    """Print every data set that a step needs, and where it is; true if all that is needed is here.

    Of those that are asked for by name, everything is said; of all together, what fits in a line.
    """
    from tpdl.plan.data_sets import data_sets

    listed = data_sets(plan, names)
    rows = [
        (
            data_set.name,
            "here" if data_set.paths else "optional" if data_set.optional else "missing",
            _size(data_set) if data_set.paths else "",
            _needed_by(data_set),
            _where(plan, data_set),
        )
        for data_set in listed
    ]
    colours = [COLOURS["fresh" if data_set.paths else "missing"] for data_set in listed]
    print_table(("data", "state", "size", "needed by", "where"), rows, colours)
    if names:
        for data_set in listed:
            print(f"\n{data_set.name}")
            if data_set.package:
                print(f"  package    {data_set.package}")
            for path in data_set.paths:
                print(f"  path       {path}")
            print_text(f"  needed by  {', '.join(data_set.needed_by) or 'no step'}", "             ")
    absent = [data_set for data_set in listed if not data_set.paths]
    for data_set in absent:
        print()
        print_text(plan.project.describe_data(data_set.name))
    print(f"\nlooked in {plan.project.data_root} (TPDL_DATA or --data changes that)")
    return all(data_set.paths or data_set.optional for data_set in listed)


def _print_json(plan: Plan, names: Sequence[str]) -> bool:
    """The same for another program."""
    from tpdl.plan.data_sets import data_sets

    listed = data_sets(plan, names)
    print_json([{**vars(data_set), "package": data_set.package, "bytes": data_set.size} for data_set in listed])
    return all(data_set.paths or data_set.optional for data_set in listed)


def _needed_by(data_set: DataSet) -> str:
    """The experiment, or how many there are."""
    if len(data_set.needed_by) < 2:
        return data_set.needed_by[0] if data_set.needed_by else "no step"
    return f"{len(data_set.needed_by)} experiments"


def _where(plan: Plan, data_set: DataSet) -> str:
    """That a package brings it, or its folder in the data root."""
    if data_set.package:
        return "from a package"
    if not data_set.paths:
        return "see below"
    common = Path(os.path.commonpath(data_set.paths))
    if common.is_file() and common.parent != plan.project.data_root:
        common = common.parent  # the file's name says little more than that of the data set
    return str(common.relative_to(plan.project.data_root) if common.is_relative_to(plan.project.data_root) else common)


def _size(data_set: DataSet) -> str:
    """`553 MB`."""
    size = data_set.size
    return next(
        (f"{size / unit:.0f} {name}" for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")) if size >= unit),
        f"{size} B",
    )


def _fetch(plan: Plan, names: Sequence[str]) -> bool:
    """Fetch what is missing; true if everything that was asked for is here in the end."""
    from rich.markup import escape

    from tpdl.plan.data_sets import catalogue_of, data_sets

    screen = console()
    complete = True
    for data_set in data_sets(plan, names):
        name = escape(data_set.name)
        if data_set.paths:
            screen.print(f"{name} is here already", highlight=False)
            continue
        try:
            path = catalogue_of(plan).fetch(data_set.name, plan.project.data_root)
            screen.print(f"[green]fetched[/] {name} -> {escape(str(path))}", highlight=False, soft_wrap=True)
        except UserError as error:
            complete = False
            screen.print(f"[red]failed[/]  {name}: {escape(str(error))}", highlight=False, soft_wrap=True)
    return complete


def _verify(plan: Plan, names: Sequence[str]) -> bool:
    """Compare what is here with the records, and with the catalogue's own check; true if nothing is wrong."""
    from rich.markup import escape

    from tpdl.plan.data_sets import data_sets, verify

    screen = console()
    all_right = True
    for data_set in data_sets(plan, names):
        name = escape(data_set.name)
        if not data_set.paths:
            screen.print(f"{name}: not here", highlight=False)
            continue
        verdict = verify(plan, data_set)
        if verdict.problem:
            all_right = False
            screen.print(f"[red]{name}: {escape(verdict.problem)}[/]", highlight=False, soft_wrap=True)
        else:
            known = "as recorded" if verdict.recorded else "nothing recorded to compare with"
            screen.print(f"[green]{name}: {known}[/] ({verdict.sha256[:16]})", highlight=False)
    return all_right
