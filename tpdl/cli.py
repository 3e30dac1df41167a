"""The command line. Thin: each command asks the engine or the renderer, and prints.

`tpdl status` is asked a hundred times a day, so nothing is imported before it is needed: argparse and plain text here, rich
where there is something to watch.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tpdl.engine.errors import Exit, UserError

if TYPE_CHECKING:
    from rich.console import Console

    from tpdl.engine.plan import Plan
    from tpdl.engine.project import Project

Arguments = argparse.Namespace
Command = Callable[[Arguments], int]


def status(given: Arguments) -> int:
    """Say which steps are fresh and why the others are not; exit code 1 unless all are."""
    from tpdl.engine.screen import print_status, status_json

    plan = _plan(given)
    states = plan.status()
    chosen = plan.select(given.names) if given.names else list(plan.steps)
    shown = {name: states[name] for name in sorted(chosen, key=lambda name: plan.steps[name].base)}
    if given.json:
        _print_json(status_json(plan, shown))
    else:
        print_status(plan, shown)
    return Exit.OK if all(states[name].settled for name in chosen) else Exit.NOT_FRESH


def run(given: Arguments) -> int:
    """Bring steps up to date; a step that fails stops only those that need it."""
    from tpdl.engine.executors import check_executor
    from tpdl.engine.screen import print_dry_run, print_left_out

    check_executor(given.executor)
    plan = _plan(given)
    states = plan.status()
    chosen = plan.select(given.names) if given.names else list(plan.steps)
    exact = [name for name in given.names if name in plan.steps and plan.steps[name].cell]
    always = chosen if given.force and given.names else []
    running = plan.stale_selection(chosen, states, exact)
    running = plan.with_absent_inputs([*running, *always])
    if given.names or not running:
        print_left_out(plan, chosen, running, states)
    if given.dry_run:
        print_dry_run(plan, running, states)
        return Exit.OK
    if not running:
        waiting = [name for name in chosen if states[name].state == "missing"]
        if len(waiting) == len(chosen):
            print(f"nothing to run: {len(waiting)} not measured yet")
            return Exit.NOT_FRESH
        rest = f"{len(waiting)} not measured yet; the rest of what was" if waiting else "everything"
        print(f"nothing to run: {rest} asked for is fresh")
        return Exit.OK
    from tpdl.engine.run import print_report, run_steps

    if given.trace:
        os.environ["TPDL_TRACE"] = "1"
    report = run_steps(plan, running, _console(), given.executor, given.jobs, always)
    print_report(report, _console())
    return Exit.OK if report.ok else Exit.NOT_FRESH


def figure(given: Arguments) -> int:
    """Draw a figure again, with the values of its text, from the results there are; never measures anything."""
    from tpdl.engine.run import print_report, run_steps

    plan = _plan(given)
    chosen = [name for name in plan.select([given.name]) if plan.steps[name].kind in ("figure", "summary")]
    if not chosen:
        raise UserError(f"no figure is drawn from {given.name}; `tpdl status` lists the figures")
    tables = [name for name in plan.steps if plan.steps[name].kind == "table" and name in plan.with_upstream(chosen)]
    measured = {up for name in [*tables, *chosen] for up in plan.steps[name].upstream} - set(tables)
    if nothing := [name for name in measured if not plan.record(name) and not plan.steps[name].optional]:
        first = plan.steps[min(nothing)]
        raise UserError(f"{chosen[0]} is drawn from {first.name}, which has no results yet; tpdl run {first.base}")
    absent = plan.absent_inputs(chosen)
    for name, needed in absent.items():
        print(f"{name} is not drawn: the arrays of {needed} are not here; `tpdl run --force {name}` makes them")
    if len(absent) == len(chosen):
        return Exit.NOT_FRESH
    chosen = [name for name in chosen if name not in absent]
    states = plan.status()
    if behind := sorted(name for name in measured if not states[name].settled):
        print(f"drawn from results that are not fresh: {', '.join(behind)}")
    stale_tables = [name for name in tables if states[name].state != "fresh"]
    report = run_steps(plan, [*stale_tables, *chosen], _console(), "inline", always=chosen, alone=False)
    print_report(report, _console())
    return Exit.OK if report.ok and not absent else Exit.NOT_FRESH


def why(given: Arguments) -> int:
    """Explain the state of a step: every reason, what it depends on, and what made it."""
    from tpdl.engine.screen import explain

    plan = _plan(given)
    states = plan.status()
    for name in plan.select([given.name]):
        explain(plan, name, states[name])
    return Exit.OK


def accept(given: Arguments) -> int:
    """Record that what changed is known not to matter, and keep the results."""
    from tpdl.engine.accept import accept_steps

    plan = _plan(given)
    accepted = accept_steps(plan, plan.select([given.name]), given.because)
    for step, reasons in accepted.items():
        print(f"accepted {step}: {'; '.join(reasons)}")
    if not accepted:
        print("nothing to accept: no change of code, parameters or inputs")
    return Exit.OK


def graph(given: Arguments) -> int:
    """Show the steps and what needs what, as Mermaid text or as an SVG file."""
    from tpdl.render.graph import steps_mermaid, write_steps_svg

    plan = _plan(given)
    states = plan.status()
    chosen = plan.with_upstream(plan.select(given.names)) if given.names else set(plan.steps)
    steps = [name for name in plan.steps if name in chosen]
    if given.svg:
        write_steps_svg(plan, steps, states, Path(given.svg))
        print(f"wrote {given.svg}")
    else:
        print(steps_mermaid(plan, steps, states))
    return Exit.OK


def clean(given: Arguments) -> int:
    """Remove local files that no step refers to any more, after saying what that frees."""
    from tpdl.engine.clean import remove, unreferenced

    project = _project()
    found = unreferenced(project)
    if not found:
        print("nothing to clean: every local file belongs to a step")
        return Exit.OK
    for path, size in found:
        print(f"{size / 1e6:10.1f} MB  {path.relative_to(project.root)}")
    total = sum(size for _, size in found) / 1e6
    if given.dry_run:
        print(f"{total:.1f} MB would be freed")
    elif given.yes or _confirmed(f"free {total:.1f} MB?"):
        remove(path for path, _ in found)
        print(f"freed {total:.1f} MB")
    return Exit.OK


def data(given: Arguments) -> int:
    """List the data sets and weights the steps need, fetch what is missing, or verify what is there."""
    from tpdl.engine.data import fetch_data, list_data, verify_data

    actions = {"list": list_data, "fetch": fetch_data, "verify": verify_data}
    return Exit.OK if actions[given.action](_project().plan(), given.names, _console()) else Exit.NOT_FRESH


def prepare(given: Arguments) -> int:
    """Evaluate everything the documents refer to, for the renderer; reads results, never makes them."""
    from tpdl.render.screen import print_preparation

    return print_preparation(_project(), _profile(given))


def claims(given: Arguments) -> int:
    """List every claim of the documents with its verdict; exit code 1 if one is false."""
    from tpdl.render.screen import print_claims

    return print_claims(_project(), _profile(given))


def report(given: Arguments) -> int:
    """Render the report, HTML and PDF, with Quarto where it is installed, else with the embedded renderer."""
    from tpdl.render.screen import print_report

    return print_report(_project(), _profile(given), given.to or ("html", "pdf"), given.renderer, given.draft)


def diff(given: Arguments) -> int:
    """Compare results and pictures with those of an earlier commit."""
    from tpdl.compare import compare
    from tpdl.compare.screen import print_comparison

    comparison = compare(_project().plan(), given.revision)
    print_comparison(comparison, _console())
    if given.html:
        from tpdl.compare.page import render_page
        from tpdl.engine.files import atomic_write

        atomic_write(Path(given.html), render_page(comparison))
        print(f"wrote {given.html}")
    return Exit.NOT_FRESH if given.exit_code and not comparison.identical else Exit.OK


def init(given: Arguments) -> int:
    """Make a small working report in a new folder."""
    from tpdl.init import start_project

    if not given.folder.strip():
        raise UserError("tpdl init needs the name of a folder")
    print("\n".join(f"  {path}" for path in start_project(Path(given.folder))))
    print(f"next: cd {given.folder} && tpdl run && tpdl report")
    return Exit.OK


def publish(given: Arguments) -> int:
    """Render the site, push it to the branch gh-pages; refused while a step is not fresh or a claim is false."""
    from tpdl.publish import check_fresh, check_repository
    from tpdl.publish import publish as push
    from tpdl.render.screen import print_report

    project = _project()
    check_repository(project.root, given.remote)
    if not given.force:
        check_fresh(project.plan())
    if code := print_report(project, "full", ("html", "pdf"), "auto", given.force):
        return code
    from tpdl.render.book import read_book

    done = push(project.root, read_book(project.root).output, given.remote)
    print(
        f"pushed {done.commit} to {done.remote}/{done.branch}" if done.commit else "nothing to push: the site is there"
    )
    for note in done.notes:
        print(f"note: {note}")
    return Exit.OK


def watch(given: Arguments) -> int:
    """Serve the report; on every save draw and render again, and reload the browser page. Never measures anything."""
    from tpdl.watch import watch as keep_watching

    keep_watching(_project(), _profile(given), given.port, given.pdf)
    return Exit.OK


class _Parser(argparse.ArgumentParser):
    """One line for a mistake, like every other mistake."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message} ({self.prog} --help)")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="tpdl", description="Deep-learning experiments in, a lab report out.")
    parser.add_argument("--data", metavar="FOLDER", help="where data sets and weights lie (else TPDL_DATA)")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)

    def command(function: Command, *, names: str = "") -> argparse.ArgumentParser:
        text = " ".join((function.__doc__ or "").split())
        added = commands.add_parser(function.__name__, help=text, description=text)
        added.set_defaults(call=function)
        if names == "several":
            added.add_argument(
                "names", metavar="NAME", nargs="*", help="steps, experiments, folders, or patterns with *"
            )
        elif names == "one":
            added.add_argument("name", metavar="NAME", help="a step, an experiment, or a pattern with *")
        if function not in (clean, data, diff, init, publish):
            added.add_argument(
                "--demo", action="store_true", help="the demo profile: embedded stand-ins for data and weights"
            )
        return added

    command(status, names="several").add_argument("--json", action="store_true", help="print JSON")
    added = command(run, names="several")
    added.add_argument("-j", "--jobs", type=_positive, default=1, metavar="N", help="steps at a time")
    added.add_argument("--executor", help="inline, process, dask, dask:ADDRESS, slurm, or module:function")
    added.add_argument("--dry-run", action="store_true", help="show what would run, and why")
    added.add_argument("--keep-going", action="store_true", help="the default: one broken step does not stop the rest")
    added.add_argument(
        "--trace", action="store_true", help="compare the functions really executed with the fingerprint"
    )
    added.add_argument("--force", action="store_true", help="run the named steps even if they are fresh")
    command(figure, names="one")
    command(why, names="one")
    command(accept, names="one").add_argument(
        "--because", default="", help="why it does not matter; kept in the record"
    )
    command(graph, names="several").add_argument(
        "--svg", metavar="FILE", help="write a picture instead of Mermaid text"
    )
    added = command(clean)
    added.add_argument("-y", "--yes", action="store_true", help="do not ask")
    added.add_argument("--dry-run", action="store_true", help="only say what would be freed")
    added = command(data)
    added.add_argument("action", nargs="?", default="list", choices=("list", "fetch", "verify"))
    added.add_argument("names", metavar="NAME", nargs="*", help="data sets; by default all that the steps need")
    command(prepare)
    command(claims)
    added = command(report)
    added.add_argument("--to", action="append", choices=("html", "pdf"), help="only this format; may be repeated")
    added.add_argument("--renderer", default="auto", choices=("auto", "quarto", "embedded"))
    added.add_argument("--draft", action="store_true", help="exit code 0 even if a claim is false")
    added = command(diff)
    added.add_argument("revision", metavar="REV", help="a commit, branch or tag")
    added.add_argument("--html", metavar="FILE", help="write one page with the pictures side by side")
    added.add_argument("--exit-code", action="store_true", help="exit code 1 if anything differs")
    command(init).add_argument("folder", metavar="DIR", help="a new or empty folder")
    added = command(publish)
    added.add_argument("--remote", default="origin", help="the git remote to push to")
    added.add_argument("--force", action="store_true", help="even if something is not fresh or a claim is false")
    added = command(watch)
    added.add_argument("--port", type=int, default=0, metavar="N", help="by default any free one, printed")
    added.add_argument("--pdf", action="store_true", help="keep the PDF up to date, too")
    return parser


def main() -> NoReturn:
    """Entry point: every mistake is one line on standard error, and the exit code is honest."""
    # A job scheduler or a closing terminal sends SIGTERM or SIGHUP; treat them like Ctrl-C, so that children are ended.
    for name in ("SIGTERM", "SIGHUP"):
        if number := getattr(signal, name, None):
            signal.signal(number, _interrupt)
    try:
        given, unknown = _parser().parse_known_args()
        if unknown:  # argparse itself would name the help of `tpdl`, not that of the command
            raise UserError(f"unrecognized arguments: {' '.join(unknown)} (tpdl {given.call.__name__} --help)")
        if given.data is not None:
            if not Path(given.data).is_dir():
                raise UserError(f"--data {given.data}: there is no such folder")
            os.environ["TPDL_DATA"] = str(Path(given.data).resolve())
        code = given.call(given)
        sys.stdout.flush()
    except UserError as error:
        print(f"tpdl: {error}", file=sys.stderr)
        code = error.exit_code
    except KeyboardInterrupt:
        print(
            "tpdl: interrupted; what was finished is kept, and the next run resumes from checkpoints", file=sys.stderr
        )
        code = Exit.INTERRUPTED
    except BrokenPipeError:  # `tpdl status | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = Exit.OK
    sys.exit(int(code))


def _project() -> Project:
    from tpdl.engine.project import Project

    return Project.find(Path.cwd())


def _profile(given: Arguments) -> str:
    return "demo" if given.demo else os.environ.get("TPDL_PROFILE", "full")


def _plan(given: Arguments) -> Plan:
    return _project().plan(_profile(given))


def _console() -> Console:
    from rich.console import Console

    return Console()


def _print_json(value: Any) -> None:
    import json

    print(json.dumps(value, indent=1))


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _confirmed(question: str) -> bool:
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
