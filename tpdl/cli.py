"""The command line. Thin: each command asks the engine or the renderer, and prints."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from tpdl.engine.errors import Exit, UserError
from tpdl.engine.plan import Plan
from tpdl.engine.project import Project

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Deep-learning experiments in, a lab report out.",
)
console = Console()

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME]...", help="steps, experiments, folders, or patterns")
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="a step or an experiment")]
Demo = Annotated[bool, typer.Option("--demo", help="the demo profile: embedded stand-ins for data and weights")]


def _plan(demo: bool) -> Plan:
    return Project.find(Path.cwd()).plan("demo" if demo else "full")


@app.callback()
def options(
    data: Annotated[
        Path | None, typer.Option("--data", help="folder of data sets and weights (else TPDL_DATA)")
    ] = None,
) -> None:
    """Options of every command."""
    if data is not None:
        if not data.is_dir():
            raise UserError(f"--data {data}: there is no such folder")
        os.environ["TPDL_DATA"] = str(data.resolve())


@app.command()
def status(
    names: Names = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
    demo: Demo = False,
) -> None:
    """Say which steps are fresh and why the others are not. Exit code 1 unless all are."""
    from tpdl.engine.screen import status_json, status_table

    plan = _plan(demo)
    states = plan.status()
    chosen = plan.select(names) if names else list(plan.steps)
    if as_json:
        print(json.dumps(status_json(plan, {name: states[name] for name in chosen}), indent=1))
    else:
        status_table(plan, {name: states[name] for name in chosen}, console)
    raise typer.Exit(Exit.OK if all(states[name].settled for name in chosen) else Exit.NOT_FRESH)


@app.command()
def run(
    names: Names = None,
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=1, help="steps at a time")] = 1,
    executor: Annotated[
        str | None, typer.Option(help="inline, process, dask, dask:ADDRESS, slurm, or module:function")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show what would run, and why")] = False,
    force: Annotated[bool, typer.Option("--force", help="run the named steps even if they are fresh")] = False,
    demo: Demo = False,
) -> None:
    """Bring steps up to date. A step that fails stops only those that need it."""
    from tpdl.engine.run import print_report, run_steps
    from tpdl.engine.screen import dry_run_table

    plan = _plan(demo)
    states = plan.status()
    chosen = plan.select(names) if names else list(plan.steps)
    exact = [name for name in names or () if name in plan.steps and plan.steps[name].cell]
    always = chosen if force and names else []
    running = plan.stale_selection(chosen, states, exact)
    running = [name for name in plan.steps if name in running or name in always]
    if dry_run:
        dry_run_table(plan, running, states, console)
        raise typer.Exit(Exit.OK)
    if not running:
        console.print("nothing to run: everything asked for is fresh" + _unmeasured(states, chosen), highlight=False)
        raise typer.Exit(Exit.OK)
    report = run_steps(plan, running, console, executor, jobs, always)
    print_report(report, console)
    raise typer.Exit(Exit.OK if report.ok else Exit.NOT_FRESH)


@app.command()
def figure(name: Name, demo: Demo = False) -> None:
    """Draw a figure again, with the values of its text, from the results there are. Never measures anything."""
    from tpdl.engine.run import print_report, run_steps

    plan = _plan(demo)
    chosen = [step for step in plan.select([name]) if plan.steps[step].kind in ("figure", "summary")]
    if not chosen:
        raise UserError(f"no figure is drawn from {name}; `tpdl status` lists the figures")
    tables = [name for name in plan.steps if plan.steps[name].kind == "table" and name in plan.with_upstream(chosen)]
    measured = {up for name in [*tables, *chosen] for up in plan.steps[name].upstream} - set(tables)
    if nothing := [name for name in measured if not plan.record(name) and not plan.steps[name].optional]:
        first = plan.steps[min(nothing)]
        raise UserError(f"{chosen[0]} is drawn from {first.name}, which has no results yet; tpdl run {first.base}")
    states = plan.status()
    behind = sorted(name for name in measured if not states[name].settled)
    if behind:
        console.print(f"drawn from results that are not fresh: {', '.join(behind)}", style="yellow", highlight=False)
    stale_tables = [name for name in tables if states[name].state != "fresh"]
    report = run_steps(plan, [*stale_tables, *chosen], console, "inline", always=chosen)
    print_report(report, console)
    raise typer.Exit(Exit.OK if report.ok else Exit.NOT_FRESH)


@app.command()
def why(name: Name, demo: Demo = False) -> None:
    """Explain the state of a step: every reason, what it depends on, and what made it."""
    from tpdl.engine.screen import explain

    plan = _plan(demo)
    states = plan.status()
    for step in plan.select([name]):
        explain(plan, step, states[step], console)


@app.command()
def accept(
    name: Name,
    because: Annotated[str, typer.Option("--because", help="why the change does not matter; kept in the record")] = "",
    demo: Demo = False,
) -> None:
    """Record that what changed is known not to matter, and keep the results."""
    from tpdl.engine.accept import accept_steps

    plan = _plan(demo)
    accepted = accept_steps(plan, plan.select([name]), because)
    for step, reasons in accepted.items():
        console.print(f"accepted {escape(step)}: {escape('; '.join(reasons))}", highlight=False, soft_wrap=True)
    if not accepted:
        console.print("nothing to accept: no change of code, parameters or inputs")


@app.command()
def graph(
    names: Names = None,
    svg: Annotated[Path | None, typer.Option("--svg", help="write a picture instead of Mermaid text")] = None,
    demo: Demo = False,
) -> None:
    """Show the steps and what needs what, as Mermaid text or as an SVG file."""
    from tpdl.engine.graph import mermaid, write_svg

    plan = _plan(demo)
    states = plan.status()
    chosen = plan.with_upstream(plan.select(names)) if names else set(plan.steps)
    steps = [name for name in plan.steps if name in chosen]
    if svg:
        write_svg(plan, steps, states, svg)
        console.print(f"wrote {svg}")
    else:
        print(mermaid(plan, steps, states))


@app.command()
def clean(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be freed")] = False,
) -> None:
    """Remove local files that no step refers to any more, after saying what that frees."""
    from tpdl.engine.clean import remove, unreferenced

    project = Project.find(Path.cwd())
    found = unreferenced(project)
    if not found:
        console.print("nothing to clean: every local file belongs to a step")
        return
    for path, size in found:
        console.print(f"{size / 1e6:10.1f} MB  {path.relative_to(project.root)}", highlight=False)
    total = sum(size for _, size in found) / 1e6
    if dry_run:
        console.print(f"{total:.1f} MB would be freed")
    elif yes or typer.confirm(f"free {total:.1f} MB?"):
        remove(path for path, _ in found)
        console.print(f"freed {total:.1f} MB")


@app.command()
def data(
    action: Annotated[str, typer.Argument(help="list, fetch or verify")] = "list",
    names: Annotated[list[str] | None, typer.Argument(help="data sets; all that the steps need")] = None,
) -> None:
    """List the data sets and weights the steps need, fetch what is missing, verify what is there."""
    from tpdl.engine.data import fetch_data, list_data, verify_data

    actions = {"list": list_data, "fetch": fetch_data, "verify": verify_data}
    if action not in actions:
        raise UserError(f"tpdl data {action}: use list, fetch or verify")
    raise typer.Exit(Exit.OK if actions[action](_plan(False), names or [], console) else Exit.NOT_FRESH)


@app.command()
def prepare(demo: Demo = False) -> None:
    """Evaluate everything the documents refer to, for the renderer. Reads results, never makes them."""
    from tpdl.render.prepare import prepare as prepare_report

    prepare_report(Project.find(Path.cwd()), "demo" if demo else os.environ.get("TPDL_PROFILE", "full"))


@app.command()
def claims(demo: Demo = False) -> None:
    """List every claim of the documents with its verdict. Exit code 1 if one is false."""
    from tpdl.render.screen import claims_table

    raise typer.Exit(claims_table(Project.find(Path.cwd()), "demo" if demo else "full", console))


@app.command()
def report(
    to: Annotated[list[str] | None, typer.Option("--to", help="html, pdf (both if not given)")] = None,
    renderer: Annotated[str, typer.Option(help="auto, quarto or embedded")] = "auto",
    draft: Annotated[bool, typer.Option("--draft", help="exit code 0 even if a claim is false")] = False,
    demo: Demo = False,
) -> None:
    """Render the report, HTML and PDF, with Quarto where it is installed, else with the embedded renderer."""
    from tpdl.render.screen import build_and_print

    project = Project.find(Path.cwd())
    kinds = tuple(to or ("html", "pdf"))
    raise typer.Exit(build_and_print(project, "demo" if demo else "full", kinds, renderer, draft, console))


def _unmeasured(states: Any, chosen: list[str]) -> str:
    waiting = [name for name in chosen if states[name].state == "missing"]
    return f" ({len(waiting)} not measured yet, for want of data: {', '.join(waiting)})" if waiting else ""


def main() -> None:
    """Entry point: every mistake is one line on standard error, and the exit code is honest."""
    # A job scheduler or a closing terminal sends SIGTERM or SIGHUP; treat them like Ctrl-C, so that children are ended.
    for name in ("SIGTERM", "SIGHUP"):
        if number := getattr(signal, name, None):
            signal.signal(number, _interrupt)
    try:
        code = app(standalone_mode=False)
        if code == Exit.INTERRUPTED:  # typer turns KeyboardInterrupt into this code
            code = _interrupted()
    except UserError as error:
        print(f"tpdl: {error}", file=sys.stderr)
        code = error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        code = _interrupted()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = Exit.OK
    except Exception as error:
        if not hasattr(error, "format_message"):  # click's own: unknown option, missing argument
            raise
        print(f"tpdl: {error.format_message()} (tpdl --help)", file=sys.stderr)
        code = Exit.USAGE
    sys.exit(int(code or 0))


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _interrupted() -> Exit:
    print("tpdl: interrupted; what was finished is kept, and checkpoints are resumed by the next run", file=sys.stderr)
    return Exit.INTERRUPTED
