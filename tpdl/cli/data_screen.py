"""`tpdl data`: prints what the steps need, what is here, and how to get the rest."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tpdl.errors import UserError
from tpdl.plan.data_sets import catalogue_of, data_sets, verify
from tpdl.plan.plan import Plan


def list_data(plan: Plan, names: Sequence[str], console: Console) -> bool:
    """Print every data set that a step needs, and where it is. True when all that is needed is here."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("data", "here", "needed by", "about"):
        table.add_column(column, overflow="fold")
    found = data_sets(plan, names)
    for one in found:
        here = "[green]yes[/]" if one.paths else "[cyan]no[/]"
        about = ", ".join(map(str, one.paths)) if one.paths else plan.describe_data(one.name)
        table.add_row(escape(one.name), here, escape(", ".join(one.needed_by) or "no step"), escape(about))
    console.print(table)
    root = escape(str(plan.project.data_root))
    console.print(f"\nlooked in {root} (TPDL_DATA or --data changes that)", highlight=False, soft_wrap=True)
    return all(one.paths or one.optional for one in found)


def fetch_data(plan: Plan, names: Sequence[str], console: Console) -> bool:
    """Fetch what is missing. True when everything asked for is here in the end."""
    complete = True
    for one in data_sets(plan, names):
        name = escape(one.name)
        if one.paths:
            console.print(f"{name} is here already", highlight=False)
            continue
        try:
            path = catalogue_of(plan).fetch(one.name, plan.project.data_root)
            console.print(f"[green]fetched[/] {name} -> {escape(str(path))}", highlight=False, soft_wrap=True)
        except UserError as error:
            complete = False
            console.print(f"[red]failed[/]  {name}: {escape(str(error))}", highlight=False, soft_wrap=True)
    return complete


def verify_data(plan: Plan, names: Sequence[str], console: Console) -> bool:
    """Compare what is here with the records, and with the catalogue's own check. True when nothing is wrong."""
    right = True
    for one in data_sets(plan, names):
        name = escape(one.name)
        if not one.paths:
            console.print(f"{name}: not here", highlight=False)
            continue
        verdict = verify(plan, one)
        if verdict.problem:
            right = False
            console.print(f"[red]{name}: {escape(verdict.problem)}[/]", highlight=False, soft_wrap=True)
        else:
            known = "as recorded" if verdict.recorded else "nothing recorded to compare with"
            console.print(f"[green]{name}: {known}[/] ({verdict.sha256[:16]})", highlight=False)
    return right
