"""`tpdl run`: bring steps up to date."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tpdl.cli.common import (
    Arguments,
    Commands,
    add_command,
    add_names,
    console,
    honest,
    jobs,
    limit,
    plan_of,
    say_doubts,
)
from tpdl.cli.text import brief, print_json, print_table
from tpdl.errors import Exit, UserError
from tpdl.plan.limits import seconds, size

if TYPE_CHECKING:
    from tpdl.plan.facts import Facts
    from tpdl.plan.plan import Plan
    from tpdl.plan.status import Status


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, run)
    add_names(parser)
    parser.add_argument(
        "-j",
        "--jobs",
        type=jobs,
        default=1,
        metavar="N",
        help="steps at a time; auto: as many as cores, memory and GPUs allow",
    )
    parser.add_argument("--executor", help="inline, process, dask, dask:ADDRESS, slurm, or module:function")
    parser.add_argument(
        "--inline", action="store_true", help="in this process, so that breakpoint() and prints are here"
    )
    parser.add_argument("--pdb", action="store_true", help="inline, with a debugger where a step fails")
    parser.add_argument(
        "--timeout", type=limit(seconds), metavar="TIME", help="end steps that take longer: 90, 10min, 2h"
    )
    parser.add_argument("--memory", type=limit(size), metavar="SIZE", help="end steps that use more: 500MB, 4GB")
    parser.add_argument("--twice", action="store_true", help="run the named steps twice, and compare the results")
    parser.add_argument("--dry-run", action="store_true", help="show what would run, and why")
    parser.add_argument("--json", action="store_true", help="with --dry-run: print JSON")
    parser.add_argument(
        "--trace", action="store_true", help="compare the functions really executed with the fingerprint"
    )
    parser.add_argument(
        "--keep-nan",
        action="store_true",
        help="NaN and infinity are results of the named steps; one that was refused for them is taken up as it is",
    )
    parser.add_argument(
        *("-S", "--set"),
        action="append",
        metavar="PARAMETER=VALUE",
        help="run the named experiments with other parameters, into scratch results; can be repeated",
    )
    parser.add_argument("--force", action="store_true", help="run the named steps even if they are fresh")


def run(arguments: Arguments) -> int:
    """Bring steps up to date; a step that fails stops only those that need it."""
    from tpdl.plan.facts import read_facts
    from tpdl.plan.selection import select, stale, with_absent_inputs, with_group
    from tpdl.plan.status import judge_all
    from tpdl.run.devices import as_run_here
    from tpdl.run.executors import check_executor

    here = arguments.inline or arguments.pdb
    if here and (arguments.executor not in (None, "inline") or arguments.jobs != 1):
        raise UserError("--inline and --pdb run one step after the other in this process: without --executor and -j")
    if (here or arguments.executor == "inline") and (arguments.timeout or arguments.memory):
        raise UserError("--timeout and --memory end the process of a step; a step that runs in this one has none")
    executor = "inline" if here else arguments.executor
    check_executor(executor)
    if arguments.json and not arguments.dry_run:
        raise UserError("--json goes with --dry-run: `tpdl run --dry-run --json`")
    if arguments.keep_nan and not arguments.names:
        raise UserError("--keep-nan needs the names of the steps whose NaN is a result")
    plan = plan_of(arguments)
    if arguments.set:
        from tpdl.cli.scratch import run_scratch

        return run_scratch(arguments, plan, executor)
    say_doubts(plan)
    plan = as_run_here(plan, executor)
    facts = read_facts(plan)
    states = judge_all(plan, facts)
    chosen = select(plan, arguments.names) if arguments.names else list(plan.steps)
    exact = [name for name in arguments.names if name in plan.steps and plan.steps[name].cell]
    for option, given in (("--force", arguments.force), ("--twice", arguments.twice)):
        if given and not arguments.names:
            raise UserError(f"{option} needs names: it runs steps even if they are fresh; '*' names them all")
    always = chosen if arguments.force or arguments.twice else []
    always = [name for name in always if not plan.steps[name].problem]
    keep_nan = chosen if arguments.keep_nan else []
    running = with_absent_inputs(plan, [*stale(plan, chosen, facts, states, exact), *always], facts)
    if arguments.json:
        print_json(_dry_run_as_json(running, states))
        return honest(Exit.OK, plan.broken)
    if arguments.names or not running:
        _print_left_out(plan, chosen, running, facts, states)
    if arguments.dry_run:
        _print_dry_run(plan, running, states, always)
        return honest(Exit.OK, plan.broken)
    if not running:
        return honest(_nothing_to_run(chosen, states), plan.broken)
    from tpdl.cli.display import Display, print_report
    from tpdl.run.schedule import Limits
    from tpdl.run.steps import run_steps, workers_for

    if arguments.trace:
        os.environ["TPDL_TRACE"] = "1"
    screen = console()
    with Display(plan, screen, running, facts, arguments.jobs or workers_for(plan, running)) as display:
        debug = display.debug if arguments.pdb else None
        limits = Limits(arguments.timeout, arguments.memory)
        report = run_steps(
            plan, running, display, executor, arguments.jobs, always, keep_nan=keep_nan, on_error=debug, limits=limits
        )
    print_report(report, screen)
    if arguments.twice and report.ok:
        again = with_group(plan, [name for name in chosen if name in report.done])
        with Display(plan, screen, again, facts, arguments.jobs or workers_for(plan, again)) as display:
            report = run_steps(plan, again, display, executor, arguments.jobs, again, on_error=debug, limits=limits)
        differ = len(report.surprises)
        same = len(report.done) - differ
        print(f"run twice: {same} of {len(again)} with identical results" + (f", {differ} not" if differ else ""))
        return honest(Exit.OK if report.ok and not differ else Exit.NOT_FRESH, plan.broken)
    return honest(Exit.OK if report.ok else Exit.NOT_FRESH, plan.broken)


def _nothing_to_run(chosen: Sequence[str], states: Mapping[str, Status]) -> int:
    waiting = [name for name in chosen if states[name].state == "missing"]
    if len(waiting) == len(chosen):
        print(f"nothing to run: {len(waiting)} not measured yet")
        return Exit.NOT_FRESH
    if any(not states[name].settled and states[name].state != "missing" for name in chosen):
        print("nothing to run: what is not fresh cannot be read")
        return Exit.NOT_FRESH
    rest = f"{len(waiting)} not measured yet; the rest of what was" if waiting else "everything"
    print(f"nothing to run: {rest} asked for is fresh")
    return Exit.OK


def _print_dry_run(plan: Plan, names: Sequence[str], states: Mapping[str, Status], asked_for: Sequence[str]) -> None:
    """Print what would run, why, and how long it took the last time."""
    if not names:
        print("nothing would run")
        return
    rows = []
    for name in names:
        status = states[name]
        took, because = _took(status), brief(_because(status))
        if status.state == "fresh" and name not in asked_for and (together := plan.steps[name].together):
            because = f"runs together with {next(each for each in together if each != name)}"
        rows.append((name, f"{took:.1f} s" if took is not None else "", because))
    print_table(("would run", "took", "because"), rows)
    print(f"\n{len(names)} of {len(plan.steps)} steps; those after a result that comes out the same will be skipped")


def _dry_run_as_json(names: Sequence[str], states: Mapping[str, Status]) -> list[dict[str, Any]]:
    """What would run, with the seconds that it took the last time."""
    return [{"step": name, "took": _took(states[name]), "because": _because(states[name])} for name in names]


def _took(status: Status) -> float | None:
    return status.record.happened.get("seconds") if status.record else None


def _because(status: Status) -> list[str]:
    return status.reasons or ["asked for" if status.state == "fresh" else status.state]


def _print_left_out(
    plan: Plan,
    chosen: Sequence[str],
    running: Sequence[str],
    facts: Mapping[str, Facts],
    states: Mapping[str, Status],
) -> None:
    """For each data set that is not here, how many of the chosen steps need it, and how to get it."""
    from tpdl.plan.selection import with_upstream

    without = with_upstream(plan, chosen).difference(running)
    absent = [facts[name].absent_data for name in without if states[name].state == "missing"]
    counts = Counter(name for data_sets in absent for name in data_sets)
    descriptions = {name: text for data_sets in absent for name, text in data_sets.items()}
    for name, count in sorted(counts.items()):
        print(f"left out: {count} step{'s' * (count > 1)} without data, {descriptions[name]}")
