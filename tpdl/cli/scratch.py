"""`tpdl run NAME -S parameter=value`: a scratch result, which touches nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tpdl.cli.common import console, honest
from tpdl.cli.text import print_json
from tpdl.errors import Exit, UserError

if TYPE_CHECKING:
    from tpdl.cli.common import Arguments
    from tpdl.plan.plan import Plan
    from tpdl.plan.step import Step


def run_scratch(arguments: Arguments, plan: Plan, executor: str | None) -> int:
    """Run cells with other parameters, beside whatever else runs, and show what came out beside the cells."""
    from tpdl.cli.display import Display, print_report
    from tpdl.cli.table import print_runs
    from tpdl.compare.runs import find_run
    from tpdl.plan.facts import read_facts
    from tpdl.plan.scratch import scratch_steps, with_steps
    from tpdl.plan.selection import select
    from tpdl.run.schedule import Limits
    from tpdl.run.steps import run_steps

    if arguments.twice:
        raise UserError("-S makes a scratch result, and --twice compares results that are kept: use one of them")
    if not arguments.names:
        raise UserError("-S needs the experiment whose parameters it sets, as in `tpdl run toy/train -S seed=3`")
    if unreadable := next((line for line in plan.broken), ""):
        raise UserError(unreadable)
    names = select(plan, arguments.names)
    scratch = scratch_steps(plan, names, arguments.set)
    steps = [*scratch.needed, *scratch.wanted]
    for step in steps:
        _check_inputs(plan, step)
    if arguments.json:
        print_json([{"step": step.name, "parameters": step.parameters} for step in steps])
        return Exit.OK
    if arguments.dry_run:
        for step in steps:
            print(f"{step.name}  {', '.join(f'{key}={value!r}' for key, value in step.parameters.items())}")
        return Exit.OK
    wanted = [step.name for step in scratch.wanted]
    whole = with_steps(plan, steps)
    together = [step.name for step in steps]
    facts = read_facts(whole, together)
    screen = console()
    with Display(whole, screen, together, facts, arguments.jobs) as display:
        options: dict[str, Any] = {
            "on_error": display.debug if arguments.pdb else None,
            "limits": Limits(arguments.timeout, arguments.memory),
            "keep_nan": wanted if arguments.keep_nan else [],
        }
        report = run_steps(whole, together, display, executor, arguments.jobs, wanted, alone=False, **options)
    print_report(report, screen)
    if report.done:
        done = [find_run(plan, name) for name in wanted if name in report.done]
        cells = [plan.steps[name] for name in names if plan.steps[name].kind == "experiment"]
        measured = [find_run(plan, cell.name) for cell in cells if cell.record_path.is_file()]
        print()
        print_runs(plan, [*measured, *done])
        if measured:
            print(f"\ntpdl compare {measured[0].address} {done[0].address}")
    return honest(Exit.OK if report.ok else Exit.NOT_FRESH, plan.broken)


def _check_inputs(plan: Plan, step: Step) -> None:
    """Refuse a step whose inputs are not here: making them would touch something. Say it if they are not fresh."""
    from tpdl.plan.facts import read_facts
    from tpdl.plan.scratch import PREFIX
    from tpdl.plan.status import own_reasons

    upstream = [name for name in step.upstream if not name.startswith(PREFIX)]
    facts = read_facts(plan, upstream)
    for name in upstream:
        needed = plan.steps[name]
        if not facts[name].record or (needed.local and not facts[name].is_here):
            force = "--force " if facts[name].record else ""
            raise UserError(f"{step.name} needs {name}, which has no result here; first: tpdl run {force}{name}")
    if old := [name for name in upstream if list(own_reasons(plan.steps[name], facts[name]))]:
        print(f"measured with results that are not fresh: {', '.join(old)}")
