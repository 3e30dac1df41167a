"""Draw what can be drawn, render the pages, and say in a line each what else is out of date. Never measures.

This runs in a process of its own, which imports the project afresh, so that the code on disk is what counts. What there
is to say goes through a pipe to the process that watches, and so does what became of the refresh: one process prints.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from tpdl.embedded.typesetter import Later
from tpdl.errors import UserError
from tpdl.files import FileSignature
from tpdl.plan.facts import read_facts
from tpdl.plan.observed import watched
from tpdl.plan.plan import Plan, read_plan
from tpdl.plan.project import Project
from tpdl.plan.selection import outdated_drawings
from tpdl.plan.status import Status, judge_all
from tpdl.report import build
from tpdl.run.schedule import Listener
from tpdl.run.steps import run_steps

SHOWN = 3
"""How many stale experiments are named."""


@dataclass
class Refreshed:
    """What a refresh has done."""

    rendered: bool = False
    """The pages on disk are new."""
    records: dict[Path, FileSignature] = field(default_factory=dict)
    """Record files that this refresh wrote, as it left them."""
    read: set[Path] = field(default_factory=set)
    """Files that some step reads besides its inputs."""
    listed: set[Path] = field(default_factory=set)
    """Folders that some step lists."""
    refused: str = ""
    """Why nothing was drawn: `tpdl run` is at work in another terminal."""


def answer(root: str, profile: str, pdf: bool, to: Connection) -> None:
    """Refresh, and send through a pipe each line that there is to say, and in the end a `Refreshed`.

    Args:
        root: the project's folder.
        profile: "full" or "demo".
        pdf: write the document for the PDF, too.
        to: the end of the pipe to send to.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that watches, which ends this one
    done = Refreshed()
    try:
        refresh(Project(Path(root)), profile, pdf, done, to.send)
    except UserError as error:
        to.send(f"tpdl: {error}")
    to.send(done)


def refresh(project: Project, profile: str, pdf: bool, done: Refreshed, say: Callable[[str], None]) -> None:
    """Draw, then render the HTML pages as a draft: what is wrong is marked in them, and said.

    Args:
        project: whose report it is.
        profile: "full" or "demo".
        pdf: write the document for the PDF, too; the process that watches has Typst make the PDF of it.
        done: filled in with what was done, so that it is known even after an error.
        say: called with what there is to say, a line at a time.

    Raises:
        UserError: a source or the configuration cannot be read. One line; the pages stay as they were.
    """
    plan = read_plan(project, profile)
    plan.check()
    facts = read_facts(plan)
    states = judge_all(plan, facts)
    seen = [of_one for each in facts.values() for of_one in (each.now.observed, each.now.files)]
    done.read, done.listed = watched(project.root, seen)
    done.listed |= {(project.root / path).parent for each in facts.values() for path in each.now.files}
    for name, status in states.items():
        if status.state == "failed" and plan.steps[name].kind != "experiment":
            say(f"failed  {name}: {status.reasons[0]}; log: {_log(plan, name)}")
    _draw(plan, outdated_drawings(plan, facts, states), done, say)
    _say_what_is_stale(plan, states, say)
    to = ("html", "pdf") if pdf else ("html",)
    result = build(project, profile, to, "embedded", True, None if done.records else plan, Later())
    for problem in result.problems:
        say(f"tpdl: {problem}")
    done.rendered = bool(result.outputs)
    if done.rendered:
        say(f"rendered in {result.seconds:.1f} s")


def _draw(plan: Plan, names: Sequence[str], done: Refreshed, say: Callable[[str], None]) -> None:
    started = time.perf_counter()
    try:
        report = run_steps(plan, names, Listener(), "inline")
    except UserError as error:
        done.refused = str(error)
        return
    for name in report.done:
        path = plan.steps[name].record_path
        done.records[path] = FileSignature.of(path)
    if report.done:
        say(f"drawn   {', '.join(report.done)} in {time.perf_counter() - started:.1f} s")
    for name, message in report.failed.items():
        say(f"failed  {name}: {message}; log: {_log(plan, name)}")


def _say_what_is_stale(plan: Plan, states: Mapping[str, Status], say: Callable[[str], None]) -> None:
    """Name the experiments that are out of date: measuring them is for `tpdl run`."""
    names = [name for name, step in plan.steps.items() if step.kind == "experiment" and not states[name].settled]
    for name in names[:SHOWN]:
        why = f": {states[name].reasons[0]}" if states[name].reasons else ""
        say(f"{states[name].state}  {name}{why}; `tpdl run {plan.steps[name].base}` measures it")
    if len(names) > SHOWN:
        say(f"and {len(names) - SHOWN} more experiments; `tpdl status` lists them")


def _log(plan: Plan, name: str) -> Path:
    return plan.places.log(name).relative_to(plan.project.root)
