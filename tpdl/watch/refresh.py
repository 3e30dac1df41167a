"""Draw what can be drawn, render the pages, and say in a line each what else is out of date. Never measures.

This runs in a process of its own, which imports the project afresh: what counts is the code on disk.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from tpdl.errors import UserError

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan
    from tpdl.plan.project import Project
    from tpdl.plan.status import Status

SHOWN = 3


@dataclass
class Refreshed:
    """What became of it."""

    rendered: bool = False
    records: dict[Path, int] = field(default_factory=dict)
    """Record files that were written here -> time of their change in ns."""
    refused: str = ""
    """Why nothing was drawn: `tpdl run` is at work in another terminal."""


def answer(root: str, profile: str, pdf: bool, to: Connection) -> None:
    """Refresh and send what became of it through `to`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that watches, which ends this one
    from tpdl.plan.project import Project

    done = Refreshed()
    try:
        refresh(Project(Path(root)), profile, pdf, done)
    except UserError as error:
        _say(f"tpdl: {error}")
    sys.stdout.flush()
    to.send(done)


def refresh(project: Project, profile: str, pdf: bool, done: Refreshed) -> None:
    """Draw, then render the HTML pages as a draft: what is wrong is marked in them, and printed.

    Args:
        pdf: write the document for the PDF, too, which the process that watches has typeset.

    Raises:
        UserError: a source or the configuration cannot be read. One line; the pages stay as they were.
    """
    from tpdl.embedded.typesetter import Later
    from tpdl.report import build

    plan = project.plan(profile)
    states = plan.status()
    _draw(plan, states, done)
    _report_stale(plan, states)
    to = ("html", "pdf") if pdf else ("html",)
    result = build(project, profile, to, "embedded", True, None if done.records else plan, Later())
    for problem in result.problems:
        _say(f"tpdl: {problem}")
    done.rendered = bool(result.outputs)
    if done.rendered:
        _say(f"rendered in {result.seconds:.1f} s")


def drawable(plan: Plan, states: Mapping[str, Status]) -> list[str]:
    """The figures, summaries and collected tables that are out of date and have results to be made from."""
    chosen: list[str] = []
    for name, step in plan.steps.items():
        state = states[name].state
        follows = set(chosen).intersection(step.upstream)
        if step.kind == "experiment" or state in ("fresh", "failed") or (state == "stale upstream" and not follows):
            continue
        if states[name].settled and not follows:
            continue  # drawn from what this edition leaves out
        there = [up for up in step.upstream if plan.record(up) or up in chosen]
        if there and all(up in there or plan.steps[up].optional for up in step.upstream):
            chosen.append(name)
    return chosen


def _draw(plan: Plan, states: Mapping[str, Status], done: Refreshed) -> None:
    from rich.console import Console

    from tpdl.run.steps import run_steps

    for name, status in states.items():
        if status.state == "failed" and plan.steps[name].kind != "experiment":
            _say(f"failed  {name}: {status.reasons[0]}; log: {_log(plan, name)}")
    names = drawable(plan, states)
    started = time.perf_counter()
    try:
        report = run_steps(plan, names, Console(quiet=True), "inline")
    except UserError as error:
        done.refused = str(error)
        return
    for name in report.done:
        path = plan.steps[name].record_path
        done.records[path] = path.stat().st_mtime_ns
    if report.done:
        _say(f"drawn   {', '.join(report.done)} in {time.perf_counter() - started:.1f} s")
    for name, message in report.failed.items():
        _say(f"failed  {name}: {message}; log: {_log(plan, name)}")


def _report_stale(plan: Plan, states: Mapping[str, Status]) -> None:
    """Experiments are for `tpdl run`; here they are only named."""
    names = [name for name, step in plan.steps.items() if step.kind == "experiment" and not states[name].settled]
    for name in names[:SHOWN]:
        why = f": {states[name].reasons[0]}" if states[name].reasons else ""
        _say(f"{states[name].state}  {name}{why}; `tpdl run {plan.steps[name].base}` measures it")
    if len(names) > SHOWN:
        _say(f"and {len(names) - SHOWN} more experiments; `tpdl status` lists them")


def _log(plan: Plan, name: str) -> Path:
    return plan.log_path(plan.steps[name]).relative_to(plan.project.root)


def _say(text: str) -> None:
    print(text, flush=True)
