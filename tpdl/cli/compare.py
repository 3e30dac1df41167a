"""`tpdl compare`: two runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tpdl.cli.common import Arguments, Commands, add_command, add_json, console, honest, plan_of
from tpdl.cli.diff import SHOWN, as_json, print_step
from tpdl.cli.names import steps
from tpdl.cli.text import print_json
from tpdl.errors import Exit

if TYPE_CHECKING:
    from tpdl.compare.runs import Run

WHAT = "a run: a cell, some of its parameters, scratch/…, or any of them with @ and a commit"


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, compare)
    for name in ("A", "B"):
        action = parser.add_argument(name.lower(), metavar=name, help=WHAT)
        action.completer = steps  # type: ignore[attr-defined]  # argcomplete looks there
    parser.add_argument("--all", action="store_true", help="every value that differs, however many there are")
    add_json(parser)
    parser.add_argument("--exit-code", action="store_true", help="exit code 1 if the results differ")


def compare(arguments: Arguments) -> int:
    """Say what differs between two runs of an experiment: parameters, code, data, and every value of their results."""
    from rich.markup import escape

    from tpdl.compare.runs import compare_runs, find_run
    from tpdl.plan.status import differences

    plan = plan_of(arguments)
    one, other = find_run(plan, arguments.a), find_run(plan, arguments.b)
    difference = compare_runs(plan, one, other)
    because = list(differences(one.version.fingerprint, other.version.fingerprint))
    if arguments.json:
        found = as_json(difference) if difference else {}
        print_json({"a": one.address, "b": other.address, "same": difference is None, "because": because, **found})
    else:
        screen = console()
        screen.print(
            f"[bold]{escape(one.address)}[/] → [bold]{escape(other.address)}[/]", highlight=False, soft_wrap=True
        )
        screen.print(escape(_times(one, other)), style="dim", highlight=False, soft_wrap=True)
        if difference:
            most = len(difference.changes) + len(difference.rows_added) if arguments.all else SHOWN
            print_step(difference, screen, head=False, most=most, rest="`--all`")
        else:
            for reason in because:
                screen.print(f"  [dim]{escape(reason)}[/]", highlight=False, soft_wrap=True)
            print("the results are the same")
    differs = difference is not None and arguments.exit_code
    return honest(Exit.NOT_FRESH if differs else Exit.OK, plan.broken)


def _times(one: Run, other: Run) -> str:
    """`  12.4 s of 2026-05-04 → 3.1 s of 2026-05-06`."""
    sides = [f"{run.seconds} s, made {str(run.version.happened.get('made', '?'))[:10]}" for run in (one, other)]
    return "  " + " → ".join(sides)
