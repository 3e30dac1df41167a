"""`tpdl why`: everything that is known about the state of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tpdl.cli.common import Arguments, Commands, add_command, add_json, add_names, honest, plan_of
from tpdl.cli.text import COLOURS, coloured, print_json
from tpdl.errors import Exit

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan
    from tpdl.plan.record import Record
    from tpdl.plan.status import Status


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, why)
    add_names(parser, "+")
    add_json(parser)


def why(arguments: Arguments) -> int:
    """Explain the state of a step: every reason, what it depends on, and what made it."""
    from tpdl.plan.facts import read_facts
    from tpdl.plan.selection import select
    from tpdl.plan.status import judge_all

    plan = plan_of(arguments)
    states = judge_all(plan, read_facts(plan))
    names = select(plan, arguments.names)
    if arguments.json:
        print_json([_as_json(plan, name, states[name]) for name in names])
    else:
        for name in names:
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
    alone = step.may_run_alone and status.record and not status.record.fingerprint.together
    together = [] if alone else [each for each in step.together if each != name]
    for title, names in (("together", together), ("needs", step.upstream), ("data", step.data), ("files", step.files)):
        if names:
            print(f"  {title:10} " + ", ".join(names))
    if status.record is not None:
        _print_record(status.record)


def _as_json(plan: Plan, name: str, status: Status) -> dict[str, Any]:
    step, record = plan.steps[name], status.record
    return {
        "step": name,
        "kind": step.kind,
        "state": status.state,
        "optional": status.optional,
        "reasons": status.reasons,
        "function": step.function,
        "source": f"{step.source}:{step.line}",
        "products": [str(path.relative_to(plan.project.root)) for path in step.products],
        "parameters": step.parameters,
        "needs": step.upstream,
        "data": list(step.data),
        "files": list(step.files),
        "made": record.happened if record else None,
        "accepted": record.accepted if record else None,
        "uses": sorted(record.fingerprint.symbols) if record else [],
        "read": record.fingerprint.observed if record else {},
    }


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
