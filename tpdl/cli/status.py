"""`tpdl status`: which steps are fresh, and why the others are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tpdl.cli.common import Arguments, Commands, add_command, add_json, add_names, honest, plan_of, say_doubts
from tpdl.cli.text import COLOURS, brief, print_json, print_table
from tpdl.errors import Exit

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan
    from tpdl.plan.status import Status


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, status)
    add_names(parser)
    parser.add_argument("--all", action="store_true", help="a line for each step, also for those that are fresh")
    add_json(parser)


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
        print_json(_as_json(plan, shown))
    else:
        _print(plan, shown, arguments.all)
    return honest(Exit.OK if all(states[name].settled for name in chosen) else Exit.NOT_FRESH, plan.broken)


def _print(plan: Plan, states: Mapping[str, Status], all_of_them: bool) -> None:
    """Print the steps with state, day and reason, those that are not fresh last, and a line that counts.

    Of several experiments, one of which all is fresh takes a line.
    """
    by_base: dict[str, list[str]] = {}
    for name in states:
        by_base.setdefault(plan.steps[name].base, []).append(name)
    fresh = [base for base, names in by_base.items() if all(states[name].state == "fresh" for name in names)]
    if all_of_them or len(by_base) < 2:
        print_table(*_steps(states, list(states)))
    else:
        if fresh:
            rows = [(base, "fresh", *_sum([states[name] for name in by_base[base]])) for base in fresh]
            print_table(("experiment", "state", "made (UTC)", "steps"), rows, [COLOURS["fresh"]] * len(rows))
        waiting = [name for name, status in states.items() if status.state != "fresh"]
        if waiting:
            print("\n" * bool(fresh), end="")
            print_table(*_steps(states, waiting))
    counts = Counter(
        "not measured yet" if status.optional and status.state == "missing" else status.state
        for status in states.values()
    )
    print(
        f"\n{len(states)} step{'s' * (len(states) != 1)}: "
        + ", ".join(f"{count} {word}" for word, count in counts.items())
    )


def _steps(
    states: Mapping[str, Status], names: Sequence[str]
) -> tuple[Sequence[str], list[tuple[str, str, str, str]], list[int]]:
    """What `print_table` prints of single steps."""
    rows = []
    for name in names:
        status = states[name]
        word = status.state + (" (optional)" if status.optional else "")
        rows.append((name, word, _day(status), brief(status.reasons)))
    return ("step", "state", "made (UTC)", "reason"), rows, [COLOURS[states[name].state] for name in names]


def _sum(states: Sequence[Status]) -> tuple[str, str]:
    """The last day, and how many steps."""
    return max(map(_day, states)), str(len(states))


def _day(status: Status) -> str:
    return str(status.record.happened.get("made", ""))[:10] if status.record else ""


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
