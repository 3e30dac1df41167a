"""`tpdl figure`: draw a figure again from the results there are."""

from __future__ import annotations

from tpdl.cli.common import Arguments, Commands, add_command, add_names, console, honest, plan_of
from tpdl.errors import Exit, UserError


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    add_names(add_command(commands, figure), "+", "figures, experiments, chapters, or patterns with *")


def figure(arguments: Arguments) -> int:
    """Draw figures again, with the values of their text, from the results there are; never measures anything."""
    from tpdl.cli.display import Display, print_report
    from tpdl.plan.facts import read_facts
    from tpdl.plan.selection import drawable, select, with_upstream
    from tpdl.plan.status import judge_all
    from tpdl.run.steps import run_steps

    plan = plan_of(arguments)
    wanted = [name for name in select(plan, arguments.names) if plan.steps[name].kind in ("figure", "summary")]
    if not wanted:
        raise UserError(f"no figure is drawn from {' or '.join(arguments.names)}; `tpdl status` lists the figures")
    if unreadable := next((plan.steps[name].problem for name in wanted if plan.steps[name].problem), ""):
        raise UserError(unreadable)
    facts = read_facts(plan)
    possible = drawable(plan, facts)
    for name in wanted:
        if name in possible.unmeasured:
            source = plan.steps[possible.unmeasured[name]]
            raise UserError(f"{name} is drawn from {source.name}, which has no results yet; tpdl run {source.base}")
        if name in possible.absent:
            arrays = possible.absent[name]
            print(f"{name} is not drawn: the arrays of {arrays} are not here; `tpdl run --force {name}` makes them")
    drawings = [name for name in wanted if name in possible.names]
    if not drawings:
        return Exit.NOT_FRESH
    states = judge_all(plan, facts)
    needed = with_upstream(plan, drawings).difference(drawings)
    tables = [name for name in plan.steps if name in needed and plan.steps[name].kind == "table"]
    read = {up for name in [*tables, *drawings] for up in plan.steps[name].upstream} - set(tables)
    if behind := sorted(name for name in read if not states[name].settled):
        print(f"drawn from results that are not fresh: {', '.join(behind)}")
    names = [*(name for name in tables if states[name].state != "fresh"), *drawings]
    screen = console()
    with Display(plan, screen, names, facts) as display:
        report = run_steps(plan, names, display, "inline", always=drawings, alone=False)
    print_report(report, screen)
    return honest(Exit.OK if report.ok and len(drawings) == len(wanted) else Exit.NOT_FRESH, plan.broken)
