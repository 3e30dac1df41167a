"""`tpdl explore`: one page over everything that is measured."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tpdl.cli.common import Arguments, Commands, add_command, honest, plan_of
from tpdl.errors import Exit


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, explore)
    parser.add_argument(
        "--at",
        metavar="REV",
        action="append",
        default=[],
        help="also what a commit has, beside what is here; can be repeated",
    )
    parser.add_argument("--output", metavar="FOLDER", help="where the page goes; by default .tpdl/explore")
    parser.add_argument("--no-browser", action="store_true", help="only say where the page lies")


def explore(arguments: Arguments) -> int:
    """Write one page over everything that is measured, and open it: tables, pictures, parameters, what needs what.

    It is opened as a file: no server is needed. In a script, where no person looks on, it is only named.
    """
    import contextlib
    import webbrowser

    from tpdl.explore import write_page
    from tpdl.plan.facts import read_facts
    from tpdl.plan.status import judge_all

    plan = plan_of(arguments)
    usual = plan.project.state / ("explore" if plan.profile == "full" else f"explore-{plan.profile}")
    folder = Path(arguments.output).absolute() if arguments.output else usual
    page = write_page(plan, judge_all(plan, read_facts(plan)), folder, arguments.at)
    opened = False
    if sys.stdout.isatty() and not arguments.no_browser:
        with contextlib.suppress(webbrowser.Error):
            opened = webbrowser.open(page.as_uri())
    print(f"{'opened' if opened else 'wrote'} {os.path.relpath(page)}")
    return honest(Exit.OK, plan.broken)
