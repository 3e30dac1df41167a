"""`tpdl data`: the data sets and weights that the steps need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tpdl.cli.common import Arguments, Commands, add_command, console, find_project
from tpdl.errors import Exit, UserError

if TYPE_CHECKING:
    from rich.console import Console

    from tpdl.plan.plan import Plan


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, data, profile=False)
    parser.add_argument(
        "action", nargs="?", default="list", choices=("list", "fetch", "verify"), help="by default list"
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="data sets; by default all that the steps need")


def data(arguments: Arguments) -> int:
    """List the data sets and weights the steps need, fetch what is missing, or verify what is there."""
    from tpdl.plan.plan import read_plan

    actions = {"list": _list, "fetch": _fetch, "verify": _verify}
    complete = actions[arguments.action](read_plan(find_project()), arguments.names, console())
    return Exit.OK if complete else Exit.NOT_FRESH


def _list(plan: Plan, names: Sequence[str], console: Console) -> bool:
    """Print every data set that a step needs, and where it is; true if all that is needed is here."""
    from rich.markup import escape
    from rich.table import Table

    from tpdl.plan.data_sets import data_sets

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("data", "here", "needed by", "about"):
        table.add_column(column, overflow="fold")
    listed = data_sets(plan, names)
    for data_set in listed:
        here = "[green]yes[/]" if data_set.paths else "[cyan]no[/]"
        about = ", ".join(map(str, data_set.paths)) or plan.project.describe_data(data_set.name)
        table.add_row(escape(data_set.name), here, escape(", ".join(data_set.needed_by) or "no step"), escape(about))
    console.print(table)
    root = escape(str(plan.project.data_root))
    console.print(f"\nlooked in {root} (TPDL_DATA or --data changes that)", highlight=False, soft_wrap=True)
    return all(data_set.paths or data_set.optional for data_set in listed)


def _fetch(plan: Plan, names: Sequence[str], console: Console) -> bool:
    """Fetch what is missing; true if everything that was asked for is here in the end."""
    from rich.markup import escape

    from tpdl.plan.data_sets import catalogue_of, data_sets

    complete = True
    for data_set in data_sets(plan, names):
        name = escape(data_set.name)
        if data_set.paths:
            console.print(f"{name} is here already", highlight=False)
            continue
        try:
            path = catalogue_of(plan).fetch(data_set.name, plan.project.data_root)
            console.print(f"[green]fetched[/] {name} -> {escape(str(path))}", highlight=False, soft_wrap=True)
        except UserError as error:
            complete = False
            console.print(f"[red]failed[/]  {name}: {escape(str(error))}", highlight=False, soft_wrap=True)
    return complete


def _verify(plan: Plan, names: Sequence[str], console: Console) -> bool:
    """Compare what is here with the records, and with the catalogue's own check; true if nothing is wrong."""
    from rich.markup import escape

    from tpdl.plan.data_sets import data_sets, verify

    all_right = True
    for data_set in data_sets(plan, names):
        name = escape(data_set.name)
        if not data_set.paths:
            console.print(f"{name}: not here", highlight=False)
            continue
        verdict = verify(plan, data_set)
        if verdict.problem:
            all_right = False
            console.print(f"[red]{name}: {escape(verdict.problem)}[/]", highlight=False, soft_wrap=True)
        else:
            known = "as recorded" if verdict.recorded else "nothing recorded to compare with"
            console.print(f"[green]{name}: {known}[/] ({verdict.sha256[:16]})", highlight=False)
    return all_right
