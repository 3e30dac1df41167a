"""`tpdl accept`: keep the results of steps whose change is known not to matter."""

from __future__ import annotations

from tpdl.cli.common import Arguments, Commands, add_command, add_names, honest, plan_of
from tpdl.errors import Exit


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, accept)
    add_names(parser, "+")
    parser.add_argument("--because", default="", help="why it does not matter; kept in the record")


def accept(arguments: Arguments) -> int:
    """Record that what changed is known not to matter, and keep the results."""
    from tpdl.plan.accept import accept_steps
    from tpdl.plan.selection import select

    plan = plan_of(arguments)
    accepted = accept_steps(plan, select(plan, arguments.names), arguments.because)
    for step, reasons in accepted.items():
        print(f"accepted {step}: {'; '.join(reasons)}")
    if not accepted:
        print("nothing to accept: no change of code, parameters or inputs")
    return honest(Exit.OK, plan.broken)
