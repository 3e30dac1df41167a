"""`tpdl data`."""

from __future__ import annotations

from tpdl.cli.common import Arguments, Commands, add_command, console, find_project
from tpdl.errors import Exit


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, data, profile=False)
    parser.add_argument("action", nargs="?", default="list", choices=("list", "fetch", "verify"))
    parser.add_argument("names", metavar="NAME", nargs="*", help="data sets; by default all that the steps need")


def data(arguments: Arguments) -> int:
    """List the data sets and weights the steps need, fetch what is missing, or verify what is there."""
    from tpdl.cli.data_screen import fetch_data, list_data, verify_data
    from tpdl.plan.plan import read_plan

    actions = {"list": list_data, "fetch": fetch_data, "verify": verify_data}
    complete = actions[arguments.action](read_plan(find_project()), arguments.names, console())
    return Exit.OK if complete else Exit.NOT_FRESH
