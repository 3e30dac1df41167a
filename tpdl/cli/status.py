"""`tpdl status`: which steps are fresh, and why the others are not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tpdl.cli.common import NAMES, Arguments, Commands, add_command, honest, plan_of, say_doubts
from tpdl.cli.text import COLOURS, brief, print_table
from tpdl.errors import Exit

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan
    from tpdl.plan.status import Status


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, status)
    parser.add_argument("names", metavar="NAME", nargs="*", help=NAMES)
    parser.add_argument("--json", action="store_true", help="print JSON")


def status(arguments: Arguments) -> int:
    """Say which steps are fresh and why the others are not; exit code 1 unless all are."""
    from tpdl.plan.facts import read_facts
    from tpdl.plan.selection import select
    from tpdl.plan.status import judge_all

    plan = plan_of(arguments)
    say_doubts(plan)
    states = judge_all(plan, read_facts(plan))
    chosen = select(plan, arguments.names) if arguments.names else list(plan.steps)
    shown = {name: states[name] for name in sorted(chosen, key=lambda name: plan.steps[name].base)}
    if arguments.json:
        print(json.dumps(_as_json(plan, shown), indent=1))
    else:
        _print(shown)
    return honest(Exit.OK if all(states[name].settled for name in chosen) else Exit.NOT_FRESH, plan.broken)


def _print(states: Mapping[str, Status]) -> None:
    """Print step, state, when it was made and the reason in a table, then one line that counts."""
    rows = []
    for name, status in states.items():
        made = status.record.happened.get("made", "") if status.record else ""
        word = status.state + (" (optional)" if status.optional else "")
        rows.append((name, word, made[:16].replace("T", " "), brief(status.reasons)))
    print_table(("step", "state", "made (UTC)", "reason"), rows, [COLOURS[status.state] for status in states.values()])
    counts = Counter(
        "not measured yet" if status.optional and status.state == "missing" else status.state
        for status in states.values()
    )
    print(
        f"\n{len(states)} step{'s' * (len(states) != 1)}: "
        + ", ".join(f"{count} {word}" for word, count in counts.items())
    )


def _as_json(plan: Plan, states: Mapping[str, Status]) -> list[dict[str, Any]]:
    """One JSON object for each step."""
    return [
        {
            "step": name,
            "kind": plan.steps[name].kind,
            "state": status.state,
            "optional": status.optional,
            "reasons": status.reasons,
            "made": status.record.happened.get("made") if status.record else None,
            "products": [str(path.relative_to(plan.project.root)) for path in plan.steps[name].products],
        }
        for name, status in states.items()
    ]
