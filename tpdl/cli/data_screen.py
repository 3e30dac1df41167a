"""`tpdl data`: what the steps need, what is here, and how to get the rest. The catalogue itself belongs to the project.

A catalogue is a module with four functions:
- `names() -> list[str]`,
- `resolve(name, root) -> list[Path]`: the files or folders of a data set below `root`; empty where it is not there,
- `describe(name) -> str`: one line: what it is, how large, where from, and the command that fetches it,
- `fetch(name, root) -> Path`: download, verify, unpack, and put in place.
It may have `verify(name, root) -> str | None`: what is wrong with the copy that is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tpdl.errors import UserError
from tpdl.plan.plan import Plan
from tpdl.plan.record import Record, read_record


def list_data(plan: Plan, names: Sequence[str], console: Console) -> bool:
    """Print every data set that a step needs, and where it is. True when all that is needed is here."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("data", "here", "needed by", "about"):
        table.add_column(column, overflow="fold")
    complete = True
    for name, steps in _needed(plan, names).items():
        paths = _catalogue(plan).resolve(name, plan.project.data_root)
        complete &= bool(paths) or all(plan.steps[step].optional for step in steps)
        users = sorted({plan.steps[step].base for step in steps})
        about = ", ".join(map(str, paths)) if paths else plan.project.describe_data(name)
        table.add_row(
            name, "[green]yes[/]" if paths else "[cyan]no[/]", escape(", ".join(users) or "no step"), escape(about)
        )
    console.print(table)
    console.print(
        f"\nlooked in {plan.project.data_root} (TPDL_DATA or --data changes that)", highlight=False, soft_wrap=True
    )
    return complete


def fetch_data(plan: Plan, names: Sequence[str], console: Console) -> bool:
    """Fetch what is missing. True when everything asked for is here in the end."""
    complete = True
    for name in _needed(plan, names):
        if _catalogue(plan).resolve(name, plan.project.data_root):
            console.print(f"{name} is here already", highlight=False)
            continue
        try:
            path = _catalogue(plan).fetch(name, plan.project.data_root)
            console.print(f"[green]fetched[/] {name} -> {path}", highlight=False, soft_wrap=True)
        except UserError as error:
            complete = False
            console.print(f"[red]failed[/]  {name}: {escape(str(error))}", highlight=False, soft_wrap=True)
    return complete


def verify_data(plan: Plan, names: Sequence[str], console: Console) -> bool:
    """Compare what is here with the records, and with the catalogue's own check. True when nothing is wrong."""
    right = True
    recorded: dict[str, set[str]] = {}
    for step in plan.steps.values():
        if isinstance(record := read_record(step.record_path), Record):
            for name, known_sha in record.fingerprint.data.items():
                recorded.setdefault(name, set()).add(known_sha)
    for name in _needed(plan, names):
        paths = _catalogue(plan).resolve(name, plan.project.data_root)
        if not paths:
            console.print(f"{name}: not here", highlight=False)
            continue
        sha = plan.project.hashes.of_paths(paths)
        problem = getattr(_catalogue(plan), "verify", lambda name, root: None)(name, plan.project.data_root)
        if problem:
            right = False
            console.print(f"[red]{name}: {escape(problem)}[/]", highlight=False, soft_wrap=True)
        elif name in recorded and sha not in recorded[name]:
            right = False
            console.print(f"[red]{name}: not the data that the recorded results were measured on[/]", highlight=False)
        else:
            known = "as recorded" if name in recorded else "nothing recorded to compare with"
            console.print(f"[green]{name}: {known}[/] ({sha[:16] if sha else ''})", highlight=False)
    plan.project.hashes.save()
    return right


def _needed(plan: Plan, names: Sequence[str]) -> dict[str, list[str]]:
    needed: dict[str, list[str]] = {name: [] for name in names}
    for step in plan.steps.values():
        for name in step.data:
            if not names or name in names:
                needed.setdefault(name, []).append(step.name)
    known = _catalogue(plan).names()
    for name in names:
        if name not in known and not needed[name]:
            raise UserError(f"there is no data set {name!r}; the catalogue has {', '.join(known)}")
    return needed


def _catalogue(plan: Plan) -> Any:
    if plan.project.catalogue is None:
        raise UserError(
            "this project has no data catalogue; name its module as catalogue in [tool.tpdl] of pyproject.toml"
        )
    return plan.project.catalogue
