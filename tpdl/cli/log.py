"""`tpdl log`: what steps have printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tpdl.cli.common import Arguments, Commands, add_command, add_names, honest, plan_of
from tpdl.errors import Exit, UserError

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, log)
    add_names(parser, "+")
    parser.add_argument("-n", "--lines", type=int, metavar="N", help="the last N lines only")


def log(arguments: Arguments) -> int:
    """Print what steps have printed when they last ran on this machine, and the traceback of one that failed."""
    from tpdl.plan.scratch import PREFIX, recorded, with_steps
    from tpdl.plan.selection import select

    plan = plan_of(arguments)
    if any(name.startswith(PREFIX) for name in arguments.names):
        plan = with_steps(plan, recorded(plan))
    names = [name for each in arguments.names for name in (_failed(plan, each) or select(plan, [each]))]
    logs = {name: path for name in names if (path := plan.places.log(name)).is_file()}
    if not logs:
        raise UserError(
            f"{', '.join(names[:3])}{', …' * (len(names) > 3)}: no log, as nothing of it ran on this machine"
        )
    written = {name: path.read_text(encoding="utf-8", errors="replace") for name, path in logs.items()}
    for name, text in written.items():
        if len(logs) > 1 and text:
            print(f"==> {name} <==")
        lines = text.splitlines(keepends=True)
        sys.stdout.writelines(lines[-arguments.lines :] if arguments.lines else lines)
        if lines and not lines[-1].endswith("\n"):
            print()
    if not any(written.values()):
        print(f"nothing was printed by {', '.join(logs)}")
    return honest(Exit.OK, plan.broken)


def _failed(plan: Plan, name: str) -> list[str]:
    """A scratch run that has no result, and a log all the same."""
    from tpdl.plan.scratch import PREFIX

    return [name] if name.startswith(PREFIX) and plan.places.log(name).is_file() else []
