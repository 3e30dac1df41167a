"""`tpdl why`: everything that is known about the state of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tpdl.cli.common import Arguments, Commands, add_command, honest, plan_of
from tpdl.cli.text import COLOURS, coloured
from tpdl.errors import Exit

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan
    from tpdl.plan.record import Record
    from tpdl.plan.status import Status


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    add_command(commands, why).add_argument("name", metavar="NAME", help="a step, an experiment, or a pattern with *")


def why(arguments: Arguments) -> int:
    """Explain the state of a step: every reason, what it depends on, and what made it."""
    from tpdl.plan.facts import read_facts
    from tpdl.plan.selection import select
    from tpdl.plan.status import judge_all

    plan = plan_of(arguments)
    states = judge_all(plan, read_facts(plan))
    for name in select(plan, [arguments.name]):
        _explain(plan, name, states[name])
    return honest(Exit.OK, plan.broken)


def _explain(plan: Plan, name: str, status: Status) -> None:
    step = plan.steps[name]
    print(f"{name} is {coloured(status.state, COLOURS[status.state])}" + (" (optional)" if status.optional else ""))
    for reason in status.reasons:
        print(f"  {reason}")
    print(f"  {step.kind} by {step.function or 'tpdl'}, {step.source}:{step.line}")
    for path in step.products:
        print(f"  product    {path.relative_to(plan.project.root)}")
    if step.parameters:
        print("  parameters " + ", ".join(f"{key} = {value!r}" for key, value in step.parameters.items()))
    together = [each for each in step.together if each != name]
    for title, names in (("together", together), ("needs", step.upstream), ("data", step.data), ("files", step.files)):
        if names:
            print(f"  {title:10} " + ", ".join(names))
    if status.record is not None:
        _print_record(status.record)


def _print_record(record: Record) -> None:
    from tpdl.plan.libraries import installed_version

    happened = record.happened
    print(f"  made       {happened.get('made')}, in {happened.get('seconds')} s, on {happened.get('device')}")
    if accepted := record.accepted:
        because = f", because {accepted['because']}" if accepted.get("because") else ""
        print(f"  accepted   {accepted.get('when')}: {'; '.join(accepted.get('changes', []))}{because}")
    for library, then in happened.get("libraries", {}).items():
        now = installed_version(library)
        if now and now != then:
            print(f"  note       made with {library} {then}, here it is {now}; versions are recorded, not compared")
    for warning in happened.get("warnings", []):
        print(f"  warning    {warning}")
    if observed := record.fingerprint.observed:
        read = [key for key, value in observed.items() if value is not None]
        absent = [key for key, value in observed.items() if value is None]
        for title, names in (("read", read), ("looked for", absent)):
            if names:
                print(f"  {title:10} {len(names)} while it ran: {', '.join(names)}")
    symbols = sorted(record.fingerprint.symbols)
    print(f"  uses       {len(symbols)} symbols: " + ", ".join(symbols))
