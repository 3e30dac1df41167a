"""`tpdl graph`: the steps and what needs what."""

from __future__ import annotations

from pathlib import Path

from tpdl.cli.common import Arguments, Commands, add_command, add_json, add_names, honest, plan_of
from tpdl.cli.text import print_json
from tpdl.errors import Exit


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, graph)
    add_names(parser)
    add_json(parser)
    parser.add_argument("--svg", metavar="FILE", help="write a picture instead of Mermaid text")


def graph(arguments: Arguments) -> int:
    """Show the steps and what needs what, as Mermaid text or as an SVG file."""
    from tpdl.plan.facts import read_facts
    from tpdl.plan.selection import select, with_upstream
    from tpdl.plan.status import judge_all
    from tpdl.render.graph import steps_mermaid, write_steps_svg

    plan = plan_of(arguments)
    states = judge_all(plan, read_facts(plan))
    chosen = with_upstream(plan, select(plan, arguments.names)) if arguments.names else set(plan.steps)
    steps = [name for name in plan.steps if name in chosen]
    if arguments.json:
        print_json(
            [
                {
                    "step": name,
                    "kind": plan.steps[name].kind,
                    "state": states[name].state,
                    "needs": plan.steps[name].upstream,
                }
                for name in steps
            ]
        )
    elif arguments.svg:
        write_steps_svg(plan, steps, states, Path(arguments.svg))
        print(f"wrote {arguments.svg}")
    else:
        print(steps_mermaid(plan, steps, states))
    return honest(Exit.OK, plan.broken)
